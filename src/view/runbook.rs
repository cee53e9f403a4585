//! The runbook: the lab in order, with what is expected and why.

use serde::Serialize;

use super::scripts::{LabView, ObjectRef};
use crate::manifest;
use crate::model::Lab;
use crate::model::logging::LogAction;
use crate::model::stage::{Expectation, Probe, Stage};
use crate::netpol::{self, Evaluator, Reading};
use crate::staged;

/// What the runbook tells.
#[derive(Debug, Clone, Serialize)]
pub struct RunbookView {
    /// The lab.
    pub lab: LabView,
    /// What it shows; may be empty.
    pub description: String,
    /// Where the application comes from; may be empty.
    pub source: String,
    /// The scripts before the stages.
    pub before: Vec<StepView>,
    /// The stages.
    pub stages: Vec<RunbookStage>,
    /// The probes, by name.
    pub probes: Vec<RunbookProbe>,
    /// The scripts after the stages.
    pub after: Vec<StepView>,
}

/// A script, and what it does.
#[derive(Debug, Clone, Serialize)]
pub struct StepView {
    /// Its file, below the lab's folder.
    pub file: String,
    /// What it does, in a sentence.
    pub what: &'static str,
}

/// A probe, and what it shows.
#[derive(Debug, Clone, Serialize)]
pub struct RunbookProbe {
    /// Name of the probe.
    pub name: String,
    /// What it shows; may be empty.
    pub description: String,
    /// Its pod, as `namespace/name`.
    pub pod: String,
    /// The workload whose labels the pod carries; empty: none.
    pub stands_for: String,
    /// Where it goes, as `service:port`.
    pub to: String,
    /// Its command, as a person would type it.
    pub command: String,
}

/// A stage in the runbook.
#[derive(Debug, Clone, Serialize)]
pub struct RunbookStage {
    /// Number of the stage, from 1.
    pub number: usize,
    /// Its heading.
    pub title: String,
    /// What it shows and why; may be empty.
    pub description: String,
    /// Its script, below the lab's folder.
    pub script: String,
    /// Its manifests, below the lab's folder.
    pub folder: String,
    /// Policies in force.
    pub policies: Vec<ObjectRef>,
    /// Policies that are deployed with the application, and so in force at every stage.
    pub carried_policies: Vec<String>,
    /// Which allowed connections are logged, in words.
    pub allow_logging: &'static str,
    /// Which denied connections are logged, in words.
    pub deny_logging: &'static str,
    /// Namespaces whose annotation asks for logs of denials.
    pub annotated_namespaces: Vec<String>,
    /// Policies whose annotation asks for logs of what they allow.
    pub annotated_policies: Vec<String>,
    /// What is expected.
    pub expected: Vec<ExpectedView>,
}

/// What a probe is expected to do in a stage.
#[derive(Debug, Clone, Serialize)]
pub struct ExpectedView {
    /// Name of the probe.
    pub probe: String,
    /// `allowed` or `denied`.
    pub verdict: &'static str,
    /// `yes`, `no`, or `not asserted`.
    pub logged: &'static str,
    /// What the policies do with it and why, as the evaluator sees it: names in backticks.
    pub why: String,
}

/// The view of a probe.
pub fn probes(lab: &Lab) -> Vec<RunbookProbe> {
    let all = lab.probes.iter().map(|probe| {
        let stands_for = probe.source.stands_for.as_ref();
        RunbookProbe {
            name: probe.name.to_string(),
            description: probe.description.to_string(),
            pod: format!("{}/{}", probe.source.namespace, probe.source.pod),
            stands_for: stands_for.map_or_else(String::new, ToString::to_string),
            to: to(lab, probe),
            command: probe.run.join(" "),
        }
    });
    all.collect()
}

/// Where a probe goes, with the namespace if it isn't the application's.
fn to(lab: &Lab, probe: &Probe) -> String {
    let target = &probe.target;
    match target.namespace == lab.app.namespace {
        true => format!("{}:{}", target.service, target.port),
        false => format!("{}.{}:{}", target.service, target.namespace, target.port),
    }
}

/// The view of a stage, with its script and the folder of its manifests.
pub fn stage(lab: &Lab, index: usize, stage: &Stage, script: &str, folder: &str) -> RunbookStage {
    let policies = lab.policies_named(&stage.policies);
    RunbookStage {
        number: index + 1,
        title: stage.title.to_string(),
        description: stage.description.to_string(),
        script: script.to_owned(),
        folder: folder.to_owned(),
        policies: policies
            .map(|policy| ObjectRef {
                namespace: policy.namespace.to_string(),
                name: policy.name.to_string(),
            })
            .collect(),
        carried_policies: carried_policies(lab),
        allow_logging: action(stage.logging.allow, "those whose policy asks for it"),
        deny_logging: action(stage.logging.deny, "those whose namespace asks for it"),
        annotated_namespaces: stage
            .annotated_namespaces
            .iter()
            .map(ToString::to_string)
            .collect(),
        annotated_policies: stage
            .annotated_policies
            .iter()
            .map(ToString::to_string)
            .collect(),
        expected: expected(lab, stage),
    }
}

fn carried_policies(lab: &Lab) -> Vec<String> {
    let carried = manifest::of_values(lab.app.objects.iter().map(|object| &object.json));
    let policies = carried.policies().iter();
    policies.map(ToString::to_string).collect()
}

fn action(action: LogAction, delegated: &'static str) -> &'static str {
    match (action.log(), action.delegate()) {
        (false, _) => "none",
        (true, false) => "all",
        (true, true) => delegated,
    }
}

/// What is expected, and why the policies in force bring it about.
fn expected(lab: &Lab, stage: &Stage) -> Vec<ExpectedView> {
    let world = staged::world(lab, Some(stage), &staged::Places::new());
    let evaluator = Evaluator::new(&world, Reading::DPV2);
    let why = |expectation: &Expectation| {
        let probe = lab.probe(&expectation.probe)?;
        let evaluation = staged::evaluate(&evaluator, lab, probe)?;
        Some(netpol::why(&world, &evaluation))
    };
    let each = stage.expectations.iter();
    each.map(|one| expectation(one, why(one).unwrap_or_default()))
        .collect()
}

fn expectation(expectation: &Expectation, why: String) -> ExpectedView {
    ExpectedView {
        why,
        probe: expectation.probe.to_string(),
        verdict: if expectation.allowed {
            "allowed"
        } else {
            "denied"
        },
        logged: match expectation.logged {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not asserted",
        },
    }
}
