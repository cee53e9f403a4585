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
    if is_budget(error) {
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
fn is_budget(error: &serde_yaml::Error) -> bool {
    let words = error.without_snippet().to_string();
    ["budget", "limit exceeded", "depth exceeded"]
        .iter()
        .any(|word| words.contains(word))
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
