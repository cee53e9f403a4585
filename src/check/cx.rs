//! What every check needs: a place to put findings, and the ways in which values go wrong.

use std::fmt::Display;

use super::path::Path;
use crate::diag::{Code, Diagnostic, one_of};
use crate::model::cidr::CidrError;
use crate::model::fqdn::FqdnError;
use crate::model::labels::LabelError;
use crate::model::location::LocationError;
use crate::model::logging::LoggingError;
use crate::model::names::NameError;
use crate::model::policy::PeerError;
use crate::model::port::PortError;
use crate::model::selector::SelectorError;
use crate::model::text::{Line, Prose, TextError};
use crate::model::time::TimeError;
use crate::model::version::VersionError;
use crate::profile::At;
use crate::source::Span;
use crate::suggest::nearest;

/// An error of the model that says what would be right.
pub(super) trait Misfit: Display {
    /// What would be right; empty where the error itself says it.
    fn expected(&self) -> String {
        String::new()
    }

    fn code(&self) -> Code {
        Code::BadValue
    }
}

impl Misfit for LabelError {}
impl Misfit for PortError {}
impl Misfit for SelectorError {}
impl Misfit for PeerError {}
impl Misfit for FqdnError {}

impl Misfit for CidrError {
    fn code(&self) -> Code {
        Code::BadRange
    }
}

impl Misfit for LoggingError {
    fn code(&self) -> Code {
        Code::Needs
    }
}

impl Misfit for NameError {
    fn expected(&self) -> String {
        format!("expected {}", self.expected)
    }
}

impl Misfit for TextError {
    fn expected(&self) -> String {
        "expected text without control characters".to_owned()
    }
}

impl Misfit for LocationError {
    fn expected(&self) -> String {
        "expected a region such as `us-east1` or a zone such as `us-east1-b`".to_owned()
    }
}

impl Misfit for TimeError {
    fn expected(&self) -> String {
        "expected hours and minutes in UTC, such as `03:00`".to_owned()
    }
}

impl Misfit for VersionError {
    fn expected(&self) -> String {
        "expected a version such as `1.33` or `1.33.4-gke.1172000`".to_owned()
    }
}

/// Collects findings; a check that finds something goes on.
#[derive(Debug, Default)]
pub(super) struct Cx {
    pub(super) found: Vec<Diagnostic>,
}

impl Cx {
    pub(super) fn push(&mut self, path: &Path<'_>, finding: Diagnostic) {
        let path = path.to_string();
        self.found.push(match path.as_str() {
            "" => finding,
            _ => finding.path(path),
        });
    }

    /// The value; a finding at its place if it isn't one.
    pub(super) fn fits<T, E: Misfit>(
        &mut self,
        path: &Path<'_>,
        span: Span,
        value: Result<T, E>,
    ) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(error) => {
                let finding = Diagnostic::new(error.code(), error.to_string());
                self.push(path, finding.at(span, error.expected()));
                None
            }
        }
    }

    /// The parsed value; a finding if it doesn't parse; nothing if it isn't there.
    pub(super) fn parse<T, E: Misfit>(
        &mut self,
        path: &Path<'_>,
        text: Option<&At<String>>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = text?;
        self.fits(path, text.span, parse(&text.value))
    }

    /// A line of free text, empty if it isn't there.
    pub(super) fn line(&mut self, path: &Path<'_>, text: Option<&At<String>>) -> Line {
        self.parse(path, text, Line::parse).unwrap_or_default()
    }

    /// Free text, empty if it isn't there.
    pub(super) fn prose(&mut self, path: &Path<'_>, text: Option<&At<String>>) -> Prose {
        self.parse(path, text, Prose::parse).unwrap_or_default()
    }

    /// Finds names that stand twice: `what` is the kind of thing, `a policy`.
    pub(super) fn unique<'a>(
        &mut self,
        path: &Path<'_>,
        what: &str,
        names: impl Iterator<Item = Option<&'a At<String>>>,
    ) {
        let mut seen: Vec<&At<String>> = Vec::new();
        for (index, name) in names.enumerate() {
            let Some(name) = name else { continue };
            match seen.iter().find(|other| other.value == name.value) {
                Some(first) => {
                    let message = format!("`{}` is the name of {what} already", name.value);
                    let finding = Diagnostic::new(Code::DuplicateName, message)
                        .at(name.span, "expected another name")
                        .and(first.span, "it stands here first");
                    let item = path.index(index);
                    self.push(&item.key("name"), finding);
                }
                None => seen.push(name),
            }
        }
    }

    /// The thing of this name; a finding with what there is if there is none.
    pub(super) fn lookup<'k, T>(
        &mut self,
        path: &Path<'_>,
        what: &str,
        name: &At<String>,
        known: impl Iterator<Item = (&'k str, T)>,
    ) -> Option<T> {
        let mut names = Vec::new();
        for (key, value) in known {
            if key == name.value {
                return Some(value);
            }
            names.push(key);
        }
        self.push(path, unknown_name(what, &name.value, name.span, &names));
        None
    }

    /// Two settings that exclude each other, the second being why.
    pub(super) fn excluded(
        &mut self,
        path: &Path<'_>,
        message: &str,
        at: Span,
        right: &str,
        because: Option<(Span, &str)>,
    ) {
        let mut finding = Diagnostic::new(Code::Excluded, message).at(at, right);
        if let Some((span, text)) = because {
            finding = finding.and(span, text);
        }
        self.push(path, finding);
    }

    /// A setting that needs another one.
    pub(super) fn needs(&mut self, path: &Path<'_>, message: &str, at: Span, right: &str) {
        self.push(path, Diagnostic::new(Code::Needs, message).at(at, right));
    }
}

/// `there is no policy `x``, with the nearest that there is.
pub(super) fn unknown_name(what: &str, name: &str, span: Span, known: &[&str]) -> Diagnostic {
    unknown_name_before("", what, name, span, known)
}

/// [`unknown_name`] where something else stands behind the name in the same text, which what is
/// suggested takes the place of.
pub(super) fn unknown_name_before(
    rest: &str,
    what: &str,
    name: &str,
    span: Span,
    known: &[&str],
) -> Diagnostic {
    let finding = Diagnostic::new(Code::UnknownName, format!("there is no {what} `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => finding
            .at(span, format!("expected {}", one_of(known)))
            .suggest(span, format!("{near}{rest}")),
        None if known.is_empty() => finding.at(span, format!("the profile has no {what} at all")),
        None => finding.at(span, format!("expected {}", one_of(known))),
    }
}
