//! Reading fields of a placed YAML tree, with a problem where a value has the wrong type.

use super::problem::{Problem, What};
use super::tree::{Node, Value};
use crate::model::labels::Labels;
use crate::source::Span;
use crate::suggest::nearest;

/// What goes wrong while one object is read.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    pub(super) object: String,
    pub(super) problems: Vec<Problem>,
}

impl Trouble {
    pub(super) fn new(object: String) -> Self {
        Self {
            object,
            problems: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, span: Span, what: impl Into<What>) {
        self.problems.push(Problem {
            what: what.into(),
            span,
            object: self.object.clone(),
        });
    }

    /// The value, or a problem at a place.
    pub(super) fn take<T, E: Into<What>>(&mut self, span: Span, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(span, error);
                None
            }
        }
    }

    pub(super) fn failed(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.what.severity() == crate::diag::Severity::Error)
    }

    fn wrong(&mut self, key: &str, node: &Node, wanted: &'static str) {
        let what = What::Type {
            key: key.to_owned(),
            wanted,
            found: node.value.kind(),
        };
        self.add(node.span, what);
    }

    /// The text under a key.
    pub(super) fn text<'n>(&mut self, node: &'n Node<'n>, key: &str) -> Option<&'n str> {
        let found = given(node, key)?;
        if found.as_str().is_none() {
            self.wrong(key, found, "a string");
        }
        found.as_str()
    }

    /// The list under a key, and whether it was given at all. `null` is not given.
    pub(super) fn list<'n>(&mut self, node: &'n Node<'n>, key: &str) -> Option<&'n [Node<'n>]> {
        let found = given(node, key)?;
        if let Value::Seq(items) = &found.value {
            return Some(items);
        }
        self.wrong(key, found, "a list");
        None
    }

    /// The map under a key. `null` is not given.
    pub(super) fn map<'n>(&mut self, node: &'n Node<'n>, key: &str) -> Option<&'n Node<'n>> {
        let found = given(node, key)?;
        if matches!(found.value, Value::Map(_)) {
            return Some(found);
        }
        self.wrong(key, found, "a map");
        None
    }

    /// The truth under a key.
    pub(super) fn truth(&mut self, node: &Node, key: &str) -> Option<bool> {
        let found = given(node, key)?;
        if let Value::Bool(truth) | Value::Word(_, truth) = found.value {
            return Some(truth);
        }
        self.wrong(key, found, "`true` or `false`");
        None
    }

    /// The whole number under a key.
    pub(super) fn number(&mut self, node: &Node, key: &str) -> Option<i64> {
        let found = given(node, key)?;
        if let Value::Int(number) = found.value {
            return Some(number);
        }
        self.wrong(key, found, "a whole number");
        None
    }

    /// A map of texts under a key.
    pub(super) fn labels(&mut self, node: &Node, key: &str) -> Option<Labels> {
        let map = self.map(node, key)?;
        let mut pairs = Vec::with_capacity(map.entries().len());
        for entry in map.entries() {
            match entry.value.as_str() {
                Some(value) => pairs.push((entry.key.as_ref(), value)),
                None if matches!(entry.value.value, Value::Null) => {
                    pairs.push((entry.key.as_ref(), ""))
                }
                None => self.wrong(&entry.key, &entry.value, "a string"),
            }
        }
        // That a key stands there twice is told for every map alike.
        Some(pairs.into_iter().collect())
    }

    /// The labels of pods or of a namespace, as the API server takes them.
    pub(super) fn object_labels(&mut self, metadata: &Node) -> Labels {
        let labels = self.labels(metadata, "labels").unwrap_or_default();
        let place = given(metadata, "labels").map_or(metadata.span, |found| found.span);
        for problem in labels.problems() {
            self.add(place, problem);
        }
        labels
    }

    /// A list of texts under a key.
    pub(super) fn texts(&mut self, node: &Node, key: &str) -> Option<Vec<String>> {
        let items = self.list(node, key)?;
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => self.wrong(key, item, "a list of strings"),
            }
        }
        Some(texts)
    }

    /// Notes keys that are none of the known ones.
    pub(super) fn keys(&mut self, node: &Node, place: &'static str, known: &[&str]) {
        if !matches!(node.value, Value::Map(_) | Value::Null) {
            self.wrong(place, node, "a map");
        }
        for entry in node.entries() {
            if !known.contains(&entry.key.as_ref()) {
                let what = What::UnknownKey {
                    key: entry.key.to_string(),
                    place,
                    nearest: nearest(&entry.key, known.iter().copied()).map(str::to_owned),
                };
                self.add(entry.key_span, what);
            }
        }
    }
}

/// The value under a key, unless it is `null`: to Kubernetes that is the same as absent.
pub(super) fn given<'n>(node: &'n Node<'n>, key: &str) -> Option<&'n Node<'n>> {
    node.get(key)
        .filter(|found| !matches!(found.value, Value::Null))
}

/// The value along some keys.
pub(super) fn along<'n>(node: &'n Node<'n>, keys: &[&str]) -> Option<&'n Node<'n>> {
    keys.iter().try_fold(node, |node, key| given(node, key))
}
