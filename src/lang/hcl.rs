//! Terraform's language: quoting, values as expressions, formatting, reading back.
//!
//! [`format()`] lays text out as `terraform fmt` does, so that template authors align nothing by hand
//! and nobody has to run Terraform afterwards.

mod layout;
mod token;

use std::fmt::Write;

use serde_json::{Map, Value};

use super::{Language, RereadError};

pub use layout::format;

/// One quoted string that means exactly `text`, up to the Unicode normalization (NFC) that
/// Terraform applies to every string.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let marks = rest.len() - rest.trim_start_matches(['$', '%']).len();
        if marks == 0 {
            push_escaped(&mut out, c);
            rest = &rest[c.len_utf8()..];
        } else {
            push_marks(&mut out, &rest[..marks], rest[marks..].starts_with('{'));
            rest = &rest[marks..];
        }
    }
    out.push('"');
    out
}

/// `${` is written `$${`. Behind another mark the doubled one would be read in other pairs, so a
/// longer run is written as character escapes.
fn push_marks(out: &mut String, marks: &str, opens: bool) {
    match (opens, marks.len()) {
        (false, _) => out.push_str(marks),
        (true, 1) => {
            out.push_str(marks);
            out.push_str(marks);
        }
        (true, _) => {
            for c in marks.chars() {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
    }
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        _ if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
        _ => out.push(c),
    }
}

/// One comment line's worth of text: control characters become spaces.
pub fn comment(text: &str) -> String {
    super::one_line(text)
}

/// Columns up to which a list of scalars stays on one line.
const WIDTH: usize = 80;

/// A value as an expression, laid out for an attribute that stands at column `indent`.
///
/// A short list of scalars stays on one line; other lists and maps take a line an entry.
pub fn expression(value: &Value, indent: usize) -> String {
    let mut raw = String::from("x = ");
    push_value(&mut raw, value, indent);
    let formatted = format(&raw);
    let body = formatted
        .strip_prefix("x = ")
        .unwrap_or(&formatted)
        .trim_end();
    body.replace('\n', &format!("\n{}", " ".repeat(indent)))
}

fn push_value(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Array(items) => push_list(out, items, indent),
        Value::Object(map) => push_map(out, map, indent),
        Value::String(text) => out.push_str(&quote(text)),
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn push_list(out: &mut String, items: &[Value], indent: usize) {
    let scalars = items
        .iter()
        .all(|item| !item.is_array() && !item.is_object());
    if scalars {
        let mut line = String::new();
        for (at, item) in items.iter().enumerate() {
            line.push_str(if at > 0 { ", " } else { "" });
            push_value(&mut line, item, indent);
        }
        if items.len() < 2 || indent + line.chars().count() < WIDTH {
            let _ = write!(out, "[{line}]");
            return;
        }
    }
    out.push_str("[\n");
    for item in items {
        push_value(out, item, indent + 2);
        out.push_str(",\n");
    }
    out.push(']');
}

fn push_map(out: &mut String, map: &Map<String, Value>, indent: usize) {
    if map.is_empty() {
        return out.push_str("{}");
    }
    out.push_str("{\n");
    for (name, value) in map {
        out.push_str(&key(name));
        out.push_str(" = ");
        push_value(out, value, indent + 2);
        out.push('\n');
    }
    out.push('}');
}

/// A key of a map: bare if it is an identifier that no expression could mistake, else quoted.
pub fn key(text: &str) -> String {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let bare = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(inside)
        && !matches!(text, "for" | "if" | "in" | "null" | "true" | "false");
    if bare { text.to_owned() } else { quote(text) }
}

/// Reads a file with hcl-edit: syntax, and no attribute twice in one body.
///
/// It knows no provider: whether `google_container_cluster` has an argument is Terraform's to say.
///
/// # Errors
/// Where the grammar fails.
pub fn reread(text: &str) -> Result<(), RereadError> {
    match hcl_edit::parser::parse_body(text) {
        Ok(_) => Ok(()),
        Err(error) => {
            let at = error.location();
            Err(RereadError::new(Language::Hcl, error.message()).at(at.line(), at.column()))
        }
    }
}
