//! A quick reader for the YAML that manifests are mostly made of.
//!
//! A whole cluster is tens of megabytes of plain block maps, lists and one-line scalars, and the
//! full parser spends most of its time on what YAML could be beyond that. This reader knows that
//! plain part and JSON, and says so where a document goes beyond it: anchors, tags, folded or
//! many-line scalars, escapes out of the ordinary, numbers with a fraction, tabs, and whatever else
//! is not plainly one thing. Then the full parser reads the document, and its answer, or its
//! complaint, is the one that counts. A test holds both against each other.

mod flow;
mod scalar;

use std::borrow::Cow;

use self::scalar::{plain_key, resolve};

use super::tree::{Entry, Node, Value};
use crate::source::{SourceId, Span};

/// Deeper nesting than any manifest has is left to the full parser, which bounds it.
const MAX_DEPTH: usize = 60;

/// Reads one document. The outer `None` means: not plain enough. The inner one: nothing in it.
pub(super) fn read<'t>(part: &'t str, id: SourceId, base: usize) -> Option<Option<Node<'t>>> {
    let mut reader = Reader {
        text: part,
        bytes: part.as_bytes(),
        at: 0,
        id,
        base,
    };
    if part.starts_with('\u{feff}') || part.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        return None;
    }
    if part.starts_with("---") {
        reader.at = 3;
        reader.end_line()?;
    }
    let Some(indent) = reader.next_line()? else {
        return Some(None);
    };
    let node = match reader.peek() {
        Some(b'{' | b'[') => reader.flow(0, true)?,
        _ => reader.block(indent, 0)?,
    };
    reader.blank_rest()?;
    match reader.next_line()? {
        None => Some(Some(node)),
        Some(_) => None,
    }
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    id: SourceId,
    base: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn peek_after(&self, by: usize) -> Option<u8> {
        self.bytes.get(self.at + by).copied()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.id, self.base + start..self.base + end)
    }

    fn spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Whether the line holds nothing more, or a comment.
    fn at_end_of_line(&self) -> bool {
        match self.peek() {
            None | Some(b'\n') => true,
            Some(b'#') => self.at == 0 || matches!(self.bytes[self.at - 1], b' ' | b'\n'),
            _ => false,
        }
    }

    /// Leaves a line of which nothing but blanks and a comment is left.
    fn end_line(&mut self) -> Option<()> {
        self.spaces();
        if !self.at_end_of_line() {
            return None;
        }
        let rest = &self.bytes[self.at..];
        self.at += rest
            .iter()
            .position(|b| *b == b'\n')
            .map_or(rest.len(), |n| n + 1);
        Some(())
    }

    /// As [`Reader::end_line`], where the line may have been left already.
    fn blank_rest(&mut self) -> Option<()> {
        if self.at > 0 && self.bytes[self.at - 1] == b'\n' {
            return Some(());
        }
        self.end_line()
    }

    /// Goes to the first character of the next line that holds something, and says how far it
    /// is indented; none at the end. The reader must stand at the start of a line.
    fn next_line(&mut self) -> Option<Option<usize>> {
        loop {
            let start = self.at;
            self.spaces();
            match self.peek() {
                None => return Some(None),
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.end_line()?,
                Some(b'\t') => return None,
                Some(b'.') if self.at == start && self.bytes[start..].starts_with(b"...") => {
                    return None;
                }
                Some(_) => return Some(Some(self.at - start)),
            }
        }
    }

    /// Looks at the next line that holds something without going there for good: the reader ends
    /// up at its start.
    fn look_at_line(&mut self) -> Option<Option<(usize, bool)>> {
        let Some(indent) = self.next_line()? else {
            return Some(None);
        };
        let dash = self.is_dash();
        self.at -= indent;
        Some(Some((indent, dash)))
    }

    fn is_dash(&self) -> bool {
        self.peek() == Some(b'-') && matches!(self.peek_after(1), None | Some(b' ' | b'\n'))
    }

    /// A map or a list whose lines are indented so far. The reader stands at its first character.
    fn block(&mut self, indent: usize, depth: usize) -> Option<Node<'t>> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.is_dash() {
            self.list(indent, depth, false)
        } else {
            self.map(indent, depth)
        }
    }

    fn map(&mut self, indent: usize, depth: usize) -> Option<Node<'t>> {
        let start = self.at;
        let mut entries = Vec::new();
        loop {
            entries.push(self.entry(indent, depth)?);
            match self.look_at_line()? {
                Some((next, dash)) if next == indent => {
                    if dash {
                        return None;
                    }
                    self.at += indent;
                }
                Some((next, _)) if next > indent => return None,
                _ => break,
            }
        }
        Some(Node {
            span: self.span(start, start),
            value: Value::Map(entries),
        })
    }

    fn entry(&mut self, indent: usize, depth: usize) -> Option<Entry<'t>> {
        let (key, key_span) = self.key()?;
        self.spaces();
        let value = if self.at_end_of_line() {
            let after = self.at;
            self.end_line()?;
            match self.look_at_line()? {
                Some((next, _)) if next > indent => {
                    self.at += next;
                    self.block(next, depth + 1)?
                }
                Some((next, true)) if next == indent => {
                    self.at += next;
                    self.list(next, depth + 1, true)?
                }
                _ => self.null(after),
            }
        } else {
            let value = self.scalar_or_flow(indent, depth)?;
            self.blank_rest()?;
            value
        };
        Some(Entry {
            key,
            key_span,
            value,
        })
    }

    fn null(&self, at: usize) -> Node<'t> {
        Node {
            span: self.span(at, at),
            value: Value::Null,
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Option<(Cow<'t, str>, Span)> {
        let start = self.at;
        let key = match self.peek()? {
            b'"' | b'\'' => self.quoted()?,
            _ => {
                let length = plain_key(&self.bytes[self.at..])?;
                self.at += length;
                self.text.get(start..self.at)?.into()
            }
        };
        let span = self.span(start, self.at);
        if self.peek() != Some(b':') || !matches!(self.peek_after(1), None | Some(b' ' | b'\n')) {
            return None;
        }
        self.at += 1;
        Some((key, span))
    }

    /// A list; `flush` if its dashes are no further in than the key that it belongs to.
    fn list(&mut self, indent: usize, depth: usize, flush: bool) -> Option<Node<'t>> {
        let start = self.at;
        if depth > MAX_DEPTH {
            return None;
        }
        let first = if flush { self.behind_dash()? } else { start };
        let mut items = Vec::new();
        loop {
            items.push(self.item(indent, depth)?);
            match self.look_at_line()? {
                Some((next, true)) if next == indent => self.at += indent,
                Some((next, _)) if next > indent => return None,
                _ => break,
            }
        }
        // As the full parser has it, a flush list begins behind its first dash.
        Some(Node {
            span: self.span(first, first),
            value: Value::Seq(items),
        })
    }

    /// Where the item behind a dash begins, if on the same line; the reader stays where it is.
    fn behind_dash(&mut self) -> Option<usize> {
        let start = self.at;
        self.at += 1;
        self.spaces();
        let item = (!self.at_end_of_line()).then_some(self.at);
        self.at = start;
        item
    }

    fn item(&mut self, indent: usize, depth: usize) -> Option<Node<'t>> {
        let dash = self.at;
        self.at += 1;
        self.spaces();
        if self.at_end_of_line() {
            self.end_line()?;
            return match self.look_at_line()? {
                Some((next, _)) if next > indent => {
                    self.at += next;
                    self.block(next, depth + 1)
                }
                _ => None,
            };
        }
        let column = indent + self.at - dash;
        if self.is_dash() {
            return None;
        }
        if self.is_key() {
            return self.map(column, depth + 1);
        }
        let value = self.scalar_or_flow(indent, depth)?;
        self.blank_rest()?;
        Some(value)
    }

    fn is_key(&mut self) -> bool {
        let start = self.at;
        let found = !matches!(self.peek(), Some(b'{' | b'[' | b'|')) && self.key().is_some();
        self.at = start;
        found
    }

    /// What stands behind a colon or a dash on the same line.
    fn scalar_or_flow(&mut self, indent: usize, depth: usize) -> Option<Node<'t>> {
        let start = self.at;
        let value = match self.peek()? {
            b'{' | b'[' => return self.flow(depth + 1, false),
            b'"' | b'\'' => Value::String(self.quoted()?),
            b'|' => return self.literal(indent),
            _ => {
                let line = &self.bytes[self.at..];
                let length = line.iter().position(|b| *b == b'\n').unwrap_or(line.len());
                let text = self.text.get(self.at..self.at + length)?;
                let text = text
                    .split(" #")
                    .next()
                    .unwrap_or(text)
                    .trim_end_matches(' ');
                if text.contains(": ") || text.ends_with(':') || text.contains('\t') {
                    return None;
                }
                self.at += text.len();
                resolve(text)?
            }
        };
        Some(Node {
            span: self.span(start, self.at),
            value,
        })
    }

    /// A text of several lines behind `|` or `|-`, all indented further than the parent.
    fn literal(&mut self, parent: usize) -> Option<Node<'t>> {
        self.at += 1;
        let strip = self.peek() == Some(b'-');
        self.at += usize::from(strip);
        self.end_line()?;
        let mut lines: Vec<&str> = Vec::new();
        let mut indent = None;
        let (mut start, mut end) = (self.at, self.at);
        while self.at < self.bytes.len() {
            let rest = self.text.get(self.at..)?;
            let line = &rest[..rest.find('\n')?];
            let depth = line.bytes().take_while(|b| *b == b' ').count();
            let blank = depth == line.len();
            if blank {
                if indent.is_none_or(|indent| depth > indent) {
                    return None;
                }
                lines.push("");
            } else if depth <= parent {
                break;
            } else {
                if indent.is_none() {
                    start = self.at + depth;
                }
                let indent = *indent.get_or_insert(depth);
                lines.push(line.get(indent..).filter(|_| depth >= indent)?);
            }
            if !blank {
                end = self.at + line.trim_end().len();
            }
            self.at += line.len() + 1;
        }
        indent?;
        while lines.last() == Some(&"") {
            lines.pop();
        }
        let mut text = lines.join("\n");
        if !strip {
            text.push('\n');
        }
        Some(Node {
            span: self.span(start, end),
            value: Value::String(text.into()),
        })
    }
}
