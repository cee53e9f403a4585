//! `dplab diff`: what would be generated, against what is there or what a git revision holds.

use super::args::{DiffArgs, Format};
use super::drifts::{self, Sides};
use super::target::Target;
use super::term::Term;
use super::{labs, provenance};
use crate::diag;
use crate::exit::Exit;
use crate::report::drift::{Drift, Options, findings, json, markdown, text};
use crate::source::SourceMap;

pub(super) fn run(args: &DiffArgs, term: &Term) -> anyhow::Result<Exit> {
    let target = Target::of(&args.target.positional, &args.target.out)?;
    let labs = match labs::generated(&target, &args.overrides, &args.templates, &[], term)? {
        Ok(labs) => labs,
        Err(exit) => return Ok(exit),
    };
    let options = Options {
        semantic: args.semantic,
        reach: args.reach,
    };
    let mut sides = drifts::compare(&labs, &target, args.against.as_deref(), options)?;
    if args.provenance {
        provenance::add(&mut sides, args)?;
    }
    let drifts: Vec<Drift> = sides.iter().map(|side| side.drift.clone()).collect();
    term.payload(&render(args, &sides, &drifts))?;
    if args.format == Format::Text {
        for drift in drifts.iter().filter(|drift| !drift.differs()) {
            term.say(&format!(
                "{}: {} files, no differences",
                drift.folder, drift.unchanged
            ));
        }
    }
    Ok(match drifts.iter().any(Drift::differs) {
        true if !args.exit_zero => Exit::Differs,
        _ => Exit::Fine,
    })
}

fn render(args: &DiffArgs, sides: &[Sides<'_>], drifts: &[Drift]) -> String {
    match args.format {
        Format::Text if args.name_only => text::names(drifts),
        Format::Text if args.stat => text::stat(drifts),
        Format::Text => text::full(drifts),
        Format::Json => json::render(drifts),
        Format::Markdown => markdown::render(drifts),
        Format::Github | Format::Sarif => {
            let mut sources = SourceMap::new();
            let found = sides
                .iter()
                .flat_map(|s| findings::findings(&s.drift, &s.disk, &mut sources));
            let found: Vec<_> = found.collect();
            match args.format {
                Format::Github => diag::github::render(&found, &sources),
                _ => diag::sarif::render(&found, &sources),
            }
        }
    }
}
