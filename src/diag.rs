//! Findings: what is wrong, where, and what would be right.
//!
//! Every finding of every room is a [`Diagnostic`]; text, JSON, SARIF and GitHub annotations are
//! renderings of it. A finding never hides the next: functions that check return [`Checked`].

pub mod code;
pub mod github;
pub mod json;
pub mod sarif;
pub mod text;

pub use code::Code;

use crate::source::Span;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; changes no exit code.
    Info,
    /// Probably not what was meant; fails only where the caller says so.
    Warning,
    /// Nothing can be generated from this.
    Error,
}

impl Severity {
    /// The word that people and machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there; may be empty.
    pub text: String,
}

/// A replacement that would make the finding go away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to replace.
    pub span: Span,
    /// What to write instead.
    pub replacement: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable id, see `dplab explain`.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: lower case, names in backticks, no full stop.
    pub message: String,
    /// The place that is wrong, with what would be right.
    pub primary: Option<Label>,
    /// Other places that matter, such as the first of two duplicates.
    pub others: Vec<Label>,
    /// Where in the profile, as `policies[0].spec.ingress`.
    pub path: Option<String>,
    /// What to do about it, a sentence each.
    pub help: Vec<String>,
    /// A replacement, where one is near.
    pub suggestion: Option<Suggestion>,
}

impl Diagnostic {
    /// A finding with the code's own severity and no place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            primary: None,
            others: Vec::new(),
            path: None,
            help: Vec::new(),
            suggestion: None,
        }
    }

    /// Says where, and in a few words what would be right.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds another place.
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.others.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Names the value in the profile.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds a sentence of help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Offers a replacement.
    pub fn suggest(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion {
            span,
            replacement: replacement.into(),
        });
        self
    }
}

/// A value, if one could be made, and everything that was found on the way.
#[derive(Debug, Clone)]
pub struct Checked<T> {
    /// Present unless an error was found.
    pub value: Option<T>,
    /// Findings in the order found.
    pub findings: Vec<Diagnostic>,
}

impl<T> Checked<T> {
    /// Whether any finding is an error.
    pub fn failed(&self) -> bool {
        has_errors(&self.findings)
    }
}

/// `a`, `b` or `c`: what would be right, where it is one of some known words.
pub fn one_of<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words
        .iter()
        .map(|word| format!("`{}`", word.as_ref()))
        .collect();
    match quoted.split_last() {
        None => "nothing".into(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// Whether any finding is an error.
pub fn has_errors(findings: &[Diagnostic]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

/// Orders findings as a reader meets them: by file in the order read, then by place, severity, words.
pub fn sort(findings: &mut [Diagnostic]) {
    findings.sort_by_cached_key(|finding| {
        (
            finding.primary.as_ref().map(|label| label.span),
            std::cmp::Reverse(finding.severity),
            finding.code.id(),
            finding.message.clone(),
        )
    });
}
