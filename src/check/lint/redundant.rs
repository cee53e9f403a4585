//! Rules without which everything would be as it is.
//!
//! Found by trying: the rule is taken away and all pairs are computed again. That costs, so it is
//! left out where there are many rules or pods; it is only worth knowing.

use super::{Lint, Subject, namespace, placed};
use crate::diag::{Code, Diagnostic};
use crate::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use crate::netpol::{
    Mutation, MutationKind, Policy, PolicyId, PolicySpec, Reach, diff, mutated, mutations, reach,
    reach_beside,
};

/// Most rules times pods that are tried.
const LIMIT: usize = 20_000;

/// Every rule that changes nothing.
pub(super) fn rules(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let removals = mutations(lint.world).into_iter();
    let removals: Vec<Mutation> = removals
        .filter(|mutation| mutation.kind == MutationKind::Remove)
        .collect();
    if removals.len() * lint.world.workloads().len() > LIMIT {
        return Vec::new();
    }
    let before = reach(lint.world, lint.facts.reading);
    let candidates = removals.iter().filter(|mutation| is_judged(lint, mutation));
    candidates
        .filter_map(|mutation| redundant(lint, mutation, &before))
        .collect()
}

/// A rule that means nobody has a finding already, and of pods that are not known nobody can say.
fn is_judged(lint: &Lint<'_>, mutation: &Mutation) -> bool {
    let Some((policy, rule)) = rule(lint, mutation) else {
        return false;
    };
    let known = rule.peers().iter().all(|peer| {
        let block = matches!(peer, Peer::IpBlock(_));
        block
            || lint
                .peer_pods(namespace(policy), peer)
                .is_some_and(|pods| !pods.is_empty())
    });
    known && !lint.selected(mutation.policy).is_empty()
}

fn rule<'w>(lint: &Lint<'w>, mutation: &Mutation) -> Option<(&'w Policy, &'w Rule)> {
    let policy = lint.world.policy(mutation.policy)?;
    let PolicySpec::Network(spec) = &policy.spec else {
        return None;
    };
    Some((
        policy,
        spec.rules(mutation.direction).get(mutation.rule - 1)?,
    ))
}

fn redundant(lint: &Lint<'_>, mutation: &Mutation, before: &Reach) -> Option<Diagnostic> {
    let after = reach_beside(before, &mutated(lint.world, mutation), lint.facts.reading);
    if !diff(before, &after).is_empty() {
        return None;
    }
    let (policy, _) = rule(lint, mutation)?;
    let subject = Subject {
        policy,
        selected: Vec::new(),
    };
    let message = format!(
        "{} rule {} of `{}` changes nothing",
        mutation.direction, mutation.rule, policy.name
    );
    let covering = covering(lint, mutation);
    // Where no other rule allows the same, the other end may deny all of it.
    let label = match covering {
        Some(_) => "everything that it allows is allowed without it",
        None => "no connection is allowed or denied because of it",
    };
    let finding = subject.at_rule(Code::RedundantRule, message, mutation.span, label);
    Some(match covering {
        Some((other, number)) => {
            let span = other.spans.rule(mutation.direction, number);
            let words = format!("rule {number} of `{}` allows all of it", other.name);
            match span {
                Some(span) => finding.and(span, words),
                None => placed(finding, None, "").help(words),
            }
        }
        None => finding,
    })
}

/// One rule that allows all that another does, if it can be seen at a glance.
fn covering<'w>(lint: &Lint<'w>, mutation: &Mutation) -> Option<(&'w Policy, usize)> {
    let (own_policy, own) = rule(lint, mutation)?;
    let selected = lint.selected(mutation.policy);
    for (index, policy) in lint.world.policies().iter().enumerate() {
        let PolicySpec::Network(spec) = &policy.spec else {
            continue;
        };
        let others = lint.selected(PolicyId(index));
        if policy.namespace != own_policy.namespace
            || !selected.iter().all(|id| others.contains(id))
        {
            continue;
        }
        let itself = PolicyId(index) == mutation.policy;
        let number = covering_rule(
            spec,
            mutation.direction,
            own,
            itself.then_some(mutation.rule),
        );
        if number.is_some() {
            return number.map(|number| (policy, number));
        }
    }
    None
}

fn covering_rule(
    spec: &NetworkPolicySpec,
    direction: Direction,
    own: &Rule,
    skip: Option<usize>,
) -> Option<usize> {
    let rules = spec.rules(direction).iter().enumerate();
    let mut rules = rules.map(|(index, rule)| (index + 1, rule));
    let covers = |rule: &Rule| {
        let peers = rule.peers().is_empty()
            || (!own.peers().is_empty() && own.peers().iter().all(|p| rule.peers().contains(p)));
        let ports = rule.ports().is_empty()
            || (!own.ports().is_empty() && own.ports().iter().all(|p| rule.ports().contains(p)));
        peers && ports
    };
    let found = rules.find(|(number, rule)| Some(*number) != skip && covers(rule));
    found.map(|(number, _)| number)
}
