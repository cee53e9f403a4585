//! Takes a tree away that is no longer needed, file by file, and saves what the journal doesn't know.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use camino::Utf8Path;

use super::WriteError;
use super::disk::Stamp;
use super::hands::Hands;
use super::journal::Journal;
use super::place::exists;

/// Removes the folder `tree`; gives the places in the lab's folder to which files were saved.
pub(super) fn discard(
    hands: &mut Hands<'_>,
    tree: &Utf8Path,
    live: &Utf8Path,
    journal: &Journal,
) -> Result<Vec<PathBuf>, WriteError> {
    let mut discarding = Discarding {
        hands,
        tree: tree.as_std_path(),
        live: live.as_std_path(),
        journal,
        saved: Vec::new(),
    };
    if exists(discarding.tree) {
        discarding.folder(Path::new(""))?;
    }
    Ok(discarding.saved)
}

struct Discarding<'a, 'b> {
    hands: &'a mut Hands<'b>,
    tree: &'a Path,
    live: &'a Path,
    journal: &'a Journal,
    saved: Vec<PathBuf>,
}

impl Discarding<'_, '_> {
    fn folder(&mut self, path: &Path) -> Result<(), WriteError> {
        let inside = self.tree.join(path);
        let listing = fs::read_dir(&inside).map_err(|e| WriteError::io("list", &inside, e))?;
        for item in listing {
            let item = item.map_err(|e| WriteError::io("list", &inside, e))?;
            self.item(&path.join(item.file_name()), &item)?;
        }
        self.hands.remove_folder(&without_end(&inside))
    }

    fn item(&mut self, path: &Path, item: &fs::DirEntry) -> Result<(), WriteError> {
        let metadata = item.metadata();
        let metadata = metadata.map_err(|e| WriteError::io("look at", item.path(), e))?;
        if metadata.is_dir() {
            return self.folder(path);
        }
        match self.is_known(path, &metadata) {
            true => self.hands.remove(&item.path()),
            false => self.save(path),
        }
    }

    fn is_known(&self, path: &Path, metadata: &Metadata) -> bool {
        self.journal.knows_old(path, Stamp::of(metadata))
            || self.is_live(path, metadata)
            || self.is_generated(path, metadata)
    }

    /// Whether the lab's folder has this very file.
    fn is_live(&self, path: &Path, metadata: &Metadata) -> bool {
        let live = self.live.join(path);
        let Ok(other) = fs::symlink_metadata(&live) else {
            return false;
        };
        let same_link = metadata.is_symlink()
            && other.is_symlink()
            && fs::read_link(self.tree.join(path)).ok() == fs::read_link(live).ok();
        same_link || same_file(metadata, &other)
    }

    fn is_generated(&self, path: &Path, metadata: &Metadata) -> bool {
        metadata.is_file()
            && self.journal.generates(path)
            && fs::read(self.tree.join(path)).is_ok_and(|b| self.journal.knows_new(path, &b))
    }

    /// Moves a file to the lab's folder: to its own place if that is free or holds an older state of
    /// it, else beside that.
    fn save(&mut self, path: &Path) -> Result<(), WriteError> {
        let wanted = self.wanted(path)?;
        let older = |at: &Path| {
            fs::symlink_metadata(at)
                .is_ok_and(|m| !m.is_dir() && self.journal.knows_old(path, Stamp::of(&m)))
        };
        let target = match exists(&wanted) && !older(&wanted) {
            true => free_beside(&wanted),
            false => wanted,
        };
        self.hands.rename(&self.tree.join(path), &target)?;
        self.saved.push(target);
        Ok(())
    }

    /// The file's own place, its folders made; the top of the lab's folder where they can't be.
    fn wanted(&mut self, path: &Path) -> Result<PathBuf, WriteError> {
        let own = self.live.join(path);
        let mut folders: Vec<&Path> = own
            .ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(self.live))
            .collect();
        while let Some(folder) = folders.pop() {
            match fs::symlink_metadata(folder) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Ok(self.live.join(path.file_name().unwrap_or(path.as_os_str()))),
                Err(_) => self.hands.folder(folder)?,
            }
        }
        Ok(own)
    }
}

/// `name.kept`, or with a number behind it.
fn free_beside(path: &Path) -> PathBuf {
    let named = |end: String| {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(end);
        path.with_file_name(name)
    };
    let mut candidate = named(".kept".to_owned());
    let mut count = 1;
    while exists(&candidate) {
        count += 1;
        candidate = named(format!(".kept-{count}"));
    }
    candidate
}

/// `a/` without the separator that joining an empty path leaves.
fn without_end(path: &Path) -> PathBuf {
    path.components().collect()
}

#[cfg(unix)]
fn same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    one.dev() == other.dev() && one.ino() == other.ino()
}

#[cfg(not(unix))]
fn same_file(one: &Metadata, other: &Metadata) -> bool {
    !one.is_symlink() && !other.is_symlink() && Stamp::of(one) == Stamp::of(other)
}
