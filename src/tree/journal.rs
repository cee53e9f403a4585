//! What a run may delete: written before anything else, read again after a kill.
//!
//! A run only ever removes files from `.dplab-x`. It removes one if the journal knows it (as it was
//! in the old tree when the run began, or as the run generated it), or if the lab's folder holds
//! the very same file. Anything else was made by somebody meanwhile, and is moved to the lab's folder.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::{Disk, Stamp};
use super::lock::{Lock, sha256};
use super::{LOCK, Tree};

const FORMAT: &str = "dplab-journal/v1";

/// Files that may be deleted, by path in the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Journal {
    old: BTreeSet<(String, Stamp)>,
    new: BTreeSet<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Raw {
    format: String,
    old: Vec<(String, u64, i64)>,
    new: Vec<(String, String)>,
}

impl Journal {
    /// Everything that was seen in the folder, and everything that will be generated.
    pub(super) fn new(disk: &Disk, new: &Tree, lock_text: Option<&str>) -> Self {
        let old = disk.stamps.iter().map(|(path, stamp)| (key(path), *stamp));
        let lock = Lock::of(new);
        let generated = lock
            .iter()
            .map(|(path, owned)| (path.to_string(), owned.sha256.clone()));
        let lock_file = lock_text.map(|text| (LOCK.to_owned(), sha256(text.as_bytes())));
        Self {
            old: old.collect(),
            new: generated.chain(lock_file).collect(),
        }
    }

    pub(super) fn render(&self) -> String {
        let old = self.old.iter();
        let raw = Raw {
            format: FORMAT.to_owned(),
            old: old
                .map(|(path, stamp)| (path.clone(), stamp.length, stamp.modified))
                .collect(),
            new: self.new.iter().cloned().collect(),
        };
        serde_json::to_string(&raw).unwrap_or_default()
    }

    /// None where the text is no journal of this format.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let raw: Raw = serde_json::from_str(text).ok()?;
        let stamp = |(path, length, modified)| (path, Stamp { length, modified });
        (raw.format == FORMAT).then(|| Self {
            old: raw.old.into_iter().map(stamp).collect(),
            new: raw.new.into_iter().collect(),
        })
    }

    /// Whether the file is as it was when the run began.
    pub(super) fn knows_old(&self, path: &Path, stamp: Stamp) -> bool {
        self.old.contains(&(key(path), stamp))
    }

    /// Whether the file is as the run generated it.
    pub(super) fn knows_new(&self, path: &Path, bytes: &[u8]) -> bool {
        self.new.contains(&(key(path), sha256(bytes)))
    }

    /// Whether a file was generated at this path at all, so that reading it is worth while.
    pub(super) fn generates(&self, path: &Path) -> bool {
        let from = (key(path), String::new());
        let next = self.new.range(from.clone()..).next();
        next.is_some_and(|(path, _)| *path == from.0)
    }
}

/// Names that are no UTF-8 may share a key; size and time then tell them apart.
fn key(path: &Path) -> String {
    let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
    names.join("/")
}
