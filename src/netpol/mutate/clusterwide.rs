//! Changes to the rules of clusterwide policies. Their numbers are those that explanations give:
//! spec by spec, first the rules that allow, then those that deny.

use super::{Mutation, MutationKind, Narrow};
use crate::model::clusterwide::{CiliumRule, ClusterwideSpec, Entity};
use crate::model::policy::Direction;

/// The rules of a direction, in order.
pub(super) fn rules(specs: &[ClusterwideSpec], direction: Direction) -> Vec<Narrow> {
    let narrow = |rule: &CiliumRule, denies| Narrow {
        denies,
        peers: rule.names_peers(),
        ports: rule.icmps || rule.ports.as_ref().is_some_and(|ports| !ports.is_empty()),
    };
    let each = specs.iter().flat_map(|spec| {
        let allows = spec.allows(direction).iter().map(|rule| (rule, false));
        allows.chain(spec.denies(direction).iter().map(|rule| (rule, true)))
    });
    each.map(|(rule, denies)| narrow(rule, denies)).collect()
}

/// Changes one rule. What the policy isolates is written down first, since it hangs on its rules.
pub(super) fn change(specs: &mut [ClusterwideSpec], mutation: &Mutation) {
    let Some(mut at) = mutation.rule.checked_sub(1) else {
        return;
    };
    for spec in specs {
        spec.default_deny_ingress = Some(spec.isolates(Direction::Ingress));
        spec.default_deny_egress = Some(spec.isolates(Direction::Egress));
        let lists = match mutation.direction {
            Direction::Ingress => [&mut spec.ingress, &mut spec.ingress_deny],
            Direction::Egress => [&mut spec.egress, &mut spec.egress_deny],
        };
        for rules in lists.into_iter().flatten() {
            if at < rules.len() {
                return change_rule(rules, at, mutation.kind);
            }
            at -= rules.len();
        }
    }
}

fn change_rule(rules: &mut Vec<CiliumRule>, at: usize, kind: MutationKind) {
    match (kind, rules.get_mut(at)) {
        (_, None) => {}
        (MutationKind::Remove, _) => {
            rules.remove(at);
        }
        (MutationKind::AllPeers, Some(rule)) => {
            rule.endpoints = None;
            rule.blocks = None;
            rule.entities = Some(vec![Entity::All]);
        }
        (MutationKind::AllPorts, Some(rule)) => {
            // A rule of ports alone means everyone, and one that says nothing means nobody.
            if !rule.names_peers() {
                rule.entities = Some(vec![Entity::All]);
            }
            rule.ports = None;
            rule.icmps = false;
        }
    }
}
