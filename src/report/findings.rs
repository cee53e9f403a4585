//! Findings as Markdown, for a comment on a pull request.

use crate::diag::{Diagnostic, Severity};
use crate::lang::markdown::{code, quote};
use crate::source::SourceMap;

/// A list with one item a finding, the worst first; nothing where there is nothing to say.
pub fn markdown(findings: &[Diagnostic], sources: &SourceMap) -> String {
    let mut sorted: Vec<&Diagnostic> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    sorted
        .into_iter()
        .map(|finding| item(finding, sources))
        .collect()
}

fn item(finding: &Diagnostic, sources: &SourceMap) -> String {
    let mark = match finding.severity {
        Severity::Error => ":x:",
        Severity::Warning => ":warning:",
        Severity::Info => ":information_source:",
    };
    let place = finding.primary.as_ref().and_then(|label| {
        let (source, at) = sources.locate(label.span)?;
        Some(format!(
            ", {}",
            code(&format!("{}:{}", source.name(), at.line))
        ))
    });
    let label = finding.primary.iter().map(|label| label.text.as_str());
    let words: Vec<String> = std::iter::once(finding.message.as_str())
        .chain(label.filter(|text| !text.is_empty()))
        .map(spans)
        .collect();
    let place = place.unwrap_or_default();
    format!("- {mark} {}{place} ({})\n", words.join(": "), finding.code)
}

/// Prose in which names stand in backticks already.
fn spans(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(at, part)| match at % 2 {
            0 => quote(part),
            _ => code(part),
        })
        .collect()
}
