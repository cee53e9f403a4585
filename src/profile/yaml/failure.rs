//! What the parser says where it can't go on, in our words.

use serde_yaml::Location;

use super::Limits;
use super::parsed::place;
use crate::diag::{Code, Diagnostic};
use crate::source::{SourceId, Span};

pub(super) fn failure(
    error: &serde_yaml::Error,
    id: SourceId,
    text: &str,
    limits: Limits,
) -> Diagnostic {
    let span = error
        .location()
        .map_or(Span::new(id, 0..0), |at| place(at, id, text));
    if limits.documents == 1 && says(error, &["documents"]) {
        let message = "a profile is one YAML document, and another begins here";
        return Diagnostic::new(Code::TooLarge, message)
            .at(span, "expected the end of the file")
            .help("manifests are read from a folder, or behind `--manifests`");
    }
    if says(error, &["budget", "limit exceeded", "depth exceeded"]) {
        return Diagnostic::new(
            Code::TooLarge,
            "this file is larger, deeper or more entangled than what is read here",
        )
        .at(span, "the limit is reached here")
        .help(format!(
            "at most {} bytes, {} levels and {} values, those behind aliases included",
            limits.bytes, limits.depth, limits.nodes
        ));
    }
    let message = plain_words(&error.without_snippet().to_string());
    Diagnostic::new(Code::YamlSyntax, format!("this is not YAML: {message}")).at(span, "")
}

/// The parser says so in its own words, whichever part of it gave up.
fn says(error: &serde_yaml::Error, any_of: &[&str]) -> bool {
    let words = error.without_snippet().to_string().to_lowercase();
    any_of.iter().any(|word| words.contains(word))
}

/// The parser's sentence without the place, which the finding shows already.
fn plain_words(words: &str) -> String {
    let first = words.lines().next().unwrap_or("");
    let cut = first
        .find(" at line ")
        .or_else(|| first.find(" (line "))
        .unwrap_or(first.len());
    first[..cut].trim_end_matches([':', ',', ' ']).to_owned()
}

/// Errors know their place in characters only.
pub(super) fn by_characters(at: Location, id: SourceId, text: &str) -> Span {
    let before = usize::try_from(at.span().offset()).unwrap_or(usize::MAX);
    let offset = text
        .char_indices()
        .nth(before)
        .map_or(text.len(), |(offset, _)| offset);
    Span::new(id, offset..offset)
}
