//! The kinds of differences between a generated tree and a folder, and which of them cost something.

use std::fmt;

use super::RelPath;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Where.
    pub path: RelPath,
    /// What.
    pub kind: Kind,
}

/// Kinds of differences.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Generated for the first time.
    Added,
    /// Owned and generated, but gone from the folder.
    Missing,
    /// The folder has what was written last; the profile or a template says something else now.
    Changed,
    /// Somebody wrote into an owned file.
    Edited {
        /// Whether the profile or a template also changed since.
        changed: bool,
    },
    /// Only the executable bit differs.
    Mode {
        /// What it should be.
        executable: bool,
    },
    /// Not owned, but exactly what is generated: becomes owned.
    Adopted,
    /// Owned, no longer generated.
    Stale {
        /// Whether somebody wrote into it.
        edited: bool,
    },
    /// Neither owned nor generated.
    Foreign,
    /// Not owned, and a generated file goes there with other content.
    Collision,
    /// Something that is no file, or no folder, where a generated one goes.
    InTheWay(InTheWay),
}

/// What can be in a generated file's way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum InTheWay {
    /// A foreign file where a folder goes.
    File,
    /// A symbolic link where a file or folder goes.
    Symlink,
    /// A folder with foreign files where a file goes.
    Folder,
    /// A socket, a device and the like.
    Other,
    /// A foreign file that a case-insensitive file system takes for this generated path.
    Case(RelPath),
}

/// What stands between a change and the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// Nothing is lost.
    None,
    /// Something that dplab didn't write would be lost: only with force.
    UnlessForced,
    /// More would be lost than force may mean; a person has to move it.
    Always,
}

impl Kind {
    /// Whether the folder differs from what is generated. Foreign files alone are no difference.
    pub fn is_drift(&self) -> bool {
        *self != Kind::Foreign
    }

    /// A word for machines.
    pub fn id(&self) -> &'static str {
        match self {
            Kind::Added => "added",
            Kind::Missing => "missing",
            Kind::Changed => "changed",
            Kind::Edited { changed: false } => "edited",
            Kind::Edited { changed: true } => "edited-and-changed",
            Kind::Mode { .. } => "mode",
            Kind::Adopted => "adopted",
            Kind::Stale { edited: false } => "stale",
            Kind::Stale { edited: true } => "stale-and-edited",
            Kind::Foreign => "foreign",
            Kind::Collision => "collision",
            Kind::InTheWay(_) => "in-the-way",
        }
    }

    /// Whether writing would lose something.
    pub fn protection(&self) -> Protection {
        match self {
            Kind::Edited { .. } | Kind::Collision | Kind::Stale { edited: true } => {
                Protection::UnlessForced
            }
            Kind::InTheWay(InTheWay::Folder | InTheWay::Case(_)) => Protection::Always,
            Kind::InTheWay(_) => Protection::UnlessForced,
            _ => Protection::None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Added => "new",
            Kind::Missing => "gone from the folder",
            Kind::Changed => "the profile or a template changed",
            Kind::Edited { changed: false } => "edited by hand",
            Kind::Edited { changed: true } => {
                "edited by hand, and the profile or a template changed too"
            }
            Kind::Mode { executable: true } => "not executable, but should be",
            Kind::Mode { executable: false } => "executable, but should not be",
            Kind::Adopted => "already there, as generated",
            Kind::Stale { edited: false } => "no longer generated",
            Kind::Stale { edited: true } => "no longer generated, but edited by hand",
            Kind::Foreign => "not dplab's",
            Kind::Collision => "not dplab's, and a generated file goes there",
            Kind::InTheWay(what) => return what.fmt(f),
        })
    }
}

impl fmt::Display for InTheWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InTheWay::File => f.write_str("a file where a folder goes"),
            InTheWay::Symlink => f.write_str("a symbolic link where a generated file goes"),
            InTheWay::Folder => {
                f.write_str("a folder with files that are not dplab's, where a generated file goes")
            }
            InTheWay::Other => f.write_str("not a plain file, where a generated file goes"),
            InTheWay::Case(path) => {
                write!(f, "differs from the generated `{path}` by letter case only")
            }
        }
    }
}
