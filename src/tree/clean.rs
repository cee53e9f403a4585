//! Takes a generated tree away again, and nothing else.

use std::collections::BTreeSet;
use std::path::PathBuf;

use camino::Utf8Path;

use super::change::{Change, Kind};
use super::compare::compare_within;
use super::disk::{Disk, Entry};
use super::guard::Guard;
use super::hands::{Hands, Steps, Straight};
use super::place::Place;
use super::read::read_with;
use super::recover::recover;
use super::stage::Plan;
use super::swap;
use super::{Lock, Mode, RelPath, Scope, Tree, WriteError};

/// What cleaning did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// Owned files that are gone now, sorted.
    pub removed: Vec<RelPath>,
    /// Foreign and hand-edited files that were kept, sorted.
    pub kept: Vec<Change>,
    /// Foreign files, also kept, whose names can only be shown.
    pub odd: Vec<String>,
    /// Where files are now that somebody made in the old tree while, or after, a run replaced it.
    pub saved: Vec<PathBuf>,
}

/// Removes the owned files of `root/lab` that are as they were written, folders left empty, and the
/// lock file. Hand-edited files are kept unless forced, and a lock file that names just these stays
/// with them; foreign files are always kept. Like writing, this is one step.
///
/// # Errors
/// Everything that can go wrong on a disk; the folder is then as it was, unless the error is about
/// removing a leftover.
pub fn clean(root: &Utf8Path, lab: &RelPath, mode: Mode) -> Result<Cleaned, WriteError> {
    clean_with(root, lab, mode, &mut Straight)
}

/// [`clean()`], announcing every step.
///
/// # Errors
/// As [`clean()`], and those of `steps`.
pub fn clean_with(
    root: &Utf8Path,
    lab: &RelPath,
    mode: Mode,
    steps: &mut dyn Steps,
) -> Result<Cleaned, WriteError> {
    clean_within(root, lab, &Scope::ALL, mode, steps)
}

/// [`clean_with`] for a part of the folder; what is outside of it stays as it is.
///
/// # Errors
/// As [`clean_with`].
pub fn clean_within(
    root: &Utf8Path,
    lab: &RelPath,
    scope: &Scope,
    mode: Mode,
    steps: &mut dyn Steps,
) -> Result<Cleaned, WriteError> {
    let place = Place::new(root, lab)?;
    if !root.exists() {
        return Ok(Cleaned::default());
    }
    let _guard = Guard::take(root, mode.wait)?;
    let mut saved = recover(&mut Hands { steps }, &place)?;
    let nothing = Tree::new();
    let disk = read_with(root, lab, &nothing, steps)?;
    let comparison = compare_within(&nothing, &disk, scope);
    let (removed, kept) = split(comparison.changes, mode.force);
    let staying: BTreeSet<&RelPath> = kept.iter().map(|change| &change.path).collect();
    let others = disk.lock.only(|path| !scope.contains(path));
    let lock = disk.lock.only(|path| staying.contains(path));
    let lock = lock.with(others.clone());
    let lock_text = (!lock.is_empty()).then(|| lock.render());
    if lock_text != disk.lock_text {
        let plan = Plan {
            new: &nothing,
            lock_text: lock_text.as_deref(),
            disk: &disk,
            keep: keep(&disk, &kept, &others),
        };
        let act = match plan.keep.is_empty() {
            true => swap::remove,
            false => swap::replace,
        };
        saved.extend(act(&mut Hands { steps }, &place, &plan)?);
    }
    Ok(Cleaned {
        removed,
        kept,
        odd: comparison.odd,
        saved,
    })
}

/// What goes, and what stays.
fn split(changes: Vec<Change>, force: bool) -> (Vec<RelPath>, Vec<Change>) {
    let goes = |change: &Change| match change.kind {
        Kind::Stale { edited } => force || !edited,
        _ => false,
    };
    let (gone, kept): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(goes);
    (gone.into_iter().map(|change| change.path).collect(), kept)
}

fn keep<'a>(disk: &'a Disk, kept: &[Change], others: &Lock) -> Vec<(PathBuf, &'a Entry)> {
    let named = kept.iter().filter_map(|change| {
        let entry = disk.get(&change.path)?;
        Some((PathBuf::from(change.path.as_str()), entry))
    });
    let outside = disk.iter().filter(|(path, _)| others.contains(path));
    let outside = outside.map(|(path, entry)| (PathBuf::from(path.as_str()), entry));
    let odd = disk.odd.iter().filter(|(_, e)| *e != Entry::EmptyFolder);
    named
        .chain(outside)
        .chain(odd.map(|(path, entry)| (path.clone(), entry)))
        .collect()
}
