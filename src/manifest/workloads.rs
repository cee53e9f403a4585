//! Pods, and the controllers that make them.

use std::net::IpAddr;

use super::fields::{Trouble, along, given};
use super::tree::{Node, Value};
use crate::model::labels::Labels;
use crate::model::port::{Port, Protocol};
use crate::netpol::world::{ContainerPort, Pod, Workload};

/// Where the pod template of a controller stands; none if the kind makes no pods.
pub(super) fn template_path(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "Deployment"
        | "ReplicaSet"
        | "StatefulSet"
        | "DaemonSet"
        | "Job"
        | "ReplicationController" => Some(&["spec", "template"]),
        "CronJob" => Some(&["spec", "jobTemplate", "spec", "template"]),
        _ => None,
    }
}

/// A controller's pods.
pub(super) fn controller(
    object: &Node,
    path: &[&str],
    mut workload: Workload,
    trouble: &mut Trouble,
) -> Workload {
    workload.replicated = replicated(object, &workload.kind, trouble);
    let Some(template) = along(object, path) else {
        return workload;
    };
    if let Some(metadata) = given(template, "metadata") {
        workload.labels = trouble.object_labels(metadata);
    }
    if let Some(spec) = given(template, "spec") {
        pod_spec(spec, &mut workload, trouble);
    }
    workload
}

/// Whether a controller runs several pods at once. One job of a CronJob may overlap with the next, but
/// seldom does.
fn replicated(object: &Node, kind: &str, trouble: &mut Trouble) -> bool {
    let (path, key): (&[&str], _) = match kind {
        "DaemonSet" => return true,
        "Job" => (&["spec"], "parallelism"),
        "CronJob" => (&["spec", "jobTemplate", "spec"], "parallelism"),
        _ => (&["spec"], "replicas"),
    };
    let spec = along(object, path);
    let count = spec.and_then(|spec| trouble.number(spec, key));
    count.is_some_and(|count| count > 1)
}

/// One pod. It belongs to its controller, if it has one; a node is none.
pub(super) fn pod(object: &Node, mut workload: Workload, trouble: &mut Trouble) -> Workload {
    let name = workload.name.clone();
    if let Some(metadata) = given(object, "metadata") {
        workload.labels = trouble.object_labels(metadata);
        if let Some((kind, owner)) = owner(metadata, trouble) {
            workload.kind = kind;
            workload.name = owner;
        }
    }
    if let Some(spec) = given(object, "spec") {
        pod_spec(spec, &mut workload, trouble);
    }
    workload.pods.push(Pod {
        name,
        ips: ips(object),
    });
    workload
}

fn owner(metadata: &Node, trouble: &mut Trouble) -> Option<(String, String)> {
    let owners = trouble.list(metadata, "ownerReferences")?;
    let controls = |owner: &&Node| {
        matches!(
            given(owner, "controller").map(|c| &c.value),
            Some(Value::Bool(true) | Value::Word(_, true))
        )
    };
    let owner = owners.iter().find(controls)?;
    let kind = trouble.text(owner, "kind")?;
    let name = trouble.text(owner, "name")?;
    (kind != "Node").then(|| (kind.to_owned(), name.to_owned()))
}

fn ips(object: &Node) -> Vec<IpAddr> {
    let Some(status) = given(object, "status") else {
        return Vec::new();
    };
    let many = given(status, "podIPs").map_or(&[][..], Node::items);
    let many = many.iter().filter_map(|item| given(item, "ip"));
    let one = given(status, "podIP");
    let mut ips: Vec<IpAddr> = one
        .into_iter()
        .chain(many)
        .filter_map(|node| node.as_str()?.parse().ok())
        .collect();
    ips.sort_unstable();
    ips.dedup();
    ips
}

fn pod_spec(spec: &Node, workload: &mut Workload, trouble: &mut Trouble) {
    workload.host_network = trouble.truth(spec, "hostNetwork").unwrap_or(false);
    let account = trouble
        .text(spec, "serviceAccountName")
        .or_else(|| spec.get("serviceAccount").and_then(Node::as_str));
    workload.service_account = account.filter(|a| !a.is_empty()).map(str::to_owned);
    for container in trouble.list(spec, "containers").unwrap_or(&[]) {
        container_ports(container, workload, trouble);
    }
    for container in trouble.list(spec, "initContainers").unwrap_or(&[]) {
        let sidecar = container.get("restartPolicy").and_then(Node::as_str) == Some("Always");
        if sidecar {
            container_ports(container, workload, trouble);
        }
    }
}

fn container_ports(container: &Node, workload: &mut Workload, trouble: &mut Trouble) {
    for node in trouble.list(container, "ports").unwrap_or(&[]) {
        let protocol = trouble.text(node, "protocol").unwrap_or("TCP");
        let Some(protocol) = trouble.take(node.span, protocol.parse::<Protocol>()) else {
            continue;
        };
        let Some(number) = trouble.number(node, "containerPort") else {
            continue;
        };
        if let Some(port) = trouble.take(node.span, Port::parse(number)) {
            workload.ports.push(ContainerPort {
                name: trouble.text(node, "name").map(str::to_owned),
                protocol,
                port,
            });
        }
    }
}

/// A workload of which only the name is known.
pub(super) fn named(namespace: &str, name: &str, kind: &str, object: &Node) -> Workload {
    Workload {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        labels: Labels::new(),
        ports: Vec::new(),
        host_network: false,
        service_account: None,
        never_ready: false,
        replicated: false,
        pods: Vec::new(),
        span: Some(object.span),
    }
}
