//! Layout as `terraform fmt` does it: indents from brackets, blanks between tokens, and `=` and
//! trailing comments of neighbouring lines under each other.
//!
//! The rules were taken from what Terraform 1.11 does; a property test runs both over random bodies.
//! Not done here, because templates don't need it: `"${x}"` stays as it is, and labels stay
//! unquoted if they were written so.

use super::token::{Kind, Token, tokens};

/// Lays a file out as `terraform fmt` does. Doing it twice changes nothing.
pub fn format(text: &str) -> String {
    let all = tokens(text);
    let mut lines = split(&all);
    indent(&mut lines);
    align_values(&mut lines);
    align_comments(&mut lines);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in &lines {
        line.write(&mut out);
    }
    out
}

/// One line: what stands before `=`, from `=` on, and the comment at the end.
#[derive(Default)]
struct Line<'a> {
    lead: &'a [Token<'a>],
    value: &'a [Token<'a>],
    comment: Option<&'a str>,
    newline: bool,
    indent: usize,
    before_value: usize,
    before_comment: usize,
}

impl Line<'_> {
    fn write(&self, out: &mut String) {
        if !self.lead.is_empty() {
            push_blanks(out, self.indent);
        }
        push_cell(out, self.lead);
        if !self.value.is_empty() {
            push_blanks(out, self.before_value);
            push_cell(out, self.value);
        }
        if let Some(comment) = self.comment {
            push_blanks(out, self.before_comment);
            out.push_str(comment.trim_end());
        }
        if self.newline {
            out.push('\n');
        }
    }
}

fn push_blanks(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

fn push_cell(out: &mut String, cell: &[Token<'_>]) {
    for at in 0..cell.len() {
        let alone = cell[at].kind == Kind::Comment;
        let text = cell[at].text;
        out.push_str(if alone { text.trim_end() } else { text });
        if at + 1 < cell.len() && blank_between(cell, at) {
            out.push(' ');
        }
    }
}

/// Columns that a cell takes, as Terraform counts them.
fn width(cell: &[Token<'_>]) -> usize {
    let mut text = String::new();
    push_cell(&mut text, cell);
    graphemes(&text)
}

/// Characters that a reader sees. Combining marks, joiners and variation selectors belong to the
/// character before them.
fn graphemes(text: &str) -> usize {
    text.chars().filter(|c| !joins(*c)).count()
}

fn joins(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x200c | 0x200d | 0xfe00..=0xfe0f | 0x20d0..=0x20ff)
}

fn split<'a>(all: &'a [Token<'a>]) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut rest = all;
    while !rest.is_empty() {
        let ends = |token: &Token<'_>| ends_line(token);
        let length = rest.iter().position(ends).map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(length);
        lines.push(cells(line));
        rest = after;
    }
    lines
}

fn ends_line(token: &Token<'_>) -> bool {
    let comment = token.kind == Kind::Comment && token.text.ends_with('\n');
    comment || token.kind == Kind::Newline
}

fn cells<'a>(tokens: &'a [Token<'a>]) -> Line<'a> {
    let mut line = Line::default();
    let mut rest = tokens;
    if let Some((last, before)) = rest.split_last() {
        line.newline = ends_line(last);
        if last.kind == Kind::Newline {
            rest = before;
        } else if line.newline && !before.is_empty() {
            line.comment = Some(last.text);
            rest = before;
        }
    }
    let equal = rest
        .iter()
        .skip(1)
        .position(|token| token.kind == Kind::Equal);
    let at = equal.map_or(rest.len(), |at| at + 1);
    let whole = rest[at..].iter().map(depth).sum::<isize>() == 0;
    let at = if whole { at } else { rest.len() };
    (line.lead, line.value) = rest.split_at(at);
    line
}

/// What a token does to the number of open brackets.
fn depth(token: &Token<'_>) -> isize {
    match token.kind {
        Kind::Open(_) | Kind::OpenTemplate => 1,
        Kind::Close(_) | Kind::CloseTemplate => -1,
        _ => 0,
    }
}

/// A line that opens more than it closes indents what follows by one step, however much it opens;
/// the step ends when as much is closed.
fn indent(lines: &mut [Line<'_>]) {
    let mut open: Vec<isize> = Vec::new();
    for line in lines {
        if line.lead.is_empty() {
            continue;
        }
        let mut change: isize = line.lead.iter().chain(line.value).map(depth).sum();
        while change < 0 {
            let Some(last) = open.last_mut() else {
                break;
            };
            let closed = (*last).min(-change);
            *last -= closed;
            change += closed;
            if *last == 0 {
                open.pop();
            }
        }
        line.indent = 2 * open.len();
        if change > 0 {
            open.push(change);
        }
    }
}

fn align_values(lines: &mut [Line<'_>]) {
    let has_value = |line: &Line<'_>| !line.value.is_empty();
    for chain in lines.chunk_by_mut(|a, b| has_value(a) && has_value(b)) {
        let columns: Vec<usize> = chain.iter().map(|line| width(line.lead)).collect();
        let widest = columns.iter().copied().max().unwrap_or(0);
        for (line, columns) in chain.iter_mut().zip(columns) {
            line.before_value = widest - columns + 1;
        }
    }
}

fn align_comments(lines: &mut [Line<'_>]) {
    for chain in lines.chunk_by_mut(|a, b| a.comment.is_some() && b.comment.is_some()) {
        let columns: Vec<usize> = chain.iter().map(before_comment).collect();
        let widest = columns.iter().copied().max().unwrap_or(0);
        for (line, columns) in chain.iter_mut().zip(columns) {
            line.before_comment = widest - columns + 1;
        }
    }
}

fn before_comment(line: &Line<'_>) -> usize {
    let lead = line.indent + width(line.lead);
    if line.value.is_empty() {
        return lead;
    }
    lead + line.before_value + width(line.value)
}

/// Whether a blank stands between a cell's token and the next.
fn blank_between(cell: &[Token<'_>], at: usize) -> bool {
    use Kind::{
        Bang, Close, CloseQuote, CloseTemplate, Comma, Dot, Ellipsis, Ident, Literal, Minus,
        Number, Open, OpenQuote, OpenTemplate,
    };
    let before = at.checked_sub(1).map(|at| cell[at].kind);
    let (this, next) = (cell[at].kind, cell[at + 1].kind);
    match (this, next) {
        (Ident, Open('(')) | (Dot, _) | (_, Dot | Comma) => false,
        (Comma, _) => true,
        (Literal | OpenQuote, _) | (_, Literal | CloseQuote) => false,
        (Ident, _) if cell[at].text == "in" && before == Some(Ident) => true,
        (Ident | Number | Close(_) | CloseTemplate, Open('[')) => false,
        (Minus, _) => before.is_some_and(ends_operand),
        (Open('{'), Close('}')) => false,
        (Open('{'), _) | (_, Close('}')) => true,
        (_, Ellipsis) => false,
        (Open(_) | OpenTemplate | Bang, _) | (_, Close(_) | CloseTemplate) => false,
        _ => true,
    }
}

/// Whether a minus behind this subtracts, rather than negates.
fn ends_operand(kind: Kind) -> bool {
    use Kind::{Close, CloseQuote, CloseTemplate, Ident, Number};
    matches!(kind, Ident | Number | Close(_) | CloseQuote | CloseTemplate)
}
