//! Findings for people: the line, a caret, what would be right.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::{Diagnostic, Label, Severity};
use crate::source::{Source, SourceMap, Span};

/// Renders findings one after the other, an empty line between them.
///
/// `color` is the caller's decision: this room doesn't know what a terminal is.
pub fn render(findings: &[Diagnostic], sources: &SourceMap, color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    }
    .decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for finding in findings {
        out.push_str(&renderer.render(&report(finding, sources)));
        out.push_str("\n\n");
    }
    out
}

/// `1 error, 2 warnings`, or nothing when there is nothing to count.
pub fn summary(findings: &[Diagnostic]) -> String {
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let part = |n: usize, word: &str| match n {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    [
        part(count(Severity::Error), "error"),
        part(count(Severity::Warning), "warning"),
        match count(Severity::Info) {
            0 => None,
            n => Some(format!("{n} info")),
        },
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

fn report<'a>(finding: &'a Diagnostic, sources: &'a SourceMap) -> Vec<Group<'a>> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut group = Group::with_title(
        level
            .primary_title(finding.message.as_str())
            .id(finding.code.id()),
    );
    for snippet in snippets(finding, sources) {
        group = group.element(snippet);
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let mut groups = vec![group];
    groups.extend(suggestion(finding, sources));
    groups
}

fn snippets<'a>(
    finding: &'a Diagnostic,
    sources: &'a SourceMap,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut labels: Vec<(AnnotationKind, &Label)> = Vec::new();
    labels.extend(finding.primary.iter().map(|l| (AnnotationKind::Primary, l)));
    labels.extend(finding.others.iter().map(|l| (AnnotationKind::Context, l)));
    let mut files: Vec<crate::source::SourceId> = Vec::new();
    for (_, label) in &labels {
        if !files.contains(&label.span.source) {
            files.push(label.span.source);
        }
    }
    files
        .into_iter()
        .filter_map(|id| {
            let source = sources.get(id)?;
            let here = labels.iter().filter(|(_, label)| label.span.source == id);
            let here: Vec<_> = here
                .map(|(kind, label)| (kind, shown(label.span, source.text()), &label.text))
                .collect();
            let window = Window::around(source, here.iter().map(|(_, range, _)| range.clone()))?;
            let annotations = here.into_iter().map(|(kind, range, text)| {
                let text = (!text.is_empty()).then_some(text.as_str());
                kind.span(window.inside(range)).label(text)
            });
            Some(window.snippet(source).annotations(annotations))
        })
        .collect()
}

/// The lines of a source that a finding shows: a large file costs no more than a small one.
struct Window<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

impl<'a> Window<'a> {
    fn around(source: &'a Source, ranges: impl Iterator<Item = Range<usize>>) -> Option<Self> {
        let text = source.text();
        let (start, end) = ranges
            .map(|range| (range.start, range.end))
            .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))?;
        let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        Some(Self {
            text: &text[start..end],
            start,
            line: source.position(start).line,
        })
    }

    fn inside(&self, range: Range<usize>) -> Range<usize> {
        range.start - self.start..range.end - self.start
    }

    fn snippet<T: Clone>(&self, source: &'a Source) -> Snippet<'a, T> {
        Snippet::source(self.text)
            .line_start(self.line)
            .path(source.name())
    }
}

/// A caret covers one line at most: a finding about a block points at its first line.
fn shown(span: Span, text: &str) -> Range<usize> {
    let start = span.range().start.min(text.len());
    let end = span.range().end.clamp(start, text.len());
    let first_line = text[start..end]
        .find('\n')
        .map_or(end, |newline| start + newline);
    start..first_line.max(start)
}

fn suggestion<'a>(finding: &'a Diagnostic, sources: &'a SourceMap) -> Option<Group<'a>> {
    let suggestion = finding.suggestion.as_ref()?;
    let source = sources.get(suggestion.span.source)?;
    let range = suggestion.span.range();
    let window = Window::around(source, std::iter::once(range.clone()))?;
    let patch = Patch::new(window.inside(range), suggestion.replacement.as_str());
    let title = Level::HELP.secondary_title("write this instead");
    Some(Group::with_title(title).element(window.snippet(source).patch(patch)))
}
