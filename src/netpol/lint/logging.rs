//! Annotations of policy logging that have no effect.

use super::{Lint, LintKind, Scene};
use crate::model::labels::Labels;
use crate::model::logging::{ENABLE_DENY_LOGGING, ENABLE_LOGGING, LogAction};
use crate::netpol::world::PolicyId;

pub(super) fn lint(scene: &Scene<'_>, found: &mut Vec<Lint>) {
    let logging = scene.world.logging;
    for (index, policy) in scene.world.policies().iter().enumerate() {
        let id = PolicyId(index);
        let why = without_effect(&policy.annotations, ENABLE_LOGGING, logging.allow);
        if let Some(why) = why {
            let message =
                format!("the annotation `{ENABLE_LOGGING}` of `{policy}` has no effect: {why}");
            found.push(scene.of_policy(LintKind::AnnotationWithoutEffect, id, message));
        }
        if policy.annotations.get(ENABLE_DENY_LOGGING).is_some() {
            let message = format!(
                "the annotation `{ENABLE_DENY_LOGGING}` of `{policy}` has no effect: it belongs on \
                 a Namespace"
            );
            found.push(scene.of_policy(LintKind::AnnotationWithoutEffect, id, message));
        }
        never_logged(scene, id, found);
    }
    for namespace in scene.world.namespaces() {
        let name = &namespace.name;
        let why = without_effect(&namespace.annotations, ENABLE_DENY_LOGGING, logging.deny);
        let misplaced = namespace
            .annotations
            .get(ENABLE_LOGGING)
            .map(|_| "it belongs on a NetworkPolicy");
        let each = [(ENABLE_DENY_LOGGING, why), (ENABLE_LOGGING, misplaced)];
        for (annotation, why) in each {
            let Some(why) = why else { continue };
            found.push(Lint {
                kind: LintKind::AnnotationWithoutEffect,
                policy: None,
                workload: None,
                span: namespace.span,
                message: format!(
                    "the annotation `{annotation}` of the namespace `{name}` has no effect: {why}"
                ),
                help: None,
            });
        }
    }
}

fn without_effect(annotations: &Labels, key: &str, action: LogAction) -> Option<&'static str> {
    match annotations.get(key)? {
        "false" => None,
        "true" if !action.log() => Some("such connections are not logged at all"),
        "true" if !action.delegate() => Some("logging is not delegated, so all are logged"),
        "true" => None,
        _ => Some("only the value `true` has one"),
    }
}

/// Logging is asked for where nothing is ever allowed.
fn never_logged(scene: &Scene<'_>, id: PolicyId, found: &mut Vec<Lint>) {
    let Some(policy) = scene.world.policy(id) else {
        return;
    };
    let mut own = scene.sections.iter().filter(|section| section.policy == id);
    let asked = policy.annotations.get(ENABLE_LOGGING) == Some("true");
    if asked && own.all(|section| section.rules.iter().all(|rule| rule.deny)) {
        let message =
            format!("`{policy}` asks for logging of what it allows, and it allows nothing");
        found.push(scene.of_policy(LintKind::NeverLogged, id, message));
    }
}
