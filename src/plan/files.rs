//! What files are called, so that no two things of a lab share one.

use serde_json::Value as Json;

use crate::model::Lab;
use crate::model::lab::Policy;
use crate::model::names::DnsLabel;
use crate::model::stage::{Probe, Stage};
use crate::tree::lock::sha256;
use crate::tree::path::is_device;

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
    format!("kubernetes/probes/{}", yaml(probe.name.as_str()))
}

/// The file of an object: its kind and name, and its namespace if that isn't the application's.
pub(super) fn object_file(object: &Json, home: &DnsLabel) -> String {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    let kind = kind(&text(&object["apiVersion"]), &text(&object["kind"]));
    let name = text(&metadata["name"]);
    let namespace = metadata["namespace"].as_str();
    let stem = format!("{kind}-{name}");
    match namespace {
        Some(namespace) => in_namespace(&stem, &name, namespace, home),
        None => yaml(&stem),
    }
}

/// The name, or with a number where another object that is carried as it is has it: names of some
/// kinds have characters that names of files don't, and file systems may not know upper case.
pub(super) fn not_taken(file: String, taken: &[String]) -> String {
    let stem = file.trim_end_matches(".yaml");
    let numbered = (2..).map(|number| format!("{stem}-{number}.yaml"));
    let mut names = std::iter::once(file.clone()).chain(numbered);
    let is_taken = |name: &String| {
        let mut taken = taken.iter();
        taken.any(|other| other.to_lowercase() == name.to_lowercase())
    };
    names.find(|name| !is_taken(name)).unwrap_or(file)
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
        true => yaml(stem),
        false => yaml(&format!("{stem}.{namespace}")),
    }
}

/// Files that stand beside those of objects.
const OTHERS: [&str; 2] = ["kustomization", "network-logging"];

/// Bytes of a name of which a file can be made as it is.
const LONGEST: usize = 200;

/// A file of this name on every system. Names of objects have no `_`, so no two meet.
pub(super) fn yaml(stem: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || "-_.+@ ".contains(c);
    let mut name: String = stem
        .chars()
        .map(|c| if fits(c) { c } else { '-' })
        .collect();
    if name.len() > LONGEST {
        let ends = name.char_indices().map(|(at, _)| at);
        let cut = ends.take_while(|at| *at <= LONGEST).last().unwrap_or(0);
        name.truncate(cut);
        name = format!("{name}_{}", &sha256(stem.as_bytes())[..12]);
    }
    if OTHERS.contains(&name.as_str()) || is_device(&name) {
        name.insert(0, '_');
    }
    format!("{name}.yaml")
}
