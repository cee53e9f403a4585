//! Cuts a text into YAML documents and reads each, so that one broken document hides no other.

use std::ops::Range;

use crate::diag::{Diagnostic, Label};
use crate::profile::yaml::{self, Limits, Node, Value};
use crate::source::{SourceId, SourceMap, Span};

/// The places of a text's documents, each with the line of dashes that opens it.
///
/// A line that begins with three dashes and a blank always opens a document (YAML 1.2, 9.1.2).
/// A text with directives is left whole, since a directive stands before the dashes.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let directive = text.starts_with('%') || text.contains("\n%");
    let opens = |at: usize| {
        let line = &text[at..];
        line.starts_with("---") && line[3..].chars().next().is_none_or(char::is_whitespace)
    };
    let mut starts = vec![0];
    if !directive {
        let dashes = text.match_indices("\n---").map(|(at, _)| at + 1);
        starts.extend(dashes.filter(|at| opens(*at)));
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}

/// Reads one document, or a few if the text was left whole.
pub(super) fn read(
    text: &str,
    id: SourceId,
    at: Range<usize>,
) -> Result<Vec<Node>, Box<Diagnostic>> {
    let part = &text[at.clone()];
    let mut alone = SourceMap::new();
    let alone_id = alone.add("", part);
    match yaml::read(&alone, alone_id, Limits::MANIFEST) {
        Ok(mut nodes) => {
            nodes
                .iter_mut()
                .for_each(|node| relocate(node, id, at.start));
            Ok(nodes)
        }
        Err(mut problem) => {
            let labels = problem.primary.iter_mut().chain(&mut problem.others);
            labels.for_each(|label: &mut Label| label.span = moved(label.span, id, at.start));
            Err(problem)
        }
    }
}

fn moved(span: Span, id: SourceId, by: usize) -> Span {
    let range = span.range();
    Span::new(id, range.start + by..range.end + by)
}

fn relocate(node: &mut Node, id: SourceId, by: usize) {
    node.span = moved(node.span, id, by);
    match &mut node.value {
        Value::Seq(items) => items.iter_mut().for_each(|item| relocate(item, id, by)),
        Value::Map(entries) => {
            for entry in entries {
                entry.key_span = moved(entry.key_span, id, by);
                relocate(&mut entry.value, id, by);
            }
        }
        _ => {}
    }
}
