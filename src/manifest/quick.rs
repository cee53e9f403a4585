//! A quick reader for the YAML that manifests are mostly made of.
//!
//! A whole cluster is tens of megabytes of plain block maps, lists and one-line scalars, and the
//! full parser spends most of its time on what YAML could be beyond that. This reader knows that
//! plain part and JSON, and says so where a document goes beyond it: anchors, tags, folded or
//! many-line scalars, escapes out of the ordinary, numbers with a fraction, tabs, and whatever else
//! is not plainly one thing. Then the full parser reads the document, and its answer, or its
//! complaint, is the one that counts. A test holds both against each other.

use crate::profile::yaml::{Entry, Node, Value};
use crate::source::{SourceId, Span};

/// Deeper nesting than any manifest has is left to the full parser, which bounds it.
const MAX_DEPTH: usize = 60;

/// Reads one document. The outer `None` means: not plain enough. The inner one: nothing in it.
pub(super) fn read(part: &str, id: SourceId, base: usize) -> Option<Option<Node>> {
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

impl Reader<'_> {
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
    fn block(&mut self, indent: usize, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.is_dash() {
            self.list(indent, depth, false)
        } else {
            self.map(indent, depth)
        }
    }

    fn map(&mut self, indent: usize, depth: usize) -> Option<Node> {
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

    fn entry(&mut self, indent: usize, depth: usize) -> Option<Entry> {
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

    fn null(&self, at: usize) -> Node {
        Node {
            span: self.span(at, at),
            value: Value::Null,
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Option<(String, Span)> {
        let start = self.at;
        let key = match self.peek()? {
            b'"' | b'\'' => self.quoted()?,
            _ => {
                let length = plain_key(&self.bytes[self.at..])?;
                self.at += length;
                self.text.get(start..self.at)?.to_owned()
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
    fn list(&mut self, indent: usize, depth: usize, flush: bool) -> Option<Node> {
        let start = self.at;
        if depth > MAX_DEPTH {
            return None;
        }
        let first = if flush { self.behind_dash()? } else { start };
        let mut items: Vec<Node> = Vec::new();
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

    fn item(&mut self, indent: usize, depth: usize) -> Option<Node> {
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
    fn scalar_or_flow(&mut self, indent: usize, depth: usize) -> Option<Node> {
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

    /// A quoted text on one line.
    fn quoted(&mut self) -> Option<String> {
        let quote = self.peek()?;
        self.at += 1;
        let start = self.at;
        let rest = &self.bytes[start..];
        let stop = rest
            .iter()
            .position(|b| *b == quote || *b == b'\\' || *b < b' ')?;
        match rest[stop] {
            b if b == quote => {
                self.at = start + stop + 1;
                if quote == b'\'' && self.peek() == Some(b'\'') {
                    return None;
                }
                Some(self.text.get(start..start + stop)?.to_owned())
            }
            b'\\' if quote == b'"' => self.escaped(start),
            _ => None,
        }
    }

    /// A text in double quotes with the escapes that JSON has too.
    fn escaped(&mut self, start: usize) -> Option<String> {
        let mut text = String::new();
        let mut from = start;
        let mut at = start;
        loop {
            match *self.bytes.get(at)? {
                b'"' => {
                    text.push_str(self.text.get(from..at)?);
                    self.at = at + 1;
                    return Some(text);
                }
                b'\\' => {
                    text.push_str(self.text.get(from..at)?);
                    let (letter, length) = self.escape(at + 1)?;
                    text.push(letter);
                    at += 1 + length;
                    from = at;
                }
                b if b < b' ' => return None,
                _ => at += 1,
            }
        }
    }

    fn escape(&self, at: usize) -> Option<(char, usize)> {
        let simple = match *self.bytes.get(at)? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let digits = self.text.get(at + 1..at + 5)?;
                let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
                return char::from_u32(code).map(|letter| (letter, 5));
            }
            _ => return None,
        };
        Some((simple, 1))
    }

    /// A text of several lines behind `|` or `|-`, all indented further than the parent.
    fn literal(&mut self, parent: usize) -> Option<Node> {
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
            value: Value::String(text),
        })
    }

    /// A value in braces or brackets, or inside of them.
    fn flow(&mut self, depth: usize, many_lines: bool) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        let value = match self.peek()? {
            b'{' => self.flow_map(depth, many_lines)?,
            b'[' => self.flow_list(depth, many_lines)?,
            b'"' | b'\'' => Value::String(self.quoted()?),
            _ => {
                let word = self.word()?;
                resolve(self.text.get(word..self.at)?)?
            }
        };
        // As the full parser has it, a map or a list in brackets is where its bracket is.
        let end = match value {
            Value::Map(_) | Value::Seq(_) => start + 1,
            _ => self.at,
        };
        Some(Node {
            span: self.span(start, end),
            value,
        })
    }

    /// A plain word inside braces; gives its start.
    fn word(&mut self) -> Option<usize> {
        let start = self.at;
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-');
        while self.peek().is_some_and(allowed) {
            self.at += 1;
        }
        (self.at > start).then_some(start)
    }

    fn gap(&mut self, many_lines: bool) {
        while matches!(self.peek(), Some(b' '))
            || (many_lines && matches!(self.peek(), Some(b'\n' | b'\t')))
        {
            self.at += 1;
        }
    }

    fn flow_list(&mut self, depth: usize, many_lines: bool) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.gap(many_lines);
            if self.peek()? == b']' {
                self.at += 1;
                return Some(Value::Seq(items));
            }
            items.push(self.flow(depth + 1, many_lines)?);
            self.comma(b']', many_lines)?;
        }
    }

    fn flow_map(&mut self, depth: usize, many_lines: bool) -> Option<Value> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.gap(many_lines);
            if self.peek()? == b'}' {
                self.at += 1;
                return Some(Value::Map(entries));
            }
            entries.push(self.flow_entry(depth, many_lines)?);
            self.comma(b'}', many_lines)?;
        }
    }

    fn flow_entry(&mut self, depth: usize, many_lines: bool) -> Option<Entry> {
        let start = self.at;
        let quoted = matches!(self.peek()?, b'"' | b'\'');
        let key = if quoted {
            self.quoted()?
        } else {
            let word = self.word()?;
            let key = self.text.get(word..self.at)?;
            key.starts_with(|c: char| c.is_ascii_alphanumeric())
                .then(|| key.to_owned())?
        };
        let key_span = self.span(start, self.at);
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        let apart = matches!(self.peek()?, b' ') || (many_lines && matches!(self.peek()?, b'\n'));
        if !quoted && !apart {
            return None;
        }
        self.gap(many_lines);
        let value = self.flow(depth + 1, many_lines)?;
        Some(Entry {
            key,
            key_span,
            value,
        })
    }

    /// Goes past a comma, or up to the closing bracket.
    fn comma(&mut self, close: u8, many_lines: bool) -> Option<()> {
        self.gap(many_lines);
        match self.peek()? {
            b',' => {
                self.at += 1;
                Some(())
            }
            b if b == close => Some(()),
            _ => None,
        }
    }
}

/// The length of a plain key, up to its colon.
fn plain_key(line: &[u8]) -> Option<usize> {
    let first = *line.first()?;
    if !(first.is_ascii_alphanumeric() || matches!(first, b'_' | b'.' | b'/' | b'$')) {
        return None;
    }
    let mut before = first;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b':' if matches!(line.get(at + 1), None | Some(b' ' | b'\n')) => {
                return (before != b' ').then_some(at);
            }
            b'#' if before == b' ' => return None,
            b if *b < b' ' => return None,
            _ => before = *byte,
        }
    }
    None
}

/// What a plain scalar is, where that is plain.
fn resolve(text: &str) -> Option<Value> {
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    let string = || Some(Value::String(text.to_owned()));
    match first {
        b'0'..=b'9' => number_or_string(text),
        b'-' if bytes.get(1) == Some(&b'-') && bytes.get(2) != Some(&b'-') && bytes.len() > 3 => {
            string()
        }
        b'/' | b'_' | b'$' | b'(' => string(),
        _ if first.is_ascii_alphabetic() => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ if bytes.len() <= 5 && is_special(text) => None,
            _ => string(),
        },
        _ => None,
    }
}

/// Words that one reader of YAML or another takes for something else than a string.
fn is_special(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn number_or_string(text: &str) -> Option<Value> {
    let bytes = text.as_bytes();
    let digits = bytes.iter().all(u8::is_ascii_digit);
    if digits {
        let plain = (bytes[0] != b'0' || bytes.len() == 1) && bytes.len() <= 18;
        return text.parse().ok().filter(|_| plain).map(Value::Int);
    }
    let dots = bytes.iter().filter(|b| **b == b'.').count();
    let address = dots >= 2 && bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    // Letters that no number has, in any base or notation.
    let letter = |b: &u8| matches!(b, b'g'..=b'n' | b'p'..=b'w' | b'G'..=b'N' | b'P'..=b'W' | b'/');
    let word = bytes.iter().any(letter) && !text.contains("inf") && !text.contains("nan");
    (address || word).then(|| Value::String(text.to_owned()))
}
