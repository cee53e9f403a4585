//! Differences for people, and for `git apply`: what opens and closes, then each file.
//!
//! Styles are written as terminal codes throughout; the caller's stream takes them out where
//! nobody would see them.

use std::fmt::Write as _;

use super::data::Fields;
use super::reach::{ReachDrift, words};
use super::{Content, Drift, FileDrift};
use crate::netpol::diff::ChangeKind;
use crate::tree::diff::{FileDiff, Hunk, Line, Side};
use crate::tree::{Kind, LOCK, LOCK_DIFFERS};

const RESET: &str = "\u{1b}[0m";
const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const CYAN: &str = "\u{1b}[36m";
/// Words that differ inside a line that differs.
const REVERSE: &str = "\u{1b}[7m";
const NOT_REVERSE: &str = "\u{1b}[27m";

/// Everything.
pub fn full(drifts: &[Drift]) -> String {
    let mut out = reach(drifts);
    for drift in drifts {
        for file in &drift.files {
            whole_file(drift, file, &mut out);
        }
        lock(drift, &mut out);
    }
    out
}

/// What opens and closes, then one line a file.
pub fn stat(drifts: &[Drift]) -> String {
    let mut out = reach(drifts);
    for drift in drifts {
        for file in &drift.files {
            let counts = counts(&file.content);
            let path = plain(&drift.shown(&file.path));
            let _ = writeln!(out, "{path}: {}{counts}", file.words());
        }
        lock(drift, &mut out);
    }
    out
}

/// The names of what differs.
pub fn names(drifts: &[Drift]) -> String {
    let mut out = String::new();
    for drift in drifts {
        for file in drift.drifting() {
            let _ = writeln!(out, "{}", plain(&drift.shown(&file.path)));
        }
        if drift.lock_differs {
            let _ = writeln!(out, "{}/{LOCK}", plain(&drift.folder));
        }
    }
    out
}

fn lock(drift: &Drift, out: &mut String) {
    for name in &drift.odd {
        let name = plain(&format!("{}/{name}", drift.folder));
        let _ = writeln!(out, "{BOLD}# {name}: {}{RESET}", Kind::Foreign);
    }
    if drift.lock_differs {
        let folder = plain(&drift.folder);
        let _ = writeln!(out, "{BOLD}# {folder}/{LOCK}: {LOCK_DIFFERS}{RESET}");
    }
}

fn counts(content: &Content) -> String {
    match content {
        Content::Lines(FileDiff::Text { hunks, .. }) if !hunks.is_empty() => {
            let lines = |side| {
                let all = hunks.iter().flat_map(|hunk| &hunk.lines);
                all.filter(|line| line.side == side).count()
            };
            format!(" (+{} -{})", lines(Side::New), lines(Side::Old))
        }
        Content::Fields(fields) if !fields.changes.is_empty() => {
            format!(" ({} fields)", fields.changes.len())
        }
        _ => String::new(),
    }
}

fn whole_file(drift: &Drift, file: &FileDrift, out: &mut String) {
    let path = drift.shown(&file.path);
    let shown = plain(&path);
    let _ = writeln!(out, "{BOLD}# {shown}: {}{RESET}", file.words());
    if file.kind == Kind::Foreign {
        return;
    }
    match &file.content {
        Content::Lines(diff) => {
            mode(&path, file.executable, out);
            lines(&path, diff, &file.origins, out);
        }
        Content::Fields(all) => fields(all, out),
    }
}

fn fields(fields: &Fields, out: &mut String) {
    for change in &fields.changes {
        let color = match change.mark() {
            '+' => GREEN,
            '-' => RED,
            _ => YELLOW,
        };
        let words = plain(&change.words());
        let _ = writeln!(out, "{color}{} {words}{RESET}", change.mark());
    }
}

fn lines(path: &str, diff: &FileDiff, origins: &[String], out: &mut String) {
    match diff {
        FileDiff::Binary { old, new } => {
            let path = plain(path);
            let _ = writeln!(
                out,
                "Binary file {path}: {old} bytes there, {new} generated"
            );
        }
        FileDiff::Text { hunks, .. } if hunks.is_empty() => {}
        FileDiff::Text { old, new, hunks } => {
            name(out, "---", "a", path, *old);
            name(out, "+++", "b", path, *new);
            for (at, each) in hunks.iter().enumerate() {
                hunk(each, origins.get(at).map(String::as_str), out);
            }
        }
    }
}

/// What a patch says of a file's executable bit: nothing where it stays, or is as of any new file.
fn mode(path: &str, executable: (Option<bool>, Option<bool>), out: &mut String) {
    let number = |executable: bool| if executable { "100755" } else { "100644" };
    let words = match executable {
        (Some(old), Some(new)) if old != new => {
            format!("old mode {}\nnew mode {}", number(old), number(new))
        }
        (None, Some(true)) => "new file mode 100755".to_owned(),
        _ => return,
    };
    let _ = writeln!(out, "{BOLD}diff --git a/{path} b/{path}\n{words}{RESET}");
}

fn name(out: &mut String, mark: &str, side: &str, path: &str, exists: bool) {
    // A tab ends a name with spaces, or patch would take what follows the space for a date.
    let end = if path.contains(' ') { "\t" } else { "" };
    let _ = match exists {
        true => writeln!(out, "{BOLD}{mark} {side}/{path}{end}{RESET}"),
        false => writeln!(out, "{BOLD}{mark} /dev/null{RESET}"),
    };
}

fn hunk(hunk: &Hunk, origin: Option<&str>, out: &mut String) {
    let origin = origin.map_or(String::new(), |origin| format!(" {}", plain(origin)));
    let _ = writeln!(out, "{CYAN}{}{RESET}{origin}", hunk.header);
    for each in &hunk.lines {
        line(each, out);
    }
}

fn line(line: &Line, out: &mut String) {
    let color = match line.side {
        Side::Both => "",
        Side::Old => RED,
        Side::New => GREEN,
    };
    // A line all of which differs needs no further mark.
    let some = line.parts.iter().any(|part| !part.differs);
    out.push_str(color);
    out.push(line.side.mark());
    for (at, part) in line.parts.iter().enumerate() {
        let last = at + 1 == line.parts.len();
        let text = shown(&part.text, last && !line.unterminated);
        let _ = match part.differs && some && line.side != Side::Both {
            true => write!(out, "{REVERSE}{text}{NOT_REVERSE}"),
            false => write!(out, "{text}"),
        };
    }
    if !color.is_empty() {
        out.push_str(RESET);
    }
    out.push('\n');
    if line.unterminated {
        out.push_str("\\ No newline at end of file\n");
    }
}

/// A piece of a line. The carriage return that ends a line of other systems stays what it is: a
/// patch needs it, and no terminal minds it there.
fn shown(text: &str, last: bool) -> String {
    match text.strip_suffix('\r').filter(|_| last) {
        Some(text) => plain(text) + "\r",
        None => plain(text),
    }
}

/// What opens and closes, of all labs, before anything else.
fn reach(drifts: &[Drift]) -> String {
    let mut out = String::new();
    for drift in drifts {
        if let Some(reach) = &drift.reach {
            one_reach(&drift.folder, reach, &mut out);
        }
    }
    out
}

fn one_reach(folder: &str, reach: &ReachDrift, out: &mut String) {
    let folder = plain(folder);
    if reach.is_empty() {
        let _ = writeln!(out, "{BOLD}# {folder}: nothing opens or closes{RESET}");
    }
    for group in &reach.groups {
        let when = plain(&group.when());
        let _ = writeln!(
            out,
            "{BOLD}# {folder}: who reaches whom changes {when}{RESET}"
        );
        for change in &group.changes {
            let (color, mark) = match change.kind {
                ChangeKind::Opened => (RED, "! opens "),
                ChangeKind::Closed => (GREEN, "! closes"),
                ChangeKind::Changed => (YELLOW, "! changes"),
            };
            let _ = writeln!(out, "{color}{mark} {}{RESET}", plain(&words(change)));
        }
    }
    for problem in &reach.problems {
        let _ = writeln!(
            out,
            "{YELLOW}# left out: {folder}/{}{RESET}",
            plain(problem)
        );
    }
}

/// Text in which no file can hide commands to the terminal.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push(c),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}
