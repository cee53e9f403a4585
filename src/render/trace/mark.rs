//! Marks: one character of Unicode's private planes for each line of each template.

use super::super::{Engine, Place};

/// Planes 15 and 16, less the noncharacters at their ends.
const PLANES: [(u32, u32); 2] = [(0xf_0000, 0xf_fffd), (0x10_0000, 0x10_fffd)];

/// Which line of which template each mark stands for.
#[derive(Debug, Default)]
pub(super) struct Marks {
    places: Vec<(String, usize)>,
}

impl Marks {
    /// A new mark; none where all are taken, which is beyond a hundred thousand lines.
    fn take(&mut self, template: &str, line: usize) -> Option<char> {
        let mark = character(self.places.len())?;
        self.places.push((template.to_owned(), line));
        Some(mark)
    }

    pub(super) fn place(&self, mark: usize) -> Option<Place> {
        let (template, line) = self.places.get(mark)?;
        Some(Place::new(template, *line, 1))
    }
}

fn character(number: usize) -> Option<char> {
    let mut left = u32::try_from(number).ok()?;
    for (first, last) in PLANES {
        let size = last - first + 1;
        if left < size {
            return char::from_u32(first + left);
        }
        left -= size;
    }
    None
}

/// The number of a mark; none for any other character.
pub(super) fn number(c: char) -> Option<usize> {
    let code = u32::from(c);
    let mut before = 0;
    for (first, last) in PLANES {
        if (first..=last).contains(&code) {
            return usize::try_from(before + code - first).ok();
        }
        before += last - first + 1;
    }
    None
}

/// A template's text with a mark before the first visible thing on each line.
pub(super) fn marked(engine: Option<Engine>, name: &str, text: &str, marks: &mut Marks) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let (mut rest, mut line, mut is_marked, mut raw) = (text, 1, false, false);
    while let Some(c) = rest.chars().next() {
        let tag = match engine {
            Some(Engine::Tera) => tera(rest, raw),
            Some(Engine::Handlebars) => handlebars(rest),
            None => None,
        };
        let (length, visible) = match tag {
            Some(tag) => {
                raw = tag.raw.unwrap_or(raw);
                (tag.length, tag.visible)
            }
            None => (c.len_utf8(), !c.is_whitespace()),
        };
        if visible && !is_marked {
            out.extend(marks.take(name, line));
            is_marked = true;
        }
        let piece = &rest[..length];
        out.push_str(piece);
        let lines = piece.matches('\n').count();
        line += lines;
        is_marked &= lines == 0;
        rest = &rest[length..];
    }
    out
}

/// Something of the engine's own.
struct Tag {
    length: usize,
    /// Whether it prints, and a mark may stand before it.
    visible: bool,
    /// Whether what follows is taken as it is.
    raw: Option<bool>,
}

fn tera(rest: &str, raw: bool) -> Option<Tag> {
    let (open, close) = match rest.get(..2)? {
        "{{" => ("{{", "}}"),
        "{%" => ("{%", "%}"),
        "{#" => ("{#", "#}"),
        _ => return None,
    };
    let length = end(rest, close);
    let word = rest[2..length].trim_start_matches(['-', ' ', '\n']);
    let ends_raw = open == "{%" && word.starts_with("endraw");
    if raw && !ends_raw {
        return None;
    }
    Some(Tag {
        length,
        visible: open == "{{" && !rest[2..].starts_with('-'),
        raw: match (ends_raw, open == "{%" && word.starts_with("raw")) {
            (true, _) => Some(false),
            (_, true) => Some(true),
            _ => None,
        },
    })
}

fn handlebars(rest: &str) -> Option<Tag> {
    if rest.starts_with("\\{{") {
        return Some(Tag {
            length: end(rest, "}}"),
            visible: true,
            raw: None,
        });
    }
    let inside = rest.strip_prefix("{{")?;
    let (close, silent) = match inside.chars().next()? {
        '!' if inside.starts_with("!--") => ("--}}", true),
        '!' | '#' | '/' | '^' | '>' | '~' => ("}}", true),
        _ => ("}}", inside.trim_start().starts_with("else")),
    };
    Some(Tag {
        length: end(rest, close),
        visible: !silent,
        raw: None,
    })
}

/// Behind the closing delimiter; one inside a string doesn't close.
fn end(rest: &str, close: &str) -> usize {
    let mut quote = None;
    let comment = close == "#}" || close == "--}}";
    for (at, c) in rest.char_indices().skip(2) {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if rest[at..].starts_with(close) => return at + close.len(),
            None if (c == '"' || c == '\'') && !comment => quote = Some(c),
            None => {}
        }
    }
    rest.len()
}
