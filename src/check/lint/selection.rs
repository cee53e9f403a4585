//! Policies and peers that mean nobody, and pods that no policy means.

use std::collections::{BTreeMap, BTreeSet};

use super::{Lint, Subject, namespace, some_of};
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
    let message = format!(
        "`{}` selects no pod of `{}`",
        policy.name,
        namespace(policy)
    );
    let label = "its `podSelector` matches the labels of no pod";
    Some(subject.finding(Code::SelectsNothing, message, label))
}

fn host_network(lint: &Lint<'_>, subject: &Subject<'_>) -> Option<Diagnostic> {
    let on_node = |id: &WorkloadId| lint.world.workload(*id).is_some_and(|w| w.host_network);
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
            let nobody = rule.peers().iter().filter(|peer| {
                let pods = lint.peer_pods(namespace(subject.policy), peer);
                is_control_plane(peer) || pods.is_some_and(|pods| pods.is_empty())
            });
            for peer in nobody {
                let message = format!(
                    "a peer in {direction} rule {} of `{}` is no pod: {peer}",
                    index + 1,
                    subject.policy.name
                );
                let span = subject.policy.spans.rule(direction, index + 1);
                let label = "no pod has these labels";
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
        let mut closed: BTreeSet<&str> = BTreeSet::new();
        for (index, workload) in lint.world.workloads().iter().enumerate() {
            match isolated.contains(&WorkloadId(index)) {
                true => drop(closed.insert(&workload.namespace)),
                false if workload.host_network => {}
                false => open
                    .entry(&workload.namespace)
                    .or_default()
                    .push(WorkloadId(index)),
            }
        }
        open.retain(|namespace, _| closed.contains(namespace));
        found.extend(open.iter().map(|(namespace, ids)| {
            let message = format!(
                "no policy isolates the {direction} of {} in `{namespace}`",
                some_of(lint.world, ids)
            );
            let span = ids.first().and_then(|id| lint.world.workload(*id)?.span);
            super::placed(
                Diagnostic::new(Code::UnprotectedWorkload, message),
                span,
                "",
            )
        }));
    }
    found
}

fn isolated(lint: &Lint<'_>, direction: Direction) -> BTreeSet<WorkloadId> {
    let policies = lint.world.policies().iter().enumerate();
    let isolating = policies.filter(|(_, policy)| match &policy.spec {
        PolicySpec::Network(spec) => spec.isolates(direction),
        PolicySpec::Fqdn(_) => direction == Direction::Egress,
        PolicySpec::Clusterwide(specs) => specs.iter().any(|spec| spec.isolates(direction)),
    });
    isolating
        .flat_map(|(index, _)| lint.selected(PolicyId(index)))
        .collect()
}
