//! What a folder holds, as far as a comparison needs it.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Content, Lock, LockError, RelPath};

/// Something in the folder. A folder with anything in it is known by its files alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A plain file.
    File {
        /// The content, where it was read: foreign files are listed only.
        content: Option<Content>,
        /// The owner's executable bit; none where the file system has no such thing.
        executable: Option<bool>,
    },
    /// A symbolic link, which is never followed.
    Symlink,
    /// A folder with nothing in it.
    EmptyFolder,
    /// A socket, a device and the like.
    Other,
}

/// A folder's content and the lock that lies in it.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    pub(crate) lock: Lock,
    pub(crate) lock_text: Option<String>,
    pub(crate) entries: BTreeMap<RelPath, Entry>,
    /// Names that no generated file can have; foreign, therefore.
    pub(crate) odd: Vec<(PathBuf, Entry)>,
    /// Everything as it was seen, so that a later change is noticed.
    pub(crate) stamps: Vec<(PathBuf, Stamp)>,
}

/// Size and time of last change: enough to notice that somebody wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    pub(crate) length: u64,
    /// Nanoseconds since 1970.
    pub(crate) modified: i64,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let since = |time: SystemTime| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
            Err(before) => {
                i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, i64::wrapping_neg)
            }
        };
        Self {
            length: metadata.len(),
            modified: metadata.modified().map_or(0, since),
        }
    }
}

impl Disk {
    /// A folder that holds nothing but this lock file, or nothing at all. [`super::read()`] makes one
    /// from a real folder; this is for trees from elsewhere, such as a git revision.
    ///
    /// # Errors
    /// Where the text is no lock file.
    pub fn new(lock_text: Option<String>) -> Result<Self, LockError> {
        let lock = match &lock_text {
            Some(text) => Lock::parse(text)?,
            None => Lock::default(),
        };
        Ok(Self {
            lock,
            lock_text,
            ..Self::default()
        })
    }

    /// Adds what lies at a path.
    pub fn insert(&mut self, path: RelPath, entry: Entry) {
        self.entries.insert(path, entry);
    }

    /// What dplab owns there.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// What lies at a path.
    pub fn get(&self, path: &RelPath) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// The content of a file that was read.
    pub fn bytes(&self, path: &RelPath) -> Option<&[u8]> {
        match self.entries.get(path) {
            Some(Entry::File { content, .. }) => content.as_deref(),
            _ => None,
        }
    }

    /// Whether a file may be run, where the file system can say.
    pub fn executable(&self, path: &RelPath) -> Option<bool> {
        match self.entries.get(path) {
            Some(Entry::File { executable, .. }) => *executable,
            _ => None,
        }
    }

    /// All entries, sorted by path, without the lock file.
    pub fn iter(&self) -> impl Iterator<Item = (&RelPath, &Entry)> {
        self.entries.iter()
    }

    /// What lies below a folder, sorted.
    pub(crate) fn below(&self, folder: &RelPath) -> impl Iterator<Item = (&RelPath, &Entry)> {
        self.entries
            .range(folder.below_bound()..)
            .take_while(|(path, _)| path.is_below(folder))
    }
}
