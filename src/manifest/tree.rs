//! The tree of one document, on loan from its text.
//!
//! As the profile's tree, each key and value knows its place. Unlike it, keys and strings are
//! slices of the text wherever they stand there as they are: a whole cluster has millions.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::profile::yaml;
use crate::source::{SourceId, Span};

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node<'t> {
    pub(super) span: Span,
    pub(super) value: Value<'t>,
}

/// What a YAML node can be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'t> {
    Null,
    Bool(bool),
    Int(i64),
    /// A number that is none of those, which no field that is read here takes.
    Number,
    String(Cow<'t, str>),
    Seq(Vec<Node<'t>>),
    Map(Vec<Entry<'t>>),
}

/// One entry of a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry<'t> {
    pub(super) key: Cow<'t, str>,
    pub(super) key_span: Span,
    pub(super) value: Node<'t>,
}

impl<'t> Value<'t> {
    /// The kind of value, in the words that errors use.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Number => "a number",
            Value::String(_) => "a string",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

impl<'t> Node<'t> {
    /// The value under a key of a map; the first where the key stands twice.
    pub(super) fn get(&self, key: &str) -> Option<&Node<'t>> {
        self.entries()
            .iter()
            .find(|e| e.key == key)
            .map(|e| &e.value)
    }

    /// The text of a string.
    pub(super) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub(super) fn items(&self) -> &[Node<'t>] {
        match &self.value {
            Value::Seq(items) => items,
            _ => &[],
        }
    }

    /// The entries of a map; none for anything else.
    pub(super) fn entries(&self) -> &[Entry<'t>] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The tree that the full parser made of a part of a text which begins at `base`.
    pub(super) fn of(node: yaml::Node, id: SourceId, base: usize) -> Self {
        Node::placed(node, |span| moved(span, id, base))
    }

    /// The tree with other places.
    pub(super) fn placed(node: yaml::Node, place: impl Fn(Span) -> Span + Copy) -> Self {
        let value = match node.value {
            yaml::Value::Null => Value::Null,
            yaml::Value::Bool(truth) => Value::Bool(truth),
            yaml::Value::Int(number) => i64::try_from(number).map_or(Value::Number, Value::Int),
            yaml::Value::Float(_) => Value::Number,
            yaml::Value::String(text) => Value::String(text.into()),
            yaml::Value::Seq(items) => {
                let items = items.into_iter().map(|item| Node::placed(item, place));
                Value::Seq(items.collect())
            }
            yaml::Value::Map(entries) => {
                let entry = |entry: yaml::Entry| Entry {
                    key: entry.key.into(),
                    key_span: place(entry.key_span),
                    value: Node::placed(entry.value, place),
                };
                Value::Map(entries.into_iter().map(entry).collect())
            }
        };
        Node {
            span: place(node.span),
            value,
        }
    }

    /// A value that was never written: all of it is at one place.
    pub(super) fn of_value(value: &'t Json, span: Span) -> Self {
        let value = match value {
            Json::Null => Value::Null,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Number(number) => number.as_i64().map_or(Value::Number, Value::Int),
            Json::String(text) => Value::String(text.into()),
            Json::Array(items) => {
                let items = items.iter().map(|item| Node::of_value(item, span));
                Value::Seq(items.collect())
            }
            Json::Object(map) => {
                let entry = |(key, value): (&'t String, &'t Json)| Entry {
                    key: key.into(),
                    key_span: span,
                    value: Node::of_value(value, span),
                };
                Value::Map(map.iter().map(entry).collect())
            }
        };
        Node { span, value }
    }
}

/// The same place in the whole text.
pub(super) fn moved(span: Span, id: SourceId, by: usize) -> Span {
    let range = span.range();
    Span::new(id, range.start + by..range.end + by)
}
