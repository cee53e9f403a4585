//! Mutation score: which rules could go or be wider without any expectation noticing.
//!
//! Each rule in turn is removed, opened to everyone, or opened on all ports, at every stage at which
//! it is in force. If all expectations that held before still hold, nobody watches that rule. Rules
//! that deny are closed wider likewise. Rules that name domains are left alone, and told.

use serde_json::{Value, json};

use super::VERSION;
use super::expectations::{Held, of_stage};
use super::place::in_brackets;
use crate::model::Lab;
use crate::model::stage::Stage;
use crate::netpol::{Mutation, MutationKind, Reading, World, by_domain, mutated, mutations};
use crate::source::SourceMap;
use crate::staged::{self, Places};

/// What came of one change to one rule.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The change.
    pub mutation: Mutation,
    /// The first stage and probe whose expectation failed; none if nobody noticed.
    pub noticed_by: Option<(String, String)>,
}

impl Trial {
    fn is_of(&self, mutation: &Mutation) -> bool {
        self.mutation.name == mutation.name && self.mutation.kind == mutation.kind
    }
}

/// What came of all changes.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// The changes.
    pub trials: Vec<Trial>,
    /// Rules that no change was made to, since they allow domains.
    pub by_domain: Vec<String>,
}

impl Score {
    fn noticed(&self) -> usize {
        let noticed = self.trials.iter().filter(|one| one.noticed_by.is_some());
        noticed.count()
    }
}

/// Tries every change at every stage.
pub fn score(lab: &Lab, places: &Places, reading: Reading) -> Score {
    let mut score = Score::default();
    for stage in &lab.stages {
        let world = staged::world(lab, Some(stage), places);
        for name in by_domain(&world) {
            if !score.by_domain.contains(&name) {
                score.by_domain.push(name);
            }
        }
        try_all(&mut score.trials, (lab, stage), &world, reading);
    }
    score
}

fn try_all(trials: &mut Vec<Trial>, (lab, stage): (&Lab, &Stage), world: &World, reading: Reading) {
    let before = held(lab, stage, world, reading);
    for mutation in mutations(world) {
        let known = trials.iter().position(|trial| trial.is_of(&mutation));
        if known.is_some_and(|at| trials[at].noticed_by.is_some()) {
            continue;
        }
        let after = held(lab, stage, &mutated(world, &mutation), reading);
        let noticed_by = noticed(&before, &after).map(|probe| (stage.name.to_string(), probe));
        match known {
            Some(at) => trials[at].noticed_by = noticed_by,
            None => trials.push(Trial {
                mutation,
                noticed_by,
            }),
        }
    }
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

/// For people: the score, then what nobody notices, and what was left alone.
pub fn text(score: &Score, sources: &SourceMap) -> String {
    let (noticed, all) = (score.noticed(), score.trials.len());
    let mut out = match all {
        0 => "no rule to change\n".to_owned(),
        _ => format!("{noticed} of {all} changes are noticed by an expectation\n"),
    };
    let trials = score.trials.iter();
    let missed: Vec<&Trial> = trials.filter(|trial| trial.noticed_by.is_none()).collect();
    if !missed.is_empty() {
        out.push_str("\nno expectation notices:\n");
    }
    let same = |a: &&Trial, b: &&Trial| a.mutation.name == b.mutation.name;
    for of_rule in missed.chunk_by(same) {
        let changes: Vec<&str> = of_rule.iter().map(|one| one.mutation.words()).collect();
        let first = of_rule.first().map(|trial| &trial.mutation);
        let rule = first.map_or("", |mutation| &mutation.name);
        let place = in_brackets(sources, first.and_then(|mutation| mutation.span));
        out.push_str(&format!("  {rule}{place}: {}\n", changes.join(", ")));
    }
    if !score.by_domain.is_empty() {
        out.push_str("\nleft alone, since they allow domains and probes ask for Services:\n");
    }
    for rule in &score.by_domain {
        out.push_str(&format!("  {rule}\n"));
    }
    out
}

/// For machines: `{"version": 1, "noticed", "all", "changes": [{"policy", "direction", "rule",
/// "change", "noticedBy": {"stage", "probe"} | null, "file", "line", "column"}], "leftAlone":
/// [rule]}`.
pub fn json(score: &Score, sources: &SourceMap) -> Value {
    let changes = score.trials.iter().map(|trial| trial_json(trial, sources));
    json!({
        "version": VERSION,
        "noticed": score.noticed(),
        "all": score.trials.len(),
        "changes": changes.collect::<Vec<_>>(),
        "leftAlone": score.by_domain,
    })
}

fn trial_json(trial: &Trial, sources: &SourceMap) -> Value {
    let name = &trial.mutation.name;
    let policy = name
        .split_once(": ")
        .map_or(name.as_str(), |(policy, _)| policy);
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
