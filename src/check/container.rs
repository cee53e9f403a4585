//! Containers: the main one, those beside it and those before it.

use serde_json::{Value as Json, json};

use super::app::each;
use super::cx::{Cx, unknown_name};
use super::patch::{OF_CONTAINER, patch};
use super::path::Path;
use super::workload::restart_policy;
use crate::diag::{Code, Diagnostic};
use crate::model::names::{DnsLabel, EnvName, ImageRef};
use crate::model::port::{Port, PortName, Protocol};
use crate::model::workload::{Container, ContainerPort, EnvValue};
use crate::profile::At;
use crate::profile::keyed::Keyed;
use crate::profile::raw::app::RawDefaults;
use crate::profile::raw::native::{Native, VolumeMount};
use crate::profile::raw::workload::{
    RawContainer, RawContainerPort, RawEnv, RawProtocol, RawPullPolicy, RawWorkload,
};

/// Name of a workload's own container that is given none.
const MAIN: &str = "main";

/// Containers of one pod need names of their own.
pub(super) fn distinct(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) {
    let main = raw.container.as_ref();
    let main_name = main.map_or(MAIN, |name| name.value.as_str());
    let mut seen: Vec<&At<String>> = Vec::new();
    for (key, index, container) in others(raw) {
        let Some(name) = &container.name else {
            continue;
        };
        let first = seen.iter().find(|other| other.value == name.value);
        let finding = match (first, name.value == main_name) {
            (None, false) => {
                seen.push(name);
                continue;
            }
            (first, _) => {
                let message = format!("`{}` is the name of a container already", name.value);
                let finding = Diagnostic::new(Code::DuplicateName, message)
                    .at(name.span, "expected another name");
                match first.copied().or(main) {
                    Some(first) => finding.and(first.span, "it stands here first"),
                    None => finding.help("a workload's own container has it if not given another"),
                }
            }
        };
        let list = path.key(key);
        let item = list.index(index);
        cx.push(&item.key("name"), finding);
    }
}

/// A container can only mount a volume that its pod has.
pub(super) fn mounts(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) {
    let volumes = raw.volumes.iter().flatten();
    let volumes = volumes.filter_map(|volume| volume.json["name"].as_str());
    let claims = raw.volume_claim_templates.iter().flatten();
    let claims = claims.filter_map(|claim| claim.json["metadata"]["name"].as_str());
    let known: Vec<&str> = volumes.chain(claims).collect();
    if raw.patch.is_some() {
        // It may bring volumes that only Kubernetes knows.
        return;
    }
    mounted(cx, path, raw.volume_mounts.as_ref(), &known);
    for (key, index, container) in others(raw) {
        let list = path.key(key);
        mounted(
            cx,
            &list.index(index),
            container.volume_mounts.as_ref(),
            &known,
        );
    }
}

fn mounted(
    cx: &mut Cx,
    path: &Path<'_>,
    mounts: Option<&Vec<At<Native<VolumeMount>>>>,
    known: &[&str],
) {
    let here = path.key("volumeMounts");
    for (index, mount) in mounts.into_iter().flatten().enumerate() {
        if let Some(name) = mount.json["name"]
            .as_str()
            .filter(|name| !known.contains(name))
        {
            let finding = unknown_name("volume", name, mount.span, known);
            cx.push(&here.index(index), finding);
        }
    }
}

/// The containers before the main one and beside it, each with where it stands.
fn others(raw: &RawWorkload) -> impl Iterator<Item = (&'static str, usize, &At<RawContainer>)> {
    let before = raw.init_containers.iter().flatten().enumerate();
    let beside = raw.sidecars.iter().flatten().enumerate();
    let before = before.map(|(index, container)| ("initContainers", index, container));
    before.chain(beside.map(|(index, container)| ("sidecars", index, container)))
}

/// The container that a workload's own words describe.
pub(super) fn main(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawWorkload,
    defaults: Option<&RawDefaults>,
) -> Option<Container> {
    let name = match &raw.container {
        Some(given) => cx.parse(&path.key("container"), Some(given), DnsLabel::parse),
        None => DnsLabel::parse(MAIN).ok(),
    };
    let image = cx.parse(&path.key("image"), raw.image.as_ref(), ImageRef::parse);
    let ports = ports(cx, path, raw.ports.as_ref());
    let env = env(cx, &path.key("env"), raw.env.as_ref());
    let here = path.key("containerPatch");
    let patch = patch(cx, &here, raw.container_patch.as_ref(), OF_CONTAINER);
    Some(Container {
        name: name?,
        image: image?,
        pull_policy: pull_policy(raw.image_pull_policy.as_ref()),
        restart_policy: None,
        command: words(raw.command.as_ref()),
        args: words(raw.args.as_ref()),
        ports: ports?,
        env,
        env_from: natives(raw.env_from.as_ref()),
        startup_probe: native(raw.startup_probe.as_ref()),
        readiness_probe: native(raw.readiness_probe.as_ref()),
        liveness_probe: native(raw.liveness_probe.as_ref()),
        resources: native(raw.resources.as_ref()),
        security_context: security(raw.security_context.as_ref(), defaults),
        volume_mounts: natives(raw.volume_mounts.as_ref()),
        patch,
    })
}

/// A container beside the main one, or before it.
pub(super) fn other(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawContainer,
    defaults: Option<&RawDefaults>,
) -> Option<Container> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), DnsLabel::parse);
    let image = cx.parse(&path.key("image"), raw.image.as_ref(), ImageRef::parse);
    let ports = ports(cx, path, raw.ports.as_ref());
    let env = env(cx, &path.key("env"), raw.env.as_ref());
    let patch = patch(cx, &path.key("patch"), raw.patch.as_ref(), OF_CONTAINER);
    Some(Container {
        name: name?,
        image: image?,
        pull_policy: pull_policy(raw.image_pull_policy.as_ref()),
        restart_policy: raw.restart_policy.as_ref().map(restart_policy),
        command: words(raw.command.as_ref()),
        args: words(raw.args.as_ref()),
        ports: ports?,
        env,
        env_from: natives(raw.env_from.as_ref()),
        startup_probe: native(raw.startup_probe.as_ref()),
        readiness_probe: native(raw.readiness_probe.as_ref()),
        liveness_probe: native(raw.liveness_probe.as_ref()),
        resources: native(raw.resources.as_ref()),
        security_context: security(raw.security_context.as_ref(), defaults),
        volume_mounts: natives(raw.volume_mounts.as_ref()),
        patch,
    })
}

/// What the container says, what all say, or what Pod Security `restricted` asks for.
/// Source: Kubernetes documentation, "Pod Security Standards".
fn security<T>(own: Option<&At<Native<T>>>, defaults: Option<&RawDefaults>) -> Option<Json> {
    let all = defaults.and_then(|defaults| defaults.security_context.as_ref());
    let given = own.map(|own| &own.json).or(all.map(|all| &all.json));
    let restricted =
        || json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}});
    not_empty(given.cloned().unwrap_or_else(restricted))
}

/// `{}` asks for nothing, and isn't written.
pub(super) fn not_empty(value: Json) -> Option<Json> {
    let empty = value.as_object().is_some_and(serde_json::Map::is_empty);
    (!empty).then_some(value)
}

fn pull_policy(raw: Option<&At<RawPullPolicy>>) -> Option<&'static str> {
    raw.map(|policy| match policy.value {
        RawPullPolicy::Always => "Always",
        RawPullPolicy::IfNotPresent => "IfNotPresent",
        RawPullPolicy::Never => "Never",
    })
}

pub(super) fn native<T>(raw: Option<&At<Native<T>>>) -> Option<Json> {
    raw.map(|native| native.json.clone())
}

pub(super) fn natives<T>(raw: Option<&Vec<At<Native<T>>>>) -> Vec<Json> {
    let all = raw.into_iter().flatten();
    all.map(|native| native.json.clone()).collect()
}

fn words(raw: Option<&Vec<At<String>>>) -> Vec<String> {
    let all = raw.into_iter().flatten();
    all.map(|word| word.value.clone()).collect()
}

fn env(cx: &mut Cx, path: &Path<'_>, raw: Option<&Keyed<At<RawEnv>>>) -> Vec<(EnvName, EnvValue)> {
    let mut all = Vec::new();
    for (key, value) in raw.into_iter().flat_map(Keyed::iter) {
        let name = cx.parse(&path.key(&key.value), Some(key), EnvName::parse);
        let value = match &value.value {
            RawEnv::Text(text) => EnvValue::Text(text.clone()),
            RawEnv::From(source) => EnvValue::From(source.clone()),
        };
        all.extend(name.map(|name| (name, value)));
    }
    all
}

fn ports(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&Vec<At<RawContainerPort>>>,
) -> Option<Vec<ContainerPort>> {
    let here = path.key("ports");
    let names = raw.into_iter().flatten().map(|port| port.name.as_ref());
    cx.unique(&here, "a port", names);
    each(cx, &here, raw, |cx, path, raw| {
        let name = cx.parse(&path.key("name"), raw.name.as_ref(), |name| {
            PortName::parse(name)
        });
        let host_port = port_number(cx, &path.key("hostPort"), raw.host_port.as_ref());
        Some(ContainerPort {
            name,
            host_port,
            number: port_number(cx, &path.key("containerPort"), raw.container_port.as_ref())?,
            protocol: protocol(raw.protocol.as_ref()),
        })
    })
}

/// A port number that is one.
pub(super) fn port_number(cx: &mut Cx, path: &Path<'_>, raw: Option<&At<u16>>) -> Option<Port> {
    let raw = raw?;
    cx.fits(path, raw.span, Port::parse(raw.value.into()))
}

/// TCP if not given.
pub(super) fn protocol(raw: Option<&At<RawProtocol>>) -> Protocol {
    match raw.map(|protocol| protocol.value) {
        Some(RawProtocol::Tcp) | None => Protocol::Tcp,
        Some(RawProtocol::Udp) => Protocol::Udp,
        Some(RawProtocol::Sctp) => Protocol::Sctp,
    }
}
