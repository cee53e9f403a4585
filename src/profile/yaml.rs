//! YAML text -> a tree in which every key and every value knows its place.
//!
//! The tree keeps what serde would lose: duplicate keys, places, the order of entries. Size, depth,
//! nodes and alias expansion are bounded, so that no file can exhaust time or memory.

mod failure;
mod kubectl;
mod parsed;

use serde_yaml::Spanned;
use serde_yaml::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy, Options};

use self::failure::failure;
use self::parsed::{Raw, node};
use crate::diag::{Code, Diagnostic};
use crate::source::{SourceId, SourceMap, Span};

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it was written.
    pub span: Span,
    /// What was written.
    pub value: Value,
}

/// What a YAML node can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`; YAML 1.1's `yes` and `on` are strings here.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Text, quoted or not.
    String(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map, entries in the order written, duplicates kept.
    Map(Vec<Entry>),
}

/// One entry of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key's text. A key that is a number or a boolean is taken as it was written.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Value {
    /// The kind of value, in the words that errors use.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::String(_) => "a string",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

impl Node {
    /// The value under a key of a map; the first where the key stands twice.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.value),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Seq(items) => items,
            _ => &[],
        }
    }

    /// The value without its places; a number that JSON can't hold becomes text.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Int(n) => serde_json::Number::from_i128(*n)
                .map_or_else(|| Json::String(n.to_string()), Json::Number),
            Value::Float(n) => serde_json::Number::from_f64(*n)
                .map_or_else(|| Json::String(n.to_string()), Json::Number),
            Value::String(text) => Json::String(text.clone()),
            Value::Seq(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.to_json()))
                .collect(),
        }
    }

    /// The node, which leaves nothing behind.
    pub(super) fn take(&mut self) -> Node {
        let value = std::mem::replace(&mut self.value, Value::Null);
        Node {
            span: self.span,
            value,
        }
    }

    /// Says of the node and all below it that they stand in another source, of the same text.
    pub(super) fn move_to(&mut self, source: SourceId) {
        self.span.source = source;
        match &mut self.value {
            Value::Seq(items) => items.iter_mut().for_each(|item| item.move_to(source)),
            Value::Map(entries) => {
                for entry in entries {
                    entry.key_span.source = source;
                    entry.value.move_to(source);
                }
            }
            _ => {}
        }
    }

    /// Gives the node and all below it one place.
    pub fn place_all(&mut self, span: Span) {
        self.span = span;
        match &mut self.value {
            Value::Seq(items) => items.iter_mut().for_each(|item| item.place_all(span)),
            Value::Map(entries) => {
                for entry in entries {
                    entry.key_span = span;
                    entry.value.place_all(span);
                }
            }
            _ => {}
        }
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }
}

/// What a file may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Nodes after alias expansion, over all documents.
    pub nodes: usize,
    /// Nodes that come from aliases: a short text can make many of them.
    pub aliased: usize,
    /// Levels of nesting.
    pub depth: usize,
    /// Documents in one file.
    pub documents: usize,
}

impl Limits {
    /// For a profile: one document, far above what a person writes, since it may carry objects that
    /// nobody wrote by hand.
    pub const PROFILE: Limits = Limits {
        bytes: 16 << 20,
        nodes: 400_000,
        aliased: 50_000,
        depth: 136,
        documents: 1,
    };

    /// For manifests found on disk, which may hold whole clusters.
    pub const MANIFEST: Limits = Limits {
        bytes: 256 << 20,
        nodes: 20_000_000,
        aliased: 500_000,
        depth: 128,
        documents: 1_000_000,
    };
}

/// Reads every document of a source. Empty documents give no node.
///
/// # Errors
/// One finding, `yaml-syntax` or `too-large`: the parser can't go on behind it.
pub fn read(
    sources: &SourceMap,
    id: SourceId,
    limits: Limits,
) -> Result<Vec<Node>, Box<Diagnostic>> {
    let text = sources.get(id).map_or("", |source| source.text());
    if text.len() > limits.bytes {
        return Err(Box::new(too_large(id, limits)));
    }
    let parsed: Result<Vec<Spanned<Raw>>, _> =
        serde_yaml::from_multiple_with_options(text, options(limits));
    match parsed {
        Ok(documents) => Ok(documents
            .into_iter()
            .filter(|document| !matches!(document.value, Raw::Null))
            .map(|document| node(document, id, text))
            .collect()),
        Err(error) => Err(Box::new(failure(&error, id, text, limits))),
    }
}

/// A file with more bytes than are read.
pub fn too_large(id: SourceId, limits: Limits) -> Diagnostic {
    let message = format!("this file has more than {} bytes", limits.bytes);
    Diagnostic::new(Code::TooLarge, message).at(Span::new(id, 0..0), "")
}

fn options(limits: Limits) -> Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_nodes: limits.nodes,
            max_events: limits.nodes.saturating_mul(4),
            max_depth: limits.depth,
            max_documents: limits.documents,
            max_aliases: limits.nodes / 10,
            max_total_scalar_bytes: limits.bytes,
            max_recorded_anchor_events: limits.nodes,
            max_recorded_anchor_bytes: limits.bytes,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: limits.aliased,
            max_replay_stack_depth: limits.depth,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (SourceMap, Result<Vec<Node>, Box<Diagnostic>>) {
        let mut sources = SourceMap::new();
        let id = sources.add("t.yaml", text);
        let nodes = read(&sources, id, Limits::PROFILE);
        (sources, nodes)
    }

    #[test]
    fn every_key_and_value_has_its_place() {
        let (sources, nodes) = parse("a: ä\nb:\n  - x: 1\n    y: 'on'\n  - off\n");
        let root = nodes.expect("YAML").remove(0);
        let x = root.get("b").expect("b").items()[0].get("x").expect("x");
        assert_eq!(sources.display(x.span), "t.yaml:3:8");
        assert_eq!(x.value, Value::Int(1));
        let off = &root.get("b").expect("b").items()[1];
        assert_eq!(off.value, Value::String("off".into()));
        assert_eq!(sources.slice(off.span), "off");
        assert_eq!(sources.display(root.entries()[1].key_span), "t.yaml:2:1");
    }

    #[test]
    fn duplicate_keys_are_kept() {
        let (_, nodes) = parse("a: 1\na: 2\n1: x\n");
        let keys: Vec<String> = nodes.expect("YAML")[0]
            .entries()
            .iter()
            .map(|e| e.key.clone())
            .collect();
        assert_eq!(keys, ["a", "a", "1"]);
    }

    #[test]
    fn a_billion_laughs_are_refused() {
        let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for i in 1..10 {
            let before = format!("*a{}", i - 1);
            let items = vec![before; 9].join(", ");
            text.push_str(&format!("a{i}: &a{i} [{items}]\n"));
        }
        let (_, nodes) = parse(&text);
        assert_eq!(nodes.expect_err("refused").code, Code::TooLarge);
    }

    #[test]
    fn a_second_document_is_told_as_one() {
        let (sources, nodes) = parse("a: 1\n---\nb: 2\n");
        let error = nodes.expect_err("two documents");
        assert!(error.message.contains("one YAML document"), "{error:?}");
        let at = error.primary.expect("a place").span;
        assert_eq!(sources.display(at), "t.yaml:2:1");
    }

    #[test]
    fn syntax_errors_have_a_place() {
        let (sources, nodes) = parse("a: 1\nb: [1, 2\nc: 3\n");
        let error = nodes.expect_err("an open bracket");
        assert_eq!(error.code, Code::YamlSyntax);
        let at = error.primary.expect("a place").span;
        assert!(sources.display(at).starts_with("t.yaml:"));
    }
}
