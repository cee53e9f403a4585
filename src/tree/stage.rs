//! Makes the new tree ready beside the old one: whole files only, each under its final name.
//!
//! A file that stays as it is gets a second name instead of a copy, so its time of last change stays
//! too, and a foreign file of any size costs nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::disk::{Disk, Entry};
use super::hands::Hands;
use super::place::Place;
use super::{File, LOCK, RelPath, Tree, WriteError};

/// What the new tree is made of.
pub(super) struct Plan<'a> {
    /// Generated files.
    pub(super) new: &'a Tree,
    /// The lock file; none where nothing is owned.
    pub(super) lock_text: Option<&'a str>,
    /// What the old folder holds.
    pub(super) disk: &'a Disk,
    /// What comes along from the old folder.
    pub(super) keep: Vec<(PathBuf, &'a Entry)>,
}

/// Builds the new tree.
pub(super) fn stage(
    hands: &mut Hands<'_>,
    place: &Place,
    plan: &Plan<'_>,
) -> Result<(), WriteError> {
    let mut staging = Staging {
        hands,
        live: place.live.clone().into_std_path_buf(),
        tree: place.tree().into_std_path_buf(),
        part: place.part().into_std_path_buf(),
        made: BTreeSet::new(),
    };
    staging.folder(Path::new(""))?;
    if let Some(text) = plan.lock_text {
        let same = plan.disk.lock_text.as_deref() == Some(text);
        staging.file(Path::new(LOCK), text.as_bytes(), false, same)?;
    }
    for (path, file) in plan.new.iter() {
        let same = is_same(plan.disk, path, file);
        staging.file(Path::new(path.as_str()), &file.bytes, file.executable, same)?;
    }
    for (path, entry) in &plan.keep {
        staging.keep(path, entry)?;
    }
    Ok(())
}

fn is_same(disk: &Disk, path: &RelPath, file: &File) -> bool {
    match disk.get(path) {
        Some(Entry::File { bytes, executable }) => {
            bytes.as_ref() == Some(&file.bytes)
                && executable.is_none_or(|bit| bit == file.executable)
        }
        _ => false,
    }
}

struct Staging<'a, 'b> {
    hands: &'a mut Hands<'b>,
    live: PathBuf,
    tree: PathBuf,
    part: PathBuf,
    made: BTreeSet<PathBuf>,
}

impl Staging<'_, '_> {
    /// Makes a folder and those above it, once.
    fn folder(&mut self, path: &Path) -> Result<(), WriteError> {
        if self.made.contains(path) {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.folder(parent)?;
        }
        let target = join(&self.tree, path);
        self.hands.folder(&target)?;
        like(&join(&self.live, path), &target);
        self.made.insert(path.to_owned());
        Ok(())
    }

    fn parent(&mut self, path: &Path) -> Result<(), WriteError> {
        self.folder(path.parent().unwrap_or(Path::new("")))
    }

    /// An owned file: linked if it is as it should be, else written.
    fn file(
        &mut self,
        path: &Path,
        bytes: &[u8],
        executable: bool,
        same: bool,
    ) -> Result<(), WriteError> {
        self.parent(path)?;
        let target = self.tree.join(path);
        if same && self.hands.link(&self.live.join(path), &target).is_ok() {
            return Ok(());
        }
        self.hands.write(&self.part, bytes, executable)?;
        self.hands.rename(&self.part, &target)
    }

    /// A foreign or edited file. One that vanished meanwhile need not come along.
    fn keep(&mut self, path: &Path, entry: &Entry) -> Result<(), WriteError> {
        if *entry == Entry::EmptyFolder {
            return self.folder(path);
        }
        self.parent(path)?;
        let (source, target) = (self.live.join(path), self.tree.join(path));
        match (self.hands.link(&source, &target), entry) {
            (Ok(()), _) => Ok(()),
            (Err(error), _) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            (Err(_), Entry::Symlink) => self.hands.copy_symlink(&source, &target),
            (Err(_), Entry::File { .. }) => {
                self.hands.copy(&source, &self.part)?;
                self.hands.rename(&self.part, &target)
            }
            (Err(error), _) => Err(WriteError::io("keep", source, error)),
        }
    }
}

/// A path joined without a trailing separator.
fn join(folder: &Path, path: &Path) -> PathBuf {
    match path.as_os_str().is_empty() {
        true => folder.to_owned(),
        false => folder.join(path),
    }
}

/// Gives a new folder the permissions of the old one, unless that would lock the owner out. Without
/// an old one, or where the system refuses, the usual ones stay.
fn like(old: &Path, new: &Path) {
    let Ok(metadata) = fs::symlink_metadata(old) else {
        return;
    };
    if metadata.is_dir() && is_usable(&metadata) {
        let _ = fs::set_permissions(new, metadata.permissions());
    }
}

#[cfg(unix)]
fn is_usable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o700 == 0o700
}

#[cfg(not(unix))]
fn is_usable(_: &fs::Metadata) -> bool {
    false
}
