//! Two contents compared as data: what is said, not how it is written.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use super::{hcl, yaml};
use crate::lang::Language;

/// What a file says.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it reads.
    Number(String),
    /// Text, however it is quoted.
    Text(String),
    /// Terraform that is no literal: `var.project`.
    Expression(String),
    /// A list, whose order counts.
    List(Vec<Data>),
    /// A map, whose order doesn't.
    Map(BTreeMap<String, Data>),
    /// Several documents of one file, by what they are.
    Documents(BTreeMap<String, Data>),
}

/// The fields that differ.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields {
    /// In the order of their paths.
    pub changes: Vec<FieldChange>,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Where: `spec.ingress[0].ports[0].port`.
    pub path: String,
    /// What it said.
    pub before: Option<Data>,
    /// What it says now.
    pub after: Option<Data>,
}

/// Compares as data. None where the language has no such reading, or a text can't be read.
pub fn compare(language: Option<Language>, before: &[u8], after: &[u8]) -> Option<Fields> {
    let read = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?;
        match language? {
            Language::Yaml | Language::Json => yaml::read(text),
            Language::Hcl => hcl::read(text),
            _ => None,
        }
    };
    let mut fields = Fields::default();
    walk("", &read(before)?, &read(after)?, &mut fields.changes);
    Some(fields)
}

fn walk(path: &str, before: &Data, after: &Data, changes: &mut Vec<FieldChange>) {
    match (before, after) {
        _ if before == after => {}
        (Data::Map(old), Data::Map(new)) => maps(|key| below(path, key), old, new, changes),
        (Data::List(old), Data::List(new)) => lists(path, old, new, changes),
        (Data::Documents(old), Data::Documents(new)) => maps(str::to_owned, old, new, changes),
        _ => changes.push(FieldChange {
            path: path.to_owned(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        }),
    }
}

fn maps(
    path: impl Fn(&str) -> String,
    old: &BTreeMap<String, Data>,
    new: &BTreeMap<String, Data>,
    changes: &mut Vec<FieldChange>,
) {
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        either(&path(key), old.get(key), new.get(key), changes);
    }
}

fn either(path: &str, old: Option<&Data>, new: Option<&Data>, changes: &mut Vec<FieldChange>) {
    match (old, new) {
        (Some(old), Some(new)) => walk(path, old, new, changes),
        _ => changes.push(FieldChange {
            path: path.to_owned(),
            before: old.cloned(),
            after: new.cloned(),
        }),
    }
}

/// Things with names are compared by name, wherever they stand; everything else in its place,
/// behind what both lists begin with and before what both end in.
fn lists(path: &str, old: &[Data], new: &[Data], changes: &mut Vec<FieldChange>) {
    if let (Some(old), Some(new)) = (by_name(old), by_name(new)) {
        let mut names: Vec<&str> = old.keys().chain(new.keys()).copied().collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let path = format!("{path}[{name}]");
            either(
                &path,
                old.get(name).copied(),
                new.get(name).copied(),
                changes,
            );
        }
        return;
    }
    let same = |pair: &(&Data, &Data)| pair.0 == pair.1;
    let start = old.iter().zip(new).take_while(same).count();
    let (old, new) = (&old[start..], &new[start..]);
    let end = old.iter().rev().zip(new.iter().rev());
    let end = end.take_while(same).count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    for at in 0..old.len().max(new.len()) {
        let path = format!("{path}[{}]", start + at);
        either(&path, old.get(at), new.get(at), changes);
    }
}

fn by_name(list: &[Data]) -> Option<BTreeMap<&str, &Data>> {
    let mut named = BTreeMap::new();
    for item in list {
        let Data::Map(map) = item else { return None };
        let Some(Data::Text(name)) = map.get("name") else {
            return None;
        };
        if named.insert(name.as_str(), item).is_some() {
            return None;
        }
    }
    Some(named)
}

/// `spec.ports`, and `labels["app.kubernetes.io/name"]` where a dot would mislead.
fn below(path: &str, key: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-".contains(c);
    match (path.is_empty(), key.chars().all(plain)) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[{}]", Json::from(key)),
    }
}

impl Data {
    /// As JSON; an expression in `${…}`.
    pub fn to_json(&self) -> Json {
        match self {
            Data::Null => Json::Null,
            Data::Bool(b) => Json::Bool(*b),
            Data::Number(n) => serde_json::from_str(n).unwrap_or_else(|_| Json::from(n.as_str())),
            Data::Text(text) => Json::from(text.as_str()),
            Data::Expression(text) => Json::from(format!("${{{text}}}")),
            Data::List(items) => items.iter().map(Data::to_json).collect(),
            Data::Map(map) | Data::Documents(map) => {
                let entries = map.iter().map(|(k, v)| (k.clone(), v.to_json()));
                Json::Object(entries.collect())
            }
        }
    }
}

impl fmt::Display for Data {
    /// On one line, as JSON has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Data::Expression(text) => f.write_str(text),
            Data::Number(n) => f.write_str(n),
            other => write!(f, "{}", other.to_json()),
        }
    }
}

impl FieldChange {
    /// `path: before -> after`, or what was added or removed.
    pub fn words(&self) -> String {
        let path = match self.path.as_str() {
            "" => "the whole file",
            path => path,
        };
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{path}: {before} -> {after}"),
            (None, Some(after)) => format!("{path}: {after}"),
            (Some(before), None) => format!("{path}: {before}"),
            (None, None) => path.to_owned(),
        }
    }

    /// `+`, `-` or `~`.
    pub fn mark(&self) -> char {
        match (&self.before, &self.after) {
            (None, _) => '+',
            (_, None) => '-',
            _ => '~',
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str, before: &str, after: &str) -> Vec<String> {
        let language = Language::of_file(name);
        let fields = compare(language, before.as_bytes(), after.as_bytes()).expect("both read");
        let line = |change: &FieldChange| format!("{} {}", change.mark(), change.words());
        fields.changes.iter().map(line).collect()
    }

    #[test]
    fn yaml_is_compared_as_data() {
        let before =
            "# a\na: 1\nb: {x: 'y', z: [1, 2, 3]}\nc: [{name: p, v: 1}, {name: q, v: 2}]\n";
        let same = "b:\n  z: [1, 2, 3] # here\n  x: \"y\"\na: 1\nc:\n- {v: 2, name: q}\n- {name: p, v: 1}\n";
        assert_eq!(words("a.yaml", before, same), [""; 0]);
        let other = "a: '1'\nb: {x: y, z: [1, 3]}\nc: [{name: q, v: 3}]\n\"d.e\": true\n";
        assert_eq!(
            words("a.yaml", before, other),
            [
                "~ a: 1 -> \"1\"",
                "- b.z[1]: 2",
                "- c[p]: {\"name\":\"p\",\"v\":1}",
                "~ c[q].v: 2 -> 3",
                "+ [\"d.e\"]: true",
            ]
        );
    }

    #[test]
    fn documents_are_told_by_what_they_are() {
        let one = "kind: A\nmetadata: {name: x}\nv: 1\n";
        let two = "kind: B\nmetadata: {name: x, namespace: n}\nv: 1\n";
        let before = format!("{one}---\n{two}");
        let after = format!("{}---\n{one}", two.replace("v: 1", "v: 2"));
        assert_eq!(words("a.yaml", &before, &after), ["~ B/n/x.v: 1 -> 2"]);
    }

    #[test]
    fn terraform_is_compared_as_data() {
        let before = "resource \"a\" \"b\" {\n  x = 1 # one\n  y = [var.a, \"s\"]\n  block {\n    z = true\n  }\n}\n";
        let same = "resource \"a\" \"b\" {\n  block { z = true }\n  y = [ var.a , \"s\" ]\n\n  x   = 1\n}\n";
        assert_eq!(words("a.tf", before, same), [""; 0]);
        let other = "resource \"a\" \"b\" {\n  x = var.x\n  y = [var.a]\n  block {\n    z = false\n  }\n}\n";
        assert_eq!(
            words("a.tf", before, other),
            [
                "~ resource.a.b.block.z: true -> false",
                "~ resource.a.b.x: 1 -> var.x",
                "- resource.a.b.y[1]: \"s\"",
            ]
        );
    }
}
