//! Small changes to policies, to see whether anybody notices: a set of expectations that holds
//! with a rule and without it says nothing of that rule.

use super::world::{Policy, PolicyId, PolicySpec, World};
use crate::model::policy::{Direction, NetworkPolicySpec, Rule};
use crate::source::Span;

/// What is done to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MutationKind {
    /// It is taken away; the pods stay isolated.
    Remove,
    /// It allows everyone instead of its peers.
    AllPeers,
    /// It allows all ports instead of its own.
    AllPorts,
}

/// One change to one rule of one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutation {
    /// The policy.
    pub policy: PolicyId,
    /// The rule's direction.
    pub direction: Direction,
    /// The rule's number, counted from 1.
    pub rule: usize,
    /// What is done to it.
    pub kind: MutationKind,
    /// Where the rule was written.
    pub span: Option<Span>,
    /// The change in words, such as `default/cart: ingress rule 1 removed`.
    pub description: String,
}

/// Every change worth trying: each rule of a NetworkPolicy in force removed, and its peers and
/// ports widened where they are narrow.
pub fn mutations(world: &World) -> Vec<Mutation> {
    let mut found = Vec::new();
    for (index, policy) in world.policies().iter().enumerate() {
        let PolicySpec::Network(spec) = &policy.spec else {
            continue;
        };
        for direction in Direction::BOTH {
            if !spec.isolates(direction) {
                continue;
            }
            for (number, rule) in spec.rules(direction).iter().enumerate() {
                let at = (PolicyId(index), direction, number + 1);
                found.extend(of_rule(policy, at, rule));
            }
        }
    }
    found
}

fn of_rule(
    policy: &Policy,
    (id, direction, number): (PolicyId, Direction, usize),
    rule: &Rule,
) -> Vec<Mutation> {
    let kinds = [
        (MutationKind::Remove, true, "removed"),
        (
            MutationKind::AllPeers,
            !rule.peers().is_empty(),
            "open to everyone",
        ),
        (
            MutationKind::AllPorts,
            !rule.ports().is_empty(),
            "open on all ports",
        ),
    ];
    let possible = kinds.into_iter().filter(|(_, possible, _)| *possible);
    possible
        .map(|(kind, _, words)| Mutation {
            policy: id,
            direction,
            rule: number,
            kind,
            span: policy.spans.rule(direction, number),
            description: format!("{policy}: {direction} rule {number} {words}"),
        })
        .collect()
}

/// The world with one change made.
pub fn mutated(world: &World, mutation: &Mutation) -> World {
    let mut world = world.clone();
    if let Some(policy) = world.policy_mut(mutation.policy)
        && let PolicySpec::Network(spec) = &mut policy.spec
    {
        change(spec, mutation);
        if mutation.kind == MutationKind::Remove {
            forget_span(policy, mutation);
        }
    }
    world
}

/// What a policy isolates is written down first, since it may hang on its rules being there.
fn change(spec: &mut NetworkPolicySpec, mutation: &Mutation) {
    let types = Direction::BOTH
        .into_iter()
        .filter(|direction| spec.isolates(*direction));
    spec.policy_types = Some(types.collect());
    let rules = match mutation.direction {
        Direction::Ingress => &mut spec.ingress,
        Direction::Egress => &mut spec.egress,
    };
    let (Some(rules), Some(at)) = (rules, mutation.rule.checked_sub(1)) else {
        return;
    };
    match (mutation.kind, rules.get_mut(at)) {
        (_, None) => {}
        (MutationKind::Remove, _) => {
            rules.remove(at);
        }
        (MutationKind::AllPeers, Some(rule)) => rule.peers = None,
        (MutationKind::AllPorts, Some(rule)) => rule.ports = None,
    }
}

fn forget_span(policy: &mut Policy, mutation: &Mutation) {
    let spans = match mutation.direction {
        Direction::Ingress => &mut policy.spans.ingress,
        Direction::Egress => &mut policy.spans.egress,
    };
    if (1..=spans.len()).contains(&mutation.rule) {
        spans.remove(mutation.rule - 1);
    }
}
