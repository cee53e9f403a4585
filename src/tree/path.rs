//! Paths inside a generated tree: relative, UTF-8, and the same on every system.

use std::fmt;

use camino::Utf8Path;

/// A relative path with `/` between its segments, ordered by its bytes.
///
/// It can't leave the tree, and Linux, macOS and Windows agree on what it names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(String);

/// A text that is no [`RelPath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` can't be a path in a generated tree: {fault}", path.escape_debug())]
pub struct PathError {
    /// The text as given.
    pub path: String,
    /// What is wrong with it.
    pub fault: PathFault,
}

/// What is wrong with a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// Nothing was given.
    #[error("it is empty")]
    Empty,
    /// It starts with `/`.
    #[error("it must be relative, without a leading `/`")]
    Absolute,
    /// `a//b` or `a/`.
    #[error("it has an empty segment")]
    EmptySegment,
    /// `.` or `..`.
    #[error("`{0}` is not a name")]
    Dots(String),
    /// A control character, or one that Windows refuses or reads as a separator.
    #[error("it holds {0:?}, which not every system allows")]
    Character(char),
    /// `con`, `aux.yaml` and the like.
    #[error("`{0}` is a device on Windows")]
    Device(String),
    /// Windows drops a dot or space at the end.
    #[error("`{0}` ends in a dot or a space, which Windows drops")]
    Ending(String),
    /// Longer than file systems take.
    #[error("it has {length} bytes, at most {limit} are allowed")]
    TooLong {
        /// Bytes of the whole path.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// One segment longer than file systems take.
    #[error("a segment of it has {length} bytes, at most {limit} are allowed")]
    SegmentTooLong {
        /// Bytes of the segment.
        length: usize,
        /// The limit.
        limit: usize,
    },
}

/// Bytes of a segment: file systems take 255, and a suffix must still fit.
const SEGMENT: usize = 240;
/// Bytes of a whole path: the smallest common limit is macOS's 1024, and a root goes in front.
const WHOLE: usize = 800;
/// Names that Windows takes for devices, with any extension.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

impl RelPath {
    /// Takes a text that is such a path.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        match check(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(fault) => Err(PathError {
                path: text.to_owned(),
                fault,
            }),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path, to be joined to a root.
    pub fn as_path(&self) -> &Utf8Path {
        Utf8Path::new(&self.0)
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The folders it lies in, outermost first, without the root.
    pub fn ancestors(&self) -> Vec<RelPath> {
        self.0
            .match_indices('/')
            .map(|(at, _)| RelPath(self.0[..at].to_owned()))
            .collect()
    }

    /// Whether it lies in the folder.
    pub fn is_below(&self, folder: &RelPath) -> bool {
        self.0
            .strip_prefix(folder.as_str())
            .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Where what lies in this folder begins in the order of paths; not a path itself.
    pub(crate) fn below_bound(&self) -> RelPath {
        RelPath(format!("{}/", self.0))
    }

    /// The path as a case-insensitive file system sees it.
    pub(crate) fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check(text: &str) -> Result<(), PathFault> {
    if text.is_empty() {
        return Err(PathFault::Empty);
    }
    if text.starts_with('/') {
        return Err(PathFault::Absolute);
    }
    if text.len() > WHOLE {
        return Err(PathFault::TooLong {
            length: text.len(),
            limit: WHOLE,
        });
    }
    if let Some(c) = text.chars().find(|c| !allowed(*c)) {
        return Err(PathFault::Character(c));
    }
    text.split('/').try_for_each(check_segment)
}

fn allowed(c: char) -> bool {
    !c.is_control() && !matches!(c, '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

fn check_segment(segment: &str) -> Result<(), PathFault> {
    if segment.is_empty() {
        return Err(PathFault::EmptySegment);
    }
    if segment == "." || segment == ".." {
        return Err(PathFault::Dots(segment.to_owned()));
    }
    if segment.ends_with(['.', ' ']) {
        return Err(PathFault::Ending(segment.to_owned()));
    }
    if segment.len() > SEGMENT {
        return Err(PathFault::SegmentTooLong {
            length: segment.len(),
            limit: SEGMENT,
        });
    }
    if is_device(segment) {
        return Err(PathFault::Device(segment.to_owned()));
    }
    Ok(())
}

/// Whether Windows takes a name for a device, whatever its extension.
pub fn is_device(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or(segment).trim_end();
    DEVICES.iter().any(|d| d.eq_ignore_ascii_case(stem))
}
