//! The lock file: which files of a folder dplab owns, and what they looked like when written.
//!
//! It is JSON, because every language reads it and the crate is here already, and it has one line
//! a file, because reviewers read its diff. The text depends on the tree alone: no date, no
//! version of the tool, no absolute path. It doesn't list itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{LOCK, PathError, RelPath, Tree};

const FORMAT: &str = "dplab-lock/v1";

/// What dplab owns in one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    files: BTreeMap<RelPath, Owned>,
}

/// One owned file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// SHA-256 of the content as generated, in lower-case hexadecimal.
    pub sha256: String,
    /// What it came from.
    pub from: String,
}

/// Why a text is no lock file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// Not JSON, or not of this shape: a merge conflict's markers, most often.
    #[error("it can't be read: {0}")]
    Syntax(String),
    /// A format that this version doesn't know.
    #[error("its format is `{0}`, and this version of dplab reads `{FORMAT}`")]
    Format(String),
    /// An entry that can't name a file of the tree.
    #[error("it names a file that can't be: {0}")]
    Path(#[from] PathError),
    /// The lock file itself.
    #[error("it names `{0}`, which is the lock file's own name")]
    Itself(RelPath),
    /// The same path twice, as a merge may leave it.
    #[error("it names `{0}` twice")]
    Duplicate(RelPath),
    /// A hash that is none.
    #[error("the SHA-256 of `{path}` is not 64 lower-case hexadecimal digits: `{sha256}`")]
    Hash {
        /// The file.
        path: RelPath,
        /// What stands there.
        sha256: String,
    },
}

#[derive(Deserialize)]
struct Head {
    format: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(rename = "format")]
    _format: String,
    files: Vec<RawOwned>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOwned {
    path: String,
    sha256: String,
    from: String,
}

impl Lock {
    /// The lock of a generated tree.
    pub fn of(tree: &Tree) -> Self {
        let files = tree.iter().map(|(path, file)| {
            let owned = Owned {
                sha256: file.content.sha256().to_owned(),
                from: file.from.clone(),
            };
            (path.clone(), owned)
        });
        Self {
            files: files.collect(),
        }
    }

    /// Reads a lock file's text.
    ///
    /// # Errors
    /// Where it isn't one; nothing is guessed, because the lock decides what may be deleted.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let syntax = |error: serde_json::Error| LockError::Syntax(error.to_string());
        let head: Head = serde_json::from_str(text).map_err(syntax)?;
        if head.format != FORMAT {
            return Err(LockError::Format(head.format));
        }
        let raw: Raw = serde_json::from_str(text).map_err(syntax)?;
        let mut lock = Lock::default();
        for owned in raw.files {
            lock.take(owned)?;
        }
        Ok(lock)
    }

    fn take(&mut self, raw: RawOwned) -> Result<(), LockError> {
        let path = RelPath::parse(&raw.path)?;
        if path.folded() == LOCK {
            return Err(LockError::Itself(path));
        }
        if !is_sha256(&raw.sha256) {
            return Err(LockError::Hash {
                path,
                sha256: raw.sha256,
            });
        }
        let owned = Owned {
            sha256: raw.sha256,
            from: raw.from,
        };
        match self.files.insert(path.clone(), owned) {
            None => Ok(()),
            Some(_) => Err(LockError::Duplicate(path)),
        }
    }

    /// The lock file's text.
    pub fn render(&self) -> String {
        let lines: Vec<String> = self.files.iter().map(render_line).collect();
        let files = match lines.is_empty() {
            true => "[]".to_owned(),
            false => format!("[\n{}\n  ]", lines.join(",\n")),
        };
        format!("{{\n  \"format\": \"{FORMAT}\",\n  \"files\": {files}\n}}\n")
    }

    /// What is known of an owned file.
    pub fn get(&self, path: &RelPath) -> Option<&Owned> {
        self.files.get(path)
    }

    /// Whether the file is owned.
    pub fn contains(&self, path: &RelPath) -> bool {
        self.files.contains_key(path)
    }

    /// All owned files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&RelPath, &Owned)> {
        self.files.iter()
    }

    /// Whether nothing is owned.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// This lock and another's files; where both name one, this one's word holds.
    pub(crate) fn with(mut self, other: Self) -> Self {
        for (path, owned) in other.files {
            self.files.entry(path).or_insert(owned);
        }
        self
    }

    /// The same lock with some of its files only.
    pub(crate) fn only(&self, keep: impl Fn(&RelPath) -> bool) -> Self {
        let kept = self.files.iter().filter(|(path, _)| keep(path));
        Self {
            files: kept.map(|(p, o)| (p.clone(), o.clone())).collect(),
        }
    }
}

fn render_line((path, owned): (&RelPath, &Owned)) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        "    {{\"path\": {}, \"sha256\": {}, \"from\": {}}}",
        quoted(path.as_str()),
        quoted(&owned.sha256),
        quoted(&owned.from)
    )
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
