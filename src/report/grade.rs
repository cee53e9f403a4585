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
use super::logs::log_place;

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

/// What a lab left behind for its grades.
#[derive(Debug, Clone, Copy)]
struct Evidence<'a> {
    lab: &'a Lab,
    results: &'a [Measured],
    export: Option<&'a [LogRecord]>,
}

/// All grades of a lab, in the order of its stages.
///
/// Entries of `export`, if given, decide whether something was logged, instead of what the
/// lab's scripts found themselves.
pub fn grade(lab: &Lab, results: &[Measured], export: Option<&[LogRecord]>) -> Vec<Grade> {
    let evidence = Evidence {
        lab,
        results,
        export,
    };
    let mut grades = Vec::new();
    for stage in &lab.stages {
        let world = staged::world(lab, Some(stage), &Places::new());
        for (expected, outcome) in expectations::of_stage(lab, stage, &world, Reading::DPV2) {
            let asked = expected.logged.is_some();
            grades.push(evidence.grade(&world, &outcome, asked));
        }
    }
    grades
}

/// How many are wrong.
pub fn wrong(grades: &[Grade]) -> usize {
    grades.iter().filter(|grade| grade.wrong.is_some()).count()
}

impl Evidence<'_> {
    fn grade(&self, world: &World, outcome: &Outcome, asked: bool) -> Grade {
        let measured = results::last(self.results, &outcome.stage, &outcome.probe);
        let found = measured.and_then(|measured| match self.export {
            Some(records) => Some(self.is_logged(world, outcome, measured, records)),
            None => measured.logged,
        });
        let predicted_log = if asked { outcome.logged() } else { None };
        let verdict = outcome.verdict();
        let wrong = match measured {
            None => Some("the lab has no result for it".to_owned()),
            Some(measured) => wrong_verdict(verdict, measured)
                .or_else(|| self.proves_nothing(measured))
                .or_else(|| wrong_log(predicted_log, found)),
        };
        Grade {
            stage: outcome.stage.clone(),
            probe: outcome.probe.clone(),
            predicted: verdict.as_str(),
            predicted_log,
            wrong,
            measured: measured.map(|measured| measured.verdict.clone()),
            measured_log: found,
        }
    }

    /// A denial counts only if the profile's control got through: as the result says, and as the
    /// control's own result at the stage says, where there is one.
    fn proves_nothing(&self, measured: &Measured) -> Option<String> {
        if measured.verdict != "denied" {
            return None;
        }
        let probes = self.lab.probes.iter();
        let mut own = probes.filter(|probe| probe.name.as_str() == measured.probe);
        let control = own.next()?.control.as_ref()?.as_str();
        let tried = measured.control.as_ref().filter(|it| it.probe == control);
        let alone = results::last(self.results, &measured.stage, control);
        let through = |verdict: &str| verdict == "allowed";
        let fate = match (tried, alone) {
            (None, _) => "was not tried",
            (Some(it), _) if !through(&it.verdict) => "did not get through",
            (_, Some(it)) if !through(&it.verdict) => "did not get through on its own",
            _ => return None,
        };
        Some(format!(
            "the denial proves nothing: its control `{control}` {fate}"
        ))
    }

    /// Whether an exported entry is one of this probe's connection at this stage: made after the
    /// probe began and before it began again at another stage.
    fn is_logged(
        &self,
        world: &World,
        outcome: &Outcome,
        measured: &Measured,
        records: &[LogRecord],
    ) -> bool {
        let from = moment(&measured.started);
        let others = self.results.iter();
        let others = others.filter(|other| other.probe == measured.probe);
        let later = others
            .map(|other| moment(&other.started))
            .filter(|other| *other > from);
        let until = later.min();
        let in_time = |record: &LogRecord| {
            let at = moment(&record.timestamp);
            at >= from && until.is_none_or(|until| at < until)
        };
        let place = log_place(self.lab);
        let here = |record: &&LogRecord| record.may_be_from(&place) && in_time(record);
        let events = &outcome.events;
        let is_of = |record: &LogRecord| events.iter().any(|event| record.is_of(world, event));
        records.iter().filter(here).any(is_of)
    }
}

fn wrong_verdict(predicted: Verdict, measured: &Measured) -> Option<String> {
    if measured.verdict == "error" {
        let why = match measured.reason.as_str() {
            "" => "no reason is given",
            reason => reason,
        };
        return Some(format!("the probe did not run to an answer: {why}"));
    }
    let judged = matches!(predicted, Verdict::Allowed | Verdict::Denied);
    (judged && measured.verdict != predicted.as_str())
        .then(|| format!("predicted {predicted}, measured {}", measured.verdict))
}

fn wrong_log(predicted: Option<bool>, found: Option<bool>) -> Option<String> {
    let words = match (predicted, found) {
        (Some(true), Some(false)) => "a log entry is predicted, none was found",
        (Some(false), Some(true)) => "no log entry is predicted, one was found",
        (Some(_), None) => "nobody looked for its log entries",
        _ => return None,
    };
    Some(words.to_owned())
}

/// A time in UTC as RFC 3339 writes it, so that texts compare as times do: without the `Z`, which
/// would sort behind a fraction.
fn moment(time: &str) -> &str {
    time.trim_end_matches('Z')
}
