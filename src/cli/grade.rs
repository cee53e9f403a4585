//! `dplab grade`: what a lab measured, held against the prediction.

use anyhow::Context as _;
use camino::Utf8PathBuf;

use super::args::{GradeArgs, GradeFormat};
use super::error::Usage;
use super::load::{self, Loaded};
use super::logs;
use super::reach::pretty;
use super::term::Term;
use crate::diag::has_errors;
use crate::exit::Exit;
use crate::netpol::record::LogRecord;
use crate::report::grade::{self, Measured};
use crate::source::SourceMap;

pub(super) fn run(args: &GradeArgs, term: &Term) -> anyhow::Result<Exit> {
    let results = Measured::read_all(&logs::input(&args.results)?)
        .with_context(|| format!("the results in `{}` can't be read", args.results))?;
    let mut sources = SourceMap::new();
    let loaded = profile(args, &results, &mut sources)?;
    term.findings(&loaded.findings, &sources);
    let Some(lab) = loaded
        .lab
        .as_ref()
        .filter(|_| !has_errors(&loaded.findings))
    else {
        return Ok(Exit::Invalid);
    };
    let export = match &args.logs {
        None => None,
        Some(path) => Some(
            LogRecord::read_all(&logs::input(path)?)
                .with_context(|| format!("the entries in `{path}` can't be read"))?,
        ),
    };
    let name = lab.name.as_str();
    let (own, others): (Vec<Measured>, Vec<Measured>) = results
        .into_iter()
        .partition(|measured| measured.lab == name);
    let grades = grade::grade(lab, &own, export.as_deref());
    if grades.is_empty() || own.is_empty() && !others.is_empty() {
        let results = &args.results;
        let words = format!("`{results}` has no result of a stage and probe of the lab `{name}`");
        return Err(Usage(words).into());
    }
    if let Some(other) = others.first() {
        term.warn(&format!(
            "left out: {} results of other labs, such as `{}`",
            others.len(),
            other.lab
        ));
    }
    term.payload(&match args.format {
        GradeFormat::Text => grade::text(&grades),
        GradeFormat::Json => pretty(&grade::json(name, &grades))?,
        GradeFormat::Markdown => grade::markdown(&grades),
        GradeFormat::Junit => grade::junit(name, &grades),
    })?;
    Ok(match grade::wrong(&grades) {
        0 => Exit::Fine,
        _ => Exit::Failed,
    })
}

/// The profile that is named, or the one whose lab the results are of.
fn profile(
    args: &GradeArgs,
    results: &[Measured],
    sources: &mut SourceMap,
) -> anyhow::Result<Loaded> {
    let overrides = args.overrides.overrides();
    let named: Vec<Utf8PathBuf> = args.profile.iter().cloned().collect();
    let lab = results.first().map_or("", |measured| measured.lab.as_str());
    for path in load::paths(&named)? {
        let loaded = load::lab(path, sources, &overrides)?;
        let is_it = loaded.name.as_ref().is_some_and(|name| name.value == lab);
        if is_it || args.profile.is_some() {
            return Ok(loaded);
        }
    }
    let words =
        format!("the results are of the lab `{lab}`, and no profile in `profiles/` is; name it");
    Err(Usage(words).into())
}
