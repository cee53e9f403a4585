//! Differences as a comment on a pull request: what opens and closes, a table, and each file in a
//! section that unfolds; no longer than GitHub takes, and it says what it cut.

use std::fmt::Write as _;

use super::data::FieldChange;
use super::reach::{Group, words};
use super::{Content, Drift, FileDrift};
use crate::lang::html;
use crate::lang::markdown::{code, fence};
use crate::netpol::diff::{Change, ChangeKind};
use crate::tree::diff::{FileDiff, Hunk};
use crate::tree::{Kind, LOCK};

/// GitHub takes 65,536 characters. Bytes are counted here, of which there are never fewer.
pub const LIMIT: usize = 65_535;
/// What is kept free for saying what was cut.
const RESERVE: usize = 400;
/// What opens and closes comes first, but mustn't push everything else out.
const REACH_LIMIT: usize = LIMIT / 3 * 2;
/// Nor must findings, or the table.
const TABLE_LIMIT: usize = LIMIT / 6;

/// By which a pipeline finds the comment that it wrote before.
pub const MARKER: &str = "<!-- dplab diff -->";

/// The whole comment, with a final newline.
pub fn render(drifts: &[Drift]) -> String {
    with_findings(drifts, "")
}

/// The same with a list of findings about profiles, one a line, before everything else.
pub fn with_findings(drifts: &[Drift], findings: &str) -> String {
    let mut out = format!("{MARKER}\n{}\n", title(drifts));
    let mut cut = Vec::new();
    let gap = if findings.is_empty() { "" } else { "\n" };
    out.push_str(gap);
    let lines = findings.split_inclusive('\n');
    let left: usize = lines.map(|line| fit(line, TABLE_LIMIT, &mut out)).sum();
    match left {
        0 => {}
        left => cut.push(format!("{left} findings")),
    }
    reach(drifts, &mut out, &mut cut);
    table(drifts, &mut out, &mut cut);
    sections(drifts, &mut out, &mut cut);
    if !cut.is_empty() {
        let _ = writeln!(
            out,
            "\n**Cut, because a comment holds {LIMIT} characters:** {}. `dplab diff` shows everything.",
            cut.join("; ")
        );
    }
    out
}

fn title(drifts: &[Drift]) -> String {
    let files: usize = drifts.iter().map(|drift| drift.drifting().count()).sum();
    match (drifts.iter().any(Drift::differs), files) {
        (false, _) => "### dplab: no differences".to_owned(),
        (true, 0) => format!("### dplab: only `{LOCK}` differs"),
        (true, 1) => "### dplab: 1 file differs".to_owned(),
        (true, files) => format!("### dplab: {files} files differ"),
    }
}

fn reach(drifts: &[Drift], out: &mut String, cut: &mut Vec<String>) {
    let mut left = 0;
    for drift in drifts {
        let Some(reach) = &drift.reach else { continue };
        if reach.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "\n**Who reaches whom changes in {}**\n",
            code(&drift.folder)
        );
        for group in &reach.groups {
            left += lines(group, out);
        }
        for problem in &reach.problems {
            let line = format!("- :warning: left out: {}\n", code(problem));
            left += fit(&line, REACH_LIMIT, out);
        }
    }
    if left > 0 {
        cut.push(format!("{left} lines about who reaches whom"));
    }
}

/// Writes what fits; gives how many lines didn't.
fn lines(group: &Group, out: &mut String) -> usize {
    let mut left = 0;
    for change in &group.changes {
        left += fit(&reach_line(group, change), REACH_LIMIT, out);
    }
    left
}

fn reach_line(group: &Group, change: &Change) -> String {
    let verb = match change.kind {
        ChangeKind::Opened => ":red_circle: **opens**",
        ChangeKind::Closed => ":lock: **closes**",
        ChangeKind::Changed => ":warning: **changes**",
    };
    format!("- {verb} {}, {}\n", code(&words(change)), group.when())
}

fn fit(text: &str, limit: usize, out: &mut String) -> usize {
    if out.len() + text.len() > limit {
        return 1;
    }
    out.push_str(text);
    0
}

fn table(drifts: &[Drift], out: &mut String, cut: &mut Vec<String>) {
    let files = drifts
        .iter()
        .flat_map(|d| d.files.iter().map(move |f| (d, f)));
    let mut rows = files.map(|(drift, file)| {
        let path = code(&drift.shown(&file.path));
        format!("| {path} | {} |\n", html::quote(&file.words()))
    });
    let Some(first) = rows.next() else { return };
    out.push_str("\n| file | |\n|---|---|\n");
    let limit = out.len() + TABLE_LIMIT;
    let rows = std::iter::once(first).chain(rows);
    let left: usize = rows.map(|row| fit(&row, limit, out)).sum();
    if left > 0 {
        cut.push(format!("the names of {left} files"));
    }
}

fn sections(drifts: &[Drift], out: &mut String, cut: &mut Vec<String>) {
    let limit = LIMIT - RESERVE;
    let (mut left, mut shortened) = (0, 0);
    for drift in drifts {
        for file in &drift.files {
            let Some((body, language)) = body(file) else {
                continue;
            };
            let whole = section(drift, file, &body, language);
            if fit(&whole, limit, out) == 0 {
                continue;
            }
            match shorter(
                drift,
                file,
                &body,
                language,
                limit.saturating_sub(out.len()),
            ) {
                Some(part) => {
                    out.push_str(&part);
                    shortened += 1;
                }
                None => left += 1,
            }
        }
    }
    if shortened > 0 {
        cut.push(format!("the rest of {shortened} files' differences"));
    }
    if left > 0 {
        cut.push(format!("the differences of {left} files"));
    }
}

fn section(drift: &Drift, file: &FileDrift, body: &str, language: &str) -> String {
    let path = html::quote(&drift.shown(&file.path));
    let words = html::quote(&file.words());
    let block = fence(body, language);
    format!("\n<details><summary><code>{path}</code>: {words}</summary>\n\n{block}\n\n</details>\n")
}

/// Half a section or more is worth showing; less isn't.
fn shorter(
    drift: &Drift,
    file: &FileDrift,
    body: &str,
    language: &str,
    room: usize,
) -> Option<String> {
    let around = section(drift, file, "", language).len() + 16;
    let room = room.checked_sub(around).filter(|room| *room > 2_000)?;
    let mut end = room.min(body.len());
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    let end = body[..end].rfind('\n')?;
    Some(section(drift, file, &body[..end], language)).filter(|text| text.len() <= room + around)
}

/// The difference as text, and the language that colours it.
fn body(file: &FileDrift) -> Option<(String, &'static str)> {
    if file.kind == Kind::Foreign {
        return None;
    }
    let text: String = match &file.content {
        Content::Lines(FileDiff::Binary { old, new }) => {
            format!("{old} bytes there, {new} bytes generated\n")
        }
        Content::Lines(FileDiff::Text { hunks, .. }) => {
            let hunks = hunks.iter().enumerate();
            hunks
                .map(|(at, each)| hunk(each, file.origins.get(at)))
                .collect()
        }
        Content::Fields(fields) => fields.changes.iter().map(field).collect(),
    };
    (!text.is_empty()).then_some((text, "diff"))
}

fn hunk(hunk: &Hunk, origin: Option<&String>) -> String {
    let origin = origin.map_or(String::new(), |origin| format!(" {origin}"));
    let mut out = format!("{}{origin}\n", hunk.header);
    for line in &hunk.lines {
        out.push(line.side.mark());
        line.parts.iter().for_each(|part| out.push_str(&part.text));
        out.push('\n');
    }
    out
}

/// In the colours of a difference: `!` is what changes.
fn field(change: &FieldChange) -> String {
    let mark = match change.mark() {
        '~' => '!',
        mark => mark,
    };
    format!("{mark} {}\n", change.words())
}
