//! Why a folder could not be written or cleaned.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;

use super::change::{Change, Protection};
use super::place::PlaceError;
use super::read::ReadError;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Hand-edited or foreign files would be lost.
    #[error(transparent)]
    Refused(Refused),
    /// The lab can't lie there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The folder can't be compared.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Another run is at it.
    #[error("another run of dplab is writing to `{root}`: wait for it to end and try again")]
    Busy {
        /// The output root.
        root: Utf8PathBuf,
    },
    /// A folder with the name of our temporary one, without our journal.
    #[error("`{path}` is in the way and not of dplab's making: move it away and try again")]
    Unknown {
        /// The folder.
        path: Utf8PathBuf,
    },
    /// After a kill, somebody made a folder where the old tree is to be put back.
    #[error(
        "a run was killed while `{old}` was to be put back to `{live}`, but another folder is \
         there now: move that one away and try again"
    )]
    Interrupted {
        /// The lab's folder.
        live: Utf8PathBuf,
        /// The tree that waits.
        old: Utf8PathBuf,
    },
    /// The system says no.
    #[error("can't {doing} `{path}`", path = path.display())]
    Io {
        /// What was tried, as `write`.
        doing: &'static str,
        /// The path.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

impl WriteError {
    /// Whether a file system refused to move something to where it can't go.
    pub(super) fn crosses_devices(&self) -> bool {
        matches!(self, WriteError::Io { source, .. }
            if source.kind() == io::ErrorKind::CrossesDevices)
    }

    pub(super) fn io(doing: &'static str, path: impl AsRef<Path>, source: io::Error) -> Self {
        WriteError::Io {
            doing,
            path: path.as_ref().to_owned(),
            source,
        }
    }
}

/// Everything that stands against writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The lab's folder.
    pub folder: Utf8PathBuf,
    /// What would be lost, sorted by path; never empty.
    pub changes: Vec<Change>,
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = &self.folder;
        write!(f, "nothing was written to `{folder}`, because of")?;
        for change in &self.changes {
            write!(f, "\n  {}: {}", change.path, change.kind)?;
            if change.kind.protection() == Protection::Always {
                f.write_str(" (not even with force: move it away)")?;
            }
        }
        Ok(())
    }
}
