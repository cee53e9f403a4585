//! `PROFILE… [DIR]`: what stands on the command line, told apart.
//!
//! A folder among the positional arguments is the DIR: the output root, in which each lab has a
//! folder of its name, or one lab's own folder, which its lock file shows.

use camino::{Utf8Path, Utf8PathBuf};

use super::args::OutArgs;
use super::error::Usage;
use crate::tree::{LOCK, PathError, RelPath};

/// Where generated trees are if nothing is said.
const OUT: &str = "out";

/// Profiles, and the place of what they generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Profiles as named; none for all in `profiles/`.
    pub(super) profiles: Vec<Utf8PathBuf>,
    /// The folder in which labs have their folders.
    pub(super) root: Utf8PathBuf,
    /// A lab's own folder below the root, where that was named.
    pub(super) folder: Option<RelPath>,
}

impl Target {
    /// Tells profiles and folder apart.
    pub(super) fn of(positional: &[Utf8PathBuf], out: &OutArgs) -> anyhow::Result<Self> {
        let (folders, profiles): (Vec<Utf8PathBuf>, Vec<Utf8PathBuf>) =
            positional.iter().cloned().partition(|path| path.is_dir());
        let named = folders.into_iter().chain(out.out.clone());
        let named: Vec<Utf8PathBuf> = named.collect();
        if let [first, second, ..] = named.as_slice() {
            return Err(Usage(format!(
                "`{first}` and `{second}` are both folders to look in; name one"
            ))
            .into());
        }
        let folder = named.into_iter().next().unwrap_or_else(|| OUT.into());
        let (root, folder) = split(&folder)?;
        Ok(Self {
            profiles,
            root,
            folder,
        })
    }

    /// The folder of a lab of this name.
    pub(super) fn lab(&self, name: &str) -> Result<RelPath, PathError> {
        match &self.folder {
            Some(folder) => Ok(folder.clone()),
            None => RelPath::parse(name),
        }
    }
}

/// A lab's own folder is split into the root and its name.
fn split(folder: &Utf8Path) -> anyhow::Result<(Utf8PathBuf, Option<RelPath>)> {
    if !folder.join(LOCK).is_file() {
        return Ok((folder.to_owned(), None));
    }
    let Some(name) = folder.file_name() else {
        // `.` and `..` have a name of their own elsewhere.
        let whole = folder.canonicalize_utf8()?;
        let name = whole.file_name().map(RelPath::parse).transpose()?;
        return Ok((folder.join(".."), name));
    };
    let root = match folder.parent() {
        Some(parent) if !parent.as_str().is_empty() => parent.to_owned(),
        _ => ".".into(),
    };
    Ok((root, Some(RelPath::parse(name)?)))
}
