//! Mutation score: which rules could go or be wider without any expectation noticing.
//!
//! Each rule in turn is removed, opened to everyone, or opened on all ports, at every stage at which
//! it is in force. If all expectations that held before still hold, nobody watches that rule.

use serde_json::{Value, json};

use super::VERSION;
use super::expectations::{Held, of_stage};
use super::place::in_brackets;
use crate::model::Lab;
use crate::model::stage::Stage;
use crate::netpol::{Mutation, MutationKind, Reading, World, mutated, mutations};
use crate::source::SourceMap;
use crate::staged::{self, Places};

/// What came of one change to one rule.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Policy, direction, rule and change in words, such as `default/cart: ingress rule 1 removed`.
    pub description: String,
    /// The change.
    pub mutation: Mutation,
    /// The first stage and probe whose expectation failed; none if nobody noticed.
    pub noticed_by: Option<(String, String)>,
}

impl Trial {
    /// The rule: `default/cart: ingress rule 1`.
    fn rule(&self) -> &str {
        self.description.trim_end_matches(self.change()).trim_end()
    }

    /// What was done to it.
    fn change(&self) -> &'static str {
        match self.mutation.kind {
            MutationKind::Remove => "removed",
            MutationKind::AllPeers => "open to everyone",
            MutationKind::AllPorts => "open on all ports",
        }
    }
}

/// Tries every change at every stage.
pub fn trials(lab: &Lab, places: &Places, reading: Reading) -> Vec<Trial> {
    let mut trials: Vec<Trial> = Vec::new();
    for stage in &lab.stages {
        let world = staged::world(lab, Some(stage), places);
        let before = held(lab, stage, &world, reading);
        for mutation in mutations(&world) {
            let known = trials
                .iter()
                .position(|trial| trial.description == mutation.description);
            if known.is_some_and(|at| trials[at].noticed_by.is_some()) {
                continue;
            }
            let after = held(lab, stage, &mutated(&world, &mutation), reading);
            let noticed = noticed(&before, &after).map(|probe| (stage.name.to_string(), probe));
            match known {
                Some(at) => trials[at].noticed_by = noticed,
                None => trials.push(Trial {
                    description: mutation.description.clone(),
                    mutation,
                    noticed_by: noticed,
                }),
            }
        }
    }
    trials
}

fn held(lab: &Lab, stage: &Stage, world: &World, reading: Reading) -> Vec<(String, Held)> {
    let outcomes = of_stage(lab, stage, world, reading).into_iter();
    outcomes
        .map(|(expected, outcome)| (outcome.probe.clone(), outcome.held(expected)))
        .collect()
}

/// The first probe whose expectation held and no longer does.
fn noticed(before: &[(String, Held)], after: &[(String, Held)]) -> Option<String> {
    let pairs = before.iter().zip(after);
    let mut lost = pairs.filter(|(old, new)| old.1 == Held::Yes && new.1 != Held::Yes);
    lost.next().map(|(old, _)| old.0.clone())
}

fn counts(trials: &[Trial]) -> (usize, usize) {
    let noticed = trials
        .iter()
        .filter(|trial| trial.noticed_by.is_some())
        .count();
    (noticed, trials.len())
}

/// For people: the score, then what nobody notices.
pub fn text(trials: &[Trial], sources: &SourceMap) -> String {
    let (noticed, all) = counts(trials);
    if all == 0 {
        return "no rule to change\n".to_owned();
    }
    let mut out = format!("{noticed} of {all} changes are noticed by an expectation\n");
    let missed: Vec<&Trial> = trials
        .iter()
        .filter(|trial| trial.noticed_by.is_none())
        .collect();
    if !missed.is_empty() {
        out.push_str("\nno expectation notices:\n");
    }
    let same = |a: &&Trial, b: &&Trial| a.rule() == b.rule();
    for of_rule in missed.chunk_by(same) {
        let changes: Vec<&str> = of_rule.iter().map(|trial| trial.change()).collect();
        let rule = of_rule.first().map_or("", |trial| trial.rule());
        let place = in_brackets(
            sources,
            of_rule.first().and_then(|trial| trial.mutation.span),
        );
        out.push_str(&format!("  {rule}{place}: {}\n", changes.join(", ")));
    }
    out
}

/// For machines: `{"version": 1, "noticed", "all", "changes": [{"policy", "direction", "rule",
/// "change", "noticedBy": {"stage", "probe"} | null, "file", "line", "column"}]}`.
pub fn json(trials: &[Trial], sources: &SourceMap) -> Value {
    let (noticed, all) = counts(trials);
    let changes = trials.iter().map(|trial| trial_json(trial, sources));
    json!({
        "version": VERSION,
        "noticed": noticed,
        "all": all,
        "changes": changes.collect::<Vec<_>>(),
    })
}

fn trial_json(trial: &Trial, sources: &SourceMap) -> Value {
    let policy = trial.description.split(": ").next().unwrap_or_default();
    let noticed = trial.noticed_by.as_ref();
    let mut value = json!({
        "policy": policy,
        "direction": trial.mutation.direction.lower(),
        "rule": trial.mutation.rule,
        "change": match trial.mutation.kind {
            MutationKind::Remove => "removed",
            MutationKind::AllPeers => "all-peers",
            MutationKind::AllPorts => "all-ports",
        },
        "noticedBy": noticed.map(|(stage, probe)| json!({"stage": stage, "probe": probe})),
    });
    super::place::add_place(&mut value, sources, trial.mutation.span);
    value
}
