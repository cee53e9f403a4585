//! Which part of a lab's folder a run is about: all of it, or what lies below some paths.
//!
//! What dplab owns outside of it stays owned and untouched: a run about `kubernetes` neither prunes
//! `terraform` nor forgets that it is dplab's.

use super::RelPath;

/// Parts of a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    parts: Vec<String>,
}

impl Scope {
    /// The whole tree.
    pub const ALL: Scope = Scope { parts: Vec::new() };

    /// These folders and files; the whole tree if there are none.
    pub fn of(parts: &[String]) -> Self {
        let parts = parts.iter().map(|part| part.trim_end_matches('/'));
        Self {
            parts: parts.map(str::to_owned).collect(),
        }
    }

    /// Whether it is the whole tree.
    pub fn is_all(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether a path lies in it.
    pub fn contains(&self, path: &RelPath) -> bool {
        let below = |part: &String| {
            let rest = path.as_str().strip_prefix(part.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.is_all() || self.parts.iter().any(below)
    }
}
