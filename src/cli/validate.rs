//! `dplab validate`: everything that is wrong with profiles.

use super::args::{Format, ValidateArgs};
use super::term::Term;
use super::{labs, load};
use crate::diag::{self, has_errors};
use crate::exit::Exit;
use crate::report;
use crate::source::SourceMap;

pub(super) fn run(args: &ValidateArgs, term: &Term) -> anyhow::Result<Exit> {
    let mut sources = SourceMap::new();
    let loaded = load::labs(
        &args.profiles.profiles,
        &args.profiles.overrides,
        &mut sources,
        term.effort(args.format),
    )?;
    let mut findings = labs::findings(&loaded);
    findings.extend(loaded.iter().flat_map(|loaded| loaded.lints.clone()));
    diag::sort(&mut findings);
    match args.format {
        Format::Text => {
            term.worth_saying(&findings, &sources);
            for fine in loaded.iter().filter(|loaded| !has_errors(&loaded.findings)) {
                term.say(&format!("{}: fine", fine.path));
            }
        }
        Format::Json => term.payload(&diag::json::render(&findings, &sources))?,
        Format::Markdown => term.payload(&report::findings::markdown(&findings, &sources))?,
        Format::Github => term.payload(&diag::github::render(&findings, &sources))?,
        Format::Sarif => term.payload(&diag::sarif::render(&findings, &sources))?,
    }
    Ok(if has_errors(&findings) {
        Exit::Invalid
    } else {
        Exit::Fine
    })
}
