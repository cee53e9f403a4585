//! The only hands that change the disk. Each thing they do is announced first, so that a test can
//! fail or kill the process at every single step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::WriteError;

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The content of a file is read.
    Read,
    /// A folder is made.
    Folder,
    /// A file is written, under a name that nobody looks at.
    Write,
    /// A second name is given to a file that stays as it is.
    Link,
    /// A file is copied, where the file system can't link.
    Copy,
    /// A file or folder gets another name.
    Rename,
    /// Two folders change places at once.
    Exchange,
    /// A file's name is removed.
    Remove,
    /// An empty folder is removed.
    RemoveFolder,
}

/// Hears of every step before it is taken.
pub trait Steps {
    /// Called before the step.
    ///
    /// # Errors
    /// An error makes the step fail with it, untaken.
    fn before(&mut self, step: Step, path: &Path) -> io::Result<()>;
}

/// Lets every step happen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Straight;

impl Steps for Straight {
    fn before(&mut self, _: Step, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

pub(super) struct Hands<'a> {
    pub(super) steps: &'a mut dyn Steps,
}

impl Hands<'_> {
    fn doing<T>(
        &mut self,
        step: Step,
        path: &Path,
        what: &'static str,
        act: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, WriteError> {
        self.steps
            .before(step, path)
            .and_then(|()| act())
            .map_err(|source| WriteError::io(what, path, source))
    }

    pub(super) fn folder(&mut self, path: &Path) -> Result<(), WriteError> {
        self.doing(Step::Folder, path, "make the folder", || {
            fs::create_dir(path)
        })
    }

    /// Writes a new file; it must not exist.
    pub(super) fn write(
        &mut self,
        path: &Path,
        bytes: &[u8],
        executable: bool,
    ) -> Result<(), WriteError> {
        self.doing(Step::Write, path, "write", || {
            create(path, executable)?.write_all(bytes)
        })
    }

    /// A second name for a file, or for a symbolic link itself.
    pub(super) fn link(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.steps.before(Step::Link, from)?;
        fs::hard_link(from, to)
    }

    /// A copy with content, permissions and time of last change, safe on the disk: the original
    /// will be removed.
    pub(super) fn copy(&mut self, from: &Path, to: &Path) -> Result<(), WriteError> {
        self.doing(Step::Copy, from, "copy", || {
            let mut original = File::open(from)?;
            let metadata = original.metadata()?;
            // Permissions last: they may forbid writing.
            let mut copy = create(to, false)?;
            io::copy(&mut original, &mut copy)?;
            copy.set_modified(metadata.modified()?)?;
            copy.set_permissions(metadata.permissions())?;
            copy.sync_all()
        })
    }

    /// A symbolic link that says the same.
    pub(super) fn copy_symlink(&mut self, from: &Path, to: &Path) -> Result<(), WriteError> {
        self.doing(Step::Copy, from, "copy", || {
            symlink(&fs::read_link(from)?, to)
        })
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> Result<(), WriteError> {
        self.doing(Step::Rename, from, "move", || fs::rename(from, to))
    }

    /// Exchanges two folders; false where the system or file system has no such thing.
    pub(super) fn exchange(&mut self, one: &Path, other: &Path) -> Result<bool, WriteError> {
        let done = self
            .steps
            .before(Step::Exchange, other)
            .and_then(|()| exchange(one, other));
        match done {
            Ok(()) => Ok(true),
            Err(error) if is_unsupported(&error) => Ok(false),
            Err(error) => Err(WriteError::io("put the new tree in place of", other, error)),
        }
    }

    pub(super) fn remove(&mut self, path: &Path) -> Result<(), WriteError> {
        self.doing(Step::Remove, path, "remove", || fs::remove_file(path))
    }

    pub(super) fn remove_folder(&mut self, path: &Path) -> Result<(), WriteError> {
        self.doing(Step::RemoveFolder, path, "remove the folder", || {
            fs::remove_dir(path)
        })
    }
}

fn is_unsupported(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        // Layered file systems can't move a folder of a lower layer at all: see `aside`.
        io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput | io::ErrorKind::CrossesDevices
    )
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn create(path: &Path, executable: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mode = if executable { 0o777 } else { 0o666 };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path, _: bool) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
