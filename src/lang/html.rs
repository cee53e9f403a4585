//! HTML: entities for text and attribute values.

use super::{Language, RereadError};

/// Text for an element or a quoted attribute. NUL, which HTML can't hold, becomes U+FFFD.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\0' => out.push('\u{fffd}'),
            '\r' => out.push_str("&#13;"),
            _ => out.push(c),
        }
    }
    out
}

/// Checks that tags end, quotes of attributes close and elements nest.
///
/// This is no HTML parser: browsers forgive everything, so a real one would refuse nothing. What
/// matters here is that a broken template doesn't swallow half a page.
///
/// # Errors
/// A tag or comment that doesn't end, or an end tag that has no start.
pub fn reread(text: &str) -> Result<(), RereadError> {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        at = step(text, start, &mut open)?;
    }
    match open.last() {
        Some((name, start)) => Err(error(text, *start, format!("`<{name}>` is never closed"))),
        None => Ok(()),
    }
}

/// Reads one tag or comment and gives the place behind it.
fn step<'a>(
    text: &'a str,
    start: usize,
    open: &mut Vec<(&'a str, usize)>,
) -> Result<usize, RereadError> {
    if text[start..].starts_with("<!--") {
        let end = text[start..].find("-->");
        return end
            .map(|end| start + end + 3)
            .ok_or_else(|| error(text, start, "a comment never ends"));
    }
    let end = tag_end(text, start).ok_or_else(|| error(text, start, "a tag never ends"))?;
    let inside = &text[start + 1..end];
    if let Some(name) = inside.strip_prefix('/') {
        let name = name.trim();
        match open.pop() {
            Some((last, _)) if last.eq_ignore_ascii_case(name) => {}
            _ => return Err(error(text, start, format!("`</{name}>` closes nothing"))),
        }
    } else if !inside.starts_with('!') && !inside.ends_with('/') {
        let name = inside.split([' ', '\n', '\t']).next().unwrap_or_default();
        if VERBATIM.contains(&name) {
            return verbatim_end(text, start, name);
        }
        if !VOID.contains(&name.to_ascii_lowercase().as_str()) {
            open.push((name, start));
        }
    }
    Ok(end + 1)
}

/// Elements without an end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements whose content is no HTML.
const VERBATIM: [&str; 2] = ["script", "style"];

fn verbatim_end(text: &str, start: usize, name: &str) -> Result<usize, RereadError> {
    let close = format!("</{name}>");
    let end = text[start..].find(&close);
    end.map(|end| start + end + close.len())
        .ok_or_else(|| error(text, start, format!("`<{name}>` is never closed")))
}

/// The `>` that ends a tag, quotes aside.
fn tag_end(text: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text[start..].char_indices() {
        match (quote, c) {
            (None, '>') => return Some(start + at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), _) if q == c => quote = None,
            _ => {}
        }
    }
    None
}

fn error(text: &str, offset: usize, message: impl Into<String>) -> RereadError {
    RereadError::new(Language::Html, message).at_byte(text, offset)
}
