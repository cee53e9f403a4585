//! `app:` workloads, Services, and calls that must lead somewhere.

use serde_json::Value as Json;

use super::cx::{Cx, unknown_name};
use super::path::Path;
use crate::diag::{Code, Diagnostic, one_of};
use crate::model::app::{
    App, Call, Container, ContainerPort, OutsideCall, Service, ServicePort, ServiceType, Workload,
};
use crate::model::fqdn::FqdnMatch;
use crate::model::labels::{Labels, check_key, check_value};
use crate::model::names::{DnsLabel, DnsSubdomain, EnvName, ImageRef, ServiceName};
use crate::model::port::{Port, PortName, Protocol};
use crate::model::text::Line;
use crate::profile::At;
use crate::profile::raw::Texts;
use crate::profile::raw::app::{
    RawApp, RawContainerPort, RawDefaults, RawInitContainer, RawProtocol, RawService,
    RawServicePort, RawServiceType, RawWorkload,
};
use crate::profile::raw::native::{Native, VolumeMount};

/// The label that ties pods to their workload, Services to their pods, policies to both.
const APP: &str = "app";
/// Name of a workload's container that is given none.
const MAIN: &str = "main";

/// The application. Without one the lab is a cluster with policies only.
pub(super) fn app(cx: &mut Cx, raw: Option<&At<RawApp>>) -> Option<App> {
    let empty = RawApp::default();
    let raw = raw.map_or(&empty, |raw| &raw.value);
    let root = Path::Root;
    let path = root.key("app");
    let namespace = match &raw.namespace {
        Some(given) => cx.parse(&path.key("namespace"), Some(given), DnsLabel::parse),
        None => DnsLabel::parse("default").ok(),
    };
    let source: Line = cx.line(&path.key("source"), raw.source.as_ref());
    let here = path.key("workloads");
    let given = raw.workloads.as_deref().unwrap_or_default();
    cx.unique(
        &here,
        "a workload",
        given.iter().map(|workload| workload.name.as_ref()),
    );
    unique_services(cx, &here, given);
    let workloads: Vec<Option<Workload>> = given
        .iter()
        .enumerate()
        .map(|(index, one)| workload(cx, &here.index(index), one, raw))
        .collect();
    Some(App {
        source,
        namespace: namespace?,
        workloads: workloads.into_iter().collect::<Option<_>>()?,
    })
}

/// The Service's own name, or the workload's.
fn service_name<'a>(workload: &'a RawWorkload, service: &'a RawService) -> Option<&'a At<String>> {
    service.name.as_ref().or(workload.name.as_ref())
}

/// Every Service of the application as written, with its name.
fn services(given: &[At<RawWorkload>]) -> impl Iterator<Item = (&At<String>, &At<RawService>)> {
    given.iter().flat_map(|workload| {
        let services = workload.services.iter().flatten();
        services.filter_map(|service| Some((service_name(workload, service)?, service)))
    })
}

fn unique_services(cx: &mut Cx, path: &Path<'_>, given: &[At<RawWorkload>]) {
    let mut seen: Vec<&At<String>> = Vec::new();
    for (name, service) in services(given) {
        if let Some(first) = seen.iter().find(|other| other.value == name.value) {
            let message = format!("`{}` is the name of a Service already", name.value);
            let at = service.name.as_ref().map_or(service.span, |name| name.span);
            let finding = Diagnostic::new(Code::DuplicateName, message)
                .at(at, "expected a `name` of its own")
                .and(first.span, "it stands here first");
            cx.push(path, finding);
        } else {
            seen.push(name);
        }
    }
}

fn workload(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload, app: &RawApp) -> Option<Workload> {
    let defaults = app.defaults.as_ref().map(|defaults| &defaults.value);
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), DnsLabel::parse);
    let container = main_container(cx, path, raw, defaults);
    let init_path = path.key("initContainers");
    let init: Vec<Option<Container>> = raw
        .init_containers
        .iter()
        .flatten()
        .enumerate()
        .map(|(index, raw)| init_container(cx, &init_path.index(index), raw, defaults))
        .collect();
    container_names(cx, path, raw);
    volumes(cx, path, raw);
    let account = &path.key("serviceAccount");
    let service_account = cx.parse(account, raw.service_account.as_ref(), DnsSubdomain::parse);
    let labels = pod_labels(cx, path, raw);
    let annotations = annotations(cx, &path.key("annotations"), raw.annotations.as_ref());
    let services = workload_services(cx, path, raw);
    let (calls, outside) = calls(cx, path, raw, app);
    let security = raw.pod_security_context.as_ref();
    let security = security.or_else(|| defaults?.pod_security_context.as_ref());
    Some(Workload {
        name: name?,
        labels,
        annotations,
        replicas: raw.replicas.as_ref().map(|replicas| replicas.value),
        service_account,
        init_containers: init.into_iter().collect::<Option<_>>()?,
        container: container?,
        security_context: security.map(|native| native.json.clone()),
        volumes: natives(raw.volumes.as_ref()),
        termination_grace_period_seconds: raw
            .termination_grace_period_seconds
            .as_ref()
            .map(|seconds| seconds.value),
        restart_always: raw.restart_policy.is_some(),
        services: services?,
        calls,
        outside,
    })
}

/// Containers of one pod need names of their own.
fn container_names(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) {
    let here = path.key("initContainers");
    let given = raw.init_containers.as_deref().unwrap_or_default();
    let names = given.iter().map(|container| container.name.as_ref());
    cx.unique(&here, "a container", names);
    let main = raw.container.as_ref();
    let main_name = main.map_or(MAIN, |name| name.value.as_str());
    for (index, container) in given.iter().enumerate() {
        if let Some(name) = container
            .name
            .as_ref()
            .filter(|name| name.value == main_name)
        {
            let message = format!("`{main_name}` is the name of the workload's own container");
            let mut finding = Diagnostic::new(Code::DuplicateName, message)
                .at(name.span, "expected another name");
            if let Some(main) = main {
                finding = finding.and(main.span, "it stands here");
            }
            let item = here.index(index);
            cx.push(&item.key("name"), finding);
        }
    }
}

/// A container can only mount a volume that its pod has.
fn volumes(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) {
    let given = raw.volumes.as_deref().unwrap_or_default();
    let names: Vec<&str> = given
        .iter()
        .filter_map(|volume| named(&volume.json))
        .collect();
    let mut mounted = |path: &Path<'_>, mounts: Option<&Vec<At<Native<VolumeMount>>>>| {
        let here = path.key("volumeMounts");
        for (index, mount) in mounts.into_iter().flatten().enumerate() {
            let Some(name) = named(&mount.json).filter(|name| !names.contains(name)) else {
                continue;
            };
            cx.push(
                &here.index(index),
                unknown_name("volume", name, mount.span, &names),
            );
        }
    };
    mounted(path, raw.volume_mounts.as_ref());
    let here = path.key("initContainers");
    for (index, container) in raw.init_containers.iter().flatten().enumerate() {
        mounted(&here.index(index), container.volume_mounts.as_ref());
    }
}

fn named(object: &Json) -> Option<&str> {
    object["name"].as_str()
}

fn main_container(
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
    let ports = container_ports(cx, path, raw);
    let env = env(cx, &path.key("env"), raw.env.as_ref());
    let security = raw.security_context.as_ref();
    let security = security.or_else(|| defaults?.security_context.as_ref());
    Some(Container {
        name: name?,
        image: image?,
        command: words(raw.command.as_ref()),
        args: words(raw.args.as_ref()),
        ports: ports?,
        env,
        readiness_probe: native(raw.readiness_probe.as_ref()),
        liveness_probe: native(raw.liveness_probe.as_ref()),
        resources: native(raw.resources.as_ref()),
        security_context: security.map(|native| native.json.clone()),
        volume_mounts: natives(raw.volume_mounts.as_ref()),
    })
}

fn init_container(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawInitContainer,
    defaults: Option<&RawDefaults>,
) -> Option<Container> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), DnsLabel::parse);
    let image = cx.parse(&path.key("image"), raw.image.as_ref(), ImageRef::parse);
    let env = env(cx, &path.key("env"), raw.env.as_ref());
    let security = raw.security_context.as_ref();
    let security = security.or_else(|| defaults?.security_context.as_ref());
    Some(Container {
        name: name?,
        image: image?,
        command: words(raw.command.as_ref()),
        args: words(raw.args.as_ref()),
        ports: Vec::new(),
        env,
        readiness_probe: None,
        liveness_probe: None,
        resources: native(raw.resources.as_ref()),
        security_context: security.map(|native| native.json.clone()),
        volume_mounts: natives(raw.volume_mounts.as_ref()),
    })
}

fn native<T>(raw: Option<&At<Native<T>>>) -> Option<Json> {
    raw.map(|native| native.json.clone())
}

fn natives<T>(raw: Option<&Vec<At<Native<T>>>>) -> Vec<Json> {
    raw.into_iter()
        .flatten()
        .map(|native| native.json.clone())
        .collect()
}

fn words(raw: Option<&Vec<At<String>>>) -> Vec<String> {
    raw.into_iter()
        .flatten()
        .map(|word| word.value.clone())
        .collect()
}

/// The pods' labels: `app` first, then the further ones.
fn pod_labels(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) -> Labels {
    let here = path.key("labels");
    let name = raw.name.as_ref().map_or("", |name| name.value.as_str());
    let mut all = Labels::new();
    all.insert(APP, name);
    for (key, value) in raw.labels.iter().flat_map(Texts::iter) {
        if key.value == APP {
            let message = "the label `app` always holds the workload's name";
            cx.excluded(&here.key(APP), message, key.span, "leave this out", None);
        }
        label(cx, &here, key, value, &mut all);
    }
    all
}

/// Takes a label of a Kubernetes object in.
pub(super) fn label(
    cx: &mut Cx,
    path: &Path<'_>,
    key: &At<String>,
    value: &At<String>,
    labels: &mut Labels,
) {
    let here = path.key(&key.value);
    let name = cx.parse(&here, Some(key), check_key);
    let text = cx.parse(&here, Some(value), check_value);
    if name.and(text).is_some() {
        labels.insert(&key.value, &value.value);
    }
}

/// Annotations of a Kubernetes object: keys as labels have them, any values.
pub(super) fn annotations(cx: &mut Cx, path: &Path<'_>, raw: Option<&Texts>) -> Labels {
    let mut all = Labels::new();
    for (key, value) in raw.into_iter().flat_map(Texts::iter) {
        if cx
            .parse(&path.key(&key.value), Some(key), check_key)
            .is_some()
        {
            all.insert(&key.value, &value.value);
        }
    }
    all
}

fn env(cx: &mut Cx, path: &Path<'_>, raw: Option<&Texts>) -> Vec<(EnvName, String)> {
    let mut all = Vec::new();
    for (key, value) in raw.into_iter().flat_map(Texts::iter) {
        if let Some(name) = cx.parse(&path.key(&key.value), Some(key), EnvName::parse) {
            all.push((name, value.value.clone()));
        }
    }
    all
}

fn container_ports(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) -> Option<Vec<ContainerPort>> {
    let here = path.key("ports");
    let given = raw.ports.as_deref().unwrap_or_default();
    cx.unique(&here, "a port", given.iter().map(|port| port.name.as_ref()));
    let each = given.iter().enumerate();
    let ports: Vec<_> = each
        .map(|(index, raw)| container_port(cx, &here.index(index), raw))
        .collect();
    ports.into_iter().collect()
}

fn container_port(cx: &mut Cx, path: &Path<'_>, raw: &RawContainerPort) -> Option<ContainerPort> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), |name| {
        PortName::parse(name)
    });
    Some(ContainerPort {
        name,
        number: port_number(cx, &path.key("containerPort"), raw.container_port.as_ref())?,
        protocol: protocol(raw.protocol.as_ref()),
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

fn workload_services(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) -> Option<Vec<Service>> {
    let here = path.key("services");
    let each = raw.services.iter().flatten().enumerate();
    let services: Vec<_> = each
        .map(|(index, service)| self::service(cx, &here.index(index), raw, service))
        .collect();
    services.into_iter().collect()
}

fn service(
    cx: &mut Cx,
    path: &Path<'_>,
    workload: &RawWorkload,
    raw: &RawService,
) -> Option<Service> {
    let name = cx.parse(
        &path.key("name"),
        service_name(workload, raw),
        ServiceName::parse,
    );
    let here = path.key("ports");
    let given = raw.ports.as_deref().unwrap_or_default();
    cx.unique(&here, "a port", given.iter().map(|port| port.name.as_ref()));
    same_ports(cx, &here, given);
    if let (2.., Some(unnamed)) = (given.len(), given.iter().find(|port| port.name.is_none())) {
        let message = "ports of a Service with several ports need names";
        cx.needs(&here, message, unnamed.span, "expected a `name`");
    }
    let each = given.iter().enumerate();
    let ports: Vec<_> = each
        .map(|(index, raw)| service_port(cx, &here.index(index), raw))
        .collect();
    Some(Service {
        name: name?,
        kind: match raw.r#type.as_ref().map(|kind| kind.value) {
            Some(RawServiceType::ClusterIp) | None => ServiceType::ClusterIp,
            Some(RawServiceType::NodePort) => ServiceType::NodePort,
            Some(RawServiceType::LoadBalancer) => ServiceType::LoadBalancer,
        },
        ports: ports.into_iter().collect::<Option<_>>()?,
    })
}

/// A Service has each number once a protocol.
fn same_ports(cx: &mut Cx, path: &Path<'_>, given: &[At<RawServicePort>]) {
    let mut seen: Vec<(&At<u16>, Protocol)> = Vec::new();
    for (index, port) in given.iter().enumerate() {
        let Some(number) = &port.port else { continue };
        let protocol = protocol(port.protocol.as_ref());
        let same =
            |(other, its): &&(&At<u16>, Protocol)| other.value == number.value && *its == protocol;
        if let Some((first, _)) = seen.iter().find(same) {
            let message = format!("the Service has the port {} already", number.value);
            let finding = Diagnostic::new(Code::DuplicateName, message)
                .at(number.span, "expected another number")
                .and(first.span, "it stands here first");
            cx.push(&path.index(index), finding);
        }
        seen.push((number, protocol));
    }
}

fn service_port(cx: &mut Cx, path: &Path<'_>, raw: &RawServicePort) -> Option<ServicePort> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), |name| {
        PortName::parse(name)
    });
    let port = port_number(cx, &path.key("port"), raw.port.as_ref());
    let target_port = match &raw.target_port {
        Some(target) => port_number(cx, &path.key("targetPort"), Some(target)),
        None => port,
    };
    Some(ServicePort {
        name,
        port: port?,
        target_port: target_port?,
        protocol: protocol(raw.protocol.as_ref()),
    })
}

/// Calls into the cluster and out of it.
fn calls(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawWorkload,
    app: &RawApp,
) -> (Vec<Call>, Vec<OutsideCall>) {
    let here = path.key("calls");
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for (index, written) in raw.calls.iter().flatten().enumerate() {
        let here = here.index(index);
        match written.value.split_once("://") {
            Some((scheme, host)) => outside.extend(outside_call(cx, &here, written, scheme, host)),
            None => inside.extend(endpoint(cx, &here, written, Some(app))),
        }
    }
    (inside, outside)
}

/// `https://host`, `http://host` or `tcp://host`, each with `:port` where it isn't the usual one.
fn outside_call(
    cx: &mut Cx,
    path: &Path<'_>,
    written: &At<String>,
    scheme: &str,
    host: &str,
) -> Option<OutsideCall> {
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (host, usual_port(scheme)),
    };
    let known = usual_port(scheme).is_some() || scheme == "tcp";
    let port = port.and_then(|port: i64| Port::parse(port).ok());
    let (true, Some(port)) = (known, port) else {
        let message = format!("`{}` is not a host and its port", written.value);
        let finding = Diagnostic::new(Code::BadValue, message).at(
            written.span,
            "expected such as `https://www.example.com` or `tcp://db.example.com:5432`",
        );
        cx.push(path, finding);
        return None;
    };
    let parsed = match host.contains('*') {
        true => FqdnMatch::parse(None, Some(host)),
        false => FqdnMatch::parse(Some(host), None),
    };
    let host = cx.fits(path, written.span, parsed)?;
    Some(OutsideCall { host, port })
}

fn usual_port(scheme: &str) -> Option<i64> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// Reads `service:port` and finds both in the application as written.
pub(super) fn endpoint(
    cx: &mut Cx,
    path: &Path<'_>,
    written: &At<String>,
    app: Option<&RawApp>,
) -> Option<Call> {
    let split = written.value.rsplit_once(':');
    let parsed = split.and_then(|(name, port)| Some((name, Port::parse(port.parse().ok()?).ok()?)));
    let Some((name, port)) = parsed else {
        let message = format!("`{}` is not a Service and its port", written.value);
        let finding = Diagnostic::new(Code::BadValue, message).at(
            written.span,
            "expected `service:port`, such as `redis-cart:6379`",
        );
        cx.push(path, finding);
        return None;
    };
    let all = app.and_then(|app| app.workloads.as_deref());
    let all = all.unwrap_or_default();
    if all.is_empty() && app.is_some_and(|app| app.r#use.is_some()) {
        // The application that is used can't be read, and that is a finding of its own.
        return None;
    }
    let Some((_, service)) = services(all).find(|(known, _)| known.value == name) else {
        let known: Vec<&str> = services(all).map(|(name, _)| name.value.as_str()).collect();
        cx.push(path, unknown_name("Service", name, written.span, &known));
        return None;
    };
    let ports = service
        .ports
        .iter()
        .flatten()
        .filter_map(|port| port.port.as_ref());
    let ports: Vec<u16> = ports.map(|port| port.value).collect();
    if !ports.contains(&port.get()) {
        let known: Vec<String> = ports.iter().map(u16::to_string).collect();
        let message = format!("the Service `{name}` has no port {port}");
        let finding = Diagnostic::new(Code::UnknownName, message)
            .at(written.span, format!("expected {}", one_of(&known)))
            .and(service.span, "the Service");
        cx.push(path, finding);
        return None;
    }
    Some(Call {
        service: ServiceName::parse(name).ok()?,
        port,
    })
}
