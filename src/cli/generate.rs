//! `dplab generate`: profiles -> trees on disk.

use std::time::Duration;

use camino::Utf8PathBuf;

use super::args::GenerateArgs;
use super::labs::{self, Lab};
use super::term::Term;
use crate::exit::Exit;
use crate::tree::{self, Comparison, Mode, Outcome, WriteError};

pub(super) fn run(args: &GenerateArgs, term: &Term) -> anyhow::Result<Exit> {
    let labs = match labs::generated(&args.profiles, &args.templates, &args.only, term)? {
        Ok(labs) => labs,
        Err(exit) => return Ok(exit),
    };
    if args.stdout {
        return print(&labs, term);
    }
    let mut exit = Exit::Fine;
    for lab in &labs {
        let ended = match args.dry_run {
            true => compare(args, lab, term)?,
            false => write(args, lab, term)?,
        };
        exit = exit.max(ended);
    }
    Ok(exit)
}

/// Every file behind a line that names it; YAML as one stream that kubectl takes.
fn print(labs: &[Lab], term: &Term) -> anyhow::Result<Exit> {
    let mut out = String::new();
    for (path, file) in labs.iter().flat_map(|lab| lab.tree.iter()) {
        let head = match path.as_str().ends_with(".yaml") {
            true => "---\n#",
            false => "#",
        };
        out.push_str(&format!(
            "{head} {path}\n{}",
            String::from_utf8_lossy(&file.bytes)
        ));
    }
    term.payload(&out)?;
    Ok(Exit::Fine)
}

fn write(args: &GenerateArgs, lab: &Lab, term: &Term) -> anyhow::Result<Exit> {
    let mode = Mode {
        force: args.force,
        wait: Duration::from_secs(args.wait),
    };
    match tree::apply(&args.out.out, &lab.folder, &lab.tree, mode) {
        Ok(outcome) => {
            written(args, lab, &outcome, term);
            Ok(Exit::Fine)
        }
        Err(WriteError::Refused(refused)) => {
            term.error(&anyhow::anyhow!("{refused}"));
            term.note(
                "keep your changes in the profile or in a template, or use `--force` to lose them",
            );
            Ok(Exit::Refused)
        }
        Err(error) => Err(error.into()),
    }
}

fn written(args: &GenerateArgs, lab: &Lab, outcome: &Outcome, term: &Term) {
    let folder = folder(args, lab);
    let files = lab.tree.len();
    let changes = outcome.comparison.changes.iter();
    let changed = changes.filter(|change| change.kind.is_drift()).count();
    match outcome.written {
        false => term.say(&format!("{folder}: {files} files, unchanged")),
        true => term.say(&format!("{folder}: {files} files, {changed} changed")),
    }
    details(&outcome.comparison, term);
    for path in &outcome.saved {
        term.say(&format!("kept for you: {}", path.display()));
    }
}

fn details(comparison: &Comparison, term: &Term) {
    for change in &comparison.changes {
        term.detail(&format!("  {}: {}", change.path, change.kind));
    }
}

fn compare(args: &GenerateArgs, lab: &Lab, term: &Term) -> anyhow::Result<Exit> {
    let disk = tree::read(&args.out.out, &lab.folder, &lab.tree)?;
    let comparison = tree::compare(&lab.tree, &disk);
    let folder = folder(args, lab);
    if !comparison.is_drift() {
        term.say(&format!(
            "{folder}: {} files, unchanged",
            comparison.unchanged
        ));
        return Ok(Exit::Fine);
    }
    for change in comparison
        .changes
        .iter()
        .filter(|change| change.kind.is_drift())
    {
        term.payload(&format!("{folder}/{}: {}\n", change.path, change.kind))?;
    }
    let refused = comparison.refused(args.force);
    Ok(if refused.is_empty() {
        Exit::Differs
    } else {
        Exit::Refused
    })
}

fn folder(args: &GenerateArgs, lab: &Lab) -> Utf8PathBuf {
    args.out.out.join(lab.folder.as_str())
}
