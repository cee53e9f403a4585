//! Differences as findings, so that every format of findings shows them at their place.

use super::reach::{Group, words};
use super::redact::Redactor;
use super::{Content, Drift, FileDrift};
use crate::diag::{Code, Diagnostic, Severity};
use crate::lang::Language;
use crate::netpol::diff::{Change, ChangeKind};
use crate::source::{SourceMap, Span};
use crate::tree::diff::{FileDiff, Hunk, Side};
use crate::tree::{Disk, Kind, LOCK, LOCK_DIFFERS, RelPath};

/// One finding for each file, and for each connection that opens or closes. Texts that findings
/// point into are added to `sources`, without secrets.
pub fn findings(drift: &Drift, disk: &Disk, sources: &mut SourceMap) -> Vec<Diagnostic> {
    let mut redactor = Redactor::new();
    let mut found: Vec<Diagnostic> = Vec::new();
    for group in drift.reach.iter().flat_map(|reach| &reach.groups) {
        // Code scanning refuses what has no place; the lock file stands for the whole folder.
        let lock = sources.add(format!("{}/{LOCK}", drift.folder), "");
        let place = Span::new(lock, 0..0);
        let changes = group.changes.iter();
        found.extend(changes.map(|change| opened(drift, group, change).at(place, "")));
    }
    for file in drift.files.iter().filter(|file| !file.is_same_data()) {
        let text = text(&file.path, disk, &mut redactor);
        let line = first_line(&file.content);
        let id = sources.add(drift.shown(&file.path), text.clone());
        let span = Span::new(id, line_range(&text, line));
        found.push(finding(drift, file, span));
    }
    if drift.lock_differs && drift.differs() && drift.drifting().next().is_none() {
        let id = sources.add(format!("{}/{LOCK}", drift.folder), "");
        let message = format!("`{}/{LOCK}` {LOCK_DIFFERS}", drift.folder);
        let finding = Diagnostic::new(Code::OutdatedFile, message);
        found.push(finding.at(Span::new(id, 0..0), "").help(GENERATE));
    }
    found
}

const GENERATE: &str = "`dplab generate` brings the folder up to date";
const KEEP: &str = "keep the change in the profile or in a template, then `dplab generate --force`";

fn finding(drift: &Drift, file: &FileDrift, span: Span) -> Diagnostic {
    let path = drift.shown(&file.path);
    let (code, what, help) = match &file.kind {
        Kind::Added | Kind::Missing => (Code::MissingFile, "is not there", GENERATE),
        Kind::Changed | Kind::Mode { .. } | Kind::Adopted => {
            (Code::OutdatedFile, "is out of date", GENERATE)
        }
        Kind::Edited { .. } => (Code::EditedFile, "was edited by hand", KEEP),
        Kind::Stale { edited: true } => (
            Code::EditedFile,
            "is no longer generated, and was edited by hand",
            "move it away, or `dplab generate --force` removes it",
        ),
        Kind::Stale { edited: false } => (
            Code::StaleFile,
            "is no longer generated",
            "`dplab generate` removes it",
        ),
        Kind::Foreign => (Code::ForeignFile, "is not dplab's", "dplab leaves it alone"),
        Kind::Collision | Kind::InTheWay(_) => (
            Code::ForeignFile,
            "is not dplab's, and in the way",
            "move it away, and generate again",
        ),
    };
    let mut finding = Diagnostic::new(code, format!("`{path}` {what}"))
        .at(span, label(&file.kind))
        .help(help);
    if file.kind == Kind::Foreign {
        finding.severity = Severity::Info;
    }
    match &file.from {
        Some(from) => finding.help(format!("it is generated from {from}")),
        None => finding,
    }
}

/// What is to be seen at the place; nothing where the message says it all.
fn label(kind: &Kind) -> String {
    match kind {
        Kind::Edited { changed: false } => "this is not what was generated".to_owned(),
        Kind::Edited { changed: true } => {
            "this is not what was generated, and something else would be now".to_owned()
        }
        Kind::Stale { .. } | Kind::Foreign => String::new(),
        other => other.to_string(),
    }
}

fn opened(drift: &Drift, group: &Group, change: &Change) -> Diagnostic {
    let message = format!(
        "generating `{}` {} a connection {}: {}",
        drift.folder,
        match change.kind {
            ChangeKind::Opened => "opens",
            ChangeKind::Closed => "closes",
            ChangeKind::Changed => "changes",
        },
        group.when(),
        words(change)
    );
    Diagnostic::new(Code::ReachDiffers, message)
}

fn text(path: &RelPath, disk: &Disk, redactor: &mut Redactor) -> String {
    let bytes = disk.bytes(path).unwrap_or_default();
    let language = Language::of_file(path.name());
    let text = redactor.bytes(language, bytes);
    String::from_utf8(text).unwrap_or_default()
}

/// The first line of what is there that differs, from 1.
fn first_line(content: &Content) -> usize {
    let Content::Lines(FileDiff::Text { hunks, .. }) = content else {
        return 1;
    };
    hunks
        .first()
        .and_then(Hunk::first_change)
        .map_or(1, |at| at.0)
}

fn line_range(text: &str, line: usize) -> std::ops::Range<usize> {
    let mut start = 0;
    for (at, each) in text.split_inclusive('\n').enumerate() {
        if at + 1 == line {
            return start..start + each.trim_end().len();
        }
        start += each.len();
    }
    text.len()..text.len()
}

impl Hunk {
    /// Where the first change stands: its line in the old and in the new text, from 1.
    pub fn first_change(&self) -> Option<(usize, usize)> {
        let at = |mark: char| {
            let part = self.header.split(' ').find(|part| part.starts_with(mark))?;
            let first = part[1..].split(',').next()?;
            first.parse::<usize>().ok()
        };
        let context = self.lines.iter().take_while(|line| line.side == Side::Both);
        let context = context.count();
        Some((at('-')? + context, at('+')? + context))
    }
}
