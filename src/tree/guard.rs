//! One writer at a time for each output root.
//!
//! The lock is the operating system's, so a killed run leaves none behind. On Unix the root folder
//! itself is locked and nothing is left lying about; where a folder can't be locked (Windows, some
//! network file systems) a file `.dplab-lock` in it is.

use std::fs::{self, File, TryLockError};
use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use camino::Utf8Path;

use super::WriteError;

/// How often a waiting run looks again.
const LOOK: Duration = Duration::from_millis(20);

/// Held while writing; let go with the value.
#[derive(Debug)]
pub(super) struct Guard {
    _file: File,
}

impl Guard {
    /// Makes the root if need be, and waits for another run to end.
    pub(super) fn take(root: &Utf8Path, wait: Duration) -> Result<Self, WriteError> {
        fs::create_dir_all(root).map_err(|e| WriteError::io("make the folder", root, e))?;
        let until = Instant::now() + wait.min(LONGEST);
        let locked = match folder(root) {
            Ok(file) => wait_for(file, until),
            Err(error) => Err(TryLockError::Error(error)),
        };
        let locked = match locked {
            Err(TryLockError::Error(_)) => wait_for(own_file(root)?, until),
            decided => decided,
        };
        match locked {
            Ok(file) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(WriteError::Busy { root: root.into() }),
            Err(TryLockError::Error(error)) => Err(WriteError::io("lock", root, error)),
        }
    }
}

/// A year is as good as for ever, and no clock overflows.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[cfg(unix)]
fn folder(root: &Utf8Path) -> io::Result<File> {
    File::open(root)
}

#[cfg(not(unix))]
fn folder(_: &Utf8Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

fn own_file(root: &Utf8Path) -> Result<File, WriteError> {
    let path = root.join(".dplab-lock");
    let mut options = File::options();
    let opened = options.create(true).truncate(false).write(true).open(&path);
    opened.map_err(|e| WriteError::io("open the lock file", &path, e))
}

fn wait_for(file: File, until: Instant) -> Result<File, TryLockError> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(LOOK),
            Err(error) => return Err(error),
        }
    }
}
