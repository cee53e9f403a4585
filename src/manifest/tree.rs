//! The tree of one document, on loan from its text.
//!
//! As the profile's tree, each key and value knows its place. Unlike it, keys and strings are
//! slices of the text wherever they stand there as they are: a whole cluster has millions.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::profile::yaml;
use crate::source::{SourceId, SourceMap, Span};

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
    /// A bare word, such as `yes`, that kubectl takes for a boolean and people for a text.
    Word(String, bool),
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
    /// A scalar of the full parser; what holds others becomes nothing.
    fn of_scalar(value: yaml::Value) -> Self {
        match value {
            yaml::Value::Bool(truth) => Value::Bool(truth),
            yaml::Value::Int(number) => i64::try_from(number).map_or(Value::Number, Value::Int),
            yaml::Value::Float(_) => Value::Number,
            yaml::Value::String(text) => Value::String(text.into()),
            yaml::Value::Null | yaml::Value::Seq(_) | yaml::Value::Map(_) => Value::Null,
        }
    }

    /// The kind of value, in the words that errors use.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) | Value::Word(..) => "a boolean",
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
            Value::Word(text, _) => Some(text),
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

    /// As JSON, as far as it is read here: numbers that are no whole ones are left out.
    pub(super) fn to_json(&self) -> Json {
        match &self.value {
            Value::Null | Value::Number => Json::Null,
            Value::Bool(truth) | Value::Word(_, truth) => Json::Bool(*truth),
            Value::Int(number) => Json::from(*number),
            Value::String(text) => Json::from(text.as_ref()),
            Value::Seq(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => {
                let entry = |entry: &Entry<'_>| (entry.key.to_string(), entry.value.to_json());
                Json::Object(entries.iter().map(entry).collect())
            }
        }
    }

    /// The tree that the full parser made of a part of a text which begins at a place. Scalars mean
    /// what they mean to kubectl.
    pub(super) fn of(mut node: yaml::Node, part: &SourceMap, at: (SourceId, usize)) -> Self {
        let written = part.slice(node.span).trim();
        node.scalar_as_kubectl_reads(part);
        let span = moved(node.span, at.0, at.1);
        let value = match node.value {
            yaml::Value::Bool(truth) if !matches!(written, "true" | "false") => {
                Value::Word(written.to_owned(), truth)
            }
            yaml::Value::Seq(items) => {
                let items = items.into_iter().map(|item| Node::of(item, part, at));
                Value::Seq(items.collect())
            }
            yaml::Value::Map(entries) => {
                let entry = |entry: yaml::Entry| Entry {
                    key: entry.key.into(),
                    key_span: moved(entry.key_span, at.0, at.1),
                    value: Node::of(entry.value, part, at),
                };
                Value::Map(entries.into_iter().map(entry).collect())
            }
            scalar => Value::of_scalar(scalar),
        };
        Node { span, value }
    }

    /// An object of a profile, where every scalar is what it says.
    pub(super) fn of_profile(node: &yaml::Node) -> Self {
        let value = match &node.value {
            yaml::Value::Seq(items) => Value::Seq(items.iter().map(Node::of_profile).collect()),
            yaml::Value::Map(entries) => {
                let entry = |entry: &yaml::Entry| Entry {
                    key: entry.key.clone().into(),
                    key_span: entry.key_span,
                    value: Node::of_profile(&entry.value),
                };
                Value::Map(entries.iter().map(entry).collect())
            }
            scalar => Value::of_scalar(scalar.clone()),
        };
        Node {
            span: node.span,
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
