//! Containers: the main one, those beside it and those before it.

use serde_json::{Value as Json, json};

use super::app::each;
use super::cx::Cx;
use super::patch::{OF_CONTAINER, patch};
use super::path::Path;
use super::workload::restart_policy;
use crate::model::names::{DnsLabel, EnvName, ImageRef};
use crate::model::port::{Port, PortName, Protocol};
use crate::model::workload::{Container, ContainerPort, EnvValue};
use crate::profile::At;
use crate::profile::keyed::Keyed;
use crate::profile::raw::app::RawDefaults;
use crate::profile::raw::native::Native;
use crate::profile::raw::workload::{
    RawContainer, RawContainerPort, RawEnv, RawProtocol, RawPullPolicy, RawWorkload,
};

/// The container that a workload's own words describe.
pub(super) fn main(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawWorkload,
    defaults: Option<&RawDefaults>,
) -> Option<Container> {
    let name = match &raw.container {
        Some(given) => cx.parse(&path.key("container"), Some(given), DnsLabel::parse),
        None => DnsLabel::parse("main").ok(),
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
        Some(ContainerPort {
            name,
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
