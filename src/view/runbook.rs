//! The runbook: the lab in order, with what is expected and why.

use serde::Serialize;

use super::scripts::{LabView, StageView};

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

/// A stage in the runbook.
#[derive(Debug, Clone, Serialize)]
pub struct RunbookStage {
    /// The stage.
    pub stage: StageView,
    /// Its script, below the lab's folder.
    pub script: String,
}
