//! What egress policies on GKE forget: the DNS and the metadata server.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::{Lint, placed, some_of};
use crate::diag::{Code, Diagnostic, Severity};
use crate::model::port::{Port, Protocol};
use crate::netpol::dns::{Lookup, Resolver};
use crate::netpol::{
    Connection, Endpoint, Evaluator, Flow, PolicyId, Verdict, Workload, WorkloadId, reach,
};

const DNS_PROTOCOLS: [Protocol; 2] = [Protocol::Udp, Protocol::Tcp];

/// What is wrong with a group of pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trap {
    /// No connection may be opened at all, look-ups included.
    Closed,
    NoDns,
    NotEverywhere,
    NoTcp,
    NoMetadata,
}

/// Pods that may open connections, and can't look names up or get credentials. Of pods that may
/// open none at all this is only worth knowing: they are closed on purpose.
pub(super) fn of_pods(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let resolver = Resolver::new(lint.world, lint.facts.reading, &lint.facts.dns);
    let evaluator = resolver.evaluator();
    let mut groups: BTreeMap<(Trap, PolicyId), Vec<WorkloadId>> = BTreeMap::new();
    let open = with_egress(lint);
    let all = lint.world.workloads().iter().enumerate();
    let judged = all.filter(|(_, workload)| !workload.host_network);
    for id in judged.map(|(index, _)| WorkloadId(index)) {
        let Some(policy) = isolating(&evaluator, id) else {
            continue;
        };
        let closed = !open.contains(&id)
            && DNS_PROTOCOLS
                .iter()
                .all(|protocol| resolver.lookup(&evaluator, id, *protocol) == Lookup::Denied);
        let traps = match closed {
            true => vec![Trap::Closed],
            false => traps(lint, &resolver, &evaluator, id),
        };
        for trap in traps {
            groups.entry((trap, policy)).or_default().push(id);
        }
    }
    groups
        .iter()
        .map(|((trap, policy), ids)| finding(lint, *trap, *policy, ids))
        .collect()
}

/// Workloads that reach anything at all. Pods on their node's network don't count: a pod's own node
/// is never closed to it, and nobody opened it.
fn with_egress(lint: &Lint<'_>) -> BTreeSet<WorkloadId> {
    let reach = reach(lint.world, lint.facts.reading);
    let workloads = lint.world.workloads();
    let numbers = |w: &Workload| reach.find_workloads(Some(&w.namespace), &w.name);
    let on_nodes = workloads.iter().filter(|workload| workload.host_network);
    let on_nodes: BTreeSet<usize> = on_nodes.flat_map(numbers).collect();
    let opens = |number: &usize| {
        let reached = reach.from(*number);
        reached.iter().any(|(to, _)| !on_nodes.contains(to))
    };
    let all = workloads.iter().enumerate();
    let some = all.filter(|(_, workload)| numbers(workload).iter().any(opens));
    some.map(|(index, _)| WorkloadId(index)).collect()
}

/// Whose fault it is: the first policy that isolates a workload's egress.
fn isolating(evaluator: &Evaluator<'_>, id: WorkloadId) -> Option<PolicyId> {
    let evaluation = evaluator.evaluate(&to_metadata(id)?);
    evaluation.egress?.isolating.first().copied()
}

fn to_metadata(id: WorkloadId) -> Option<Flow> {
    Some(Flow {
        source: Endpoint::Workload(id),
        destination: Endpoint::Address(IpAddr::from([169, 254, 169, 254])),
        connection: Connection::tcp(Port::parse(80).ok()?),
    })
}

fn traps(
    lint: &Lint<'_>,
    resolver: &Resolver,
    evaluator: &Evaluator<'_>,
    id: WorkloadId,
) -> Vec<Trap> {
    let udp = resolver.lookup(evaluator, id, Protocol::Udp);
    let tcp = resolver.lookup(evaluator, id, Protocol::Tcp);
    let mut found = Vec::new();
    match (udp, tcp) {
        (Lookup::Denied, _) => found.push(Trap::NoDns),
        (Lookup::Perhaps, _) if lint.facts.dns_known => found.push(Trap::NotEverywhere),
        (_, Lookup::Denied) => found.push(Trap::NoTcp),
        (Lookup::Allowed, Lookup::Perhaps) => found.push(Trap::NoTcp),
        _ => {}
    }
    let account = lint
        .world
        .workload(id)
        .is_some_and(|w| w.service_account.is_some());
    let metadata = to_metadata(id).map(|flow| evaluator.evaluate(&flow).verdict);
    if lint.facts.workload_identity && account && metadata == Some(Verdict::Denied) {
        found.push(Trap::NoMetadata);
    }
    found
}

fn finding(lint: &Lint<'_>, trap: Trap, policy: PolicyId, ids: &[WorkloadId]) -> Diagnostic {
    let who = some_of(lint.world, ids);
    let (code, message, label) = match trap {
        Trap::Closed => (
            Code::EgressWithoutDns,
            format!("{who} may open no connections, and not look names up either"),
            "nothing at all may go out",
        ),
        Trap::NoDns => (
            Code::EgressWithoutDns,
            format!("{who} may open connections, but not look names up"),
            "egress to the cluster's DNS is not allowed",
        ),
        Trap::NotEverywhere => (
            Code::EgressWithoutDns,
            format!("{who} may not look names up everywhere where the cluster's DNS may answer"),
            "GKE decides where it does",
        ),
        Trap::NoTcp => (
            Code::EgressWithoutDns,
            format!("{who} may ask the DNS over UDP, but not over TCP"),
            "long answers come over TCP",
        ),
        Trap::NoMetadata => (
            Code::EgressWithoutMetadata,
            format!("{who} may not ask the metadata server for credentials"),
            "Workload Identity needs egress to `169.254.169.254/32` on TCP 80",
        ),
    };
    let span = lint
        .world
        .policy(policy)
        .and_then(|policy| policy.spans.policy);
    let mut finding = placed(Diagnostic::new(code, message), span, label);
    if trap == Trap::Closed {
        finding.severity = Severity::Info;
    }
    match code {
        Code::EgressWithoutDns => finding.help(
            "allow UDP and TCP 53 to the pods `k8s-app: kube-dns` and `k8s-app: node-local-dns` of \
             `kube-system`, and with Cloud DNS to `169.254.169.254/32`",
        ),
        _ => finding,
    }
}
