//! Single values of a profile, and the same profile with one of them changed.

use super::Cause;
use crate::profile::yaml::{Node, Value};
use crate::source::Span;

/// A scalar of a tree, or a key with more below it, which may be taken away.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    key: String,
    /// Which child to take, from the root.
    way: Vec<usize>,
    span: Span,
    pub(super) text: String,
}

impl Leaf {
    /// Whether the line shows the value, as a word of its own.
    pub(super) fn is_in(&self, line: &str) -> bool {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let mut found = line.match_indices(&self.text);
        !self.text.is_empty()
            && found.any(|(at, _)| {
                let (before, after) = (&line[..at], &line[at + self.text.len()..]);
                !before.ends_with(word) && !after.starts_with(word)
            })
    }

    pub(super) fn is_below(&self, key: &str) -> bool {
        let rest = self.key.strip_prefix(key);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    pub(super) fn cause(&self, certain: bool) -> Cause {
        Cause {
            key: self.key.clone(),
            span: self.span,
            certain,
        }
    }
}

/// Every scalar, in the order of the tree.
pub(super) fn leaves(root: &Node) -> Vec<Leaf> {
    let mut found = Vec::new();
    gather(root, String::new(), &mut Vec::new(), &mut found);
    found
}

fn gather(node: &Node, key: String, way: &mut Vec<usize>, found: &mut Vec<Leaf>) {
    let below = |name: &str| match key.is_empty() {
        true => name.to_owned(),
        false => format!("{key}.{name}"),
    };
    let children: Vec<(String, &Node)> = match &node.value {
        Value::Map(entries) => {
            let entries = entries.iter();
            entries.map(|e| (below(&e.key), &e.value)).collect()
        }
        Value::Seq(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| match name(item) {
                Some(name) => (below(name), item),
                None => (format!("{key}[{at}]"), item),
            })
            .collect(),
        scalar => {
            found.extend(text(scalar).map(|text| Leaf {
                key,
                way: way.clone(),
                span: node.span,
                text,
            }));
            return;
        }
    };
    let keys: Vec<Option<(&str, Span)>> = match &node.value {
        Value::Map(entries) => entries
            .iter()
            .map(|e| Some((e.key.as_str(), e.key_span)))
            .collect(),
        _ => vec![None; children.len()],
    };
    for (at, (key, child)) in children.into_iter().enumerate() {
        way.push(at);
        let holds_more = matches!(child.value, Value::Map(_) | Value::Seq(_));
        if let Some((text, span)) = keys.get(at).copied().flatten().filter(|_| holds_more) {
            found.push(Leaf {
                key: key.clone(),
                way: way.clone(),
                span,
                text: text.to_owned(),
            });
        }
        gather(child, key, way, found);
        way.pop();
    }
}

fn name(node: &Node) -> Option<&str> {
    node.get("name")?.as_str()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Bool(b) => Some(b.to_string()),
        Value::Int(n) => Some(n.to_string()),
        Value::Float(n) => Some(n.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// The node under a key such as `policies.deny-all`.
pub(super) fn find<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    if key.is_empty() {
        return Some(node);
    }
    let follow = |name: &str, child: &'n Node| {
        let rest = key.strip_prefix(name)?;
        match rest.strip_prefix('.') {
            Some(rest) => find(child, rest),
            None => rest.is_empty().then_some(child),
        }
    };
    match &node.value {
        Value::Map(entries) => entries.iter().find_map(|e| follow(&e.key, &e.value)),
        Value::Seq(items) => items.iter().find_map(|item| follow(name(item)?, item)),
        _ => None,
    }
}

/// Whether all values that read the same are changed with one: a name that is given in one place
/// may be used in others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Together {
    No,
    Yes,
}

/// The tree with the value changed in ways that may be valid.
pub(super) fn changed<'n>(
    root: &'n Node,
    leaf: &'n Leaf,
    all: &'n [Leaf],
    together: Together,
) -> impl Iterator<Item = Node> + 'n {
    let alike = all.iter().filter(move |other| match together {
        Together::No => other.way == leaf.way,
        Together::Yes => other.text == leaf.text,
    });
    others(root, leaf).into_iter().map(move |value| {
        let mut tree = root.clone();
        alike
            .clone()
            .for_each(|other| put(&mut tree, &other.way, &value));
        tree
    })
}

/// Other values of the same type, likeliest to be valid first.
fn others(root: &Node, leaf: &Leaf) -> Vec<Value> {
    match at(root, &leaf.way).map(|node| &node.value) {
        Some(Value::Bool(b)) => vec![Value::Bool(!b)],
        Some(Value::Int(n)) => vec![Value::Int(n + 1), Value::Int(n - 1), Value::Int(n * 2)],
        Some(Value::Float(n)) => vec![Value::Float(n + 0.5)],
        Some(Value::String(text)) => {
            let words = [format!("{text}x"), format!("{text}1"), format!("x{text}")];
            let words = counted(text).into_iter().chain(words);
            words.map(Value::String).collect()
        }
        Some(Value::Map(_) | Value::Seq(_)) => vec![Value::Null],
        _ => Vec::new(),
    }
}

/// `us-east2` for `us-east1`, and for each number in the text: what has a grammar often has them.
fn counted(text: &str) -> Vec<String> {
    let digit = |c: char| c.is_ascii_digit();
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.rfind(digit).map(|at| at + 1) {
        let start = rest[..end].rfind(|c| !digit(c)).map_or(0, |at| at + 1);
        if let Ok(number) = rest[start..end].parse::<u64>() {
            let (before, after) = (&text[..start], &text[end..]);
            found.push(format!("{before}{}{after}", number.saturating_add(1)));
            found.extend(number.checked_sub(1).map(|n| format!("{before}{n}{after}")));
        }
        rest = &rest[..start];
    }
    found
}

fn at<'n>(node: &'n Node, way: &[usize]) -> Option<&'n Node> {
    let [first, rest @ ..] = way else {
        return Some(node);
    };
    let child = match &node.value {
        Value::Map(entries) => &entries.get(*first)?.value,
        Value::Seq(items) => items.get(*first)?,
        _ => return None,
    };
    at(child, rest)
}

fn put(node: &mut Node, way: &[usize], value: &Value) {
    let [first, rest @ ..] = way else {
        node.value = value.clone();
        return;
    };
    let child = match &mut node.value {
        Value::Map(entries) => entries.get_mut(*first).map(|entry| &mut entry.value),
        Value::Seq(items) => items.get_mut(*first),
        _ => None,
    };
    if let Some(child) = child {
        put(child, rest, value);
    }
}
