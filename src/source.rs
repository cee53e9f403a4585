//! Where text came from: files, byte ranges in them, and lines and columns for people.
//!
//! A [`Span`] is small and `Copy`, so that every value read from a profile or a manifest can carry
//! the place where it was written. Nothing here reads a file: the edges hand in the text.

use std::fmt;
use std::ops::Range;

/// One text held by a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A byte range in one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text it lies in.
    pub source: SourceId,
    /// First byte, counted from 0.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; offsets beyond 4 GiB are clamped (sources are bounded far below).
    pub fn new(source: SourceId, range: Range<usize>) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            source,
            start: clamp(range.start),
            end: clamp(range.end.max(range.start)),
        }
    }

    /// The three numbers that make it up: source, start, end.
    pub(crate) fn to_parts(self) -> [u32; 3] {
        [self.source.0, self.start, self.end]
    }

    /// The span of these three numbers.
    pub(crate) fn from_parts(source: u32, start: u32, end: u32) -> Self {
        Self {
            source: SourceId(source),
            start,
            end,
        }
    }

    /// The byte range.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One named text.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl Source {
    /// The name to show, usually the path as the user gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset; an offset beyond the end is the end.
    pub fn position(&self, offset: usize) -> LineColumn {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self
            .line_starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(0);
        LineColumn {
            line: line.max(1),
            column: self.text[start..offset].chars().count() + 1,
        }
    }
}

/// All texts of one run. Ids are given in the order of [`SourceMap::add`].
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a text in and gives it an id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(Source {
            name: name.into(),
            text,
            line_starts,
        });
        id
    }

    /// The text behind an id. An id of another map gives nothing.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// The source and the start of a span.
    pub fn locate(&self, span: Span) -> Option<(&Source, LineColumn)> {
        let source = self.get(span.source)?;
        Some((source, source.position(span.start as usize)))
    }

    /// `file:line:column` of a span, for one-line messages.
    pub fn display(&self, span: Span) -> String {
        match self.locate(span) {
            Some((source, at)) => format!("{}:{at}", source.name()),
            None => "?".to_owned(),
        }
    }

    /// The text that a span covers, empty where the span lies outside.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source)
            .and_then(|source| source.text().get(span.range()))
            .unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let mut map = SourceMap::new();
        let id = map.add("a.yaml", "é: 1\nkey: value\n");
        let place = |at: usize| map.display(Span::new(id, at..at));
        assert_eq!(place(0), "a.yaml:1:1");
        assert_eq!(place(3), "a.yaml:1:3");
        assert_eq!(place(6), "a.yaml:2:1");
        assert_eq!(place(11), "a.yaml:2:6");
        assert_eq!(place(9999), "a.yaml:3:1");
    }
}
