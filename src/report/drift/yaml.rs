//! YAML and JSON as data.

use std::collections::BTreeMap;

use super::data::Data;
use crate::profile::yaml::{self, Limits, Node, Value};
use crate::source::SourceMap;

/// One document as it is; several as a map, each under its kind and name.
pub(super) fn read(text: &str) -> Option<Data> {
    let mut sources = SourceMap::new();
    let id = sources.add("", text);
    let documents = yaml::read(&sources, id, Limits::MANIFEST).ok()?;
    if let [only] = documents.as_slice() {
        return Some(data(only));
    }
    let mut all = BTreeMap::new();
    for (at, document) in documents.iter().enumerate() {
        let name = match label(document) {
            Some(label) if !all.contains_key(&label) => label,
            _ => format!("document {}", at + 1),
        };
        all.insert(name, data(document));
    }
    Some(Data::Documents(all))
}

/// `NetworkPolicy/default/deny-all`.
fn label(document: &Node) -> Option<String> {
    let kind = document.get("kind")?.as_str()?;
    let metadata = document.get("metadata")?;
    let name = metadata.get("name")?.as_str()?;
    let namespace = metadata.get("namespace").and_then(Node::as_str);
    Some(match namespace {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    })
}

fn data(node: &Node) -> Data {
    match &node.value {
        Value::Null => Data::Null,
        Value::Bool(b) => Data::Bool(*b),
        Value::Int(n) => Data::Number(n.to_string()),
        Value::Float(n) => Data::Number(n.to_string()),
        Value::String(text) => Data::Text(text.clone()),
        Value::Seq(items) => Data::List(items.iter().map(data).collect()),
        Value::Map(entries) => {
            let entries = entries.iter().map(|e| (e.key.clone(), data(&e.value)));
            Data::Map(entries.collect())
        }
    }
}
