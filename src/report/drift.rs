//! What a comparison found, made ready to be shown: the difference of each file, as lines or as
//! data, without secrets, and what it means for who reaches whom.
//!
//! A [`Drift`] is one lab's. The renderers beside this file turn several into text, JSON, Markdown
//! and findings. Nothing here reads files or decides how a run ends.

pub mod data;
pub mod findings;
mod hcl;
pub mod json;
pub mod markdown;
pub mod reach;
pub mod redact;
pub mod text;
mod yaml;

use crate::lang::Language;
use crate::tree::diff::{self, FileDiff};
use crate::tree::{Comparison, Disk, Kind, RelPath, Tree};
use data::Fields;
use reach::ReachDrift;
use redact::Redactor;

/// How one lab's folder differs from what is generated.
#[derive(Debug, Clone)]
pub struct Drift {
    /// The folder as it is shown: `out/online-boutique`.
    pub folder: String,
    /// Differences and foreign files, sorted by path.
    pub files: Vec<FileDrift>,
    /// Foreign files whose names no generated file can have.
    pub odd: Vec<String>,
    /// Whether the lock file says something else than it should.
    pub lock_differs: bool,
    /// How many files are as generated.
    pub unchanged: usize,
    /// What opens and closes, where that was asked for.
    pub reach: Option<ReachDrift>,
}

/// How one file differs.
#[derive(Debug, Clone)]
pub struct FileDrift {
    /// Where it is, below the folder.
    pub path: RelPath,
    /// What kind of difference it is.
    pub kind: Kind,
    /// The difference itself.
    pub content: Content,
    /// Whether the file that is there, and the one that is generated, may be run; none where there
    /// is no such file, or where the file system can't say.
    pub executable: (Option<bool>, Option<bool>),
    /// What it was generated from: a template and a part of the profile.
    pub from: Option<String>,
    /// For each hunk, which template line and which key made its first changed line; empty unless
    /// asked for.
    pub origins: Vec<String>,
}

/// The difference of two contents.
#[derive(Debug, Clone)]
pub enum Content {
    /// Line by line.
    Lines(FileDiff),
    /// Field by field.
    Fields(Fields),
}

/// How to compare.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// YAML and HCL as data.
    pub semantic: bool,
    /// Who reaches whom, too.
    pub reach: bool,
}

impl Drift {
    /// Makes a comparison ready to be shown.
    pub fn of(
        folder: impl Into<String>,
        new: &Tree,
        disk: &Disk,
        comparison: &Comparison,
        options: Options,
    ) -> Self {
        let mut redactor = Redactor::new();
        let files = comparison.changes.iter().map(|change| {
            let file = new.get(&change.path);
            let before = disk.bytes(&change.path);
            let after = file.map(|file| &*file.content);
            let content = content(&change.path, before, after, options, &mut redactor);
            FileDrift {
                path: change.path.clone(),
                kind: change.kind.clone(),
                content,
                executable: (disk.executable(&change.path), file.map(|f| f.executable)),
                from: file.map(|file| file.from.clone()),
                origins: Vec::new(),
            }
        });
        Self {
            folder: folder.into(),
            files: files.collect(),
            odd: comparison.odd.clone(),
            lock_differs: comparison.lock_differs,
            unchanged: comparison.unchanged,
            reach: options.reach.then(|| reach::reach(new, disk)),
        }
    }

    /// Whether the folder is not what it should be.
    pub fn differs(&self) -> bool {
        let counts = |file: &FileDrift| file.kind.is_drift() && !file.is_same_data();
        let only_data = self.files.iter().any(FileDrift::is_same_data);
        self.files.iter().any(counts) || self.lock_differs && !only_data
    }

    /// Files that are not what they should be.
    pub fn drifting(&self) -> impl Iterator<Item = &FileDrift> {
        self.files.iter().filter(|file| file.kind.is_drift())
    }

    /// A path with the folder before it.
    pub fn shown(&self, path: &RelPath) -> String {
        format!("{}/{path}", self.folder)
    }
}

impl FileDrift {
    /// Whether both contents say the same, and were compared as data.
    pub fn is_same_data(&self) -> bool {
        matches!(&self.content, Content::Fields(fields) if fields.changes.is_empty())
            && matches!(
                self.kind,
                Kind::Changed | Kind::Edited { .. } | Kind::Collision
            )
    }

    /// The kind in words, and that only the layout differs where that is so.
    pub fn words(&self) -> String {
        match self.is_same_data() {
            true => format!("{} (the same data)", self.kind),
            false => self.kind.to_string(),
        }
    }
}

/// Secrets go first, so that no renderer can show one.
fn content(
    path: &RelPath,
    before: Option<&[u8]>,
    after: Option<&[u8]>,
    options: Options,
    redactor: &mut Redactor,
) -> Content {
    let language = Language::of_file(path.name());
    let mut hide = |bytes: Option<&[u8]>| bytes.map(|bytes| redactor.bytes(language, bytes));
    let (before, after) = (hide(before), hide(after));
    if let (true, Some(before), Some(after)) = (options.semantic, &before, &after)
        && let Some(fields) = data::compare(language, before, after)
    {
        return Content::Fields(fields);
    }
    Content::Lines(diff::diff(before.as_deref(), after.as_deref()))
}
