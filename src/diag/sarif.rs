//! Findings as SARIF 2.1.0, which code-scanning dashboards take in.

use serde_json::{Value, json};

use super::{Code, Diagnostic, Severity};
use crate::source::SourceMap;

/// A SARIF log with one run, pretty-printed, with a final newline.
pub fn render(findings: &[Diagnostic], sources: &SourceMap) -> String {
    let mut codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
    codes.sort();
    codes.dedup();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "dplab",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(|f| result(f, &codes, sources)).collect::<Vec<_>>(),
        }],
    });
    format!("{document:#}\n")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "shortDescription": {"text": code.summary()},
        "help": {"text": code.explanation(), "markdown": code.explanation()},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn result(finding: &Diagnostic, codes: &[Code], sources: &SourceMap) -> Value {
    let mut text = finding.message.clone();
    let mut locations = Vec::new();
    if let Some(label) = &finding.primary {
        if !label.text.is_empty() {
            text = format!("{text}: {}", label.text);
        }
        if let Some(source) = sources.get(label.span.source) {
            let start = source.position(label.span.range().start);
            let end = source.position(label.span.range().end);
            locations.push(json!({"physicalLocation": {
                "artifactLocation": {"uri": uri(source.name())},
                "region": {
                    "startLine": start.line,
                    "startColumn": start.column,
                    "endLine": end.line,
                    "endColumn": end.column,
                },
            }}));
        }
    }
    for help in &finding.help {
        text = format!("{text}\n{help}");
    }
    json!({
        "ruleId": finding.code.id(),
        "ruleIndex": codes.binary_search(&finding.code).ok(),
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": locations,
    })
}

/// Relative references as RFC 3986 writes them: everything else percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
