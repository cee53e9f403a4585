//! Findings as GitHub workflow commands, which show up beside the line in a pull request.
//!
//! Format and escapes: GitHub documentation, "Workflow commands for GitHub Actions".

use super::{Diagnostic, Severity};
use crate::source::SourceMap;

/// One `::error file=…,line=…::message` line a finding.
pub fn render(findings: &[Diagnostic], sources: &SourceMap) -> String {
    findings
        .iter()
        .map(|finding| line(finding, sources))
        .collect()
}

fn line(finding: &Diagnostic, sources: &SourceMap) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    let mut message = finding.message.clone();
    if let Some(label) = &finding.primary {
        if let Some(source) = sources.get(label.span.source) {
            let start = source.position(label.span.range().start);
            let end = source.position(label.span.range().end);
            properties.push(format!("file={}", property(source.name())));
            properties.push(format!("line={}", start.line));
            properties.push(format!("col={}", start.column));
            properties.push(format!("endLine={}", end.line));
            properties.push(format!("endColumn={}", end.column));
        }
        if !label.text.is_empty() {
            message = format!("{message}: {}", label.text);
        }
    }
    for help in &finding.help {
        message = format!("{message}\n{help}");
    }
    properties.push(format!("title={}", property(finding.code.id())));
    format!("::{command} {}::{}\n", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
