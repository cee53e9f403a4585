//! Kubernetes objects.

use serde::Serialize;
use serde_json::Value as Json;

use super::cluster::Pair;
use super::objects;
use crate::model::Lab;
use crate::model::app::App;
use crate::model::lab::Policy;
use crate::model::labels::Labels;
use crate::model::logging::{
    ENABLE_DENY_LOGGING, ENABLE_LOGGING, LoggingSpec, NETWORK_LOGGING_NAME,
};
use crate::model::stage::Probe;
use crate::staged;

/// A namespace.
#[derive(Debug, Clone, Serialize)]
pub struct NamespaceView {
    /// Name of the object.
    pub name: String,
    /// Labels.
    pub labels: Labels,
    /// Annotations.
    pub annotations: Labels,
}

/// A policy.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyView {
    /// `apiVersion` of its kind.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Name of the object.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// What it is for, line by line; may be empty.
    pub description: Vec<String>,
    /// Labels.
    pub labels: Labels,
    /// Annotations.
    pub annotations: Labels,
    /// The spec, as Kubernetes writes it.
    pub spec: Json,
}

/// The NetworkLogging object.
#[derive(Debug, Clone, Serialize)]
pub struct LoggingView {
    /// Its name: it has only one.
    pub name: &'static str,
    /// The spec.
    pub spec: LoggingSpec,
}

/// The pod of a probe.
#[derive(Debug, Clone, Serialize)]
pub struct ProbePodView {
    /// Name of the pod.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: Labels,
    /// It carries labels of a workload's pods, so it must never take their traffic.
    pub never_ready: bool,
    /// The image.
    pub image: String,
    /// The command, its time-out included.
    pub command: Vec<String>,
}

/// A kustomization.
#[derive(Debug, Clone, Serialize)]
pub struct KustomizationView {
    /// Files and folders beside it, sorted.
    pub resources: Vec<String>,
}

/// Lines for a comment, none longer than people read with ease.
fn lines(text: &str) -> Vec<String> {
    const WIDTH: usize = 98;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines
            .last()
            .is_some_and(|line| line.len() + word.len() >= WIDTH);
        match lines.last_mut() {
            Some(line) if !full && !line.is_empty() => *line += &format!(" {word}"),
            Some(line) if line.is_empty() => line.push_str(word),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// The view of a policy; `logged` adds the annotation by which its connections are logged.
pub fn policy(policy: &Policy, logged: bool) -> PolicyView {
    let mut annotations = policy.annotations.clone();
    if logged {
        annotations.insert(ENABLE_LOGGING, "true");
    }
    let object = objects::policy(policy);
    let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
    PolicyView {
        api_version: text("apiVersion"),
        kind: text("kind"),
        name: policy.name.to_string(),
        namespace: policy.namespace.to_string(),
        description: lines(policy.description.as_str()),
        labels: policy.labels.clone(),
        annotations,
        spec: object["spec"].clone(),
    }
}

/// The view of a namespace; `logged` adds the annotation by which denials in it are logged.
pub fn namespace(app: &App, name: &str, logged: bool) -> NamespaceView {
    let own = app.namespaces.iter().find(|own| own.name.as_str() == name);
    let mut annotations = own.map_or_else(Labels::new, |own| own.annotations.clone());
    if logged {
        annotations.insert(ENABLE_DENY_LOGGING, "true");
    }
    NamespaceView {
        name: name.to_owned(),
        labels: own.map_or_else(Labels::new, |own| own.labels.clone()),
        annotations,
    }
}

/// The view of the NetworkLogging object.
pub fn logging(spec: LoggingSpec) -> LoggingView {
    LoggingView {
        name: NETWORK_LOGGING_NAME,
        spec,
    }
}

/// Whether a Service would send a probe's pod its traffic.
fn is_selected(lab: &Lab, probe: &Probe) -> bool {
    let source = &probe.source;
    let world = staged::world(lab, None, &staged::Places::new());
    let all = world.find_workloads(Some(source.namespace.as_str()), source.pod.as_str());
    let mut pods = all.filter_map(|id| world.workload(id));
    pods.any(|pod| world.services().iter().any(|service| service.selects(pod)))
}

/// The view of a probe's pod.
pub fn probe_pod(lab: &Lab, probe: &Probe) -> ProbePodView {
    let timeout = ["timeout".to_owned(), probe.timeout_seconds.to_string()];
    ProbePodView {
        name: probe.source.pod.to_string(),
        namespace: probe.source.namespace.to_string(),
        labels: probe.source.labels.clone(),
        never_ready: probe.source.stands_for.is_some() || is_selected(lab, probe),
        image: probe.source.image.to_string(),
        command: timeout
            .into_iter()
            .chain(probe.run.iter().cloned())
            .collect(),
    }
}

/// Labels as pairs, for languages without maps.
pub fn pairs(labels: &Labels) -> Vec<Pair> {
    Pair::all(labels.iter())
}
