//! `dplab generate`: profiles -> trees on disk.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::{GenerateArgs, OutArgs};
use super::interrupt::{self, Stoppable};
use super::labs::{self, Lab, shown};
use super::target::Target;
use super::term::Term;
use crate::exit::Exit;
use crate::tree::write::apply_within;
use crate::tree::{self, Change, Comparison, LOCK, LOCK_DIFFERS, Mode, Outcome, Tree, WriteError};

pub(super) fn run(args: &GenerateArgs, term: &Term) -> anyhow::Result<Exit> {
    let out = OutArgs {
        out: args.out.out.clone(),
    };
    let target = Target {
        profiles: args.profiles.profiles.clone(),
        ..Target::of(&[], &out)?
    };
    let overrides = &args.profiles.overrides;
    let labs = match labs::generated(&target, overrides, &args.templates, &args.only, term)? {
        Ok(labs) => labs,
        Err(exit) => return Ok(exit),
    };
    if args.stdout {
        return print(&labs, term);
    }
    let mut exit = Exit::Fine;
    for lab in &labs {
        exit = exit.max(match args.dry_run {
            true => compare(args, &target.root, lab, term)?,
            false => write(args, &target.root, lab, term)?,
        });
        if exit == Exit::Interrupted {
            term.say("interrupted: every folder is as it was, or as it should be");
            break;
        }
    }
    Ok(exit)
}

/// Every file behind a line that names it; YAML as one stream that kubectl takes.
fn print(labs: &[Lab], term: &Term) -> anyhow::Result<Exit> {
    let mut out = String::new();
    for lab in labs {
        for (path, file) in lab.tree(&tree::Lock::default())?.iter() {
            let head = match path.as_str().ends_with(".yaml") {
                true => "---\n#",
                false => "#",
            };
            out.push_str(&format!(
                "{head} {path}\n{}",
                String::from_utf8_lossy(&file.bytes)
            ));
        }
    }
    term.payload(&out)?;
    Ok(Exit::Fine)
}

fn write(args: &GenerateArgs, root: &Utf8Path, lab: &Lab, term: &Term) -> anyhow::Result<Exit> {
    let mode = Mode {
        force: args.force,
        wait: Duration::from_secs(args.wait),
    };
    let new = lab.tree(&tree::owned(root, &lab.folder)?)?;
    let mut steps = Stoppable::default();
    let applied = apply_within(root, &lab.folder, &new, &lab.scope, mode, &mut steps);
    match applied {
        Ok(outcome) => {
            written(&shown(root, &lab.folder), &new, &outcome, term);
            Ok(match interrupt::asked() {
                true => Exit::Interrupted,
                false => Exit::Fine,
            })
        }
        Err(_) if interrupt::asked() => Ok(Exit::Interrupted),
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

fn written(folder: &Utf8PathBuf, new: &Tree, outcome: &Outcome, term: &Term) {
    let files = new.len();
    let changed = changed(&outcome.comparison).count();
    term.say(&match (outcome.written, changed) {
        (false, _) => format!("{folder}: {files} files, unchanged"),
        (true, 0) => format!("{folder}: {files} files, unchanged; {LOCK} is new"),
        (true, _) => format!("{folder}: {files} files, {changed} changed"),
    });
    details(&outcome.comparison, term);
    for path in &outcome.saved {
        term.say(&format!("kept for you: {}", path.display()));
    }
}

/// The files that differ; where there are none, the lock file may still.
fn changed(comparison: &Comparison) -> impl Iterator<Item = &Change> {
    let changes = comparison.changes.iter();
    changes.filter(|change| change.kind.is_drift())
}

fn details(comparison: &Comparison, term: &Term) {
    for change in &comparison.changes {
        term.detail(&format!("  {}: {}", change.path, change.kind));
    }
}

fn compare(args: &GenerateArgs, root: &Utf8Path, lab: &Lab, term: &Term) -> anyhow::Result<Exit> {
    let comparison = lab.compare_in(root)?.comparison;
    let folder = shown(root, &lab.folder);
    if !comparison.is_drift() {
        term.say(&format!(
            "{folder}: {} files, unchanged",
            comparison.unchanged
        ));
        return Ok(Exit::Fine);
    }
    if changed(&comparison).next().is_none() {
        term.payload(&format!("{folder}/{LOCK}: {LOCK_DIFFERS}\n"))?;
    }
    for change in changed(&comparison) {
        term.payload(&format!("{folder}/{}: {}\n", change.path, change.kind))?;
    }
    Ok(match comparison.refused(args.force).is_empty() {
        true => Exit::Differs,
        false => Exit::Refused,
    })
}
