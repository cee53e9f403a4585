//! What a run leaves beside the lab's folder, and what the next one makes of it after a kill.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::WriteError;
use super::aside::empty;
use super::discard::discard;
use super::hands::Hands;
use super::journal::Journal;
use super::place::{Place, check, exists};

/// Brings a killed run to an end: the tree that was in place stays, or is put back, and everything
/// beside it goes. Gives the places of files that somebody made meanwhile.
pub(super) fn recover(hands: &mut Hands<'_>, place: &Place) -> Result<Vec<PathBuf>, WriteError> {
    if !exists(&place.beside) {
        return Ok(Vec::new());
    }
    let unknown = || WriteError::Unknown {
        path: place.beside.clone(),
    };
    if !check(&place.beside).unwrap_or(false) {
        return Err(unknown());
    }
    match fs::read_to_string(place.journal()) {
        Ok(text) => {
            let journal = Journal::parse(&text).ok_or_else(unknown)?;
            put_back(hands, place, &journal)?;
            clear(hands, place, &journal)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => barely_begun(hands, place),
        Err(error) => Err(WriteError::io("read", place.journal(), error)),
    }
}

/// Without a journal nothing but the journal's own beginning can be there.
fn barely_begun(hands: &mut Hands<'_>, place: &Place) -> Result<Vec<PathBuf>, WriteError> {
    let listing = fs::read_dir(&place.beside);
    let listing = listing.map_err(|e| WriteError::io("list", &place.beside, e))?;
    let part = place.part();
    let ours = |item: io::Result<fs::DirEntry>| item.is_ok_and(|i| i.path() == part.as_std_path());
    if !listing.into_iter().all(ours) {
        return Err(WriteError::Unknown {
            path: place.beside.clone(),
        });
    }
    if exists(&part) {
        hands.remove(part.as_std_path())?;
    }
    hands.remove_folder(place.beside.as_std_path())?;
    Ok(Vec::new())
}

/// Where folders can't be exchanged, a kill may come between the two moves.
fn put_back(hands: &mut Hands<'_>, place: &Place, journal: &Journal) -> Result<(), WriteError> {
    let (old, live) = (place.old(), &place.live);
    if !exists(&old) {
        return Ok(());
    }
    if place.is_being_emptied() && exists(live) {
        empty(hands, place, journal)?;
    }
    if !exists(live) {
        return hands.rename(old.as_std_path(), live.as_std_path());
    }
    // The new tree in its place means that both moves were made; else somebody made a folder there.
    match exists(place.tree()) {
        true => Err(WriteError::Interrupted {
            live: live.clone(),
            old,
        }),
        false => Ok(()),
    }
}

/// Removes everything beside the lab's folder, the journal last.
pub(super) fn clear(
    hands: &mut Hands<'_>,
    place: &Place,
    journal: &Journal,
) -> Result<Vec<PathBuf>, WriteError> {
    let mut saved = Vec::new();
    for tree in [place.tree(), place.old(), place.copy()] {
        saved.extend(discard(hands, &tree, &place.live, journal)?);
    }
    for file in [place.part(), place.emptying(), place.journal()] {
        if exists(&file) {
            hands.remove(file.as_std_path())?;
        }
    }
    hands.remove_folder(place.beside.as_std_path())?;
    Ok(saved)
}
