//! Where a lab lies below the output root, and where its new tree is made ready.
//!
//! Beside the lab's folder `x` lies, while a run goes on or after a kill, `.dplab-x` with
//!
//! - `journal`: what may be deleted in the others, see [`super::journal`];
//! - `part`: the file being written;
//! - `tree`: the new tree, until it changes places with `x`; then the old one, being removed;
//! - `old`: the old tree, only where two folders can't change places in one step;
//! - `copy` and `emptying`: only where a folder can't even be moved, see [`super::aside`].

use std::fs;
use std::io;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};

use super::RelPath;

const SIBLING: &str = ".dplab-";

/// A lab's folder and its neighbour.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) root: Utf8PathBuf,
    pub(super) lab: RelPath,
    /// The lab's folder.
    pub(super) live: Utf8PathBuf,
    /// `.dplab-x`.
    pub(super) beside: Utf8PathBuf,
}

/// Why a lab can't lie there.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The names of temporary folders are kept.
    #[error("no lab can be named `{lab}`: names that begin with `{SIBLING}` are temporary folders")]
    Reserved {
        /// The lab.
        lab: RelPath,
    },
    /// Through a link, files would be written outside the output root.
    #[error("`{path}` is a symbolic link, and nothing is written through one")]
    Symlink {
        /// The link.
        path: Utf8PathBuf,
    },
    /// Something else has the name.
    #[error("`{path}` is not a folder")]
    NotAFolder {
        /// What is in the way.
        path: Utf8PathBuf,
    },
    /// The system says no.
    #[error("can't look at `{path}`")]
    Io {
        /// The path.
        path: Utf8PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

impl Place {
    /// The place of a lab; every folder on the way from the root is a real one, or isn't there.
    pub(super) fn new(root: &Utf8Path, lab: &RelPath) -> Result<Self, PlaceError> {
        let mut labs = lab.as_str().split('/');
        if labs.any(|name| name.to_lowercase().starts_with(SIBLING)) {
            return Err(PlaceError::Reserved { lab: lab.clone() });
        }
        let live = root.join(lab.as_path());
        let beside = live.with_file_name(format!("{SIBLING}{}", lab.name()));
        let place = Self {
            root: root.to_owned(),
            lab: lab.clone(),
            live,
            beside,
        };
        for folder in place.parents() {
            check(&folder)?;
        }
        check(&place.live)?;
        Ok(place)
    }

    /// The folders between the root and the lab, outermost first.
    pub(super) fn parents(&self) -> Vec<Utf8PathBuf> {
        let ancestors = self.lab.ancestors();
        ancestors
            .iter()
            .map(|path| self.root.join(path.as_path()))
            .collect()
    }

    pub(super) fn journal(&self) -> Utf8PathBuf {
        self.beside.join("journal")
    }

    pub(super) fn part(&self) -> Utf8PathBuf {
        self.beside.join("part")
    }

    pub(super) fn tree(&self) -> Utf8PathBuf {
        self.beside.join("tree")
    }

    pub(super) fn old(&self) -> Utf8PathBuf {
        self.beside.join("old")
    }

    pub(super) fn copy(&self) -> Utf8PathBuf {
        self.beside.join("copy")
    }

    pub(super) fn emptying(&self) -> Utf8PathBuf {
        self.beside.join("emptying")
    }

    /// Where the tree is to be read: a killed run may have set it aside.
    pub(super) fn current(&self) -> Result<Option<Utf8PathBuf>, PlaceError> {
        let live = check(&self.live)?;
        if !check(&self.beside)? || !check(&self.old())? {
            return Ok(live.then(|| self.live.clone()));
        }
        let whole = live && !self.is_being_emptied();
        Ok(Some(if whole { self.live.clone() } else { self.old() }))
    }

    /// Whether the lab's folder is the old tree, partly removed: the whole of it is in `old`.
    pub(super) fn is_being_emptied(&self) -> bool {
        exists(self.emptying()) && exists(self.old()) && exists(self.tree())
    }
}

/// Whether anything is there.
pub(super) fn exists(path: impl AsRef<Path>) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether a folder is there; an error where something else is.
pub(super) fn check(path: &Utf8Path) -> Result<bool, PlaceError> {
    let path = path.to_owned();
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_symlink() => Err(PlaceError::Symlink { path }),
        Ok(metadata) if !metadata.is_dir() => Err(PlaceError::NotAFolder { path }),
        Ok(_) => Ok(true),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(PlaceError::Io { path, source }),
    }
}
