//! HCL text -> tokens, as far as layout needs them.
//!
//! Blanks between tokens are dropped, everything else is kept byte for byte. Text that is no HCL
//! still becomes tokens: whether it is HCL is decided by the reader behind the last door.

/// What a token is to the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Newline,
    /// `# …` or `// …` up to and with the line's end, or `/* … */`.
    Comment,
    Ident,
    Number,
    /// The quote that opens or closes a string.
    OpenQuote,
    CloseQuote,
    /// Text between quotes.
    Literal,
    /// `${` or `%{`, and the brace that ends it.
    OpenTemplate,
    CloseTemplate,
    /// A whole heredoc, from `<<` to its end mark.
    Heredoc,
    Open(char),
    Close(char),
    Equal,
    /// `.`, or the `::` of a provider's function.
    Dot,
    Comma,
    Minus,
    Bang,
    Ellipsis,
    /// Any other operator.
    Operator,
}

/// A piece of text and what it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
}

/// Where the reader stands: in code, or in a string's text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Code,
    /// Inside `${ … }`; counts the braces that it opened itself.
    Template(usize),
    Text,
}

/// Splits text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut reader = Reader {
        rest: text,
        modes: vec![Mode::Code],
        out: Vec::new(),
    };
    while !reader.rest.is_empty() {
        reader.step();
    }
    reader.out
}

struct Reader<'a> {
    rest: &'a str,
    modes: Vec<Mode>,
    out: Vec<Token<'a>>,
}

impl Reader<'_> {
    fn take(&mut self, kind: Kind, length: usize) {
        let (text, rest) = self.rest.split_at(length.clamp(1, self.rest.len()));
        self.out.push(Token { kind, text });
        self.rest = rest;
    }

    fn step(&mut self) {
        match self.modes.last() {
            Some(Mode::Text) => self.text(),
            _ => self.code(),
        }
    }

    fn text(&mut self) {
        let literal = literal_length(self.rest);
        if literal > 0 {
            self.take(Kind::Literal, literal);
        } else if self.rest.starts_with('"') {
            self.modes.pop();
            self.take(Kind::CloseQuote, 1);
        } else if self.rest.starts_with('\n') {
            // A string that doesn't end: the reader will say so.
            self.modes.pop();
        } else {
            self.modes.push(Mode::Template(0));
            let mark = if self.rest[2..].starts_with('~') {
                3
            } else {
                2
            };
            self.take(Kind::OpenTemplate, mark);
        }
    }

    fn code(&mut self) {
        let blank = self.rest.len() - self.rest.trim_start_matches([' ', '\t', '\r']).len();
        if blank > 0 {
            self.rest = &self.rest[blank..];
            return;
        }
        let Some(first) = self.rest.chars().next() else {
            return;
        };
        match first {
            '\n' => self.take(Kind::Newline, 1),
            '#' => self.line_comment(),
            '/' if self.rest.starts_with("//") => self.line_comment(),
            '/' if self.rest.starts_with("/*") => self.inline_comment(),
            '<' if self.rest.starts_with("<<") => self.heredoc(),
            '"' => {
                self.modes.push(Mode::Text);
                self.take(Kind::OpenQuote, 1);
            }
            '~' if self.rest.starts_with("~}") => self.close_brace(2),
            '}' => self.close_brace(1),
            '{' => {
                if let Some(Mode::Template(depth)) = self.modes.last_mut() {
                    *depth += 1;
                }
                self.take(Kind::Open('{'), 1);
            }
            _ => self.word_or_mark(first),
        }
    }

    fn close_brace(&mut self, length: usize) {
        match self.modes.last_mut() {
            Some(Mode::Template(0)) => {
                self.modes.pop();
                self.take(Kind::CloseTemplate, length);
            }
            Some(Mode::Template(depth)) => {
                *depth -= 1;
                self.take(Kind::Close('}'), length);
            }
            _ => self.take(Kind::Close('}'), length),
        }
    }

    fn line_comment(&mut self) {
        let end = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
        self.take(Kind::Comment, end);
    }

    fn inline_comment(&mut self) {
        let end = self.rest.find("*/").map_or(self.rest.len(), |at| at + 2);
        self.take(Kind::Comment, end);
    }

    fn heredoc(&mut self) {
        let mark = self.rest[2..].trim_start_matches('-');
        let name = mark.lines().next().unwrap_or_default().trim();
        let mut length = 0;
        for (at, line) in self.rest.split_inclusive('\n').enumerate() {
            if at > 0 && line.trim() == name {
                length += line.trim_end().len();
                return self.take(Kind::Heredoc, length);
            }
            length += line.len();
        }
        self.take(Kind::Operator, 2);
    }

    fn word_or_mark(&mut self, first: char) {
        if first.is_ascii_digit() {
            let number = |c: char| c.is_ascii_alphanumeric() || c == '.';
            return self.take(Kind::Number, self.prefix(number));
        }
        if first.is_alphabetic() || first == '_' {
            let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            return self.take(Kind::Ident, self.prefix(word));
        }
        let two = self.rest.get(..2).unwrap_or_default();
        if matches!(two, "==" | "!=" | "<=" | ">=" | "&&" | "||" | "=>") {
            return self.take(Kind::Operator, 2);
        }
        if self.rest.starts_with("::") {
            return self.take(Kind::Dot, 2);
        }
        if self.rest.starts_with("...") {
            return self.take(Kind::Ellipsis, 3);
        }
        self.take(mark(first), first.len_utf8());
    }

    fn prefix(&self, inside: impl Fn(char) -> bool) -> usize {
        self.rest.find(|c| !inside(c)).unwrap_or(self.rest.len())
    }
}

fn mark(c: char) -> Kind {
    match c {
        '(' | '[' => Kind::Open(c),
        ')' | ']' => Kind::Close(c),
        '=' => Kind::Equal,
        '.' => Kind::Dot,
        ',' => Kind::Comma,
        '-' => Kind::Minus,
        '!' => Kind::Bang,
        _ => Kind::Operator,
    }
}

/// How much of a string's text stands before its quote, its line's end or a template.
fn literal_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' | b'\n' => break,
            b'\\' => at += 2,
            c @ (b'$' | b'%') => {
                let same = bytes.get(at + 1) == Some(&c);
                match (bytes.get(at + 1), bytes.get(at + 2)) {
                    (Some(b'{'), _) => break,
                    (_, Some(b'{')) if same => at += 3,
                    _ => at += 1,
                }
            }
            _ => at += 1,
        }
    }
    let mut at = at.min(bytes.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}
