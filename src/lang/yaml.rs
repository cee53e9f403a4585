//! YAML that means the same to a YAML 1.1 reader (kubectl) and to a YAML 1.2 reader.
//!
//! The two disagree about plain scalars: `no`, `0o17`, `12:30:45`. So a string stands plain only if
//! it starts with a letter, has nothing in it that YAML knows, and is no word that YAML 1.1 reads as
//! something else; every other string is double-quoted. A multi-line text is a `|` block where
//! nothing about it is delicate.

use std::borrow::Cow;
use std::fmt::Write;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_yaml::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy, Options};

use super::{Language, RereadError};

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

/// Reads every document: syntax, anchors, and no key twice in one map.
///
/// # Errors
/// Where the text is not YAML, or where a key stands a second time.
pub fn reread(text: &str) -> Result<(), RereadError> {
    match serde_yaml::from_multiple_with_options::<Seen>(text, options()) {
        Ok(_) => Ok(()),
        Err(error) => Err(failure(&error)),
    }
}

fn options() -> Options {
    serde_yaml::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    }
}

fn failure(error: &serde_yaml::Error) -> RereadError {
    let words = error.without_snippet().to_string();
    let first = words.lines().next().unwrap_or_default();
    let cut = [" at line ", " (line ", ", set DuplicateKeyPolicy"]
        .iter()
        .filter_map(|end| first.find(end))
        .min();
    let message = &first[..cut.unwrap_or(first.len())];
    let new = RereadError::new(Language::Yaml, message.trim_end_matches([':', ',', ' ']));
    let Some(at) = error.location() else {
        return new;
    };
    let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    new.at(count(at.line()), count(at.column()))
}

/// Anything at all, read for its errors.
struct Seen;

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Seen)
    }
}

impl<'de> Visitor<'de> for Seen {
    type Value = Seen;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_none<E>(self) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_str<E>(self, _: &str) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Seen, E> {
        Ok(Seen)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Seen, A::Error> {
        while access.next_element::<Seen>()?.is_some() {}
        Ok(Seen)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Seen, A::Error> {
        while access.next_entry::<Seen, Seen>()?.is_some() {}
        Ok(Seen)
    }
}
