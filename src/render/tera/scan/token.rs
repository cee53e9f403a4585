//! Tera text -> fixed text, interpolations and tags, the latter two as tokens.
//!
//! It reads what Tera has already accepted, so it has no errors of its own.

use crate::source::LineColumn;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// A number, or a string with its quotes.
    Literal,
    Mark,
}

/// A token of a tag or an interpolation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) at: LineColumn,
}

impl Token<'_> {
    /// Whether it is this word or mark, and no string.
    pub(super) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Literal && self.text == text
    }
}

/// A piece of a template.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// Text that is rendered as it stands.
    Text(&'a str),
    /// `{{ … }}`
    Print(Vec<Token<'a>>),
    /// `{% … %}`
    Tag(Vec<Token<'a>>),
}

/// Splits a template, with the blanks that `{%-` and `-%}` take away taken away.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut reader = Reader {
        text,
        at: 0,
        placed: Placed::default(),
        trim: false,
        out: Vec::new(),
    };
    while reader.at < text.len() {
        reader.step();
    }
    reader.out
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    placed: Placed,
    /// Whether the last tag takes the blanks behind it away.
    trim: bool,
    out: Vec<Piece<'a>>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn step(&mut self) {
        let rest = self.rest();
        let mut braces = rest.match_indices('{').map(|(at, _)| at);
        let opens = |at: &usize| rest[at + 1..].starts_with(['{', '%', '#']);
        let Some(start) = braces.find(opens) else {
            self.fixed(rest, false);
            self.at = self.text.len();
            return;
        };
        let minus = rest[start + 2..].starts_with('-');
        self.fixed(&rest[..start], minus);
        self.at += start;
        let opened = self.rest();
        match &opened[..2] {
            "{#" => self.comment(opened),
            "{%" if is_tag(opened, "raw") => self.raw(opened),
            _ => self.tag(opened),
        }
    }

    fn fixed(&mut self, text: &'a str, trim_end: bool) {
        let text = if self.trim { text.trim_start() } else { text };
        let text = if trim_end { text.trim_end() } else { text };
        self.trim = false;
        if !text.is_empty() {
            self.out.push(Piece::Text(text));
        }
    }

    fn comment(&mut self, opened: &str) {
        let end = opened.find("#}").unwrap_or(opened.len());
        self.trim = opened[..end].ends_with('-');
        self.at += (end + 2).min(opened.len());
    }

    /// `{% raw %} … {% endraw %}`
    fn raw(&mut self, opened: &'a str) {
        let body = opened.find("%}").map_or(opened.len(), |at| at + 2);
        let mut end = body;
        while let Some(found) = opened[end..].find("{%") {
            end += found;
            if is_tag(&opened[end..], "endraw") {
                break;
            }
            end += 2;
        }
        self.out.push(Piece::Text(&opened[body..end]));
        let close = opened[end..]
            .find("%}")
            .map_or(opened.len(), |at| end + at + 2);
        self.trim = opened[..close].ends_with("-%}");
        self.at += close;
    }

    fn tag(&mut self, opened: &'a str) {
        let print = opened.starts_with("{{");
        let close = if print { "}}" } else { "%}" };
        let start = self.placed.at(self.text, self.at);
        self.at += 2;
        if self.rest().starts_with('-') {
            self.at += 1;
        }
        let mut tokens = Vec::new();
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let rest = self.rest();
            let minus = rest
                .strip_prefix('-')
                .is_some_and(|rest| rest.starts_with(close));
            if rest.is_empty() || rest.starts_with(close) || minus {
                self.trim = minus;
                self.at += (close.len() + usize::from(minus)).min(rest.len());
                break;
            }
            let (kind, length) = token(rest);
            let (text, at) = (&rest[..length], self.placed.at(self.text, self.at));
            tokens.push(Token { kind, text, at });
            self.at += length;
        }
        if tokens.is_empty() {
            // Tera refuses it; the place is kept for whoever asks.
            tokens.push(Token {
                kind: Kind::Mark,
                text: "",
                at: start,
            });
        }
        self.out.push(if print {
            Piece::Print(tokens)
        } else {
            Piece::Tag(tokens)
        });
    }
}

/// Whether a tag starts with this word.
fn is_tag(opened: &str, word: &str) -> bool {
    let inside = opened[2..].trim_start_matches('-').trim_start();
    let after = inside.strip_prefix(word);
    after.is_some_and(|after| after.trim_start().trim_start_matches('-').starts_with("%}"))
}

/// Counts lines as far as a place was asked for; places come in the order of the text.
#[derive(Debug, Default)]
struct Placed {
    offset: usize,
    lines: usize,
    line_start: usize,
}

impl Placed {
    fn at(&mut self, text: &str, offset: usize) -> LineColumn {
        for (at, _) in text[self.offset..offset].match_indices('\n') {
            self.lines += 1;
            self.line_start = self.offset + at + 1;
        }
        self.offset = offset;
        LineColumn {
            line: self.lines + 1,
            column: text[self.line_start..offset].chars().count() + 1,
        }
    }
}

fn token(rest: &str) -> (Kind, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    let prefix = |inside: fn(char) -> bool| rest.find(|c| !inside(c)).unwrap_or(rest.len());
    match first {
        '"' | '\'' | '`' => (Kind::Literal, string_length(rest, first)),
        _ if first.is_ascii_digit() => (Kind::Literal, prefix(|c| c.is_ascii_digit() || c == '.')),
        _ if first.is_ascii_alphabetic() || first == '_' => (
            Kind::Word,
            prefix(|c| c.is_ascii_alphanumeric() || c == '_'),
        ),
        _ => {
            let two = ["?.", "?[", "==", "!=", "<=", ">=", "//", "**", "</"];
            let double = two.iter().any(|mark| rest.starts_with(mark));
            (Kind::Mark, if double { 2 } else { first.len_utf8() })
        }
    }
}

/// The length of a string with its quotes.
fn string_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}
