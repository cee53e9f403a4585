//! What is probably not meant: policies that are valid and yet do something else than their author
//! thinks.
//!
//! A lint is a pure function of a world, so that profiles and manifests get the same findings. What
//! is not in the world (pods of `kube-system`, say) is not held against a policy.

mod blocks;
mod doors;
mod logging;
mod ports;
mod redundant;
mod rules;
mod selection;
mod traps;

use std::collections::HashMap;

use ipnet::IpNet;

use crate::diag::{Code, Diagnostic, Severity};
use crate::model::Lab;
use crate::model::labels::{Labels, NAMESPACE_NAME_LABEL};
use crate::model::logging::LoggingSpec;
use crate::model::names::SYSTEM_NAMESPACES;
use crate::model::network::Network;
use crate::model::policy::{NetworkPolicySpec, Peer};
use crate::netpol::dns::{self, DnsPath};
use crate::netpol::{Policy, PolicyId, PolicySpec, Reading, WorkloadId, World};
use crate::source::Span;
use crate::staged::{self, Places};

/// How hard lints look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// At what is there. Every mistake is found.
    Glance,
    /// Rules are taken away too, to see whether anybody notices. That takes longer than all else and
    /// finds what is only worth knowing.
    Trials,
}

/// What lints look at.
#[derive(Debug, Clone)]
pub struct Facts<'w> {
    /// Everything in force.
    pub world: &'w World,
    /// How hard to look.
    pub effort: Effort,
    /// How it is read.
    pub reading: Reading,
    /// Addresses of pods.
    pub pods: Vec<IpNet>,
    /// Addresses of nodes.
    pub nodes: Vec<IpNet>,
    /// Addresses of Services.
    pub services: Vec<IpNet>,
    /// Where the DNS may answer.
    pub dns: Vec<DnsPath>,
    /// Whether it is known where it does, so that a pod should reach all of these places.
    pub dns_known: bool,
    /// Whether pods get their credentials from the metadata server.
    pub workload_identity: bool,
    /// The logging of each stage, or the one that there is.
    pub logging: Vec<LoggingSpec>,
}

impl<'w> Facts<'w> {
    /// What manifests say of a cluster: the addresses of pods, nodes and Services that come from a
    /// running one, and hardly anything else.
    pub fn of_manifests(world: &'w World, reading: Reading) -> Self {
        let pods = world
            .workloads()
            .iter()
            .filter(|workload| !workload.host_network);
        Self {
            world,
            effort: Effort::Trials,
            reading,
            pods: pods
                .flat_map(|workload| workload.ips())
                .map(IpNet::from)
                .collect(),
            nodes: world.nodes.clone(),
            services: service_addresses(world).collect(),
            dns: dns::ANYWHERE.to_vec(),
            dns_known: false,
            workload_identity: false,
            logging: vec![world.logging],
        }
    }

    /// What a lab says of its cluster, with the world of its last stage.
    fn of_lab(world: &'w World, lab: &Lab, effort: Effort) -> Self {
        let (pods, nodes, mut services) = match &lab.cluster.network {
            Network::Own(own) => (
                vec![IpNet::V4(own.pods.range)],
                vec![IpNet::V4(own.subnet.range)],
                vec![IpNet::V4(own.services.range)],
            ),
            Network::Existing(_) => (Vec::new(), Vec::new(), Vec::new()),
        };
        services.extend(service_addresses(world));
        let standard = lab.cluster.standard();
        let stages = lab.stages.iter().map(|stage| stage.logging);
        Self {
            world,
            effort,
            reading: Reading::DPV2,
            pods,
            nodes,
            services,
            dns: dns::paths(&lab.cluster),
            dns_known: true,
            workload_identity: standard.is_none_or(|standard| standard.workload_identity),
            logging: stages.chain([lab.logging]).collect(),
        }
    }
}

/// The addresses of Services that somebody wrote down.
fn service_addresses(world: &World) -> impl Iterator<Item = IpNet> {
    let services = world.services().iter();
    services.flat_map(|service| service.cluster_ips.iter().copied().map(IpNet::from))
}

/// Lints of a lab, with all policies in force that its stages apply.
pub fn lab(lab: &Lab, places: &Places, effort: Effort) -> Vec<Diagnostic> {
    let world = staged::world(lab, lab.stages.last(), places);
    let mut found = lints(&Facts::of_lab(&world, lab, effort));
    found.extend(logging::of_workloads(lab));
    for finding in &mut found {
        // A lab leaves doors open on purpose: that is where it starts.
        if finding.code == Code::UnprotectedWorkload {
            finding.severity = Severity::Info;
        }
    }
    found
}

/// All lints of a world, in the order of its policies.
pub fn lints(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let lint = Lint::new(facts);
    let mut found = Vec::new();
    for (index, policy) in facts.world.policies().iter().enumerate() {
        let subject = Subject {
            policy,
            selected: lint.selected(PolicyId(index)),
        };
        found.extend(selection::of_policy(&lint, &subject));
        found.extend(rules::of_policy(&lint, &subject));
        found.extend(blocks::of_policy(&lint, &subject));
        found.extend(ports::of_policy(&lint, &subject));
        found.extend(logging::of_policy(&lint, &subject));
    }
    found.extend(logging::of_namespaces(facts));
    if facts.effort == Effort::Trials {
        let mut idle = redundant::rules(&lint);
        idle.retain(|finding| !explained(finding, &found));
        found.extend(idle);
    }
    found.extend(traps::of_pods(&lint));
    found.extend(doors::front_doors(&lint));
    found.extend(selection::unprotected(&lint));
    found
}

/// Whether a rule that changes nothing has a finding already that says why.
fn explained(finding: &Diagnostic, others: &[Diagnostic]) -> bool {
    let place = |finding: &Diagnostic| finding.primary.as_ref().map(|label| label.span);
    let same = others.iter().filter(|other| place(other) == place(finding));
    let codes = [
        Code::UnresolvedPortName,
        Code::PeerSelectsNothing,
        Code::BlockOfPods,
    ];
    same.into_iter().any(|other| codes.contains(&other.code))
}

/// The facts, with what many lints look up.
struct Lint<'w> {
    facts: &'w Facts<'w>,
    world: &'w World,
    by_namespace: HashMap<&'w str, Vec<WorkloadId>>,
}

/// A policy and the pods that it selects.
struct Subject<'w> {
    policy: &'w Policy,
    selected: Vec<WorkloadId>,
}

impl<'w> Lint<'w> {
    fn new(facts: &'w Facts<'w>) -> Self {
        let mut by_namespace: HashMap<&str, Vec<WorkloadId>> = HashMap::new();
        for (index, workload) in facts.world.workloads().iter().enumerate() {
            by_namespace
                .entry(&workload.namespace)
                .or_default()
                .push(WorkloadId(index));
        }
        Self {
            facts,
            world: facts.world,
            by_namespace,
        }
    }

    fn in_namespace(&self, namespace: &str) -> &[WorkloadId] {
        self.by_namespace.get(namespace).map_or(&[], Vec::as_slice)
    }

    fn labels(&self, id: WorkloadId) -> Option<&'w Labels> {
        self.world.workload(id).map(|workload| &workload.labels)
    }

    fn is_on_node(&self, id: WorkloadId) -> bool {
        let workload = self.world.workload(id);
        workload.is_some_and(|workload| workload.host_network)
    }

    fn selected(&self, id: PolicyId) -> Vec<WorkloadId> {
        let Some(policy) = self.world.policy(id) else {
            return Vec::new();
        };
        let selector = match &policy.spec {
            PolicySpec::Network(spec) => spec.selector(),
            PolicySpec::Fqdn(spec) => spec.selector(),
            PolicySpec::Clusterwide(_) => return self.world.selected(id),
        };
        let all = self.in_namespace(namespace(policy)).iter().copied();
        let fits = |id: &WorkloadId| {
            self.labels(*id)
                .is_some_and(|labels| selector.matches(labels))
        };
        all.filter(fits).collect()
    }

    /// The pods that a peer means, or none if it may mean pods that are not known here.
    fn peer_pods(&self, own: &str, peer: &Peer) -> Option<Vec<WorkloadId>> {
        let (namespaces, pods) = match peer {
            Peer::Pods(pods) => (vec![own], Some(pods)),
            Peer::Namespaces(wanted) => (self.namespaces(wanted)?, None),
            Peer::PodsIn { pods, namespaces } => (self.namespaces(namespaces)?, Some(pods)),
            Peer::IpBlock(_) => return None,
        };
        let all: Vec<WorkloadId> = namespaces
            .iter()
            .flat_map(|name| self.in_namespace(name))
            .copied()
            .collect();
        if all.is_empty() && !namespaces.is_empty() {
            return None;
        }
        let fits = |id: &WorkloadId| {
            let labels = self.labels(*id);
            pods.is_none_or(|pods| labels.is_some_and(|labels| pods.matches(labels)))
        };
        Some(all.into_iter().filter(fits).collect())
    }

    /// The known namespaces that a selector means; none if it may mean one that GKE makes.
    fn namespaces(&self, wanted: &crate::model::selector::Selector) -> Option<Vec<&'w str>> {
        // Whatever is known of them, there is more in them.
        for name in SYSTEM_NAMESPACES {
            let mut labels = Labels::new();
            labels.insert(NAMESPACE_NAME_LABEL, *name);
            if wanted.matches(&labels) {
                return None;
            }
        }
        let all = self
            .world
            .namespaces()
            .filter(|namespace| wanted.matches(&namespace.labels));
        Some(all.map(|namespace| namespace.name.as_str()).collect())
    }
}

fn namespace(policy: &Policy) -> &str {
    policy.namespace.as_deref().unwrap_or("default")
}

impl<'w> Subject<'w> {
    fn network(&self) -> Option<&'w NetworkPolicySpec> {
        match &self.policy.spec {
            PolicySpec::Network(spec) => Some(spec),
            _ => None,
        }
    }

    /// A finding at the policy's name.
    fn finding(&self, code: Code, message: String, label: &str) -> Diagnostic {
        placed(
            Diagnostic::new(code, message),
            self.policy.spans.policy,
            label,
        )
    }

    /// A finding at a rule.
    fn at_rule(&self, code: Code, message: String, rule: Option<Span>, label: &str) -> Diagnostic {
        placed(
            Diagnostic::new(code, message),
            rule.or(self.policy.spans.policy),
            label,
        )
    }
}

/// With its place, where that is known.
fn placed(finding: Diagnostic, span: Option<Span>, label: &str) -> Diagnostic {
    match span {
        Some(span) => finding.at(span, label),
        None => finding,
    }
}

/// `` `a`, `b` and 3 more ``
fn some_of(world: &World, ids: &[WorkloadId]) -> String {
    const SHOWN: usize = 4;
    let mut names: Vec<&str> = ids
        .iter()
        .filter_map(|id| world.workload(*id))
        .map(|workload| workload.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().saturating_sub(SHOWN) {
        0 => match shown.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => shown.concat(),
        },
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
