//! What a stage's script needs: its state, and the probes that it tries out.

use serde::Serialize;

use super::alerting::pods_of;
use super::scripts::{PolicyRef, annotated_namespaces, policies};
use crate::model::Lab;
use crate::model::logging::ENABLE_DENY_LOGGING;
use crate::model::stage::{Expectation, Probe, Stage};
use crate::netpol::{Evaluator, Reading};
use crate::staged;

/// What a stage's script needs.
#[derive(Debug, Clone, Serialize)]
pub struct StageView {
    /// Name of the lab.
    pub lab: String,
    /// Number of the stage, from 1.
    pub number: usize,
    /// How many stages there are.
    pub count: usize,
    /// Name of the stage.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// What it shows and why; may be empty.
    pub description: String,
    /// Its folder of manifests, below the lab's folder.
    pub folder: String,
    /// Policies that are in force.
    pub policies: Vec<PolicyRef>,
    /// Policies of the lab that are not in force.
    pub policies_out: Vec<PolicyRef>,
    /// The annotation on namespaces by which denials in them are logged.
    pub deny_annotation: &'static str,
    /// Namespaces that carry it.
    pub annotated: Vec<String>,
    /// Namespaces that don't, of those that any stage annotates.
    pub not_annotated: Vec<String>,
    /// Whether any connection is logged at all.
    pub logging_on: bool,
    /// What is tried out.
    pub probes: Vec<ProbeRunView>,
}

/// A probe as a stage tries it out.
#[derive(Debug, Clone, Serialize)]
pub struct ProbeRunView {
    /// Name of the probe.
    pub name: String,
    /// Its pod.
    pub pod: String,
    /// Its pod's namespace.
    pub namespace: String,
    /// The file of its pod, below the lab's folder.
    pub file: String,
    /// What it prints when it got through; may be empty.
    pub prints: String,
    /// Seconds after which it counts as denied.
    pub timeout_seconds: u32,
    /// `allowed` or `denied`; empty where it only runs as the control of another.
    pub expected: &'static str,
    /// `yes`, `no`, or empty where it is not asserted.
    pub logged: &'static str,
    /// The probe that must still get through; may be empty.
    pub control: String,
    /// A pattern for the names of the pods that it goes to.
    pub target_pods: String,
    /// The port of the workload's pods.
    pub target_port: u16,
    /// Namespace of the workload.
    pub target_namespace: String,
    /// `ingress` where only the workload's side is enforced, and so only that can be logged;
    /// empty where a policy isolates the probe's own egress too.
    pub direction: &'static str,
}

/// The view of a stage's script. `folder` holds its manifests, `probe_file` names a probe's pod.
pub fn stage(
    lab: &Lab,
    index: usize,
    stage: &Stage,
    folder: &str,
    probe_file: impl Fn(&Probe) -> String,
) -> StageView {
    let in_force = |policy: &PolicyRef| stage.policies.iter().any(|p| p.as_str() == policy.name);
    let (policies, policies_out) = policies(lab).into_iter().partition(in_force);
    let annotated: Vec<String> = stage
        .annotated_namespaces
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut not_annotated = annotated_namespaces(lab);
    not_annotated.retain(|name| !annotated.contains(name));
    let world = staged::world(lab, Some(stage), &staged::Places::new());
    let evaluator = Evaluator::new(&world, Reading::DPV2);
    let runs = probes_of(lab, stage)
        .into_iter()
        .map(|(probe, expectation)| {
            let target = lab.app.workload(probe.target.workload.as_str());
            ProbeRunView {
                direction: direction(&evaluator, lab, probe),
                target_pods: target.map_or_else(String::new, pods_of),
                ..probe_run(probe, expectation, probe_file(probe))
            }
        });
    StageView {
        lab: lab.name.to_string(),
        number: index + 1,
        count: lab.stages.len(),
        name: stage.name.to_string(),
        title: stage.title.to_string(),
        description: stage.description.to_string(),
        folder: folder.to_owned(),
        policies,
        policies_out,
        deny_annotation: ENABLE_DENY_LOGGING,
        annotated,
        not_annotated,
        logging_on: stage.logging.allow.log() || stage.logging.deny.log(),
        probes: runs.collect(),
    }
}

/// The probes that a stage expects something of, and the controls that these lean on: a denial
/// proves nothing if nobody gets through in the same stage.
fn probes_of<'a>(lab: &'a Lab, stage: &'a Stage) -> Vec<(&'a Probe, Option<&'a Expectation>)> {
    let expected = stage.expectations.iter();
    let mut all: Vec<_> = expected
        .filter_map(|e| Some((lab.probe(&e.probe)?, Some(e))))
        .collect();
    let mut next = 0;
    while let Some((probe, _)) = all.get(next).copied() {
        let control = probe.control.as_ref().and_then(|name| lab.probe(name));
        if let Some(control) = control.filter(|c| !all.iter().any(|(p, _)| p.name == c.name)) {
            all.push((control, None));
        }
        next += 1;
    }
    all
}

/// Where a probe's connection is enforced, and so may be logged: one direction, or empty for both.
fn direction(evaluator: &Evaluator<'_>, lab: &Lab, probe: &Probe) -> &'static str {
    let evaluation = staged::evaluate(evaluator, lab, probe);
    let egress = evaluation.and_then(|evaluation| evaluation.egress);
    match egress.is_some_and(|side| !side.isolating.is_empty()) {
        true => "",
        false => "ingress",
    }
}

fn probe_run(probe: &Probe, expectation: Option<&Expectation>, file: String) -> ProbeRunView {
    let prints = probe.prints.as_ref();
    let control = probe.control.as_ref();
    ProbeRunView {
        name: probe.name.to_string(),
        pod: probe.source.pod.to_string(),
        namespace: probe.source.namespace.to_string(),
        file,
        prints: prints.map_or_else(String::new, ToString::to_string),
        timeout_seconds: probe.timeout_seconds,
        expected: match expectation.map(|e| e.allowed) {
            Some(true) => "allowed",
            Some(false) => "denied",
            None => "",
        },
        logged: match expectation.and_then(|e| e.logged) {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        },
        control: control.map_or_else(String::new, ToString::to_string),
        target_pods: String::new(),
        target_port: probe.target.pod_port.get(),
        target_namespace: probe.target.namespace.to_string(),
        direction: "",
    }
}
