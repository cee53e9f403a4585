//! `dplab generate`: profiles -> trees on disk.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use camino::Utf8Path;

use super::args::{GenerateArgs, OutArgs};
use super::error;
use super::interrupt::{self, Stoppable};
use super::labs::{self, Lab, shown};
use super::target::Target;
use super::term::Term;
use crate::exit::Exit;
use crate::parallel;
use crate::tree::{
    self, Change, Comparison, Kind, LOCK, LOCK_DIFFERS, Outcome, Refused, Tree, WriteError, Writer,
};

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
    if let Some(exit) = of_another_lab(args, &target, &labs, term) {
        return Ok(exit);
    }
    let exit = match args.dry_run {
        true => compare_all(args, &target.root, &labs, term)?,
        false => write_all(args, &target.root, &labs, term)?,
    };
    if exit == Exit::Interrupted {
        term.say("interrupted: every folder is as it was, or as it should be");
    }
    Ok(exit)
}

/// A lab's own folder has its name. Where that is another lab's, all its files would go.
fn of_another_lab(args: &GenerateArgs, target: &Target, labs: &[Lab], term: &Term) -> Option<Exit> {
    let folder = target.folder.as_ref()?;
    let other = |lab: &&Lab| lab.model.name.as_str() != folder.as_str();
    let lab = labs.iter().find(other).filter(|_| !args.force)?;
    let (name, shown) = (&lab.model.name, shown(&target.root, folder));
    term.error(&anyhow::anyhow!(
        "`{shown}` is a lab's own folder, and not that of the lab `{name}`"
    ));
    let root = &target.root;
    term.note(&format!(
        "`-o {root}` writes into `{root}/{name}`; `--force` takes `{shown}` for this lab's"
    ));
    Some(Exit::Refused)
}

/// Every file behind a line that names it; YAML as a stream of documents.
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
                String::from_utf8_lossy(&file.content)
            ));
        }
    }
    term.payload(&out)?;
    Ok(Exit::Fine)
}

/// Writes labs, on all cores, and tells of each as it is done, in their order. After an error no
/// lab is begun.
fn write_all(
    args: &GenerateArgs,
    root: &Utf8Path,
    labs: &[Lab],
    term: &Term,
) -> anyhow::Result<Exit> {
    let trees = parallel::map(labs, |lab| lab.tree(&tree::owned(root, &lab.folder)?));
    let trees: Vec<Cow<'_, Tree>> = trees.into_iter().collect::<anyhow::Result<_>>()?;
    let work: Vec<(&Lab, &Tree)> = labs.iter().zip(trees.iter().map(Cow::as_ref)).collect();
    let writer = Writer::new(root, Duration::from_secs(args.wait))?;
    let failed = AtomicBool::new(false);
    let make = |(lab, tree): &(&Lab, &Tree)| {
        let stop = failed.load(Ordering::SeqCst) || interrupt::asked();
        let done = (!stop).then(|| write(args, lab, tree, &writer));
        failed.fetch_or(matches!(done, Some(Err(_))), Ordering::SeqCst);
        done
    };
    let (mut exit, mut waiting) = (Exit::Fine, 0);
    parallel::each(&work, make, |(lab, _), done| match done {
        Some(done) => exit = exit.max(tell(&shown(root, &lab.folder), done, term)),
        None => waiting += 1,
    });
    if exit == Exit::Broken && waiting > 0 {
        term.note(&format!("labs that were not begun: {waiting}"));
    }
    Ok(match interrupt::asked() {
        true => Exit::Interrupted,
        false => exit,
    })
}

/// What became of a lab.
enum Done {
    /// It is as it should be.
    Written {
        /// How many files it has.
        files: usize,
        outcome: Outcome,
    },
    /// Somebody's files would be lost.
    Refused(Refused),
    /// Ctrl-C: it is as it was.
    Stopped,
}

fn write(
    args: &GenerateArgs,
    lab: &Lab,
    new: &Tree,
    writer: &Writer<'_>,
) -> Result<Done, WriteError> {
    let mut steps = Stoppable::default();
    match writer.apply(&lab.folder, new, &lab.scope, args.force, &mut steps) {
        Ok(outcome) => Ok(Done::Written {
            files: new.len(),
            outcome,
        }),
        Err(_) if interrupt::asked() => Ok(Done::Stopped),
        Err(WriteError::Refused(refused)) => Ok(Done::Refused(refused)),
        Err(error) => Err(error),
    }
}

fn tell(folder: &Utf8Path, done: Result<Done, WriteError>, term: &Term) -> Exit {
    match done {
        Err(error) => {
            let error = anyhow::Error::from(error);
            term.error(&error);
            error::exit(&error)
        }
        Ok(Done::Written { files, outcome }) => {
            written(folder, files, &outcome, term);
            Exit::Fine
        }
        Ok(Done::Refused(refused)) => {
            term.error(&anyhow::anyhow!("{refused}"));
            term.note(
                "keep your changes in the profile or in a template, or use `--force` to lose them",
            );
            Exit::Refused
        }
        Ok(Done::Stopped) => Exit::Interrupted,
    }
}

fn written(folder: &Utf8Path, files: usize, outcome: &Outcome, term: &Term) {
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

/// The files that differ; where there are none, the lock file may still. Those that were there
/// already, as generated, become dplab's and stay as they are.
fn changed(comparison: &Comparison) -> impl Iterator<Item = &Change> {
    let changes = comparison.changes.iter();
    changes.filter(|change| change.kind.is_drift() && change.kind != Kind::Adopted)
}

fn details(comparison: &Comparison, term: &Term) {
    for change in &comparison.changes {
        term.detail(&format!("  {}: {}", change.path, change.kind));
    }
}

/// Says what writing would change.
fn compare_all(
    args: &GenerateArgs,
    root: &Utf8Path,
    labs: &[Lab],
    term: &Term,
) -> anyhow::Result<Exit> {
    let compared = parallel::map(labs, |lab| lab.compare_in(root));
    let mut exit = Exit::Fine;
    for (lab, compared) in labs.iter().zip(compared) {
        exit = exit.max(compare(args, root, lab, &compared?.comparison, term)?);
    }
    Ok(exit)
}

fn compare(
    args: &GenerateArgs,
    root: &Utf8Path,
    lab: &Lab,
    comparison: &Comparison,
    term: &Term,
) -> anyhow::Result<Exit> {
    let folder = shown(root, &lab.folder);
    if !comparison.is_drift() {
        term.say(&format!(
            "{folder}: {} files, unchanged",
            comparison.unchanged
        ));
        return Ok(Exit::Fine);
    }
    if changed(comparison).next().is_none() {
        term.payload(&format!("{folder}/{LOCK}: {LOCK_DIFFERS}\n"))?;
    }
    for change in changed(comparison) {
        term.payload(&format!("{folder}/{}: {}\n", change.path, change.kind))?;
    }
    Ok(match comparison.refused(args.force).is_empty() {
        true => Exit::Differs,
        false => Exit::Refused,
    })
}
