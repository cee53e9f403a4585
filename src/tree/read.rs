//! A lab's folder -> [`Disk`]: owned and generated files whole and once, everything else by name.
//!
//! Links are never followed, and a folder on another file system is refused: it could neither be
//! exchanged nor kept.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};

use super::disk::{Disk, Entry, Stamp};
use super::place::{Place, PlaceError};
use super::{Content, LOCK, Lock, LockError, RelPath, Step, Steps, Straight, Tree};

/// Why a folder can't be compared.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The lab can't lie there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The lock file is none, so nobody knows what may be replaced.
    #[error(
        "`{path}` is broken: {source}; restore it from version control, or delete it, and then \
         files that are as generated are taken over and all others are kept as yours"
    )]
    Lock {
        /// The lock file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        source: LockError,
    },
    /// The lock file's name is taken by something else.
    #[error("`{path}` is not a plain file, and the lock file goes there: move it away")]
    LockInTheWay {
        /// What is in the way.
        path: Utf8PathBuf,
    },
    /// A file system ends there.
    #[error("`{path}` lies on another file system: a tree must lie on one", path = path.display())]
    Mount {
        /// The mounted folder.
        path: PathBuf,
    },
    /// The system says no.
    #[error("can't read `{path}`", path = path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

/// Reads the folder `root/lab` as far as a comparison with `new` needs it. A folder that isn't
/// there holds nothing. Nothing is changed, not even after a killed run.
///
/// # Errors
/// Where something can't be read, the lock file is broken, or a link is on the way.
pub fn read(root: &Utf8Path, lab: &RelPath, new: &Tree) -> Result<Disk, ReadError> {
    read_with(root, lab, new, &mut Straight)
}

/// [`read()`], announcing each file whose content is read.
///
/// # Errors
/// As [`read()`], and those of `steps`.
pub fn read_with(
    root: &Utf8Path,
    lab: &RelPath,
    new: &Tree,
    steps: &mut dyn Steps,
) -> Result<Disk, ReadError> {
    let place = Place::new(root, lab)?;
    match place.current()? {
        Some(folder) => Reading::of(&folder, new, steps)?.all(),
        None => Ok(Disk::default()),
    }
}

/// What is owned in the folder `root/lab`: its lock file alone is read.
///
/// # Errors
/// As [`read()`].
pub fn owned(root: &Utf8Path, lab: &RelPath) -> Result<Lock, ReadError> {
    let Some(folder) = Place::new(root, lab)?.current()? else {
        return Ok(Lock::default());
    };
    let reading = Reading::of(&folder, &Tree::new(), &mut Straight)?.disk;
    Ok(reading.lock)
}

struct Reading<'a> {
    folder: &'a Utf8Path,
    device: Option<u64>,
    new: &'a Tree,
    steps: &'a mut dyn Steps,
    disk: Disk,
}

impl<'a> Reading<'a> {
    fn of(
        folder: &'a Utf8Path,
        new: &'a Tree,
        steps: &'a mut dyn Steps,
    ) -> Result<Self, ReadError> {
        let metadata = fs::symlink_metadata(folder).map_err(|e| io_error(folder, e))?;
        let path = folder.join(LOCK);
        let bytes = read_lock(&path, steps)?;
        let text = bytes.map(String::from_utf8).transpose();
        let disk = text
            .map_err(|_| LockError::Syntax("it is not UTF-8".to_owned()))
            .and_then(Disk::new)
            .map_err(|source| ReadError::Lock { path, source })?;
        Ok(Self {
            folder,
            device: device(&metadata),
            new,
            steps,
            disk,
        })
    }

    fn all(mut self) -> Result<Disk, ReadError> {
        let mut waiting = vec![PathBuf::new()];
        while let Some(folder) = waiting.pop() {
            let inside = self.folder.as_std_path().join(&folder);
            let listing = fs::read_dir(&inside).map_err(|e| io_error(&inside, e))?;
            let mut empty = true;
            for item in listing {
                let item = item.map_err(|e| io_error(&inside, e))?;
                empty = false;
                let path = folder.join(item.file_name());
                if let Some(deeper) = self.item(path, &item)? {
                    waiting.push(deeper);
                }
            }
            if empty && !folder.as_os_str().is_empty() {
                self.take(folder, Entry::EmptyFolder);
            }
        }
        self.disk.odd.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(self.disk)
    }

    /// Takes one item in; a folder is given back, to be listed later.
    fn item(&mut self, path: PathBuf, item: &fs::DirEntry) -> Result<Option<PathBuf>, ReadError> {
        let metadata = item.metadata().map_err(|e| io_error(item.path(), e))?;
        if metadata.is_dir() {
            if device(&metadata) != self.device {
                return Err(ReadError::Mount { path: item.path() });
            }
            return Ok(Some(path));
        }
        self.disk.stamps.push((path.clone(), Stamp::of(&metadata)));
        if path == Path::new(LOCK) {
            return Ok(None);
        }
        let entry = self.entry(&path, &metadata)?;
        self.take(path, entry);
        Ok(None)
    }

    fn entry(&mut self, path: &Path, metadata: &Metadata) -> Result<Entry, ReadError> {
        if metadata.is_symlink() {
            return Ok(Entry::Symlink);
        }
        if !metadata.is_file() {
            return Ok(Entry::Other);
        }
        let wanted = rel(path).filter(|p| self.new.contains(p) || self.disk.lock.contains(p));
        let content = wanted
            .map(|wanted| self.content(path, &wanted))
            .transpose()?;
        let executable = executable(metadata);
        Ok(Entry::File {
            content,
            executable,
        })
    }

    /// A file's content: the generated one itself where they are equal.
    fn content(&mut self, path: &Path, name: &RelPath) -> Result<Content, ReadError> {
        let path = self.folder.as_std_path().join(path);
        let bytes = self
            .steps
            .before(Step::Read, &path)
            .and_then(|()| fs::read(&path))
            .map_err(|e| io_error(&path, e))?;
        let generated = self.new.get(name).map(|file| &file.content);
        let same = generated.filter(|generated| ***generated == *bytes);
        Ok(same.cloned().unwrap_or_else(|| bytes.into()))
    }

    fn take(&mut self, path: PathBuf, entry: Entry) {
        match rel(&path) {
            Some(path) => self.disk.insert(path, entry),
            None => self.disk.odd.push((path, entry)),
        }
    }
}

/// The path as the tree spells it, if it can.
fn rel(path: &Path) -> Option<RelPath> {
    let names: Option<Vec<&str>> = path.iter().map(|name| name.to_str()).collect();
    RelPath::parse(&names?.join("/")).ok()
}

fn read_lock(path: &Utf8Path, steps: &mut dyn Steps) -> Result<Option<Vec<u8>>, ReadError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(ReadError::LockInTheWay { path: path.into() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(path, error)),
    }
    steps
        .before(Step::Read, path.as_std_path())
        .and_then(|()| fs::read(path))
        .map(Some)
        .map_err(|e| io_error(path, e))
}

fn io_error(path: impl AsRef<Path>, source: io::Error) -> ReadError {
    ReadError::Io {
        path: path.as_ref().to_owned(),
        source,
    }
}

#[cfg(unix)]
fn device(metadata: &Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(metadata.dev())
}

#[cfg(not(unix))]
fn device(_: &Metadata) -> Option<u64> {
    None
}

#[cfg(unix)]
fn executable(metadata: &Metadata) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(metadata.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn executable(_: &Metadata) -> Option<bool> {
    None
}
