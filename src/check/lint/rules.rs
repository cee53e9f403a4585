//! Rules that the API reads otherwise than their author, and policies that say nothing.

use super::{Lint, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::policy::{Direction, NetworkPolicySpec};
use crate::netpol::Dialect;

/// Lints of one policy's form.
pub(super) fn of_policy(lint: &Lint<'_>, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Some(spec) = subject.network() else {
        return found;
    };
    found.extend(types_omitted(subject, spec));
    if lint.facts.reading.dialect == Dialect::Dpv2 {
        found.extend(
            Direction::BOTH
                .iter()
                .filter_map(|way| without_type(subject, spec, *way)),
        );
    }
    found.extend(vacuous(subject, spec));
    found.extend(protocol_omitted(subject, spec));
    found
}

/// Kubernetes ignores such rules, Cilium turns them into rules all the same (cilium/cilium#48703).
fn without_type(
    subject: &Subject<'_>,
    spec: &NetworkPolicySpec,
    direction: Direction,
) -> Option<Diagnostic> {
    if spec.rules(direction).is_empty() || spec.isolates(direction) {
        return None;
    }
    let message = format!(
        "`{}` has {direction} rules, and its `policyTypes` doesn't name `{}`",
        subject.policy.name,
        direction.as_str()
    );
    let span = subject.policy.spans.rule(direction, 1);
    let label = "Kubernetes ignores them, Dataplane V2 enforces them";
    let finding = subject.at_rule(Code::RulesWithoutType, message, span, label);
    Some(finding.help("name the direction in `policyTypes`, or take the rules away"))
}

fn types_omitted(subject: &Subject<'_>, spec: &NetworkPolicySpec) -> Option<Diagnostic> {
    if spec
        .policy_types
        .as_ref()
        .is_some_and(|types| !types.is_empty())
    {
        return None;
    }
    let isolates: Vec<&str> = Direction::BOTH
        .into_iter()
        .filter(|direction| spec.isolates(*direction))
        .map(Direction::as_str)
        .collect();
    let message = format!("`{}` has no `policyTypes`", subject.policy.name);
    let label = format!("it means `[{}]`", isolates.join(", "));
    let finding = subject.finding(Code::TypesOmitted, message, &label);
    Some(match &spec.egress {
        Some(rules) if rules.is_empty() => finding
            .help("`egress: []` alone isolates no egress: that needs `Egress` in `policyTypes`"),
        _ => finding,
    })
}

fn vacuous(subject: &Subject<'_>, spec: &NetworkPolicySpec) -> Option<Diagnostic> {
    let isolated = Direction::BOTH
        .into_iter()
        .filter(|direction| spec.isolates(*direction));
    let open = |direction: Direction| {
        let mut rules = spec.rules(direction).iter();
        rules.any(|rule| rule.peers().is_empty() && rule.ports().is_empty())
    };
    if !isolated.clone().all(open) || isolated.count() == 0 {
        return None;
    }
    let message = format!(
        "`{}` allows everything that it isolates",
        subject.policy.name
    );
    Some(subject.finding(
        Code::VacuousPolicy,
        message,
        "an empty rule allows everyone and all ports",
    ))
}

/// One finding a policy: most ports are TCP, and most people know.
fn protocol_omitted(subject: &Subject<'_>, spec: &NetworkPolicySpec) -> Option<Diagnostic> {
    for direction in Direction::BOTH {
        for (index, rule) in spec.rules(direction).iter().enumerate() {
            if rule
                .ports()
                .iter()
                .any(|port| port.written_protocol().is_none())
            {
                let name = &subject.policy.name;
                let message = format!("`{name}` names a port without a `protocol`");
                let span = subject.policy.spans.rule(direction, index + 1);
                let label = "it means TCP";
                return Some(subject.at_rule(Code::ProtocolOmitted, message, span, label));
            }
        }
    }
    None
}
