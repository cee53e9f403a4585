//! `patch:` fields that dplab has no word for. What it has a word for is said with that word, or
//! else the proof would be about other objects than those that run.

use serde_json::Value as Json;

use super::cx::Cx;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::patch::places;
use crate::profile::At;
use crate::profile::raw::native::{Any, Native};

/// What a workload's object says with words of the profile.
pub(super) const OF_WORKLOAD: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata.name",
    "metadata.namespace",
    "spec.selector",
    "spec.template.metadata.labels",
    "spec.template.spec.containers",
    "spec.template.spec.initContainers",
    "spec.template.spec.hostNetwork",
    "spec.template.spec.serviceAccountName",
    "spec.jobTemplate.spec.template.metadata.labels",
    "spec.jobTemplate.spec.template.spec.containers",
    "spec.jobTemplate.spec.template.spec.initContainers",
    "spec.jobTemplate.spec.template.spec.hostNetwork",
    "spec.jobTemplate.spec.template.spec.serviceAccountName",
];

/// What a container says with words of the profile.
pub(super) const OF_CONTAINER: &[&str] = &["name", "image", "ports"];

/// What a Service says with words of the profile.
pub(super) const OF_SERVICE: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata.name",
    "metadata.namespace",
    "spec.selector",
    "spec.ports",
    "spec.type",
    "spec.clusterIP",
    "spec.externalTrafficPolicy",
];

/// The patch, if it is one and keeps away from what has words.
pub(super) fn patch(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&At<Native<Any>>>,
    words: &[&str],
) -> Option<Json> {
    let raw = raw?;
    if !raw.json.is_object() {
        let finding = Diagnostic::new(Code::WrongType, "a patch is a map")
            .at(raw.span, "expected a map of the object's fields");
        cx.push(path, finding);
        return None;
    }
    let covers = |place: &str, word: &str| {
        let rest = place.strip_prefix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    for place in places(&raw.json) {
        // A patch that takes away or replaces what holds such a field changes it as well.
        let said = words
            .iter()
            .find(|word| covers(&place, word) || covers(word, &place));
        if let Some(word) = said {
            let message = format!("the patch changes `{word}`, which the profile has a word for");
            cx.excluded(path, &message, raw.span, "expected other fields only", None);
        }
    }
    Some(raw.json.clone())
}
