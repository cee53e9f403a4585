//! Structure: does a tree fit the language? Everything that doesn't is found in one walk.
//!
//! What doesn't fit is cut out of the tree, so that the checks behind this one go on with the
//! rest, and a finding never hides the next.

mod findings;
mod texts;

use std::collections::HashMap;

use super::shape::{MapShape, Shape, ShapeId, Shapes};
use super::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, one_of};
use crate::source::SourceMap;
use crate::suggest::nearest;

/// Compares a tree with the language of profiles. Gives back what fits, and what was found.
pub fn fit(node: &Node, sources: &SourceMap) -> (Node, Vec<Diagnostic>) {
    let shapes = Shapes::profile();
    let mut walk = Walk::new(shapes, sources);
    let fitting = walk.node(node, shapes.root);
    let empty = || Node {
        span: node.span,
        value: Value::Map(Vec::new()),
    };
    (fitting.unwrap_or_else(empty), walk.found)
}

/// What is wrong in a tree whatever it means: keys that stand twice, characters that kubectl refuses
/// or changes.
pub fn unfit(node: &Node, sources: &SourceMap) -> Vec<Diagnostic> {
    let mut walk = Walk::new(Shapes::profile(), sources);
    walk.carried(node);
    walk.found
}

struct Walk<'a> {
    shapes: &'a Shapes,
    sources: &'a SourceMap,
    path: String,
    found: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    fn new(shapes: &'a Shapes, sources: &'a SourceMap) -> Self {
        Self {
            shapes,
            sources,
            path: String::new(),
            found: Vec::new(),
        }
    }
}

impl Walk<'_> {
    /// The part of the node that fits; nothing where the node is absent or of the wrong kind.
    fn node(&mut self, node: &Node, id: ShapeId) -> Option<Node> {
        let shape = self.shapes.get(id);
        match (shape, &node.value) {
            (_, Value::Null) => None,
            (shape, Value::String(text))
                if !matches!(shape, Shape::Any) && !self.is_fit(text, node.span) =>
            {
                None
            }
            (Shape::Any, _) => {
                self.carried(node);
                Some(node.clone())
            }
            (Shape::Text, Value::String(_)) | (Shape::Bool, Value::Bool(_)) => Some(node.clone()),
            (
                Shape::IntegerOrText { .. } | Shape::TextOrMap(_) | Shape::NumberOrText,
                Value::String(_),
            )
            | (Shape::NumberOrText, Value::Int(_) | Value::Float(_)) => Some(node.clone()),
            (
                Shape::Integer { min, max } | Shape::IntegerOrText { min, max },
                Value::Int(number),
            ) => self.integer(node, *number, *min, *max),
            (Shape::Word(words), Value::String(word)) => self.word(node, word, words),
            (Shape::List { item, min }, Value::Seq(items)) if items.len() >= *min => {
                Some(self.list(node, items, *item))
            }
            (Shape::List { .. }, Value::Seq(_)) => {
                let message = format!("`{}` is empty", self.last_key());
                let right = "expected one item or more";
                self.push(Diagnostic::new(Code::BadValue, message).at(node.span, right));
                None
            }
            (Shape::Map(map) | Shape::TextOrMap(map), Value::Map(entries)) => {
                Some(self.map(node, entries, map))
            }
            (shape, value) => {
                self.wrong_type(node, shape, value);
                None
            }
        }
    }

    fn list(&mut self, node: &Node, items: &[Node], shape: ShapeId) -> Node {
        let mut kept = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let length = self.enter(&format!("[{index}]"));
            if item.value == Value::Null {
                self.wrong_type(item, self.shapes.get(shape), &item.value);
            }
            kept.extend(self.node(item, shape));
            self.path.truncate(length);
        }
        Node {
            span: node.span,
            value: Value::Seq(kept),
        }
    }

    fn map(&mut self, node: &Node, entries: &[Entry], map: &MapShape) -> Node {
        let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
        let mut seen: HashMap<&str, &Entry> = HashMap::with_capacity(entries.len());
        for entry in entries {
            if let Some(first) = seen.get(entry.key.as_str()) {
                self.duplicate(entry, first);
                continue;
            }
            seen.insert(&entry.key, entry);
            if map.others.is_some() && !self.is_fit(&entry.key, entry.key_span) {
                continue;
            }
            let known = map.keys.iter().find(|(key, _)| *key == entry.key);
            let Some(shape) = known.map(|(_, shape)| *shape).or(map.others) else {
                self.unknown(entry, map);
                continue;
            };
            let length = self.enter_key(&entry.key);
            if known.is_none() && entry.value.value == Value::Null {
                // A known key with nothing behind it is absent; a name of one's own is a slip.
                self.wrong_type(&entry.value, self.shapes.get(shape), &Value::Null);
            }
            if let Some(value) = self.node(&entry.value, shape) {
                kept.push(Entry {
                    key: entry.key.clone(),
                    key_span: entry.key_span,
                    value,
                });
            }
            self.path.truncate(length);
        }
        self.missing(node, &seen, map);
        Node {
            span: node.span,
            value: Value::Map(kept),
        }
    }

    fn integer(&mut self, node: &Node, number: i128, min: i128, max: i128) -> Option<Node> {
        if (min..=max).contains(&number) {
            return Some(node.clone());
        }
        let right = format!("expected {min} to {max}");
        let message = format!("{number} is out of range for `{}`", self.last_key());
        self.push(Diagnostic::new(Code::BadValue, message).at(node.span, right));
        None
    }

    fn word(&mut self, node: &Node, word: &str, words: &[String]) -> Option<Node> {
        if words.iter().any(|known| known == word) {
            return Some(node.clone());
        }
        let message = format!("`{word}` is not a value of `{}`", self.last_key());
        let mut finding = Diagnostic::new(Code::BadValue, message)
            .at(node.span, format!("expected {}", one_of(words)));
        if let Some(near) = nearest(word, words.iter().map(String::as_str)) {
            finding = finding.suggest(node.span, near);
        }
        self.push(finding);
        None
    }

    fn push(&mut self, finding: Diagnostic) {
        let finding = if self.path.is_empty() {
            finding
        } else {
            finding.path(self.path.clone())
        };
        self.found.push(finding);
    }

    fn enter_key(&mut self, key: &str) -> usize {
        let separator = if self.path.is_empty() { "" } else { "." };
        self.enter(&format!("{separator}{key}"))
    }

    fn enter(&mut self, segment: &str) -> usize {
        let length = self.path.len();
        self.path.push_str(segment);
        length
    }

    fn last_key(&self) -> &str {
        match self.path.as_str() {
            "" => "profile",
            path => path.rsplit('.').next().unwrap_or(path),
        }
    }
}
