//! Generated tree -> lab's folder, as one step that loses nothing.

use std::path::PathBuf;
use std::time::Duration;

use camino::Utf8Path;

use super::compare::{Comparison, compare_within};
use super::disk::{Disk, Entry};
use super::guard::Guard;
use super::hands::{Hands, Steps, Straight};
use super::place::Place;
use super::read::read_with;
use super::recover::recover;
use super::stage::Plan;
use super::swap;
use super::{Refused, RelPath, Scope, Tree, WriteError};

/// How to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// Whether hand-edited owned files and foreign files in the way are replaced.
    pub force: bool,
    /// How long to wait for another run on the same root.
    pub wait: Duration,
}

impl Default for Mode {
    /// Nothing is lost, and ten seconds are waited.
    fn default() -> Self {
        Self {
            force: false,
            wait: Duration::from_secs(10),
        }
    }
}

/// What writing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The folder as it was found, against what was generated.
    pub comparison: Comparison,
    /// Whether anything was written: an unchanged tree isn't touched.
    pub written: bool,
    /// Where files are now that somebody made in the old tree while, or after, a run replaced it.
    pub saved: Vec<PathBuf>,
}

/// Makes the folder `root/lab` hold what was generated. A kill at any moment leaves the old tree or
/// the new one; foreign files stay in either. An unchanged tree is not touched.
///
/// # Errors
/// [`WriteError::Refused`] where something would be lost, and everything that can go wrong on a
/// disk. The folder is then as it was, unless the error is about removing a leftover.
pub fn apply(
    root: &Utf8Path,
    lab: &RelPath,
    new: &Tree,
    mode: Mode,
) -> Result<Outcome, WriteError> {
    apply_with(root, lab, new, mode, &mut Straight)
}

/// [`apply`], announcing every step.
///
/// # Errors
/// As [`apply`], and those of `steps`.
pub fn apply_with(
    root: &Utf8Path,
    lab: &RelPath,
    new: &Tree,
    mode: Mode,
    steps: &mut dyn Steps,
) -> Result<Outcome, WriteError> {
    apply_within(root, lab, new, &Scope::ALL, mode, steps)
}

/// [`apply_with`] for a part of the folder, of which alone something was generated: whatever is
/// outside of it comes along as it is, and what is owned of that stays owned.
///
/// # Errors
/// As [`apply_with`].
pub fn apply_within(
    root: &Utf8Path,
    lab: &RelPath,
    new: &Tree,
    scope: &Scope,
    mode: Mode,
    steps: &mut dyn Steps,
) -> Result<Outcome, WriteError> {
    let place = Place::new(root, lab)?;
    let _guard = Guard::take(root, mode.wait)?;
    put(&place, new, scope, mode.force, steps)
}

/// Writes several labs below one output root, and nobody else does meanwhile.
#[derive(Debug)]
pub struct Writer<'a> {
    root: &'a Utf8Path,
    _guard: Guard,
}

impl<'a> Writer<'a> {
    /// Makes the root if need be, and waits for another run to end.
    ///
    /// # Errors
    /// Where that takes too long, or the root can't be made.
    pub fn new(root: &'a Utf8Path, wait: Duration) -> Result<Self, WriteError> {
        let _guard = Guard::take(root, wait)?;
        Ok(Self { root, _guard })
    }

    /// [`apply_within`] for one of the labs. Labs in different folders may be written at once.
    ///
    /// # Errors
    /// As [`apply_within`].
    pub fn apply(
        &self,
        lab: &RelPath,
        new: &Tree,
        scope: &Scope,
        force: bool,
        steps: &mut dyn Steps,
    ) -> Result<Outcome, WriteError> {
        put(&Place::new(self.root, lab)?, new, scope, force, steps)
    }
}

fn put(
    place: &Place,
    new: &Tree,
    scope: &Scope,
    force: bool,
    steps: &mut dyn Steps,
) -> Result<Outcome, WriteError> {
    let mut saved = recover(&mut Hands { steps }, place)?;
    let disk = read_with(&place.root, &place.lab, new, steps)?;
    let comparison = compare_within(new, &disk, scope);
    let changes = comparison.refused(force);
    if !changes.is_empty() {
        let folder = place.live.clone();
        return Err(WriteError::Refused(Refused { folder, changes }));
    }
    let written = comparison.is_drift();
    if written {
        let plan = Plan {
            new,
            lock_text: Some(&comparison.lock_text),
            disk: &disk,
            keep: kept(new, &disk, scope),
        };
        saved.extend(swap::replace(&mut Hands { steps }, place, &plan)?);
    }
    Ok(Outcome {
        comparison,
        written,
        saved,
    })
}

/// Everything of the folder that comes along into the new tree.
fn kept<'a>(new: &Tree, disk: &'a Disk, scope: &Scope) -> Vec<(PathBuf, &'a Entry)> {
    let stays = |(path, entry): &(&RelPath, &Entry)| {
        let owned = disk.lock.contains(path) && scope.contains(path);
        let taken = new.contains(path) || owned || new.is_folder(path);
        let empty = **entry == Entry::EmptyFolder;
        !(taken || empty && !has_room(new, path))
    };
    let named = disk.iter().filter(stays);
    let named = named.map(|(path, entry)| (PathBuf::from(path.as_str()), entry));
    let odd = disk.odd.iter().map(|(path, entry)| (path.clone(), entry));
    named.chain(odd).collect()
}

/// Whether an empty folder can stay beside what is generated.
fn has_room(new: &Tree, path: &RelPath) -> bool {
    new.case_clash(path).is_none() && !path.ancestors().iter().any(|p| new.contains(p))
}
