//! What may stand in an expression.

use super::refused;
use super::token::{Kind, Token};
use crate::render::RenderError;

/// Filters that write finished text: they stand last.
const FINISHING: [&str; 5] = ["block", "comment", "document", "expr", "json"];

/// Filters that give a value.
const FILTERS: [&str; 15] = [
    "first", "join", "keys", "last", "length", "lower", "nth", "replace", "reverse", "sort", "str",
    "trim", "unique", "upper", "values",
];

const FUNCTIONS: [&str; 3] = ["range", "super", "throw"];

const KEYWORDS: [&str; 13] = [
    "False", "None", "True", "and", "else", "false", "if", "in", "is", "none", "not", "or", "true",
];

/// The finishing filter that ends an interpolation.
pub(super) fn finishing<'a>(tokens: &[Token<'a>]) -> Option<&'a str> {
    let pipe = tokens.iter().rposition(|token| token.is("|"))?;
    let name = tokens.get(pipe + 1)?.text;
    FINISHING.contains(&name).then_some(name)
}

pub(super) fn filter(
    name: &str,
    tokens: &[Token<'_>],
    at: usize,
    finish: bool,
) -> Result<(), RenderError> {
    let text = tokens[at].text;
    if FINISHING.contains(&text) {
        let rest = &tokens[at + 1..];
        let last = rest.is_empty()
            || (rest[0].is("(") && rest.iter().position(|t| t.is(")")) == Some(rest.len() - 1));
        if finish && last && !tokens.iter().any(|token| token.is("if")) {
            return Ok(());
        }
        let why = format!("`{text}` writes finished text, so it stands last in `{{{{ … }}}}`");
        return Err(refused(name, tokens.get(at), why));
    }
    if FILTERS.contains(&text) {
        return Ok(());
    }
    let why = match text {
        "safe" | "escape" | "escape_html" | "escape_xml" => {
            format!("`{text}` would print a value past its quoting")
        }
        "default" => "`default` would hide a field that is not there".to_owned(),
        _ => format!("the filter `{text}` is not used in these templates"),
    };
    Err(refused(name, tokens.get(at), why))
}

/// What a word is in an expression.
pub(super) enum Role {
    Field,
    Skip,
    Refused(String),
}

pub(super) fn role(tokens: &[Token<'_>], at: usize) -> Role {
    let text = tokens[at].text;
    let back = |by: usize, mark: &str| {
        let token = at.checked_sub(by).and_then(|at| tokens.get(at));
        token.is_some_and(|token| token.is(mark))
    };
    let behind = |mark: &str| back(1, mark);
    let ahead = |mark: &str| tokens.get(at + 1).is_some_and(|token| token.is(mark));
    let argument = ahead("=") && (behind("(") || behind(","));
    let test = behind("is") || (behind("not") && back(2, "is"));
    if KEYWORDS.contains(&text) || behind(".") || behind("?.") || argument || test {
        return Role::Skip;
    }
    if ahead("(") {
        let known = FUNCTIONS.contains(&text) && text != "super";
        return if known {
            Role::Skip
        } else {
            Role::Refused(format!("`{text}()` is not used here"))
        };
    }
    if text == "for" || text.starts_with("__") {
        return Role::Refused(format!("`{text}` is not used in an expression here"));
    }
    Role::Field
}

#[derive(Debug, Clone, Copy)]
pub(super) enum PathStep<'a> {
    Name(&'a str),
    Each,
}

/// The path at the start of some tokens, and how many of them it takes. It ends before an index
/// that is itself an expression.
pub(super) fn path<'a>(tokens: &[Token<'a>]) -> Option<(Vec<PathStep<'a>>, usize)> {
    let first = tokens.first().filter(|token| token.kind == Kind::Word)?;
    if KEYWORDS.contains(&first.text) {
        return None;
    }
    let mut steps = vec![PathStep::Name(first.text)];
    let mut at = 1;
    loop {
        match &tokens[at..] {
            [dot, name, ..] if dot.is(".") || dot.is("?.") => {
                let number = name.kind == Kind::Literal;
                steps.push(if number {
                    PathStep::Each
                } else {
                    PathStep::Name(name.text)
                });
                at += 2;
            }
            [open, key, close, ..]
                if (open.is("[") || open.is("?["))
                    && key.kind == Kind::Literal
                    && close.is("]") =>
            {
                let name = key.text.trim_matches(['"', '\'', '`']);
                let number = name.len() == key.text.len();
                steps.push(if number {
                    PathStep::Each
                } else {
                    PathStep::Name(name)
                });
                at += 3;
            }
            _ => return Some((steps, at)),
        }
    }
}
