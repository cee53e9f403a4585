//! Structure: does a tree fit the language? Everything that doesn't is found in one walk.
//!
//! What doesn't fit is cut out of the tree, so that the checks behind this one go on with the
//! rest, and a finding never hides the next.

use super::merge::REMOVE;
use super::shape::{MapShape, Shape, ShapeId, Shapes};
use super::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, one_of};
use crate::source::{SourceMap, Span};
use crate::suggest::nearest;

/// Compares a tree with the language of profiles. Gives back what fits, and what was found.
pub fn fit(node: &Node, sources: &SourceMap) -> (Node, Vec<Diagnostic>) {
    let shapes = Shapes::profile();
    let mut walk = Walk {
        shapes,
        sources,
        path: String::new(),
        found: Vec::new(),
    };
    let fitting = walk.node(node, shapes.root);
    let empty = || Node {
        span: node.span,
        value: Value::Map(Vec::new()),
    };
    (fitting.unwrap_or_else(empty), walk.found)
}

struct Walk<'a> {
    shapes: &'a Shapes,
    sources: &'a SourceMap,
    path: String,
    found: Vec<Diagnostic>,
}

impl Walk<'_> {
    /// The part of the node that fits; nothing where the node is absent or of the wrong kind.
    fn node(&mut self, node: &Node, id: ShapeId) -> Option<Node> {
        let shape = self.shapes.get(id);
        match (shape, &node.value) {
            (_, Value::Null) => None,
            (Shape::Any, _) => {
                self.twice(node);
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
        let mut seen: Vec<&Entry> = Vec::with_capacity(entries.len());
        for entry in entries {
            if let Some(first) = seen.iter().find(|other| other.key == entry.key) {
                self.duplicate(entry, first);
                continue;
            }
            seen.push(entry);
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
                    value,
                    ..entry.clone()
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

    fn wrong_type(&mut self, node: &Node, shape: &Shape, value: &Value) {
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

    fn duplicate(&mut self, entry: &Entry, first: &Entry) {
        let message = format!("the key `{}` stands here twice", entry.key);
        self.push(
            Diagnostic::new(Code::DuplicateKey, message)
                .at(entry.key_span, "remove one of the two")
                .and(first.key_span, "it stands here first"),
        );
    }

    /// Keys that stand twice in what is carried as it is: kubectl refuses them.
    fn twice(&mut self, node: &Node) {
        node.items().iter().for_each(|item| self.twice(item));
        for (index, entry) in node.entries().iter().enumerate() {
            let before = &node.entries()[..index];
            if let Some(first) = before.iter().find(|other| other.key == entry.key) {
                self.duplicate(entry, first);
            }
            self.twice(&entry.value);
        }
    }

    fn unknown(&mut self, entry: &Entry, map: &MapShape) {
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
    fn missing(&mut self, node: &Node, seen: &[&Entry], map: &MapShape) {
        for key in &map.required {
            let entry = seen.iter().find(|entry| entry.key == *key);
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
