//! Small changes to policies, to see whether anybody notices: a set of expectations that holds
//! with a rule and without it says nothing of that rule.

mod clusterwide;

use super::world::{Policy, PolicyId, PolicySpec, World};
use crate::model::policy::{Direction, NetworkPolicySpec, Rule};
use crate::source::Span;

/// What is done to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MutationKind {
    /// It is taken away; the pods stay isolated.
    Remove,
    /// It speaks of everyone instead of its peers.
    AllPeers,
    /// It speaks of all ports instead of its own.
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
    /// Whether the rule denies, as only rules of clusterwide policies do.
    pub denies: bool,
    /// What is done to it.
    pub kind: MutationKind,
    /// Where the rule was written.
    pub span: Option<Span>,
    /// The rule in words, such as `default/cart: ingress rule 1`.
    pub name: String,
}

impl Mutation {
    /// What is done to the rule, in words.
    pub fn words(&self) -> &'static str {
        match (self.kind, self.denies) {
            (MutationKind::Remove, _) => "removed",
            (MutationKind::AllPeers, false) => "open to everyone",
            (MutationKind::AllPeers, true) => "closed to everyone",
            (MutationKind::AllPorts, false) => "open on all ports",
            (MutationKind::AllPorts, true) => "closed on all ports",
        }
    }
}

/// Every change worth trying: each rule in force removed, and its peers and ports widened where
/// they are narrow. Rules that name domains are not among them, see [`by_domain`].
pub fn mutations(world: &World) -> Vec<Mutation> {
    let mut found = Vec::new();
    for (index, policy) in world.policies().iter().enumerate() {
        for direction in Direction::BOTH {
            let narrow: Vec<Narrow> = match &policy.spec {
                PolicySpec::Network(spec) if spec.isolates(direction) => {
                    spec.rules(direction).iter().map(of_network).collect()
                }
                PolicySpec::Clusterwide(specs) => clusterwide::rules(specs, direction),
                _ => Vec::new(),
            };
            for (number, narrow) in (1..).zip(narrow) {
                let at = (PolicyId(index), direction, number);
                found.extend(of_rule(policy, at, narrow));
            }
        }
    }
    found
}

/// The rules that no change is made to, as `default/out: egress rule 1`: they allow domains, which
/// no probe of a Service asks for.
pub fn by_domain(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for policy in world.policies() {
        if let PolicySpec::Fqdn(spec) = &policy.spec {
            let numbers = 1..=spec.egress().len();
            found.extend(numbers.map(|number| name(policy, Direction::Egress, number)));
        }
    }
    found
}

/// Where a rule says less than everything.
#[derive(Debug, Clone, Copy)]
struct Narrow {
    denies: bool,
    peers: bool,
    ports: bool,
}

fn of_network(rule: &Rule) -> Narrow {
    Narrow {
        denies: false,
        peers: !rule.peers().is_empty(),
        ports: !rule.ports().is_empty(),
    }
}

fn of_rule(
    policy: &Policy,
    (id, direction, rule): (PolicyId, Direction, usize),
    narrow: Narrow,
) -> impl Iterator<Item = Mutation> {
    let kinds = [
        (MutationKind::Remove, true),
        (MutationKind::AllPeers, narrow.peers),
        (MutationKind::AllPorts, narrow.ports),
    ];
    let possible = kinds.into_iter().filter(|(_, possible)| *possible);
    possible.map(move |(kind, _)| Mutation {
        policy: id,
        direction,
        rule,
        denies: narrow.denies,
        kind,
        span: policy.spans.rule(direction, rule),
        name: name(policy, direction, rule),
    })
}

fn name(policy: &Policy, direction: Direction, number: usize) -> String {
    format!("{policy}: {direction} rule {number}")
}

/// The world with one change made.
pub fn mutated(world: &World, mutation: &Mutation) -> World {
    let mut world = world.clone();
    let Some(policy) = world.policy_mut(mutation.policy) else {
        return world;
    };
    match &mut policy.spec {
        PolicySpec::Network(spec) => change(spec, mutation),
        PolicySpec::Clusterwide(specs) => clusterwide::change(specs, mutation),
        PolicySpec::Fqdn(_) => return world,
    }
    if mutation.kind == MutationKind::Remove {
        forget_span(policy, mutation);
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
