//! `services:` of a workload.

use super::app::{annotations, each, labels, service_name};
use super::container::{port_number, protocol};
use super::cx::Cx;
use super::exposure::exposure;
use super::patch::{OF_SERVICE, patch};
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::cidr::Cidr;
use crate::model::labels::Labels;
use crate::model::names::ServiceName;
use crate::model::port::{Port, PortName, PortRef, Protocol};
use crate::model::service::{Service, ServicePort, ServiceType};
use crate::profile::At;
use crate::profile::raw::policy::RawPortRef;
use crate::profile::raw::service::{
    RawService, RawServicePort, RawServiceType, RawSessionAffinity, RawTrafficPolicy,
};
use crate::profile::raw::workload::RawWorkload;

/// What a Service takes over from its workload.
pub(super) struct Behind<'a> {
    pub(super) workload: &'a RawWorkload,
    /// By which labels the workload's pods are found.
    pub(super) selector: &'a Labels,
    /// Labels of objects that don't say theirs.
    pub(super) labels: &'a Labels,
}

/// A Service in front of a workload.
pub(super) fn service(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawService,
    behind: &Behind<'_>,
) -> Option<Service> {
    let named = service_name(behind.workload, raw);
    let name = cx.parse(&path.key("name"), named, ServiceName::parse);
    let ports = ports(cx, path, raw, behind.workload);
    not_local(cx, path, raw);
    exposure(cx, path, raw);
    let here = path.key("loadBalancerSourceRanges");
    let ranges = each(
        cx,
        &here,
        raw.load_balancer_source_ranges.as_ref(),
        |cx, path, text| {
            cx.parse(path, Some(text), Cidr::parse)?;
            Some(text.value.clone())
        },
    );
    let own = |cx: &mut Cx, key: &str, given, otherwise: &Labels| match given {
        Some(given) => labels(cx, &path.key(key), Some(given)),
        None => otherwise.clone(),
    };
    Some(Service {
        selector: own(cx, "selector", raw.selector.as_ref(), behind.selector),
        labels: own(cx, "labels", raw.labels.as_ref(), behind.labels),
        annotations: annotations(cx, &path.key("annotations"), raw.annotations.as_ref()),
        patch: patch(cx, &path.key("patch"), raw.patch.as_ref(), OF_SERVICE),
        name: name?,
        kind: kind(cx, path, raw),
        headless: raw.headless.as_ref().is_some_and(|headless| headless.value),
        ports: ports?,
        external_traffic_policy: raw.external_traffic_policy.as_ref().map(traffic_policy),
        internal_traffic_policy: raw.internal_traffic_policy.as_ref().map(traffic_policy),
        session_affinity: raw
            .session_affinity
            .as_ref()
            .map(|affinity| match affinity.value {
                RawSessionAffinity::ClientIp => "ClientIP",
                RawSessionAffinity::None => "None",
            }),
        source_ranges: ranges?,
        publish_not_ready: raw.publish_not_ready_addresses.as_ref().map(|it| it.value),
    })
}

fn traffic_policy(raw: &At<RawTrafficPolicy>) -> &'static str {
    match raw.value {
        RawTrafficPolicy::Cluster => "Cluster",
        RawTrafficPolicy::Local => "Local",
    }
}

fn kind(cx: &mut Cx, path: &Path<'_>, raw: &RawService) -> ServiceType {
    let kind = match raw.r#type.as_ref().map(|kind| kind.value) {
        Some(RawServiceType::ClusterIp) | None => ServiceType::ClusterIp,
        Some(RawServiceType::NodePort) => ServiceType::NodePort,
        Some(RawServiceType::LoadBalancer) => ServiceType::LoadBalancer,
    };
    let headless = raw.headless.as_ref().filter(|headless| headless.value);
    if let (Some(headless), true) = (headless, kind != ServiceType::ClusterIp) {
        let message = "a Service without an address of its own can't be reached from outside";
        let because = raw
            .r#type
            .as_ref()
            .map(|kind| (kind.span, "it has this type"));
        let here = &path.key("headless");
        cx.excluded(
            here,
            message,
            headless.span,
            "leave one of the two out",
            because,
        );
    }
    kind
}

fn ports(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawService,
    workload: &RawWorkload,
) -> Option<Vec<ServicePort>> {
    let here = path.key("ports");
    let given = raw.ports.as_deref().unwrap_or_default();
    cx.unique(&here, "a port", given.iter().map(|port| port.name.as_ref()));
    same_ports(cx, &here, given);
    let none = raw.ports.as_ref().is_some_and(Vec::is_empty);
    if let (true, Some(first)) = (none, &workload.name) {
        let at = raw.name.as_ref().unwrap_or(first).span;
        let right = "expected one port or more";
        cx.needs(&here, "a Service needs a port", at, right);
    }
    if let (2.., Some(unnamed)) = (given.len(), given.iter().find(|port| port.name.is_none())) {
        let message = "ports of a Service with several ports need names";
        cx.needs(&here, message, unnamed.span, "expected a `name`");
    }
    each(cx, &here, raw.ports.as_ref(), |cx, path, raw| {
        port(cx, path, raw)
    })
}

/// The Service and each node have each number once a protocol.
fn same_ports(cx: &mut Cx, path: &Path<'_>, given: &[At<RawServicePort>]) {
    once(cx, path, given, "the port", |port| port.port.as_ref());
    once(cx, path, given, "the node port", |port| {
        port.node_port.as_ref()
    });
}

fn once<'r>(
    cx: &mut Cx,
    path: &Path<'_>,
    given: &'r [At<RawServicePort>],
    what: &str,
    of: impl Fn(&'r RawServicePort) -> Option<&'r At<u16>>,
) {
    let mut seen: Vec<(&At<u16>, Protocol)> = Vec::new();
    for (index, port) in given.iter().enumerate() {
        let Some(number) = of(port) else { continue };
        let protocol = protocol(port.protocol.as_ref());
        let same =
            |(other, its): &&(&At<u16>, Protocol)| other.value == number.value && *its == protocol;
        if let Some((first, _)) = seen.iter().find(same) {
            let message = format!("the Service has {what} {} already", number.value);
            let finding = Diagnostic::new(Code::DuplicateName, message)
                .at(number.span, "expected another number")
                .and(first.span, "it stands here first");
            cx.push(&path.index(index), finding);
        }
        seen.push((number, protocol));
    }
}

/// Source: GKE documentation, "Service parameters", internal traffic policy.
fn not_local(cx: &mut Cx, path: &Path<'_>, raw: &RawService) {
    let policy = raw.internal_traffic_policy.as_ref();
    if let Some(local) = policy.filter(|policy| policy.value == RawTrafficPolicy::Local) {
        let message = "Dataplane V2 has no internal traffic policy `Local`";
        let right = "expected `Cluster`, or leave this out";
        let here = path.key("internalTrafficPolicy");
        cx.excluded(&here, message, local.span, right, None);
    }
}

fn port(cx: &mut Cx, path: &Path<'_>, raw: &RawServicePort) -> Option<ServicePort> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), |name| {
        PortName::parse(name)
    });
    let port = port_number(cx, &path.key("port"), raw.port.as_ref());
    let target_port = match &raw.target_port {
        Some(target) => port_ref(cx, &path.key("targetPort"), target),
        None => port.map(PortRef::Number),
    };
    let node_port = port_number(cx, &path.key("nodePort"), raw.node_port.as_ref());
    let app_protocol = raw.app_protocol.as_ref();
    Some(ServicePort {
        name,
        port: port?,
        target_port: target_port?,
        protocol: protocol(raw.protocol.as_ref()),
        node_port,
        app_protocol: app_protocol.map_or_else(String::new, |word| word.value.clone()),
    })
}

/// A port by number or by name.
pub(super) fn port_ref(cx: &mut Cx, path: &Path<'_>, raw: &At<RawPortRef>) -> Option<PortRef> {
    let read = match &raw.value {
        RawPortRef::Number(number) => Port::parse((*number).into()).map(PortRef::Number),
        RawPortRef::Name(name) => PortName::parse(name).map(PortRef::Name),
    };
    cx.fits(path, raw.span, read)
}
