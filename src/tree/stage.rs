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
    let mut staging = Staging::new(hands, place, place.tree().into());
    staging.folder(Path::new(""))?;
    if let Some(text) = plan.lock_text {
        let same = plan.disk.lock_text.as_deref() == Some(text);
        staging.file(Path::new(LOCK), text.as_bytes(), false, same)?;
    }
    for (path, file) in plan.new.iter() {
        let same = is_same(plan.disk, path, file);
        staging.file(
            Path::new(path.as_str()),
            &file.content,
            file.executable,
            same,
        )?;
    }
    staging.keep_all(&plan.keep)
}

/// Builds a second tree of everything in the lab's folder.
pub(super) fn double(
    hands: &mut Hands<'_>,
    place: &Place,
    disk: &Disk,
    target: PathBuf,
) -> Result<(), WriteError> {
    let lock_file = Entry::File {
        content: None,
        executable: None,
    };
    let lock = disk.lock_text.is_some().then(|| (LOCK.into(), &lock_file));
    let named = disk.iter().map(|(path, e)| (path.as_str().into(), e));
    let odd = disk.odd.iter().map(|(path, entry)| (path.clone(), entry));
    let all: Vec<(PathBuf, &Entry)> = lock.into_iter().chain(named).chain(odd).collect();
    let mut staging = Staging::new(hands, place, target);
    staging.folder(Path::new(""))?;
    staging.keep_all(&all)
}

fn is_same(disk: &Disk, path: &RelPath, file: &File) -> bool {
    match disk.get(path) {
        Some(Entry::File {
            content,
            executable,
        }) => {
            content.as_ref() == Some(&file.content)
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

impl<'a, 'b> Staging<'a, 'b> {
    fn new(hands: &'a mut Hands<'b>, place: &Place, tree: PathBuf) -> Self {
        Self {
            hands,
            live: place.live.clone().into(),
            tree,
            part: place.part().into(),
            made: BTreeSet::new(),
        }
    }

    fn keep_all(&mut self, entries: &[(PathBuf, &Entry)]) -> Result<(), WriteError> {
        entries
            .iter()
            .try_for_each(|(path, entry)| self.keep(path, entry))
    }

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

/// Gives a new folder the owner and the permissions of the old one, unless these would lock the
/// owner out. Without an old one, or where the system refuses, the usual ones stay.
fn like(old: &Path, new: &Path) {
    let Ok(metadata) = fs::symlink_metadata(old) else {
        return;
    };
    if metadata.is_dir() && is_usable(&metadata) {
        own(new, &metadata);
        let _ = fs::set_permissions(new, metadata.permissions());
    }
}

#[cfg(unix)]
fn own(new: &Path, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, lchown};
    let _ = lchown(new, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn own(_: &Path, _: &fs::Metadata) {}

#[cfg(unix)]
fn is_usable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o700 == 0o700
}

#[cfg(not(unix))]
fn is_usable(_: &fs::Metadata) -> bool {
    false
}
