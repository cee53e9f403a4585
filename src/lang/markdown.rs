//! Markdown (CommonMark with GitHub's tables): a value is text, never markup.
//!
//! What could open markup is escaped with a backslash; what would end a line, split a table cell or
//! vanish at an edge becomes a character reference. So a value opens no emphasis, link, HTML, table
//! cell, heading or code, wherever in running text it stands, and names such as `redis-cart` stay
//! legible in the source.

use std::fmt::Write;

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag};

use super::{Language, RereadError};

/// Text that a reader sees exactly as `text`. NUL, which Markdown can't hold, shows as U+FFFD.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut rest = text.chars().peekable();
    let mut only_digits = true;
    while let Some(c) = rest.next() {
        let around = Around {
            before,
            after: rest.peek().copied(),
            ends_number: only_digits && before.is_some(),
        };
        push_escaped(&mut out, c, &around);
        only_digits &= c.is_ascii_digit();
        before = Some(c);
    }
    out
}

/// What stands beside a character of a value.
struct Around {
    before: Option<char>,
    after: Option<char>,
    /// All characters before are digits, so a `.` or `)` would make a list.
    ends_number: bool,
}

fn push_escaped(out: &mut String, c: char, around: &Around) {
    let edge = around.before.is_none() || around.after.is_none();
    let reference = match c {
        '\0' => return out.push('\u{fffd}'),
        // In a table a backslash before a bar means two things at once.
        '|' => true,
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => true,
        _ => edge && c.is_whitespace(),
    };
    if reference {
        let _ = write!(out, "&#{};", u32::from(c));
        return;
    }
    if needs_backslash(c, around) {
        out.push('\\');
    }
    out.push(c);
}

fn needs_backslash(c: char, around: &Around) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    match c {
        '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '&' | '~' | '$' => true,
        '_' => !(word(around.before) && word(around.after)),
        '#' | '-' | '+' | '=' => around.before.is_none(),
        '.' | ')' if around.ends_number && around.after.is_none_or(char::is_whitespace) => true,
        // GitHub links bare addresses.
        '.' => around.before == Some('w'),
        ':' => around.before.is_none() || around.after == Some('/'),
        '@' => true,
        '!' => around.after.is_none(),
        _ => false,
    }
}

/// A code span that shows exactly `text`, also inside a table.
///
/// What backticks can't hold (a line's end, a table's bar, nothing at all) goes into `<code>`.
pub fn code(text: &str) -> String {
    if text.is_empty() || text.contains(|c: char| c == '|' || c.is_control()) {
        return format!("<code>{}</code>", quote(text));
    }
    let ticks = "`".repeat(longest_run(text, '`') + 1);
    let edge = |c: char| c == ' ' || c == '`';
    let pad = if text.starts_with(edge) || text.ends_with(edge) {
        " "
    } else {
        ""
    };
    if text.chars().all(|c| c == ' ') {
        return format!("{ticks}{text}{ticks}");
    }
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// A sentence whose names stand in backticks, as findings and explanations write them: the names
/// become code spans, the rest stays text.
pub fn sentence(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    let piece = |(index, piece): (usize, &str)| match index % 2 {
        1 => code(piece),
        _ => {
            let (start, end) = (piece.trim_start(), piece.trim());
            let before = &piece[..piece.len() - start.len()];
            let after = &start[end.len()..];
            format!("{before}{}{after}", quote(end))
        }
    };
    pieces.map(piece).collect()
}

/// A fenced block that shows `text`, at the start of a line; `language` may be empty.
///
/// There is no newline behind the closing fence.
pub fn fence(text: &str, language: &str) -> String {
    let ticks = "`".repeat(longest_run(text, '`').max(2) + 1);
    let language: String = language
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let body = text.replace("\r\n", "\n").replace('\r', "\n");
    let body = body
        .strip_suffix('\n')
        .unwrap_or(&body)
        .replace('\0', "\u{fffd}");
    format!("{ticks}{language}\n{body}\n{ticks}")
}

/// An address that no link may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no address for a link: it must be relative, or start with `https://` or `http://`"
)]
pub struct LinkError(String);

/// A link that shows `title`.
///
/// # Errors
/// [`LinkError`] for an address with another scheme, such as `javascript:`.
pub fn link(title: &str, address: &str) -> Result<String, LinkError> {
    let scheme = address.split(['/', '?', '#']).next().unwrap_or_default();
    if scheme.contains(':') && scheme != "https:" && scheme != "http:" {
        return Err(LinkError(address.to_owned()));
    }
    let mut url = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'*+,;=%".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    Ok(format!("[{}](<{url}>)", quote(title)))
}

/// Text for an HTML comment on one line.
pub fn comment(text: &str) -> String {
    super::one_line(text)
        .replace("--", "\u{2010}\u{2010}")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Checks what Markdown, which has no syntax errors, still gets wrong in silence: a fence that never
/// closes, a reference link without its definition, HTML other than a few harmless tags.
///
/// # Errors
/// The first of these.
pub fn reread(text: &str) -> Result<(), RereadError> {
    let mut broken = None;
    let on_broken = |link: BrokenLink<'_>| -> Option<(CowStr<'_>, CowStr<'_>)> {
        let full = matches!(link.link_type, LinkType::Reference | LinkType::Collapsed);
        if full && broken.is_none() {
            broken = Some((link.span.start, link.reference.to_string()));
        }
        None
    };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let parser = Parser::new_with_broken_link_callback(text, options, Some(on_broken));
    for (event, range) in parser.into_offset_iter() {
        let problem = match &event {
            Event::Html(html) | Event::InlineHtml(html) => refused_html(html),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                open_fence(&text[range.clone()])
            }
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(error(text, range.start, problem));
        }
    }
    match broken {
        Some((at, name)) => Err(error(
            text,
            at,
            format!("no link is defined for `[{name}]`"),
        )),
        None => Ok(()),
    }
}

fn error(text: &str, offset: usize, message: impl Into<String>) -> RereadError {
    RereadError::new(Language::Markdown, message).at_byte(text, offset)
}

/// Tags that templates and [`code`] may use.
const TAGS: [&str; 7] = ["br", "code", "details", "kbd", "sub", "summary", "sup"];

fn refused_html(html: &str) -> Option<String> {
    let html = html.trim();
    let inside = html.strip_prefix('<')?;
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric());
    let name = &inside[..end.unwrap_or(inside.len())];
    let allowed = inside.starts_with("!--") || TAGS.contains(&name);
    (!allowed).then(|| format!("HTML is not written into Markdown here: `{html}`"))
}

fn open_fence(block: &str) -> Option<String> {
    let mark = if block.trim_start().starts_with('~') {
        '~'
    } else {
        '`'
    };
    let last = block.trim_end().lines().last().unwrap_or_default();
    let closed = block.trim_end().contains('\n')
        && last.trim_start_matches([' ', '>']).len() >= 3
        && last
            .trim_start_matches([' ', '>'])
            .chars()
            .all(|c| c == mark);
    (!closed).then(|| "a code fence is never closed".to_owned())
}
