//! `dplab check`: the one command of a pipeline. Profiles, expectations and drift, all reported in
//! one run; quiet where all is well.

use std::collections::HashMap;

use camino::Utf8Path;

use super::args::{CheckArgs, FailOn, Format};
use super::drifts::{self, Sides};
use super::labs::{self, Lab};
use super::load::Loaded;
use super::target::Target;
use super::term::Term;
use crate::check;
use crate::diag::{self, Diagnostic, Severity, has_errors};
use crate::exit::Exit;
use crate::netpol::Reading;
use crate::report::drift::{Drift, Options, findings as differences, markdown};
use crate::report::{self, findings};
use crate::source::SourceMap;

/// Everything that was found, by what it is about.
#[derive(Default)]
struct Found {
    /// About profiles.
    profile: Vec<Diagnostic>,
    /// Expectations that don't hold.
    reach: Vec<Diagnostic>,
    /// Files that differ.
    drift: Vec<Diagnostic>,
}

pub(super) fn run(args: &CheckArgs, term: &Term) -> anyhow::Result<Exit> {
    let target = Target::of(&args.target.positional, &args.target.out)?;
    let mut sources = SourceMap::new();
    let effort = term.effort(args.format);
    let (overrides, templates) = (&args.overrides, &args.templates);
    let (loaded, renderer) = labs::loaded(&target, overrides, templates, &mut sources, effort)?;
    let expected: Vec<Vec<Diagnostic>> = loaded.iter().map(expectations).collect();
    let mut found = Found {
        profile: profiles(&loaded),
        reach: expected.concat(),
        drift: Vec::new(),
    };
    let labs = labs::rendered(&loaded, renderer, &target, &[])?;
    let sides = sides(args, &target, &labs)?;
    for side in &sides {
        let differences = differences::findings(&side.drift, &side.disk, &mut sources);
        found.drift.extend(differences);
    }
    print(args, &found, &sides, &sources, term)?;
    let by_profile: HashMap<&Utf8Path, &Sides<'_>> = sides
        .iter()
        .map(|side| (side.lab.profile.as_path(), side))
        .collect();
    for (profile, expected) in loaded.iter().zip(&expected) {
        let side = by_profile.get(profile.path.as_path());
        term.say(&summary(profile, expected, side.copied()));
    }
    Ok(exit(args, &found, &sides))
}

/// Differences matter where the check may fail for them, and cost a reading of every file.
fn sides<'a>(args: &CheckArgs, target: &Target, labs: &'a [Lab]) -> anyhow::Result<Vec<Sides<'a>>> {
    if !args.fails_on(FailOn::Drift) {
        return Ok(Vec::new());
    }
    let options = Options {
        semantic: false,
        reach: true,
    };
    drifts::compare(labs, target, args.against.as_deref(), options)
}

/// What is wrong with profiles, and what is valid and probably not meant.
fn profiles(loaded: &[Loaded]) -> Vec<Diagnostic> {
    let lints = loaded.iter().flat_map(|loaded| {
        let lints = loaded.lints.iter().cloned();
        lints.map(|lint| placed(lint, loaded))
    });
    let mut found: Vec<Diagnostic> = labs::findings(loaded).into_iter().chain(lints).collect();
    diag::sort(&mut found);
    found
}

/// What is about a lab as a whole stands at its name: code scanning refuses what has no place.
fn placed(finding: Diagnostic, loaded: &Loaded) -> Diagnostic {
    match (&finding.primary, &loaded.name) {
        (None, Some(name)) => finding.at(name.span, ""),
        _ => finding,
    }
}

/// Expectations of a profile's stages that don't hold.
fn expectations(loaded: &Loaded) -> Vec<Diagnostic> {
    let (Some(raw), Some(lab)) = (&loaded.raw, &loaded.lab) else {
        return Vec::new();
    };
    let places = check::places(raw, lab);
    report::expectations::findings(raw, lab, &places, Reading::DPV2)
}

impl CheckArgs {
    fn fails_on(&self, what: FailOn) -> bool {
        self.fail_on.contains(&what)
    }
}

impl Found {
    fn all(&self) -> Vec<Diagnostic> {
        [&self.profile[..], &self.reach, &self.drift].concat()
    }

    /// For people: what is only worth knowing about a profile, with `--verbose`.
    fn worth_saying(&self, term: &Term) -> Vec<Diagnostic> {
        let about = [&self.profile[..], &self.reach].concat();
        let matters = |f: &Diagnostic| term.is_verbose() || f.severity > Severity::Info;
        about.into_iter().filter(matters).collect()
    }
}

fn print(
    args: &CheckArgs,
    found: &Found,
    sides: &[Sides<'_>],
    sources: &SourceMap,
    term: &Term,
) -> anyhow::Result<()> {
    let all = found.all();
    match args.format {
        // A file that nobody knows of is easily overlooked, so every one is told.
        Format::Text => {
            let shown = [found.worth_saying(term), found.drift.clone()].concat();
            term.findings(&shown, sources);
        }
        Format::Json => term.payload(&diag::json::render(&all, sources))?,
        Format::Github => term.payload(&diag::github::render(&all, sources))?,
        Format::Sarif => term.payload(&diag::sarif::render(&all, sources))?,
        Format::Markdown => {
            let drifts: Vec<Drift> = sides.iter().map(|side| side.drift.clone()).collect();
            let about = findings::markdown(&found.worth_saying(term), sources);
            term.payload(&markdown::with_findings(&drifts, &about))?;
        }
    }
    Ok(())
}

/// One line a profile.
fn summary(loaded: &Loaded, expected: &[Diagnostic], side: Option<&Sides<'_>>) -> String {
    let path = &loaded.path;
    let mut parts = Vec::new();
    let matters = |finding: &&Diagnostic| finding.severity > Severity::Info;
    let all = [&loaded.findings[..], &loaded.lints, expected];
    let all = all.into_iter().flatten();
    let counted: Vec<Diagnostic> = all.filter(matters).cloned().collect();
    let counted = diag::text::summary(&counted);
    parts.extend(Some(counted).filter(|text| !text.is_empty()));
    let side = side.filter(|side| side.drift.differs());
    parts.extend(side.map(|side| match side.drift.drifting().count() {
        0 => format!("{}: its lock file differs", side.drift.folder),
        1 => format!("{}: 1 file differs", side.drift.folder),
        n => format!("{}: {n} files differ", side.drift.folder),
    }));
    match parts.is_empty() {
        true => format!("{path}: fine"),
        false => format!("{path}: {}", parts.join("; ")),
    }
}

/// What applies, by the order of the contract.
fn exit(args: &CheckArgs, found: &Found, sides: &[Sides<'_>]) -> Exit {
    let warned = |all: &[Diagnostic]| all.iter().any(|f| f.severity >= Severity::Warning);
    let mut exit = Exit::Fine;
    let mut applies = |condition: bool, code: Exit| {
        if condition {
            exit = exit.max(code);
        }
    };
    applies(sides.iter().any(|side| side.drift.differs()), Exit::Differs);
    applies(
        sides.iter().any(|side| !side.refused.is_empty()),
        Exit::Refused,
    );
    let lint = warned(&found.profile) && args.fails_on(FailOn::Lint);
    applies(lint, Exit::Failed);
    let reach = has_errors(&found.reach) && args.fails_on(FailOn::Reach);
    applies(reach, Exit::Failed);
    applies(has_errors(&found.profile), Exit::Invalid);
    match exit {
        Exit::Differs if args.exit_zero => Exit::Fine,
        exit => exit,
    }
}
