//! Findings for machines: one JSON object a finding.

use serde_json::{Value, json};

use super::{Diagnostic, Label};
use crate::source::SourceMap;

/// The findings as `{"version": 1, "findings": […]}`, pretty-printed, with a final newline.
pub fn render(findings: &[Diagnostic], sources: &SourceMap) -> String {
    let document = json!({
        "version": 1,
        "findings": findings.iter().map(|f| value(f, sources)).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn value(finding: &Diagnostic, sources: &SourceMap) -> Value {
    json!({
        "id": finding.code.id(),
        "severity": finding.severity.as_str(),
        "message": finding.message,
        "place": finding.primary.as_ref().map(|label| place(label, sources)),
        "others": finding.others.iter().map(|label| place(label, sources)).collect::<Vec<_>>(),
        "path": finding.path,
        "help": finding.help,
        "suggestion": finding.suggestion.as_ref().map(|s| json!({
            "replace": sources.slice(s.span),
            "with": s.replacement,
        })),
    })
}

fn place(label: &Label, sources: &SourceMap) -> Value {
    let Some(source) = sources.get(label.span.source) else {
        return Value::Null;
    };
    let start = source.position(label.span.range().start);
    let end = source.position(label.span.range().end);
    json!({
        "file": source.name(),
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "text": label.text,
    })
}
