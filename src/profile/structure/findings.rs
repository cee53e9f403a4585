//! What is said of a tree that doesn't fit.

use std::collections::HashMap;

use super::Walk;
use crate::diag::{Code, Diagnostic, one_of};
use crate::profile::merge::REMOVE;
use crate::profile::shape::{MapShape, Shape};
use crate::profile::yaml::{Entry, Node, Value};
use crate::source::Span;
use crate::suggest::nearest;

impl Walk<'_> {
    pub(super) fn wrong_type(&mut self, node: &Node, shape: &Shape, value: &Value) {
        let message = format!(
            "`{}` is {}, found {}",
            self.last_key(),
            wanted(shape),
            value.kind()
        );
        let mut finding = Diagnostic::new(Code::WrongType, message)
            .at(node.span, format!("expected {}", wanted(shape)));
        if let (Shape::Text, Value::Null) = (shape, value) {
            finding = finding.help("an empty text is written `\"\"`");
        }
        let scalar = matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_));
        if scalar && matches!(shape, Shape::Text | Shape::TextOrMap(_)) {
            let written = self.sources.slice(node.span);
            finding = finding
                .help("YAML reads this as something else than text unless it stands in quotes")
                .suggest(node.span, format!("\"{written}\""));
        }
        if let (Shape::Bool, Value::String(text)) = (shape, value)
            && let Some(meant) = boolean_word(text)
        {
            finding = finding.suggest(node.span, meant);
        }
        self.push(finding);
    }

    pub(super) fn duplicate(&mut self, entry: &Entry, first: &Entry) {
        let message = format!("the key `{}` stands here twice", entry.key);
        self.push(
            Diagnostic::new(Code::DuplicateKey, message)
                .at(entry.key_span, "remove one of the two")
                .and(first.key_span, "it stands here first"),
        );
    }

    pub(super) fn unknown(&mut self, entry: &Entry, map: &MapShape) {
        if entry.key == REMOVE && map.keys.iter().any(|(key, _)| key == "name") {
            let message = "there is no base here to remove anything from";
            let right = "leave the whole item out, or name a base in `extends`";
            self.push(Diagnostic::new(Code::UnknownName, message).at(entry.key_span, right));
            return;
        }
        let place = match self.path.as_str() {
            "" => "a profile".to_owned(),
            path => format!("`{path}`"),
        };
        let keys: Vec<String> = map.keys.iter().map(|(key, _)| key.clone()).collect();
        let message = format!("`{}` is not a key of {place}", entry.key);
        let mut finding = Diagnostic::new(Code::UnknownKey, message)
            .at(entry.key_span, format!("expected {}", one_of(&keys)));
        if let Some(near) = nearest(&entry.key, keys.iter().map(String::as_str)) {
            finding = finding.suggest(entry.key_span, near);
        }
        self.push(finding);
    }

    /// A key that is there with nothing behind it is as missing as one that isn't there.
    pub(super) fn missing(&mut self, node: &Node, seen: &HashMap<&str, &Entry>, map: &MapShape) {
        for key in &map.required {
            let entry = seen.get(key.as_str());
            let span = match entry {
                Some(entry) if entry.value.value != Value::Null => continue,
                Some(entry) => entry.key_span,
                None => first_line(node),
            };
            let place = match self.path.as_str() {
                "" => "the profile".to_owned(),
                path => format!("`{path}`"),
            };
            self.push(
                Diagnostic::new(Code::MissingKey, format!("{place} has no `{key}`"))
                    .at(span, format!("`{key}` must be given")),
            );
        }
    }
}

/// Where something is missing: at the first key of the map, or at the map itself if it is empty.
fn first_line(node: &Node) -> Span {
    node.entries()
        .first()
        .map_or(node.span, |entry| entry.key_span)
}

fn wanted(shape: &Shape) -> String {
    match shape {
        Shape::Any => "a value".into(),
        Shape::Text => "a string".into(),
        Shape::Bool => "a boolean, `true` or `false`".into(),
        Shape::Integer { .. } => "a whole number".into(),
        Shape::IntegerOrText { .. } => "a whole number or a name".into(),
        Shape::NumberOrText => "a number or a string".into(),
        Shape::Word(words) => one_of(words),
        Shape::List { .. } => "a list".into(),
        Shape::Map(_) => "a map".into(),
        Shape::TextOrMap(_) => "a string or a map".into(),
    }
}

fn boolean_word(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" | "true" => Some("true"),
        "no" | "off" | "n" | "false" => Some("false"),
        _ => None,
    }
}
