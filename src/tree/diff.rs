//! The difference of two contents: lines, with the words that differ inside them. Pure.
//!
//! [`FileDiff::unified`] is the patch that `git apply` takes; [`Hunk`]s are for renderers that
//! colour.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::RelPath;

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// After this the search for the smallest difference stops at a good one.
const PATIENCE: Duration = Duration::from_secs(2);

/// How two contents differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileDiff {
    /// Both are text; no hunks if they are equal.
    Text {
        /// Whether there was a file before.
        old: bool,
        /// Whether there is one now.
        new: bool,
        /// The changed places, in order.
        hunks: Vec<Hunk>,
    },
    /// One of them is no text.
    Binary {
        /// Bytes before.
        old: usize,
        /// Bytes now.
        new: usize,
    },
}

/// Changed lines that stand close together, with context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// `@@ -1,4 +1,5 @@`
    pub header: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which side it stands on.
    pub side: Side,
    /// Its text without the line end, cut where words begin or cease to differ.
    pub parts: Vec<Part>,
    /// Whether the file ends here without a line end.
    pub unterminated: bool,
}

/// Which side a line stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// On both.
    Both,
    /// Only before.
    Old,
    /// Only now.
    New,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The text.
    pub text: String,
    /// Whether just this differs from the line's counterpart.
    pub differs: bool,
}

/// Compares two contents; none where there is no file.
pub fn diff(old: Option<&[u8]>, new: Option<&[u8]>) -> FileDiff {
    let (before, after) = (old.unwrap_or_default(), new.unwrap_or_default());
    let hunks = match (text(before), text(after)) {
        _ if before == after => Vec::new(),
        (Some(before), Some(after)) => hunks(before, after),
        _ => {
            return FileDiff::Binary {
                old: before.len(),
                new: after.len(),
            };
        }
    };
    FileDiff::Text {
        old: old.is_some(),
        new: new.is_some(),
        hunks,
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    // Cut at line feeds alone, as patch does; the crate's own cut also ends lines at a bare CR.
    let before: Vec<&str> = before.split_inclusive('\n').collect();
    let after: Vec<&str> = after.split_inclusive('\n').collect();
    let diff = TextDiff::configure()
        .timeout(PATIENCE)
        .newline_terminated(true)
        .diff_slices(&before, &after);
    let mut unified = diff.unified_diff();
    let headers = unified.context_radius(CONTEXT).iter_hunks();
    let headers: Vec<String> = headers.map(|hunk| hunk.header().to_string()).collect();
    let groups = diff.grouped_ops(CONTEXT);
    let lines = groups.iter().map(|ops| {
        ops.iter()
            .flat_map(|op| diff.iter_inline_changes(op))
            .map(|change| line(&change))
            .collect()
    });
    headers
        .into_iter()
        .zip(lines)
        .map(|(header, lines)| Hunk { header, lines })
        .collect()
}

fn line(change: &similar::InlineChange<'_, str>) -> Line {
    let side = match change.tag() {
        ChangeTag::Equal => Side::Both,
        ChangeTag::Delete => Side::Old,
        ChangeTag::Insert => Side::New,
    };
    let parts = change.values().iter().filter_map(|(differs, text)| {
        let text = text.strip_suffix('\n').unwrap_or(text);
        (!text.is_empty()).then(|| Part {
            text: text.to_owned(),
            differs: *differs,
        })
    });
    Line {
        side,
        parts: parts.collect(),
        unterminated: !change
            .values()
            .last()
            .is_some_and(|(_, text)| text.ends_with('\n')),
    }
}

impl FileDiff {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        matches!(self, FileDiff::Text { old, new, hunks } if hunks.is_empty() && old == new)
    }

    /// The unified diff that `git apply` and `patch` take; nothing for equal contents.
    pub fn unified(&self, path: &RelPath) -> String {
        match self {
            FileDiff::Binary { old, new } => {
                format!("Binary file {path} differs: {old} bytes before, {new} bytes now\n")
            }
            FileDiff::Text { hunks, .. } if hunks.is_empty() => String::new(),
            FileDiff::Text { old, new, hunks } => {
                let mut text = header("---", "a", path, *old) + &header("+++", "b", path, *new);
                hunks.iter().for_each(|hunk| hunk.write(&mut text));
                text
            }
        }
    }
}

fn header(mark: &str, side: &str, path: &RelPath, exists: bool) -> String {
    // A tab ends a name with spaces, or patch would take what follows the space for a date.
    let end = if path.as_str().contains(' ') {
        "\t"
    } else {
        ""
    };
    match exists {
        true => format!("{mark} {side}/{path}{end}\n"),
        false => format!("{mark} /dev/null\n"),
    }
}

impl Hunk {
    fn write(&self, text: &mut String) {
        text.push_str(&self.header);
        text.push('\n');
        for line in &self.lines {
            text.push(line.side.mark());
            line.parts.iter().for_each(|part| text.push_str(&part.text));
            text.push('\n');
            if line.unterminated {
                text.push_str("\\ No newline at end of file\n");
            }
        }
    }
}

impl Side {
    /// The mark in front of a line of a unified diff.
    pub fn mark(self) -> char {
        match self {
            Side::Both => ' ',
            Side::Old => '-',
            Side::New => '+',
        }
    }
}
