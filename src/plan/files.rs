//! What files are called, so that no two things of a lab share one.

use serde_json::Value as Json;

use crate::model::Lab;
use crate::model::lab::Policy;
use crate::model::names::DnsLabel;
use crate::model::stage::{Probe, Stage};

/// The folder of a stage's manifests.
pub(super) fn stage_folder(lab: &Lab, index: usize, stage: &Stage) -> String {
    format!("kubernetes/stages/{}", numbered(lab, index, stage))
}

/// Number and name of a stage, so that files sort as stages do.
pub(super) fn numbered(lab: &Lab, index: usize, stage: &Stage) -> String {
    let width = lab.stages.len().to_string().len();
    format!("{:0width$}-{}", index + 1, stage.name)
}

pub(super) fn probe_file(probe: &Probe) -> String {
    format!("kubernetes/probes/{}.yaml", probe.name)
}

/// The file of an object: its kind and name, and its namespace if that isn't the application's.
pub(super) fn object_file(object: &Json, home: &DnsLabel) -> String {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    let kind = kind(&text(&object["apiVersion"]), &text(&object["kind"]));
    let name = text(&metadata["name"]).replace(['/', ':'], "-");
    let namespace = metadata["namespace"].as_str();
    let stem = format!("{kind}-{name}");
    match namespace {
        Some(namespace) => in_namespace(&stem, &name, namespace, home),
        None => format!("{stem}.yaml"),
    }
}

/// The name, or with a number where another object that is carried as it is has it: names of some
/// kinds have characters that names of files don't.
pub(super) fn not_taken(file: String, taken: &[String]) -> String {
    let stem = file.trim_end_matches(".yaml");
    let numbered = (2..).map(|number| format!("{stem}-{number}.yaml"));
    let mut names = std::iter::once(file.clone()).chain(numbered);
    names.find(|name| !taken.contains(name)).unwrap_or(file)
}

/// A kind as kubectl writes it, with its group where that isn't one of Kubernetes' own: others use
/// the same words.
fn kind(api_version: &str, kind: &str) -> String {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let kind = kind.to_lowercase();
    match group.contains('.') && !group.ends_with(".k8s.io") {
        true => format!("{kind}.{group}"),
        false => kind,
    }
}

/// The file of a policy: its name, and its namespace if that isn't the application's.
pub(super) fn policy_file(policy: &Policy, home: &DnsLabel) -> String {
    let name = policy.name.as_str();
    in_namespace(name, name, policy.namespace.as_str(), home)
}

/// What stands behind the last dot is a namespace, so a name with dots is always told with its own.
fn in_namespace(stem: &str, name: &str, namespace: &str, home: &DnsLabel) -> String {
    match namespace == home.as_str() && !name.contains('.') {
        true => format!("{stem}.yaml"),
        false => format!("{stem}.{namespace}.yaml"),
    }
}
