//! `dplab clean`: takes generated files away, and nothing else.

use std::time::Duration;

use anyhow::Context as _;
use camino::Utf8Path;

use super::args::CleanArgs;
use super::interrupt::{self, Stoppable};
use super::labs::shown;
use super::load;
use super::target::Target;
use super::term::Term;
use crate::check::lint::Effort;
use crate::diag::has_errors;
use crate::exit::Exit;
use crate::source::SourceMap;
use crate::tree::clean::clean_within;
use crate::tree::{self, Cleaned, Kind, LOCK, Mode, Protection, RelPath, Scope};

/// Seconds to wait for another run on the same folder.
const WAIT: Duration = Duration::from_secs(10);

pub(super) fn run(args: &CleanArgs, term: &Term) -> anyhow::Result<Exit> {
    let target = Target::of(&args.target.positional, &args.target.out)?;
    let (labs, mut exit) = match target.profiles.is_empty() && args.names_a_folder() {
        true => (there(&target)?, Exit::Fine),
        false => named(args, &target, term)?,
    };
    for lab in labs {
        exit = exit.max(one(args, &target.root, &lab, term)?);
    }
    Ok(exit)
}

impl CleanArgs {
    fn names_a_folder(&self) -> bool {
        !self.target.positional.is_empty() || self.target.out.out.is_some()
    }
}

/// The labs that lie in the folder, as their lock files show.
fn there(target: &Target) -> anyhow::Result<Vec<RelPath>> {
    if let Some(folder) = &target.folder {
        return Ok(vec![folder.clone()]);
    }
    let root = &target.root;
    let entries = root
        .read_dir_utf8()
        .with_context(|| format!("the folder `{root}` can't be read"))?;
    let mut labs = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().join(LOCK).is_file() {
            labs.push(RelPath::parse(entry.file_name())?);
        }
    }
    labs.sort();
    Ok(labs)
}

/// The labs of profiles. Only the name counts here, so one with mistakes can be cleaned up too.
fn named(args: &CleanArgs, target: &Target, term: &Term) -> anyhow::Result<(Vec<RelPath>, Exit)> {
    let mut sources = SourceMap::new();
    let loaded = load::labs(
        &target.profiles,
        &args.overrides,
        &mut sources,
        Effort::Glance,
    )?;
    let (mut labs, mut exit) = (Vec::new(), Exit::Fine);
    for profile in &loaded {
        match &profile.name {
            Some(name) => labs.push(target.lab(&name.value)?),
            None => {
                term.findings(&profile.findings, &sources);
                if has_errors(&profile.findings) {
                    exit = Exit::Invalid;
                }
            }
        }
    }
    Ok((labs, exit))
}

fn one(args: &CleanArgs, root: &Utf8Path, lab: &RelPath, term: &Term) -> anyhow::Result<Exit> {
    let mode = Mode {
        force: args.force,
        wait: WAIT,
    };
    let scope = Scope::of(&args.only);
    nothing_in(args, root, lab, term)?;
    let cleaned = match clean_within(root, lab, &scope, mode, &mut Stoppable::default()) {
        Err(_) if interrupt::asked() => return Ok(Exit::Interrupted),
        cleaned => cleaned?,
    };
    tell(&shown(root, lab), &cleaned, term);
    let edited = |change: &tree::Change| change.kind.protection() > Protection::None;
    Ok(match cleaned.kept.iter().any(edited) {
        true => Exit::Refused,
        false => Exit::Fine,
    })
}

/// Names the parts that hold nothing of dplab's: a slip of the pen, most often.
fn nothing_in(args: &CleanArgs, root: &Utf8Path, lab: &RelPath, term: &Term) -> anyhow::Result<()> {
    if args.only.is_empty() {
        return Ok(());
    }
    let owned = tree::owned(root, lab)?;
    for part in &args.only {
        let scope = Scope::of(std::slice::from_ref(part));
        if !owned.iter().any(|(path, _)| scope.contains(path)) {
            let folder = shown(root, lab);
            term.warn(&format!("nothing in `{folder}/{part}` is dplab's"));
        }
    }
    Ok(())
}

fn tell(folder: &Utf8Path, cleaned: &Cleaned, term: &Term) {
    let removed = cleaned.removed.len();
    term.say(&format!("{folder}: {removed} files removed"));
    for change in &cleaned.kept {
        // Whether it would be generated again is not what this is about.
        let why = match &change.kind {
            Kind::Stale { edited: true } => "edited by hand".to_owned(),
            kind => kind.to_string(),
        };
        let line = format!("kept: {folder}/{}: {why}", change.path);
        match change.kind.protection() {
            Protection::None => term.say(&line),
            _ => term.warn(&line),
        }
    }
    for path in &cleaned.odd {
        term.say(&format!("kept: {folder}/{path}: not dplab's"));
    }
    for path in &cleaned.saved {
        term.say(&format!("kept for you: {}", path.display()));
    }
}
