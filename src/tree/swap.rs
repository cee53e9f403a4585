//! The one moment at which the old tree becomes the new one.
//!
//! On Linux and macOS two folders change places in one step. Elsewhere, and on file systems that
//! can't, the old one is set aside (see [`super::aside`]) and the new one moved in; after a kill
//! between the two the next run puts the old one back, and a comparison reads it where it is.
//!
//! Nothing generated is forced to the disk: the promise is about kills. After a power cut a file
//! may be short; it is then reported as edited, and can be generated again. Copies of foreign files
//! are forced, before the original goes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::WriteError;
use super::aside::set_aside;
use super::disk::Disk;
use super::hands::Hands;
use super::journal::Journal;
use super::place::{Place, exists};
use super::recover::{clear, recover};
use super::stage::{Plan, stage};

/// Replaces the lab's folder as planned; gives the places of files that somebody made meanwhile.
/// On an error the folder is as it was, unless only the leftovers could not be removed.
pub(super) fn replace(
    hands: &mut Hands<'_>,
    place: &Place,
    plan: &Plan<'_>,
) -> Result<Vec<PathBuf>, WriteError> {
    transact(hands, place, plan, |hands, journal| {
        stage(hands, place, plan)?;
        swap(hands, place, plan.disk, journal)
    })
}

/// Removes the lab's folder, of which nothing is to be kept.
pub(super) fn remove(
    hands: &mut Hands<'_>,
    place: &Place,
    plan: &Plan<'_>,
) -> Result<Vec<PathBuf>, WriteError> {
    let (tree, old) = (place.tree(), place.old());
    let (tree, old) = (tree.as_std_path(), old.as_std_path());
    transact(hands, place, plan, |hands, journal| {
        match hands.rename(place.live.as_std_path(), tree) {
            Err(error) if error.crosses_devices() => {}
            moved => return moved,
        }
        // An empty new tree, which the old one takes the place of.
        hands.folder(tree)?;
        set_aside(hands, place, plan.disk, journal)?;
        hands.rename(old, tree)
    })
}

fn transact(
    hands: &mut Hands<'_>,
    place: &Place,
    plan: &Plan<'_>,
    act: impl FnOnce(&mut Hands<'_>, &Journal) -> Result<(), WriteError>,
) -> Result<Vec<PathBuf>, WriteError> {
    let journal = Journal::new(plan.disk, plan.new, plan.lock_text);
    let done = begin(hands, place, &journal)
        .and_then(|()| act(hands, &journal))
        .and_then(|()| clear(hands, place, &journal));
    if done.is_err() {
        // Best effort: what can't be cleared now is cleared by the next run.
        let _ = recover(hands, place);
    }
    done
}

fn begin(hands: &mut Hands<'_>, place: &Place, journal: &Journal) -> Result<(), WriteError> {
    for folder in place.parents() {
        if !exists(&folder) {
            hands.folder(folder.as_std_path())?;
        }
    }
    hands.folder(place.beside.as_std_path())?;
    let (part, target) = (place.part(), place.journal());
    hands.write(part.as_std_path(), journal.render().as_bytes(), false)?;
    hands.rename(part.as_std_path(), target.as_std_path())
}

fn swap(
    hands: &mut Hands<'_>,
    place: &Place,
    disk: &Disk,
    journal: &Journal,
) -> Result<(), WriteError> {
    let (tree, old) = (place.tree(), place.old());
    let (tree, old) = (tree.as_std_path(), old.as_std_path());
    let live = place.live.as_std_path();
    if is_missing(live)? {
        return hands.rename(tree, live);
    }
    if hands.exchange(tree, live)? {
        return Ok(());
    }
    set_aside(hands, place, disk, journal)?;
    hands.rename(tree, live)?;
    hands.rename(old, tree)
}

fn is_missing(path: &Path) -> Result<bool, WriteError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(WriteError::io("look at", path, error)),
    }
}
