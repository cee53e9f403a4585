//! Logging that is asked for and never happens.

use super::{Facts, Lint, Subject, placed};
use crate::diag::{Code, Diagnostic};
use crate::model::Lab;
use crate::model::labels::Labels;
use crate::model::logging::{ENABLE_DENY_LOGGING, ENABLE_LOGGING, LogAction, LoggingSpec};
use crate::model::policy::Direction;
use crate::netpol::PolicySpec;

/// Lints of a policy's logging annotations.
pub(super) fn of_policy(lint: &Lint<'_>, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let annotations = &subject.policy.annotations;
    let mut found = Vec::new();
    let finding = |(message, label): (String, &str)| {
        subject.finding(Code::IneffectiveLogging, message, label)
    };
    let what = format!("the policy `{}`", subject.policy.name);
    let wrong = misplaced(
        &what,
        annotations,
        ENABLE_DENY_LOGGING,
        "it belongs on a namespace",
    );
    found.extend(wrong.map(finding));
    let delegated = delegated(lint.facts, |logging| logging.allow);
    found.extend(without_effect(&what, annotations, ENABLE_LOGGING, delegated).map(finding));
    if annotations.get(ENABLE_LOGGING) == Some("true") && never_allows(subject) {
        let message = format!(
            "logging is asked of `{}`, which allows nothing",
            subject.policy.name
        );
        let label = "an entry names a policy only where it allowed a connection";
        found.push(subject.finding(Code::LoggingNeverMatches, message, label));
    }
    found
}

/// Logging annotations on objects that nobody looks for them on.
pub(super) fn of_workloads(lab: &Lab) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for workload in &lab.app.workloads {
        let what = format!("the workload `{}`", workload.name);
        let keys = [
            (ENABLE_LOGGING, "it belongs on a policy"),
            (ENABLE_DENY_LOGGING, "it belongs on a namespace"),
        ];
        for (key, help) in keys {
            let wrong = misplaced(&what, &workload.annotations, key, help);
            found.extend(wrong.map(|(message, help)| {
                Diagnostic::new(Code::IneffectiveLogging, message).help(help)
            }));
        }
    }
    found
}

/// Lints of the namespaces' logging annotations.
pub(super) fn of_namespaces(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for namespace in facts.world.namespaces() {
        let what = format!("the namespace `{}`", namespace.name);
        let annotations = &namespace.annotations;
        let delegated = delegated(facts, |logging| logging.deny);
        let wrong = misplaced(&what, annotations, ENABLE_LOGGING, "it belongs on a policy");
        let useless = without_effect(&what, annotations, ENABLE_DENY_LOGGING, delegated);
        found.extend(
            [wrong, useless]
                .into_iter()
                .flatten()
                .map(|(message, label)| {
                    let finding = Diagnostic::new(Code::IneffectiveLogging, message);
                    placed(finding, namespace.span, label)
                }),
        );
    }
    found
}

fn delegated(facts: &Facts<'_>, action: fn(&LoggingSpec) -> LogAction) -> bool {
    facts
        .logging
        .iter()
        .any(|logging| action(logging).delegate())
}

fn misplaced<'l>(
    what: &str,
    annotations: &Labels,
    key: &str,
    label: &'l str,
) -> Option<(String, &'l str)> {
    annotations.get(key)?;
    Some((format!("`{key}` has no effect on {what}"), label))
}

fn without_effect(
    what: &str,
    annotations: &Labels,
    key: &str,
    delegated: bool,
) -> Option<(String, &'static str)> {
    let value = annotations.get(key)?;
    if value != "true" {
        let label = "only the string `\"true\"` asks for logging";
        return Some((
            format!("`{key}: {value:?}` of {what} asks for nothing"),
            label,
        ));
    }
    let label = "no NetworkLogging here has `log` and `delegate` on for this kind of connection";
    (!delegated).then(|| (format!("`{key}` of {what} has no effect"), label))
}

fn never_allows(subject: &Subject<'_>) -> bool {
    let without_rules = match &subject.policy.spec {
        PolicySpec::Network(spec) => Direction::BOTH
            .iter()
            .all(|way| spec.rules(*way).is_empty()),
        PolicySpec::Fqdn(_) => false,
        PolicySpec::Clusterwide(specs) => specs.iter().all(|spec| {
            Direction::BOTH
                .iter()
                .all(|way| spec.allows(*way).is_empty())
        }),
    };
    without_rules || subject.selected.is_empty()
}
