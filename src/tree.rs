//! The generated tree: what should be there, what is there, and the way from one to the other.
//!
//! A [`Tree`] is what was generated, a [`Disk`] is what a folder holds, a [`Lock`] says which of it
//! dplab owns. [`compare()`] tells them apart without touching anything; [`apply`] and [`clean()`]
//! change a lab's folder as one step and lose no file that isn't dplab's own. The room knows paths
//! and bytes only: nothing of profiles, templates or Kubernetes.

mod aside;
pub mod change;
pub mod clean;
pub mod compare;
pub mod content;
pub mod diff;
mod discard;
pub mod disk;
mod error;
mod guard;
mod hands;
mod journal;
pub mod lock;
pub mod path;
mod place;
pub mod read;
mod recover;
pub mod scope;
mod stage;
mod swap;
pub mod write;

pub use change::{Change, InTheWay, Kind, Protection};
pub use clean::{Cleaned, clean};
pub use compare::{Comparison, compare, compare_within};
pub use content::Content;
pub use disk::{Disk, Entry};
pub use error::{Refused, WriteError};
pub use hands::{Step, Steps, Straight};
pub use lock::{Lock, LockError, Owned};
pub use path::{PathError, RelPath};
pub use place::PlaceError;
pub use read::{ReadError, owned, read};
pub use scope::Scope;
pub use write::{Mode, Outcome, Writer, apply};

use std::collections::BTreeMap;

/// The lock file's name, at the root of every generated tree.
pub const LOCK: &str = "dplab.lock";

/// What a lock file does that is not as it would be written.
pub const LOCK_DIFFERS: &str = "lists other files, or other origins of them";

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The whole content.
    pub content: Content,
    /// Whether it is a script to be run.
    pub executable: bool,
    /// What it came from, for the lock file: a template's name and a place in the profile, say.
    pub from: String,
}

/// Everything that was generated for one lab, sorted by path.
///
/// Held invariants: every path is a [`RelPath`], no two differ by letter case only, none is a
/// folder of another, and none is the lock file's. Unicode's different spellings of one letter
/// are not folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<RelPath, File>,
    names: BTreeMap<String, Name>,
}

/// A file or folder of the tree, as it is spelled.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    path: RelPath,
    folder: bool,
}

/// Why a file can't join a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsertError {
    /// The path is taken.
    #[error("`{path}` is generated twice, from {first} and from {second}")]
    Duplicate {
        /// The path.
        path: RelPath,
        /// What the file in the tree came from.
        first: String,
        /// What the refused one came from.
        second: String,
    },
    /// Windows and macOS would see one file.
    #[error("`{path}` and `{other}` differ by letter case only: one of them needs another name")]
    Case {
        /// The refused path, or a folder of it.
        path: RelPath,
        /// The one in the tree.
        other: RelPath,
    },
    /// A path can't be both.
    #[error("`{path}` is a file and also a folder, because of `{other}`")]
    FileAndFolder {
        /// The path that is both.
        path: RelPath,
        /// A file in that folder.
        other: RelPath,
    },
    /// The lock file is written by the tree itself.
    #[error("`{path}` is kept for the lock file")]
    Reserved {
        /// The refused path.
        path: RelPath,
    },
}

impl Tree {
    /// A tree without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    ///
    /// # Errors
    /// Where the path is taken, differs from another by letter case only, is a folder of another,
    /// lies below a file, or is the lock file's. The tree is then as it was.
    pub fn insert(&mut self, path: RelPath, file: File) -> Result<(), InsertError> {
        if path.folded() == LOCK {
            return Err(InsertError::Reserved { path });
        }
        self.check_file(&path, &file)?;
        for folder in path.ancestors() {
            self.check_folder(&folder, &path)?;
        }
        for folder in path.ancestors() {
            self.name(folder, true);
        }
        self.name(path.clone(), false);
        self.files.insert(path, file);
        Ok(())
    }

    fn check_file(&self, path: &RelPath, file: &File) -> Result<(), InsertError> {
        match self.names.get(&path.folded()) {
            None => Ok(()),
            Some(name) if name.path != *path => Err(InsertError::Case {
                path: path.clone(),
                other: name.path.clone(),
            }),
            Some(name) if name.folder => Err(InsertError::FileAndFolder {
                path: path.clone(),
                other: self.first_below(path).unwrap_or(path).clone(),
            }),
            Some(_) => Err(InsertError::Duplicate {
                path: path.clone(),
                first: self.files.get(path).map_or("", |f| &f.from).to_owned(),
                second: file.from.clone(),
            }),
        }
    }

    fn check_folder(&self, folder: &RelPath, path: &RelPath) -> Result<(), InsertError> {
        match self.names.get(&folder.folded()) {
            None => Ok(()),
            Some(name) if name.path != *folder => Err(InsertError::Case {
                path: folder.clone(),
                other: name.path.clone(),
            }),
            Some(name) if !name.folder => Err(InsertError::FileAndFolder {
                path: folder.clone(),
                other: path.clone(),
            }),
            Some(_) => Ok(()),
        }
    }

    fn first_below(&self, folder: &RelPath) -> Option<&RelPath> {
        self.files.keys().find(|path| path.is_below(folder))
    }

    fn name(&mut self, path: RelPath, folder: bool) {
        self.names
            .entry(path.folded())
            .or_insert(Name { path, folder });
    }

    /// The file at a path.
    pub fn get(&self, path: &RelPath) -> Option<&File> {
        self.files.get(path)
    }

    /// Whether a file is generated at this path.
    pub fn contains(&self, path: &RelPath) -> bool {
        self.files.contains_key(path)
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&RelPath, &File)> {
        self.files.iter()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether the path is a folder of a generated file.
    pub(crate) fn is_folder(&self, path: &RelPath) -> bool {
        self.names
            .get(&path.folded())
            .is_some_and(|name| name.folder && name.path == *path)
    }

    /// What a case-insensitive file system couldn't tell from this foreign file or its folders.
    pub(crate) fn case_clash(&self, foreign: &RelPath) -> Option<&RelPath> {
        let clash = |path: &RelPath, folder: bool| {
            let name = self.names.get(&path.folded())?;
            (name.path != *path && !(folder && name.folder)).then_some(&name.path)
        };
        foreign
            .ancestors()
            .iter()
            .find_map(|folder| clash(folder, true))
            .or_else(|| clash(foreign, false))
    }
}
