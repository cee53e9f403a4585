//! A resolved tree -> YAML text, on request with the place where each value was written.
//!
//! Strings are quoted as everywhere (see [`crate::lang::yaml`]), so that what is printed loads to
//! the same tree again.

use super::set;
use super::yaml::{Entry, Node, Value};
use crate::lang::yaml::{block, comment, quote};
use crate::source::{SourceMap, Span};

/// The tree as a YAML document. With `origin` each line that holds a value says where it was
/// written.
pub fn text(root: &Node, origin: Option<&SourceMap>) -> String {
    let mut page = Page { lines: Vec::new() };
    match &root.value {
        Value::Map(entries) if !entries.is_empty() => page.entries(entries, 0, ""),
        _ => page.line(0, "", "{}", root.span),
    }
    match origin {
        None => page
            .lines
            .iter()
            .map(|line| format!("{}\n", line.text))
            .collect(),
        Some(sources) => with_origin(&page.lines, sources),
    }
}

/// A line of the document, and where its value was written.
struct Line {
    text: String,
    span: Option<Span>,
}

/// Behind this column no place is put: a long line keeps its own.
const WIDEST: usize = 60;

fn with_origin(lines: &[Line], sources: &SourceMap) -> String {
    let width = |line: &Line| line.text.chars().count();
    let placed = lines.iter().filter(|line| line.span.is_some());
    let column = placed.map(width).filter(|width| *width <= WIDEST).max();
    let column = column.unwrap_or(0);
    let one = |line: &Line| match line.span.and_then(|span| place(span, sources)) {
        Some(place) => format!("{:column$}  # {place}\n", line.text),
        None => format!("{}\n", line.text),
    };
    lines.iter().map(one).collect()
}

/// `file:line`, or the assignment as it was given.
fn place(span: Span, sources: &SourceMap) -> Option<String> {
    let (source, at) = sources.locate(span)?;
    Some(match source.name() {
        set::SOURCE => comment(source.text()),
        name => format!("{}:{}", comment(name), at.line),
    })
}

struct Page {
    lines: Vec<Line>,
}

impl Page {
    fn line(&mut self, indent: usize, head: &str, text: &str, span: Span) {
        self.lines.push(Line {
            text: format!("{:indent$}{head}{text}", ""),
            span: Some(span),
        });
    }

    /// Entries of a map; `dash` stands before the first where the map is an item of a list.
    fn entries(&mut self, entries: &[Entry], indent: usize, dash: &str) {
        for (index, entry) in entries.iter().enumerate() {
            let head = if index == 0 { dash } else { "" };
            let outer = indent - head.len();
            let key = format!("{head}{}:", quote(&entry.key));
            self.value(&key, &entry.value, outer, indent, entry.key_span);
        }
    }

    /// A value behind its key or its dash, which stands at `outer`; what lies below a map stands
    /// deeper than `indent`.
    fn value(&mut self, head: &str, node: &Node, outer: usize, indent: usize, at: Span) {
        match &node.value {
            Value::Map(entries) if !entries.is_empty() => {
                self.line(outer, head, "", at);
                self.entries(entries, indent + 2, "");
            }
            Value::Seq(items) if !items.is_empty() => {
                self.line(outer, head, "", at);
                self.items(items, indent + 2);
            }
            _ => {
                // A text of several lines begins below its key.
                let together = at.source == node.span.source;
                let at = if together { at } else { node.span };
                self.scalar(head, node, outer, indent, at);
            }
        }
    }

    fn items(&mut self, items: &[Node], indent: usize) {
        for item in items {
            match &item.value {
                Value::Map(entries) if !entries.is_empty() => {
                    self.entries(entries, indent + 2, "- ");
                }
                _ => self.value("-", item, indent, indent, item.span),
            }
        }
    }

    /// A scalar or something empty; a text of several lines is a block below its head.
    fn scalar(&mut self, head: &str, node: &Node, outer: usize, indent: usize, at: Span) {
        let text = match &node.value {
            // A number larger than JSON's keeps its digits.
            Value::Int(number) => format!(" {number}"),
            _ => block(&node.to_json(), indent),
        };
        let mut lines = text.split('\n');
        self.line(outer, head, lines.next().unwrap_or(""), at);
        self.lines.extend(lines.map(|rest| Line {
            text: rest.to_owned(),
            span: None,
        }));
    }
}
