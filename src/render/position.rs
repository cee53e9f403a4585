//! Where in generated text a value may stand.
//!
//! Quoting makes a value one whole literal; inside quotes, a heredoc, a block scalar or a code span
//! it would be something else, and in a shell something dangerous. So the fixed text of a template
//! is followed while it is loaded, and a value in the wrong place is refused. The text is followed in
//! the order written: both branches of a condition are expected to leave it where they found it.

mod shell;
mod yaml;

use crate::lang::Language;

/// The place that the text has led to.
#[derive(Debug, Clone)]
pub(super) struct Position {
    language: Language,
    /// The current line so far, with `x` for every value.
    line: String,
    inside: Vec<Inside>,
    /// Whether the last thing was a value.
    behind_value: bool,
}

/// Filters whose text may take several lines.
const LINES: [&str; 4] = ["block", "document", "expr", "json"];

/// What the current place is inside of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Inside {
    /// A quote, by its character.
    Quote(char),
    /// A comment up to the line's end.
    Comment,
    /// `$( … )` or `( … )` of a shell.
    Paren,
    /// `$(( … ))` of a shell.
    Arithmetic,
    /// Text up to a line that is this word.
    Heredoc(String),
    /// A YAML block scalar below a line with this indent.
    Block(usize),
    /// A fenced block of Markdown, by its fence.
    Fence(String),
    /// A script or a style of HTML.
    Verbatim,
}

impl Position {
    pub(super) fn new(language: Language) -> Self {
        Self {
            language,
            line: String::new(),
            inside: Vec::new(),
            behind_value: false,
        }
    }

    /// Why this fixed text may not follow what came before it.
    pub(super) fn refuses_text(&self, text: &str) -> Option<&'static str> {
        let ends = |c: char| c.is_whitespace() || ",]}:".contains(c);
        let whole = self.language != Language::Yaml || !self.behind_value || text.starts_with(ends);
        (!whole).then_some("a value is a whole scalar: join its parts with `~`")
    }

    /// Follows fixed text.
    pub(super) fn text(&mut self, text: &str) {
        self.behind_value = false;
        for c in text.chars() {
            self.follow(c);
        }
    }

    /// Follows a value.
    pub(super) fn value(&mut self) {
        self.line.push('x');
        self.behind_value = true;
    }

    /// Why no value may stand here. `by` is the filter or helper that writes it, if any.
    pub(super) fn refuses(&mut self, by: Option<&str>) -> Option<&'static str> {
        self.leave_block();
        if by == Some("comment") {
            return (!self.in_comment()).then_some("`comment` stands in a comment only");
        }
        match self.inside.last() {
            Some(Inside::Quote(_)) => Some("a value is a whole literal and can't stand inside quotes"),
            Some(Inside::Heredoc(_)) => Some("a value can't stand inside a heredoc"),
            Some(Inside::Arithmetic) => Some("a value can't stand inside shell arithmetic"),
            Some(Inside::Block(_)) => Some("a value can't stand inside a block scalar"),
            Some(Inside::Comment) => LINES
                .contains(&by.unwrap_or_default())
                .then_some("in a comment a value needs `comment`"),
            Some(Inside::Verbatim) => Some("a value can't stand inside a script or a style"),
            Some(Inside::Fence(_)) => (by != Some("shell")).then_some(
                "inside a code fence a value needs `{{shell value}}`; whole texts need `{{fence text}}`",
            ),
            _ => self.refuses_in_line(by),
        }
    }

    fn in_comment(&self) -> bool {
        match self.language {
            Language::Markdown | Language::Html => self.line.rfind("<!--") > self.line.rfind("-->"),
            _ => self.inside.last() == Some(&Inside::Comment),
        }
    }

    fn refuses_in_line(&self, by: Option<&str>) -> Option<&'static str> {
        let before = self.line.chars().last();
        match self.language {
            Language::Yaml if by == Some("document") => {
                (before.is_some()).then_some("`document` stands at the start of a line")
            }
            Language::Yaml if by == Some("block") => {
                (before != Some(':')).then_some("`block` stands right behind the colon of a key")
            }
            Language::Yaml => {
                let free = before.is_none_or(|c| c == ' ' || "[{,".contains(c));
                (!free).then_some("a value is a whole scalar: join its parts with `~`")
            }
            Language::Html => self.refuses_in_tag(),
            Language::Markdown => self.refuses_in_markdown(by),
            _ => None,
        }
    }

    fn refuses_in_tag(&self) -> Option<&'static str> {
        let tag = &self.line[self.line.rfind('<')?..];
        let free = tag.contains('>') || tag.matches('"').count() % 2 == 1;
        (!free).then_some("inside a tag a value stands in a double-quoted attribute only")
    }

    fn refuses_in_markdown(&self, by: Option<&str>) -> Option<&'static str> {
        if by == Some("shell") {
            return Some("`shell` stands inside a code fence only");
        }
        if by == Some("fence") && !self.line.is_empty() {
            return Some("`fence` stands at the start of a line");
        }
        if self.line.matches('`').count() % 2 == 1 {
            return Some("inside a code span a value needs `{{code value}}` instead of backticks");
        }
        let link = self.line.ends_with("](") || self.line.ends_with("](<");
        link.then_some("a link's address needs `{{link text address}}`")
    }

    fn follow(&mut self, c: char) {
        match self.language {
            Language::Shell => self.shell(c),
            Language::Yaml => self.yaml(c),
            Language::Hcl => self.hcl(c),
            Language::Json => self.quotes(c, "\""),
            Language::Html => self.html(c),
            Language::Markdown => {}
        }
        if c != '\n' {
            self.line.push(c);
            return;
        }
        match self.language {
            Language::Shell | Language::Hcl => self.end_of_code(),
            Language::Yaml => self.end_of_yaml(),
            Language::Markdown => self.end_of_markdown(),
            Language::Html | Language::Json => {}
        }
        self.line.clear();
    }

    /// Whether an odd number of backslashes stands before the current place.
    fn escaped(&self) -> bool {
        let bare = self.line.trim_end_matches('\\');
        (self.line.len() - bare.len()) % 2 == 1
    }

    fn quotes(&mut self, c: char, marks: &str) {
        match self.inside.last() {
            Some(Inside::Quote(open)) if *open == c && !self.escaped() => {
                self.inside.pop();
            }
            None if marks.contains(c) => self.inside.push(Inside::Quote(c)),
            _ => {}
        }
    }

    fn starts_word(&self) -> bool {
        self.line
            .chars()
            .last()
            .is_none_or(|c| c.is_whitespace() || c == ';')
    }

    /// What stands between `<script>` or `<style>` and its end is no HTML.
    fn html(&mut self, c: char) {
        let tag = self.line.rfind('<').map_or("", |at| &self.line[at..]);
        let name = tag.trim_start_matches(['<', '/']);
        let verbatim = name.starts_with("script") || name.starts_with("style");
        if c != '>' || !verbatim {
            return;
        }
        if tag.starts_with("</") {
            self.inside.pop();
        } else {
            self.inside.push(Inside::Verbatim);
        }
    }

    fn hcl(&mut self, c: char) {
        match (self.inside.last(), c) {
            (None, '#') => self.inside.push(Inside::Comment),
            (None, '/') if self.line.ends_with('/') => self.inside.push(Inside::Comment),
            _ => self.quotes(c, "\""),
        }
    }

    fn end_of_markdown(&mut self) {
        let line = self.line.trim_start_matches([' ', '>']);
        let mark = if line.starts_with('~') { '~' } else { '`' };
        let fence = &line[..line.len() - line.trim_start_matches(mark).len()];
        if let Some(Inside::Fence(open)) = self.inside.last() {
            if fence.starts_with(open.as_str()) && line.trim() == fence {
                self.inside.pop();
            }
        } else if fence.len() >= 3 {
            let fence = fence.to_owned();
            self.inside.push(Inside::Fence(fence));
        }
    }
}
