//! What a lab measured, held against what it was predicted to do: `dplab grade`.

mod output;
mod results;

pub use output::{json, junit, markdown, text};
pub use results::{Measured, ResultsError};

use crate::model::Lab;
use crate::netpol::record::LogRecord;
use crate::netpol::{Reading, Verdict, World};
use crate::staged::{self, Places};

use super::expectations::{self, Outcome};

/// One probe of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// The stage.
    pub stage: String,
    /// The probe.
    pub probe: String,
    /// `allowed`, `denied` or `unknown`: what the policies do, as predicted.
    pub predicted: &'static str,
    /// Whether an entry is predicted; none if nobody can say, or if nobody asks.
    pub predicted_log: Option<bool>,
    /// `allowed`, `denied` or `error`; none if the lab has no result.
    pub measured: Option<String>,
    /// Whether an entry was found; none if the lab didn't look.
    pub measured_log: Option<bool>,
    /// Why measured is not as predicted; none if it is.
    pub wrong: Option<String>,
}

/// All grades of a lab, in the order of its stages.
///
/// Entries of `export`, if given, decide whether something was logged, instead of what the
/// lab's scripts found themselves.
pub fn grade(lab: &Lab, results: &[Measured], export: Option<&[LogRecord]>) -> Vec<Grade> {
    let mut grades = Vec::new();
    for stage in &lab.stages {
        let world = staged::world(lab, Some(stage), &Places::new());
        for (expected, outcome) in expectations::of_stage(lab, stage, &world, Reading::DPV2) {
            let asked = expected.logged.is_some();
            grades.push(one(&world, &outcome, asked, results, export));
        }
    }
    grades
}

/// How many are wrong.
pub fn wrong(grades: &[Grade]) -> usize {
    grades.iter().filter(|grade| grade.wrong.is_some()).count()
}

fn one(
    world: &World,
    outcome: &Outcome,
    asked: bool,
    results: &[Measured],
    export: Option<&[LogRecord]>,
) -> Grade {
    let measured = results::last(results, &outcome.stage, &outcome.probe);
    let found = measured.and_then(|measured| match export {
        Some(records) => Some(is_logged(world, outcome, measured, results, records)),
        None => measured.logged,
    });
    let predicted_log = if asked { outcome.logged() } else { None };
    let verdict = outcome.verdict();
    Grade {
        stage: outcome.stage.clone(),
        probe: outcome.probe.clone(),
        predicted: verdict.as_str(),
        predicted_log,
        wrong: why_wrong(verdict, predicted_log, measured, found),
        measured: measured.map(|measured| measured.verdict.clone()),
        measured_log: found,
    }
}

fn why_wrong(
    predicted: Verdict,
    predicted_log: Option<bool>,
    measured: Option<&Measured>,
    found: Option<bool>,
) -> Option<String> {
    let Some(measured) = measured else {
        return Some("the lab has no result for it".to_owned());
    };
    if measured.verdict == "error" {
        let why = match measured.reason.as_str() {
            "" => "no reason is given",
            reason => reason,
        };
        return Some(format!("the probe did not run to an answer: {why}"));
    }
    let judged = matches!(predicted, Verdict::Allowed | Verdict::Denied);
    if judged && measured.verdict != predicted.as_str() {
        return Some(format!(
            "predicted {predicted}, measured {}",
            measured.verdict
        ));
    }
    if let (true, Some(control)) = (measured.verdict == "denied", &measured.control)
        && control.verdict != "allowed"
    {
        let name = &control.probe;
        return Some(format!(
            "the denial proves nothing: its control `{name}` did not get through"
        ));
    }
    match (predicted_log, found) {
        (Some(true), Some(false)) => Some("a log entry is predicted, none was found".to_owned()),
        (Some(false), Some(true)) => Some("no log entry is predicted, one was found".to_owned()),
        (Some(_), None) => Some("nobody looked for its log entries".to_owned()),
        _ => None,
    }
}

/// Whether an exported entry is one of this probe's connection at this stage: made after the probe
/// began and before it began again at another stage.
fn is_logged(
    world: &World,
    outcome: &Outcome,
    measured: &Measured,
    results: &[Measured],
    records: &[LogRecord],
) -> bool {
    let from = moment(&measured.started);
    let others = results.iter().filter(|other| other.probe == measured.probe);
    let later = others
        .map(|other| moment(&other.started))
        .filter(|other| *other > from);
    let until = later.min();
    let in_time = |record: &LogRecord| {
        let at = moment(&record.timestamp);
        at >= from && until.is_none_or(|until| at < until)
    };
    let mut own = records.iter().filter(|record| in_time(record));
    own.any(|record| {
        outcome
            .events
            .iter()
            .any(|event| record.is_of(world, event))
    })
}

/// A time in UTC as RFC 3339 writes it, so that texts compare as times do: without the `Z`, which
/// would sort behind a fraction.
fn moment(time: &str) -> &str {
    time.trim_end_matches('Z')
}
