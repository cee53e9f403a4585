//! `dplab clean`: takes generated files away, and nothing else.

use std::time::Duration;

use super::args::CleanArgs;
use super::load;
use super::term::Term;
use crate::diag::has_errors;
use crate::exit::Exit;
use crate::source::SourceMap;
use crate::tree::{self, Mode, Protection, RelPath};

/// Seconds to wait for another run on the same folder.
const WAIT: Duration = Duration::from_secs(10);

pub(super) fn run(args: &CleanArgs, term: &Term) -> anyhow::Result<Exit> {
    let mut sources = SourceMap::new();
    let loaded = load::labs(&args.profiles, &mut sources)?;
    let mut exit = Exit::Fine;
    for profile in &loaded {
        // Only the name counts here, so a profile with mistakes can be cleaned up too.
        let Some(name) = &profile.name else {
            term.findings(&profile.findings, &sources);
            exit = exit.max(if has_errors(&profile.findings) {
                Exit::Invalid
            } else {
                Exit::Fine
            });
            continue;
        };
        exit = exit.max(one(args, &RelPath::parse(&name.value)?, term)?);
    }
    Ok(exit)
}

fn one(args: &CleanArgs, lab: &RelPath, term: &Term) -> anyhow::Result<Exit> {
    let mode = Mode {
        force: args.force,
        wait: WAIT,
    };
    let cleaned = tree::clean(&args.out.out, lab, mode)?;
    let folder = args.out.out.join(lab.as_str());
    term.say(&format!(
        "{folder}: {} files removed",
        cleaned.removed.len()
    ));
    for change in &cleaned.kept {
        term.say(&format!("kept: {folder}/{}: {}", change.path, change.kind));
    }
    for path in &cleaned.saved {
        term.say(&format!("kept for you: {}", path.display()));
    }
    let edited = |change: &tree::Change| change.kind.protection() > Protection::None;
    Ok(if cleaned.kept.iter().any(edited) {
        Exit::Refused
    } else {
        Exit::Fine
    })
}
