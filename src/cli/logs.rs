//! `dplab logs`: the policy log entries that a lab would cause, and an export held against them.

use std::io::Read as _;

use anyhow::Context as _;
use camino::Utf8Path;

use super::args::{LogFormat, LogsCommand, MatchArgs, MatchFormat, OverrideArgs, PredictArgs};
use super::reach::{pretty, usage};
use super::subject::{self, Profile, Scene, Subject};
use super::term::Term;
use crate::exit::Exit;
use crate::netpol::record::LogRecord;
use crate::netpol::{Endpoint, Reading, World};
use crate::report::log_match;
use crate::report::logs::{self, Part};
use crate::report::names::{self, NameError};
use crate::source::SourceMap;

pub(super) fn run(command: &LogsCommand, term: &Term) -> anyhow::Result<Exit> {
    match command {
        LogsCommand::Predict(args) => predict(args, term),
        LogsCommand::Match(args) => compare(args, term),
    }
}

/// A profile; its texts are not needed any more.
fn profile(
    path: &Utf8Path,
    overrides: &OverrideArgs,
    term: &Term,
) -> anyhow::Result<Result<Subject, Exit>> {
    let mut sources = SourceMap::new();
    subject::profile(path, overrides, &mut sources, term)
}

fn predict(args: &PredictArgs, term: &Term) -> anyhow::Result<Exit> {
    let subject = match profile(&args.profile, &args.overrides, term)? {
        Ok(subject) => subject,
        Err(exit) => return Ok(exit),
    };
    let Some(profile) = &subject.profile else {
        return Ok(Exit::Usage);
    };
    let parts = subject.stages(args.stage.as_deref());
    let parts = parts.and_then(|scenes| Ok(predictions(args, profile, &scenes)?));
    let parts = match parts {
        Ok(parts) => parts,
        Err(error) => return Ok(usage(&error, term)),
    };
    let place = logs::log_place(&profile.lab);
    term.payload(&match args.format {
        LogFormat::Text => logs::text(&parts, &place),
        LogFormat::Json => pretty(&logs::json(&parts, &place))?,
        LogFormat::Markdown => logs::markdown(&parts, &place),
    })?;
    Ok(Exit::Fine)
}

/// The probes; of all pairs where an end is named, since it need not be a probe's.
fn predictions<'s>(
    args: &PredictArgs,
    profile: &Profile,
    scenes: &[&'s Scene],
) -> Result<Vec<Part<'s>>, NameError> {
    let mut parts = Vec::new();
    for scene in scenes {
        let stage = scene.stage.as_deref();
        let pairs = args.all_pairs || args.from.is_some() || args.to.is_some();
        let mut part = match pairs {
            true => logs::all_pairs(stage, &scene.world, Reading::DPV2),
            false => logs::probes(&profile.lab, stage, &scene.world, Reading::DPV2),
        };
        let from = ends(&scene.world, args.from.as_deref())?;
        let to = ends(&scene.world, args.to.as_deref())?;
        logs::keep(&mut part, from.as_deref(), to.as_deref());
        parts.push(part);
    }
    Ok(parts)
}

fn ends(world: &World, name: Option<&str>) -> Result<Option<Vec<Endpoint>>, NameError> {
    let Some(name) = name else { return Ok(None) };
    Ok(Some(names::look_up(world, name)?.ends()))
}

fn compare(args: &MatchArgs, term: &Term) -> anyhow::Result<Exit> {
    let subject = match profile(&args.profile, &args.overrides, term)? {
        Ok(subject) => subject,
        Err(exit) => return Ok(exit),
    };
    let Some(profile) = &subject.profile else {
        return Ok(Exit::Usage);
    };
    let scenes = match subject.stages(args.stage.as_deref()) {
        Ok(scenes) => scenes,
        Err(error) => return Ok(usage(&error, term)),
    };
    let records = LogRecord::read_all(&input(&args.input)?)
        .with_context(|| format!("the entries in `{}` can't be read", args.input))?;
    let parts: Vec<Part<'_>> = scenes
        .iter()
        .map(|scene| {
            let stage = scene.stage.as_deref();
            logs::probes(&profile.lab, stage, &scene.world, Reading::DPV2)
        })
        .collect();
    let place = logs::log_place(&profile.lab);
    let matched = log_match::matched(&parts, &records, &place, Reading::DPV2);
    term.payload(&match args.format {
        MatchFormat::Text => log_match::text(&matched, &records),
        MatchFormat::Json => pretty(&log_match::json(&matched, &records))?,
    })?;
    Ok(if matched.is_fine() {
        Exit::Fine
    } else {
        Exit::Failed
    })
}

/// The text of a file, or of standard input for `-`.
pub(super) fn input(path: &Utf8Path) -> anyhow::Result<String> {
    let mut text = String::new();
    if path == "-" {
        std::io::stdin()
            .read_to_string(&mut text)
            .context("standard input can't be read")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).with_context(|| format!("`{path}` can't be read"))
}
