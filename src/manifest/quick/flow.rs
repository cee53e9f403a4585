//! Braces, brackets and quotes: what YAML shares with JSON.

use std::borrow::Cow;

use super::scalar::resolve;
use super::{MAX_DEPTH, Reader};
use crate::manifest::tree::{Entry, Node, Value};

impl<'t> Reader<'t> {
    /// A quoted text on one line.
    pub(super) fn quoted(&mut self) -> Option<Cow<'t, str>> {
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
                Some(self.text.get(start..start + stop)?.into())
            }
            b'\\' if quote == b'"' => self.escaped(start).map(Cow::Owned),
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

    /// A value in braces or brackets, or inside of them.
    pub(super) fn flow(&mut self, depth: usize, many_lines: bool) -> Option<Node<'t>> {
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

    fn flow_list(&mut self, depth: usize, many_lines: bool) -> Option<Value<'t>> {
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

    fn flow_map(&mut self, depth: usize, many_lines: bool) -> Option<Value<'t>> {
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

    fn flow_entry(&mut self, depth: usize, many_lines: bool) -> Option<Entry<'t>> {
        let start = self.at;
        let quoted = matches!(self.peek()?, b'"' | b'\'');
        let key = if quoted {
            self.quoted()?
        } else {
            let word = self.word()?;
            let key = self.text.get(word..self.at)?;
            key.starts_with(|c: char| c.is_ascii_alphanumeric())
                .then(|| key.into())?
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
