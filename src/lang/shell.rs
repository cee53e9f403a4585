//! Bash: one value is one word.
//!
//! Plain where plainly safe, else single quotes. A value with a newline or a tab becomes `$'…'`, so
//! that every word stays on one line and nothing that works by lines (an indented partial, a
//! reader's paste) can change it. Other control characters and NUL are refused: no name, address or
//! command of a lab has any, and a terminal obeys them.

use std::borrow::Cow;

use brush_parser::{ParseError, Parser, ParserOptions, SourcePosition};

use super::{Language, RereadError};

/// A value that can't be a shell word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShellError {
    /// A control character other than newline and tab.
    #[error("a shell word can't hold the control character U+{:04X}", u32::from(*.0))]
    Control(char),
}

/// One word that means exactly `text` to bash.
///
/// It must not stand inside quotes, a comment or a heredoc. Quoting does not stop a leading `-`
/// from being read as an option: write `--flag={{value}}`.
///
/// # Errors
/// [`ShellError::Control`] for control characters other than newline and tab.
pub fn quote(text: &str) -> Result<Cow<'_, str>, ShellError> {
    let refused = |c: &char| c.is_control() && !matches!(c, '\n' | '\t');
    if let Some(control) = text.chars().find(refused) {
        return Err(ShellError::Control(control));
    }
    if is_plain(text) {
        return Ok(Cow::Borrowed(text));
    }
    if text.contains(['\n', '\t']) {
        return Ok(Cow::Owned(ansi_c(text)));
    }
    Ok(Cow::Owned(format!("'{}'", text.replace('\'', r"'\''"))))
}

/// One comment line's worth of text: control characters become spaces.
pub fn comment(text: &str) -> String {
    super::one_line(text)
}

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@,+-".contains(c);
    let operator = text.is_empty() || text.starts_with('-') || KEYWORDS.contains(&text);
    !operator && text.chars().all(plain)
}

/// Words that mean something at the start of a command unless they are quoted; so does `-a` in `[[`.
const KEYWORDS: [&str; 19] = [
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
    "select", "then", "time", "until", "while", ".", ":",
];

fn ansi_c(text: &str) -> String {
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\\' | '\'' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Reads a script with brush's bash grammar: quotes that don't end, `if` without `fi`, stray `)`.
///
/// It is a grammar check, no more: it runs nothing and knows no command. shellcheck knows better,
/// and the tests run it over what the shipped profiles generate.
///
/// # Errors
/// Where the grammar fails.
pub fn reread(text: &str) -> Result<(), RereadError> {
    let options = ParserOptions::default();
    let mut parser = Parser::new(text.as_bytes(), &options);
    match parser.parse_program() {
        Ok(_) => Ok(()),
        Err(error) => Err(failure(&error, text)),
    }
}

fn failure(error: &ParseError, text: &str) -> RereadError {
    let new = |message: &str| RereadError::new(Language::Shell, message);
    let place = |error: RereadError, at: &SourcePosition| error.at(at.line, at.column);
    match error {
        ParseError::ParsingNear(at) => place(new("syntax error"), at),
        ParseError::ParsingAtEndOfInput => {
            new("something is still open at the end").at_byte(text, text.len())
        }
        ParseError::Tokenizing { inner, position } => {
            let error = new(&inner.to_string());
            position
                .as_ref()
                .map_or(error.clone(), |at| place(error, at))
        }
    }
}
