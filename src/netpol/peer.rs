//! Who is at the other end, and whether a rule means them.

use std::net::IpAddr;

use super::Reason;
use super::dialect::{Dialect, Reading};
use super::rules::{Peers, Scope, Test};
use super::world::{Workload, WorkloadId, World};
use crate::model::cidr::IpBlock;
use crate::model::clusterwide::Entity;
use crate::model::fqdn::FqdnMatch;
use crate::model::selector::{Operator, Requirement, Selector};

/// Where a node is, seen from the pod at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodePlace {
    /// It runs the pod.
    Local,
    /// It is another one.
    Remote,
    /// Nobody knows.
    Unknown,
}

/// One end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// A pod of a workload.
    Workload(WorkloadId),
    /// An address. If it is a known pod's, that pod is meant.
    Address(IpAddr),
    /// A host outside the cluster, by its domain name.
    Domain(String),
    /// A node.
    Node(NodePlace),
}

/// One end of a connection, looked up.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Party<'w> {
    Pod(WorkloadId, &'w Workload),
    Address(IpAddr),
    Domain(&'w str),
    Node(NodePlace),
}

impl<'w> Party<'w> {
    /// Looks an end up; none if there is no such workload.
    pub(crate) fn of(world: &'w World, reading: Reading, end: &'w Endpoint) -> Option<Self> {
        Some(match end {
            Endpoint::Workload(id) => Self::workload(reading, *id, world.workload(*id)?),
            Endpoint::Address(ip) => Self::address(world, reading, *ip),
            Endpoint::Domain(name) => Party::Domain(name),
            Endpoint::Node(place) => Party::Node(*place),
        })
    }

    pub(crate) fn workload(reading: Reading, id: WorkloadId, workload: &'w Workload) -> Self {
        if reading.is_node(workload) {
            Party::Node(NodePlace::Unknown)
        } else {
            Party::Pod(id, workload)
        }
    }

    fn address(world: &'w World, reading: Reading, ip: IpAddr) -> Self {
        let mut all = world.workloads().iter().enumerate();
        match all.find(|(_, workload)| workload.ips().any(|own| own == ip)) {
            Some((index, workload)) => Self::workload(reading, WorkloadId(index), workload),
            None if world.nodes.iter().any(|net| net.contains(&ip)) => {
                Party::Node(NodePlace::Unknown)
            }
            None => Party::Address(ip),
        }
    }

    /// The pod, if policies are enforced there.
    pub(crate) fn pod(&self) -> Option<(WorkloadId, &'w Workload)> {
        match self {
            Party::Pod(id, workload) => Some((*id, workload)),
            _ => None,
        }
    }
}

/// Whether a rule means someone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    No,
    Perhaps(Reason),
    Yes,
}

impl Match {
    fn of(matched: bool) -> Self {
        if matched { Match::Yes } else { Match::No }
    }

    fn or(self, other: Match) -> Match {
        match (self, other) {
            (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
            (Match::Perhaps(reason), _) | (_, Match::Perhaps(reason)) => Match::Perhaps(reason),
            _ => Match::No,
        }
    }
}

impl Peers<'_> {
    pub(crate) fn matches(&self, world: &World, reading: Reading, party: &Party<'_>) -> Match {
        match self {
            Peers::Everyone => Match::Yes,
            Peers::Any(tests) => tests.iter().fold(Match::No, |found, test| {
                if found == Match::Yes {
                    found
                } else {
                    found.or(test.matches(world, reading, party))
                }
            }),
        }
    }
}

impl Test<'_> {
    pub(crate) fn matches(&self, world: &World, reading: Reading, party: &Party<'_>) -> Match {
        match (self, party) {
            (Test::Pods(scope, pods), Party::Pod(_, pod)) => {
                Match::of(scope.holds(world, pod) && pods.matches(&pod.labels))
            }
            (Test::Cilium(selector), Party::Pod(_, pod)) => {
                Match::of(cilium_matches(selector, world, pod))
            }
            (Test::Pods(..) | Test::Cilium(_), _) => Match::No,
            (Test::Block(block), Party::Pod(_, pod)) => pod_in_block(block, reading, pod),
            (Test::Block(block), Party::Address(ip)) => Match::of(block.contains(*ip)),
            (Test::Block(block), Party::Domain(_)) => domain_in_block(block),
            (Test::Block(block), Party::Node(_)) => node_in_block(block, world),
            (Test::Domains(domains), Party::Domain(name)) => named(domains, name),
            (Test::Domains(_), Party::Address(_)) => Match::Perhaps(Reason::Fqdn),
            (Test::Domains(_), _) => Match::No,
            (Test::Entity(entity), party) => is_entity(*entity, party),
        }
    }
}

impl Scope<'_> {
    fn holds(&self, world: &World, pod: &Workload) -> bool {
        match self {
            Scope::Own(namespace) => pod.namespace == *namespace,
            Scope::Matching(selector) => world
                .namespace(&pod.namespace)
                .is_some_and(|namespace| selector.matches(&namespace.labels)),
        }
    }
}

/// On Dataplane V2 an address block never means a pod. By the letter it does, if the pod has
/// such an address.
fn pod_in_block(block: &IpBlock, reading: Reading, pod: &Workload) -> Match {
    if reading.dialect == Dialect::Dpv2 {
        return Match::No;
    }
    let family = |ip: &IpAddr| ip.is_ipv4() == block.cidr().is_ipv4();
    let inside: Vec<bool> = pod
        .ips()
        .filter(family)
        .map(|ip| block.contains(ip))
        .collect();
    let known = pod.ips().next().is_some();
    match (inside.iter().all(|i| *i), inside.iter().any(|i| *i)) {
        _ if !known => Match::Perhaps(Reason::PodAddress),
        (true, true) => Match::Yes,
        (false, true) => Match::Perhaps(Reason::PodAddress),
        (_, false) => Match::No,
    }
}

/// Every domain that a lab speaks of has IPv4 addresses; of IPv6 nobody knows.
fn domain_in_block(block: &IpBlock) -> Match {
    let all = block.cidr().net().prefix_len() == 0 && block.except().is_empty();
    if all && block.cidr().is_ipv4() {
        Match::Yes
    } else {
        Match::Perhaps(Reason::DomainAddress)
    }
}

/// By default Cilium's address blocks don't mean nodes, but GKE may have set it otherwise.
fn node_in_block(block: &IpBlock, world: &World) -> Match {
    let net = block.cidr().net();
    let touches = |node: &ipnet::IpNet| net.contains(node) || node.contains(&net);
    if world.nodes.is_empty() || world.nodes.iter().any(touches) {
        Match::Perhaps(Reason::NodeAddress)
    } else {
        Match::No
    }
}

fn named(domains: &[FqdnMatch], name: &str) -> Match {
    Match::of(domains.iter().any(|domain| domain.matches(name)))
}

fn is_entity(entity: Entity, party: &Party<'_>) -> Match {
    let outside = matches!(party, Party::Address(_) | Party::Domain(_));
    match entity {
        Entity::All => Match::Yes,
        Entity::Cluster => Match::of(!outside),
        Entity::World => Match::of(outside),
        Entity::WorldIpv4 | Entity::WorldIpv6 => match party {
            Party::Address(ip) => Match::of(ip.is_ipv4() == (entity == Entity::WorldIpv4)),
            Party::Domain(_) => Match::Perhaps(Reason::DomainAddress),
            _ => Match::No,
        },
        Entity::Host => place(party, NodePlace::Local),
        Entity::RemoteNode => place(party, NodePlace::Remote),
        Entity::KubeApiserver => match party {
            Party::Pod(..) => Match::No,
            _ => Match::Perhaps(Reason::ControlPlane),
        },
        Entity::Unmanaged | Entity::Init | Entity::Health | Entity::Ingress | Entity::None => {
            Match::No
        }
    }
}

fn place(party: &Party<'_>, wanted: NodePlace) -> Match {
    match party {
        Party::Node(NodePlace::Unknown) => Match::Perhaps(Reason::SameNode),
        Party::Node(place) => Match::of(*place == wanted),
        _ => Match::No,
    }
}

const CILIUM_NAMESPACE: &str = "io.kubernetes.pod.namespace";
const CILIUM_NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";
const CILIUM_SERVICE_ACCOUNT: &str = "io.cilium.k8s.policy.serviceaccount";

/// Whether a selector of a Cilium policy means a pod. Its keys may begin with the label's source
/// (`k8s:`, `any:`), and namespace and service account are labels to it.
pub(crate) fn cilium_matches(selector: &Selector, world: &World, pod: &Workload) -> bool {
    let value = |key: &str| cilium_label(key, world, pod);
    selector
        .equalities()
        .all(|(key, wanted)| value(key).is_some_and(|value| value == wanted))
        && selector
            .expressions()
            .iter()
            .all(|condition| holds(condition, value(condition.key())))
}

fn holds(condition: &Requirement, value: Option<&str>) -> bool {
    let listed = value.is_some_and(|value| condition.values().iter().any(|v| v == value));
    match condition.operator() {
        Operator::In => listed,
        Operator::NotIn => !listed,
        Operator::Exists => value.is_some(),
        Operator::DoesNotExist => value.is_none(),
    }
}

fn cilium_label<'w>(key: &str, world: &'w World, pod: &'w Workload) -> Option<&'w str> {
    let key = ["k8s:", "any:"]
        .iter()
        .find_map(|source| key.strip_prefix(source))
        .unwrap_or(key);
    if key == CILIUM_NAMESPACE {
        return Some(&pod.namespace);
    }
    if key == CILIUM_SERVICE_ACCOUNT {
        return Some(pod.service_account.as_deref().unwrap_or("default"));
    }
    match key.strip_prefix(CILIUM_NAMESPACE_LABELS) {
        Some(label) => world.namespace(&pod.namespace)?.labels.get(label),
        None => pod.labels.get(key),
    }
}
