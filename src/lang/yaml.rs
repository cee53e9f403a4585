//! YAML that means the same to a YAML 1.1 reader (kubectl) and to a YAML 1.2 reader.
//!
//! The two disagree about plain scalars: `no`, `0o17`, `12:30:45`. So a string stands plain only if
//! it starts with a letter, has nothing in it that YAML knows, and is no word that YAML 1.1 reads as
//! something else; every other string is double-quoted. A multi-line text is a `|` block where
//! nothing about it is delicate.

mod reread;

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::{Map, Number, Value};

pub use reread::reread;

/// One scalar that means exactly `text`, as a key or as a value.
pub fn quote(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out.push('"');
    Cow::Owned(out)
}

/// One comment line's worth of text: control characters and line separators become spaces.
pub fn comment(text: &str) -> String {
    super::one_line(text)
}

fn is_plain(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(inside)
        && !text.ends_with(['.', '/', '-'])
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// What some reader takes for a boolean, a null or a number.
const WORDS: [&str; 12] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity",
];

fn push_escaped(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        _ if is_delicate(c) => {
            let code = u32::from(c);
            let _ = if code <= 0xff {
                write!(out, "\\x{code:02X}")
            } else {
                write!(out, "\\u{code:04X}")
            };
        }
        _ => out.push(c),
    }
}

/// Characters that a reader may refuse, fold, or that nobody can see: controls, line separators,
/// byte order mark, no-break space, noncharacters of the first plane.
fn is_delicate(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// A value as it stands behind `key:`, whose key stands at column `indent`.
///
/// A scalar is ` value` on the same line. A map follows on new lines two columns deeper, a list in
/// Kubernetes' usual style with its dashes under the key. There is no newline at the end.
pub fn block(value: &Value, indent: usize) -> String {
    let mut out = String::new();
    push_value(&mut out, value, indent);
    out
}

/// A value as a whole document, without the newline at the end.
pub fn document(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => push_entries(&mut out, map, 0, false),
        Value::Array(items) if !items.is_empty() => push_items(&mut out, items, 0),
        _ => push_value(&mut out, value, 0),
    }
    out.trim_start().to_owned()
}

fn push_value(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => push_entries(out, map, indent + 2, false),
        Value::Array(items) if !items.is_empty() => push_items(out, items, indent),
        Value::String(text) if is_literal(text) => push_literal(out, text, indent + 2),
        _ => {
            out.push(' ');
            push_scalar(out, value);
        }
    }
}

fn push_scalar(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) => out.push_str(&number(n)),
        Value::String(text) => out.push_str(&quote(text)),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// A float with a point and a signed exponent: YAML 1.1 takes `1e21` for a string.
fn number(n: &Number) -> String {
    let text = n.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) {
        ""
    } else {
        "+"
    };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Entries on lines of their own; the first of a list item stands behind its dash.
fn push_entries(out: &mut String, map: &Map<String, Value>, indent: usize, behind_dash: bool) {
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 || !behind_dash {
            push_line(out, indent);
        }
        out.push_str(&quote(key));
        out.push(':');
        push_value(out, value, indent);
    }
}

fn push_items(out: &mut String, items: &[Value], indent: usize) {
    for item in items {
        push_line(out, indent);
        out.push('-');
        match item {
            Value::Object(map) if !map.is_empty() => {
                out.push(' ');
                push_entries(out, map, indent + 2, true);
            }
            Value::Array(inner) if !inner.is_empty() => push_items(out, inner, indent + 2),
            _ => push_value(out, item, indent),
        }
    }
}

fn push_line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Whether a text may stand as a `|` block: at least two lines, the first neither empty nor
/// indented, at most one newline at the end, nothing delicate and no space before a line's end.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body.split('\n').all(|line| !line.ends_with(' '))
        && !body.chars().any(|c| c != '\n' && is_delicate(c))
}

fn push_literal(out: &mut String, text: &str, indent: usize) {
    out.push_str(if text.ends_with('\n') { " |" } else { " |-" });
    let body = text.strip_suffix('\n').unwrap_or(text);
    for line in body.split('\n') {
        if line.is_empty() {
            out.push('\n');
        } else {
            push_line(out, indent);
            out.push_str(line);
        }
    }
}
