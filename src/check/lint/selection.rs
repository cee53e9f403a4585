//! Policies and peers that mean nobody, and pods that no policy means.

use std::collections::BTreeMap;

use super::{Lint, Subject, namespace, placed, some_of};
use crate::diag::{Code, Diagnostic};
use crate::model::policy::{Direction, Peer};
use crate::netpol::{PolicyId, PolicySpec, WorkloadId};

/// A policy that selects nothing, or pods on which it has no effect.
pub(super) fn of_policy(lint: &Lint<'_>, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    found.extend(selects_nothing(lint, subject));
    found.extend(host_network(lint, subject));
    found.extend(peers(lint, subject));
    found
}

/// Of a namespace without known pods nobody can say what a policy selects.
fn selects_nothing(lint: &Lint<'_>, subject: &Subject<'_>) -> Option<Diagnostic> {
    let policy = subject.policy;
    let known = match &policy.namespace {
        Some(namespace) => !lint.in_namespace(namespace).is_empty(),
        None => !lint.world.workloads().is_empty(),
    };
    if !known || !subject.selected.is_empty() {
        return None;
    }
    let message = match &policy.namespace {
        Some(namespace) => format!("`{}` selects no pod of `{namespace}`", policy.name),
        None => format!("`{}` selects no pod of any namespace", policy.name),
    };
    let label = "its `podSelector` matches the labels of no pod";
    Some(subject.finding(Code::SelectsNothing, message, label))
}

fn host_network(lint: &Lint<'_>, subject: &Subject<'_>) -> Option<Diagnostic> {
    let on_node = |id: &WorkloadId| lint.is_on_node(*id);
    let on_nodes: Vec<WorkloadId> = subject.selected.iter().copied().filter(on_node).collect();
    if on_nodes.is_empty() {
        return None;
    }
    let message = format!(
        "`{}` selects {}, whose pods are on their node's network",
        subject.policy.name,
        some_of(lint.world, &on_nodes)
    );
    let finding = subject.finding(Code::HostNetworkPod, message, "it has no effect on them");
    Some(finding.help("a pod with `hostNetwork: true` is its node to every policy"))
}

fn peers(lint: &Lint<'_>, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let Some(spec) = subject.network() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for direction in Direction::BOTH {
        for (index, rule) in spec.rules(direction).iter().enumerate() {
            for peer in rule.peers() {
                let pods = lint.peer_pods(namespace(subject.policy), peer);
                let on_node = |id: &WorkloadId| lint.is_on_node(*id);
                let nobody = pods.as_ref().is_some_and(|pods| pods.iter().all(on_node));
                if !nobody && !is_control_plane(peer) {
                    continue;
                }
                let message = format!(
                    "a peer in {direction} rule {} of `{}` is no pod: {peer}",
                    index + 1,
                    subject.policy.name
                );
                let span = subject.policy.spans.rule(direction, index + 1);
                let label = match pods.is_some_and(|pods| !pods.is_empty()) {
                    true => {
                        "only pods on their node's network have these labels, and no selector means them"
                    }
                    false => "no pod has these labels",
                };
                let finding = subject.at_rule(Code::PeerSelectsNothing, message, span, label);
                found.push(match is_control_plane(peer) {
                    true => finding.help(
                        "GKE runs the control plane outside of the cluster: allow its address by `ipBlock`",
                    ),
                    false => finding,
                });
            }
        }
    }
    found
}

/// Whether a peer means the API server's pods, which are in no GKE cluster.
fn is_control_plane(peer: &Peer) -> bool {
    let (Peer::Pods(pods) | Peer::PodsIn { pods, .. }) = peer else {
        return false;
    };
    let mut labels = pods.equalities();
    labels.any(|label| label == ("component", "kube-apiserver"))
}

/// Workloads that nothing isolates in a direction, in namespaces where others are isolated.
pub(super) fn unprotected(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for direction in Direction::BOTH {
        let isolated = isolated(lint, direction);
        let mut open: BTreeMap<&str, Vec<WorkloadId>> = BTreeMap::new();
        for (index, workload) in lint.world.workloads().iter().enumerate() {
            let id = WorkloadId(index);
            if !isolated.contains_key(&id) && !workload.host_network {
                open.entry(&workload.namespace).or_default().push(id);
            }
        }
        for (namespace, ids) in open {
            let mut closed = lint.in_namespace(namespace).iter();
            if let Some(policy) = closed.find_map(|id| isolated.get(id)) {
                found.push(open_door(lint, direction, (namespace, *policy), &ids));
            }
        }
    }
    found
}

/// At the first of the workloads; where it is not known where that stands, at a policy that
/// isolates others.
fn open_door(
    lint: &Lint<'_>,
    direction: Direction,
    (namespace, policy): (&str, PolicyId),
    ids: &[WorkloadId],
) -> Diagnostic {
    let who = some_of(lint.world, ids);
    let message = format!("no policy isolates the {direction} of {who} in `{namespace}`");
    let finding = Diagnostic::new(Code::UnprotectedWorkload, message);
    match ids.first().and_then(|id| lint.world.workload(*id)?.span) {
        Some(span) => placed(finding, Some(span), ""),
        None => {
            let policy = lint.world.policy(policy);
            let span = policy.and_then(|policy| policy.spans.policy);
            placed(finding, span, "this policy isolates others")
        }
    }
}

/// The workloads that are isolated in a direction, each with a policy that does it.
fn isolated(lint: &Lint<'_>, direction: Direction) -> BTreeMap<WorkloadId, PolicyId> {
    let policies = lint.world.policies().iter().enumerate();
    let isolating = policies.filter(|(_, policy)| match &policy.spec {
        PolicySpec::Network(spec) => spec.isolates(direction),
        PolicySpec::Fqdn(_) => direction == Direction::Egress,
        PolicySpec::Clusterwide(specs) => specs.iter().any(|spec| spec.isolates(direction)),
    });
    let each = isolating.flat_map(|(index, _)| {
        let id = PolicyId(index);
        lint.selected(id)
            .into_iter()
            .map(move |workload| (workload, id))
    });
    each.collect()
}
