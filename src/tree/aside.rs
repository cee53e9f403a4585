//! Where two folders can't change places: sets the old tree aside, so that the new one has room.
//!
//! Mostly that is one move. But a layered file system, as in a container's image, can't move a
//! folder of a lower layer at all. There the old tree is doubled by links or copies, and removed
//! only when its double is whole: from the moment that it is named `old`, the file `emptying` beside
//! it says that the double is to be believed.

use super::WriteError;
use super::discard::discard;
use super::disk::Disk;
use super::hands::Hands;
use super::journal::Journal;
use super::place::Place;
use super::stage::double;

/// Moves the old tree from the lab's folder to `old`. A new tree must be ready.
pub(super) fn set_aside(
    hands: &mut Hands<'_>,
    place: &Place,
    disk: &Disk,
    journal: &Journal,
) -> Result<(), WriteError> {
    let old = place.old();
    match hands.rename(place.live.as_std_path(), old.as_std_path()) {
        Err(error) if error.crosses_devices() => {}
        moved => return moved,
    }
    let copy = place.copy();
    double(hands, place, disk, copy.clone().into())?;
    hands.write(place.emptying().as_std_path(), b"", false)?;
    hands.rename(copy.as_std_path(), old.as_std_path())?;
    empty(hands, place, journal)
}

/// Removes the old tree from the lab's folder, the whole of it being in `old`. What somebody made
/// meanwhile joins it there.
pub(super) fn empty(
    hands: &mut Hands<'_>,
    place: &Place,
    journal: &Journal,
) -> Result<(), WriteError> {
    discard(hands, &place.live, &place.old(), journal).map(drop)
}
