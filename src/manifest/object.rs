//! One Kubernetes object -> what it adds to a world.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value as Json;

use super::fields::{Trouble, given};
use super::problem::{Problem, Unread, What};
use super::tree::{Node, Value};
use super::{gke, policies, services, workloads};
use crate::model::logging::{ENABLE_DENY_LOGGING, ENABLE_LOGGING, LoggingSpec};
use crate::model::names::CLUSTER_KINDS;
use crate::netpol::world::{
    Endpoints, Namespace, Policy, PolicySpans, PolicySpec, Service, Workload,
};
use crate::source::Span;

/// What one object adds.
#[derive(Debug)]
pub(super) enum Item {
    Namespace(Namespace),
    Workload(Workload),
    Service(Service),
    Endpoints(String, String, Vec<Endpoints>),
    Policy(Policy),
    Logging(LoggingSpec),
    Node(Vec<IpNet>),
    Edge(Json),
    /// Namespace, kind and name of a workload that an autoscaler gives more pods than one.
    Scaled(String, String, String),
    Unread(Unread),
}

/// What was found in some documents.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) items: Vec<Item>,
    pub(super) problems: Vec<Problem>,
    /// Whether what is read now may hold bare words that mean two things.
    pub(super) ambiguous: bool,
}

/// The parts of an object that every kind has.
struct Head<'n> {
    kind: &'n str,
    group: &'n str,
    api_version: Option<&'n str>,
    namespace: &'n str,
    name: &'n str,
}

impl Items {
    /// Reads an object, or each object of a list.
    pub(super) fn read(&mut self, node: &Node, kind_of_list: Option<&str>) {
        let kind = node.get("kind").and_then(Node::as_str).or(kind_of_list);
        let (Some(kind), Value::Map(_)) = (kind, &node.value) else {
            return self.unread(node, None);
        };
        // A list has no name; an object that has one may call anything its items.
        let named = super::fields::along(node, &["metadata", "name"]).is_some();
        let items = given(node, "items").filter(|_| !named);
        let items = items.map(|items| &items.value);
        if let (Some(of), Some(Value::Seq(items))) = (kind.strip_suffix("List"), items) {
            for item in items {
                self.read(item, Some(of).filter(|of| !of.is_empty()));
            }
            return;
        }
        let head = head(node, kind);
        let mut trouble = Trouble::new(title(&head));
        if self.ambiguous {
            bare_words(node, &mut trouble);
        }
        keys_twice(node, &mut trouble);
        version(node, &head, &mut trouble);
        let nameless = understood(&head) && head.name.is_empty();
        let item = match nameless {
            // A template that nobody filled in, most often: the API server takes no such object.
            true => {
                let metadata = given(node, "metadata").unwrap_or(node);
                trouble.add(metadata.span, What::Missing("metadata.name"));
                None
            }
            false => item(node, &head, &mut trouble),
        };
        misplaced(node, &head, &mut trouble);
        self.problems.append(&mut trouble.problems);
        match item {
            Some(item) => self.items.push(item),
            None if understood(&head) => {}
            None => {
                self.edge(node, &head);
                self.items.extend(scaled(node, &head));
                self.unread(node, Some(&head));
            }
        }
    }

    /// Where load balancers lead to changes nothing in who reaches whom, but it tells what should.
    fn edge(&mut self, node: &Node, head: &Head<'_>) {
        if matches!(head.kind, "Ingress" | "Gateway" | "HTTPRoute") {
            self.items.push(Item::Edge(node.to_json()));
        }
    }

    fn unread(&mut self, node: &Node, head: Option<&Head<'_>>) {
        self.items.push(Item::Unread(Unread {
            kind: head.map(|head| head.kind.to_owned()),
            api_version: head.and_then(|head| head.api_version).map(str::to_owned),
            name: head.map_or_else(String::new, place_and_name),
            span: node.span,
            known: head.is_some_and(|head| has_no_say(head)),
        }));
    }
}

fn head<'n>(node: &'n Node<'n>, kind: &'n str) -> Head<'n> {
    let api_version = node.get("apiVersion").and_then(Node::as_str);
    let metadata = given(node, "metadata");
    let text = |key| metadata.and_then(|metadata| given(metadata, key)?.as_str());
    Head {
        kind,
        group: api_version.map_or("", |v| v.split_once('/').map_or("", |(group, _)| group)),
        api_version,
        namespace: text("namespace")
            .filter(|ns| !ns.is_empty())
            .unwrap_or("default"),
        name: text("name").or_else(|| text("generateName")).unwrap_or(""),
    }
}

fn title(head: &Head<'_>) -> String {
    format!("{} {}", head.kind, place_and_name(head))
}

/// Namespace and name, or the name alone of what is in no namespace.
fn place_and_name(head: &Head<'_>) -> String {
    match CLUSTER_KINDS.contains(&head.kind) || head.name.is_empty() {
        true => head.name.to_owned(),
        false => format!("{}/{}", head.namespace, head.name),
    }
}

/// Which reader an object goes to. A kind alone says little: other groups use the same words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Namespace,
    Node,
    Pod,
    Controller(&'static [&'static str]),
    Service,
    Endpoints,
    Slice,
    NetworkPolicy,
    Fqdn,
    Clusterwide,
    Logging,
    Inert(&'static str),
    Other,
}

const ADMIN: &str = "Cilium does not implement it";
const CILIUM: &str = "GKE serves only the clusterwide kind of Cilium's policies";

fn sort(head: &Head<'_>) -> Sort {
    let group = head.group;
    let core = group.is_empty();
    match head.kind {
        "Namespace" if core => Sort::Namespace,
        "Node" if core => Sort::Node,
        "Pod" if core => Sort::Pod,
        "Service" if core => Sort::Service,
        "Endpoints" if core => Sort::Endpoints,
        "EndpointSlice" => Sort::Slice,
        "NetworkPolicy" if matches!(group, "" | "networking.k8s.io" | "extensions") => {
            Sort::NetworkPolicy
        }
        "FQDNNetworkPolicy" => Sort::Fqdn,
        "CiliumClusterwideNetworkPolicy" => Sort::Clusterwide,
        "NetworkLogging" if matches!(group, "" | "networking.gke.io") => Sort::Logging,
        "CiliumNetworkPolicy" => Sort::Inert(CILIUM),
        "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" | "ClusterNetworkPolicy" => {
            Sort::Inert(ADMIN)
        }
        kind if matches!(group, "" | "apps" | "batch" | "extensions") => {
            workloads::template_path(kind).map_or(Sort::Other, Sort::Controller)
        }
        _ => Sort::Other,
    }
}

fn understood(head: &Head<'_>) -> bool {
    sort(head) != Sort::Other
}

/// Kinds that can't change who reaches whom, so that nobody need worry about them.
fn has_no_say(head: &Head<'_>) -> bool {
    matches!(
        head.kind,
        "ConfigMap"
            | "Secret"
            | "ServiceAccount"
            | "Role"
            | "RoleBinding"
            | "ClusterRole"
            | "ClusterRoleBinding"
            | "PersistentVolume"
            | "PersistentVolumeClaim"
            | "StorageClass"
            | "HorizontalPodAutoscaler"
            | "PodDisruptionBudget"
            | "ResourceQuota"
            | "LimitRange"
            | "PriorityClass"
            | "Event"
            | "Lease"
            | "ControllerRevision"
            | "CustomResourceDefinition"
            | "ValidatingWebhookConfiguration"
            | "MutatingWebhookConfiguration"
            | "ValidatingAdmissionPolicy"
            | "ValidatingAdmissionPolicyBinding"
            | "APIService"
            | "RuntimeClass"
            | "CSIDriver"
            | "VolumeSnapshotClass"
            | "Ingress"
            | "IngressClass"
            | "Gateway"
            | "GatewayClass"
            | "HTTPRoute"
            | "GRPCRoute"
            | "ReferenceGrant"
            | "HealthCheckPolicy"
            | "GCPBackendPolicy"
            | "GCPGatewayPolicy"
            | "BackendConfig"
            | "FrontendConfig"
            | "ManagedCertificate"
    )
}

fn item(node: &Node, head: &Head<'_>, trouble: &mut Trouble) -> Option<Item> {
    let (namespace, name) = (head.namespace, head.name);
    let workload = || workloads::named(namespace, name, head.kind, node);
    match sort(head) {
        Sort::Namespace => self::namespace(node, name, trouble).map(Item::Namespace),
        Sort::Node => Some(Item::Node(node_addresses(node))),
        Sort::Pod => Some(Item::Workload(workloads::pod(node, workload(), trouble))),
        Sort::Controller(path) => {
            let workload = workloads::controller(node, path, workload(), trouble);
            Some(Item::Workload(workload))
        }
        Sort::Service => services::service(node, namespace, name, trouble).map(Item::Service),
        Sort::Endpoints => {
            let behind = services::endpoints(node, trouble);
            Some(Item::Endpoints(namespace.into(), name.into(), behind))
        }
        Sort::Slice => services::slice(node, trouble).map(|(service, behind)| {
            Item::Endpoints(namespace.into(), service.into(), vec![behind])
        }),
        Sort::Logging => gke::logging(node, name, trouble).map(Item::Logging),
        Sort::NetworkPolicy => {
            let found = policies::network(node, trouble);
            policy(node, Some(namespace), name, Some(found), trouble)
        }
        Sort::Fqdn => {
            let found = gke::fqdn(node, trouble);
            policy(node, Some(namespace), name, found, trouble)
        }
        Sort::Clusterwide => {
            let found = gke::clusterwide(node, trouble);
            policy(node, None, name, found, trouble)
        }
        Sort::Inert(why) => {
            let kind = head.kind.to_owned();
            trouble.add(kind_span(node), What::Inert { kind, why });
            None
        }
        Sort::Other => None,
    }
}

/// The version by which GKE serves a kind that is read here.
/// Source: Kubernetes documentation, "Deprecated API Migration Guide".
fn served_version(kind: &str) -> &'static str {
    match kind {
        "NetworkPolicy" => "networking.k8s.io/v1",
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => "apps/v1",
        "Job" | "CronJob" => "batch/v1",
        "EndpointSlice" => "discovery.k8s.io/v1",
        "FQDNNetworkPolicy" | "NetworkLogging" => "networking.gke.io/v1alpha1",
        "CiliumClusterwideNetworkPolicy" => "cilium.io/v2",
        _ => "v1",
    }
}

/// An object of a version that is served no more, or never was.
fn version(node: &Node, head: &Head<'_>, trouble: &mut Trouble) {
    let unread = matches!(sort(head), Sort::Other | Sort::Inert(_));
    let written = head.api_version.filter(|_| !unread);
    let right = served_version(head.kind);
    if let Some(written) = written.filter(|written| *written != right) {
        let place = node.get("apiVersion").map_or(node.span, |found| found.span);
        let what = What::Version {
            kind: head.kind.to_owned(),
            written: written.to_owned(),
            right,
        };
        trouble.add(place, what);
    }
}

/// Names every bare word, wherever in the object it stands: kubectl reads the whole of it.
fn bare_words(node: &Node, trouble: &mut Trouble) {
    if let Value::Word(word, _) = &node.value {
        trouble.add(node.span, What::BareWord(word.clone()));
    }
    let values = node.entries().iter().map(|entry| &entry.value);
    for value in node.items().iter().chain(values) {
        bare_words(value, trouble);
    }
}

/// As many entries as are compared one with another.
const FEW: usize = 16;

/// Names every key that a map has twice. Kustomize refuses them, and who applies the file gets one of
/// the two values.
fn keys_twice(node: &Node, trouble: &mut Trouble) {
    let entries = node.entries();
    let mut seen = HashSet::new();
    for (index, entry) in entries.iter().enumerate() {
        // Most maps are small, and looking at what stands before costs less than any set.
        let again = match entries.len() > FEW {
            true => !seen.insert(entry.key.as_ref()),
            false => entries[..index]
                .iter()
                .any(|before| before.key == entry.key),
        };
        if again {
            trouble.add(entry.key_span, What::DuplicateKey(entry.key.to_string()));
        }
    }
    let values = entries.iter().map(|entry| &entry.value);
    node.items()
        .iter()
        .chain(values)
        .for_each(|value| keys_twice(value, trouble));
}

/// Logging annotations of pods and controllers, which nobody looks for there. On policies and
/// namespaces they are judged with everything else.
fn misplaced(node: &Node, head: &Head<'_>, trouble: &mut Trouble) {
    let path: &[&str] = match sort(head) {
        Sort::Controller(path) => path,
        Sort::Pod => &[],
        _ => return,
    };
    let template = super::fields::along(node, path).filter(|_| !path.is_empty());
    for metadata in [Some(node), template].into_iter().flatten() {
        let annotations = super::fields::along(metadata, &["metadata", "annotations"]);
        for (key, right) in [
            (ENABLE_LOGGING, "a policy"),
            (ENABLE_DENY_LOGGING, "a namespace"),
        ] {
            if let Some(found) = annotations.and_then(|all| all.get(key)) {
                trouble.add(found.span, What::Misplaced { key, right });
            }
        }
    }
}

fn kind_span(node: &Node) -> Span {
    node.get("kind").map_or(node.span, |kind| kind.span)
}

/// A policy, unless the API server would refuse it: then nobody can say what it does.
fn policy(
    node: &Node,
    namespace: Option<&str>,
    name: &str,
    found: Option<(PolicySpec, PolicySpans)>,
    trouble: &mut Trouble,
) -> Option<Item> {
    let metadata = given(node, "metadata");
    let annotations = metadata.and_then(|metadata| trouble.labels(metadata, "annotations"));
    let (spec, spans) = found.filter(|_| !trouble.failed())?;
    let place = metadata.and_then(|metadata| metadata.get("name"));
    Some(Item::Policy(Policy {
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
        annotations: annotations.unwrap_or_default(),
        spec,
        spans: PolicySpans {
            policy: Some(place.map_or(node.span, |name| name.span)),
            ..spans
        },
    }))
}

/// What an autoscaler scales, if to more than one pod.
fn scaled(node: &Node, head: &Head<'_>) -> Option<Item> {
    if head.kind != "HorizontalPodAutoscaler" {
        return None;
    }
    let spec = given(node, "spec")?;
    let most = given(spec, "maxReplicas").map(|most| &most.value);
    let target = given(spec, "scaleTargetRef")?;
    let text = |key| Some(given(target, key)?.as_str()?.to_owned());
    let more = matches!(most, Some(Value::Int(most)) if *most > 1);
    more.then_some(())?;
    Some(Item::Scaled(
        head.namespace.to_owned(),
        text("kind")?,
        text("name")?,
    ))
}

fn namespace(node: &Node, name: &str, trouble: &mut Trouble) -> Option<Namespace> {
    let metadata = given(node, "metadata")?;
    Some(Namespace {
        name: name.to_owned(),
        labels: trouble.object_labels(metadata),
        annotations: trouble.labels(metadata, "annotations").unwrap_or_default(),
        span: Some(node.span),
    })
}

fn node_addresses(node: &Node) -> Vec<IpNet> {
    let addresses = super::fields::along(node, &["status", "addresses"]);
    let addresses = addresses.map_or(&[][..], Node::items);
    addresses
        .iter()
        .filter_map(|address| address.get("address")?.as_str()?.parse::<IpAddr>().ok())
        .map(IpNet::from)
        .collect()
}
