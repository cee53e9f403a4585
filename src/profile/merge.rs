//! One tree on top of another: how a profile builds on its bases.
//!
//! Maps merge key by key; lists of named things merge by name; everything else is replaced. A key
//! with nothing behind it removes what the base had there, and so does `remove: true` in a named
//! thing. Each value keeps the place where it was written.

use super::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic};
use crate::suggest::nearest;

/// The key that takes a named thing of the base away.
pub const REMOVE: &str = "remove";

/// Lays `over` on top of `base`.
pub fn merge(base: Node, over: Node, found: &mut Vec<Diagnostic>) -> Node {
    let span = over.span;
    let value = match (base.value, over.value) {
        (Value::Map(base), Value::Map(over)) => Value::Map(maps(base, over, found)),
        (Value::Seq(base), Value::Seq(over)) if named(&base) && named(&over) => {
            Value::Seq(lists(base, over, found))
        }
        (_, over) => over,
    };
    Node { span, value }
}

/// Keys of the base keep their place in the order. A key that stands twice in one file stays
/// there twice, so that it is reported.
fn maps(mut base: Vec<Entry>, over: Vec<Entry>, found: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let mut laid: Vec<String> = Vec::new();
    for entry in over {
        let at = base.iter().position(|other| other.key == entry.key);
        match at {
            Some(at) if !laid.contains(&entry.key) => {
                laid.push(entry.key.clone());
                if entry.value.value == Value::Null {
                    base.remove(at);
                    continue;
                }
                let below = base[at].value.take();
                base[at] = Entry {
                    value: merge(below, entry.value, found),
                    ..entry
                };
            }
            _ => {
                laid.push(entry.key.clone());
                base.push(entry);
            }
        }
    }
    base
}

fn lists(mut base: Vec<Node>, over: Vec<Node>, found: &mut Vec<Diagnostic>) -> Vec<Node> {
    for item in over {
        let Some(name) = name(&item) else {
            continue;
        };
        let at = base
            .iter()
            .position(|other| self::name(other) == Some(name));
        match (at, removes(&item)) {
            (Some(at), true) => {
                base.remove(at);
            }
            (Some(at), false) => {
                let below = base[at].take();
                base[at] = merge(below, item, found);
            }
            (None, true) => found.push(nothing_to_remove(name, &item, &base)),
            (None, false) => base.push(item),
        }
    }
    base
}

fn nothing_to_remove(gone: &str, item: &Node, base: &[Node]) -> Diagnostic {
    let span = item.get("name").map_or(item.span, |name| name.span);
    let finding = Diagnostic::new(Code::UnknownName, format!("there is no `{gone}` to remove"));
    match nearest(gone, base.iter().filter_map(name)) {
        Some(near) => finding
            .at(span, format!("the base has `{near}`"))
            .suggest(span, near),
        None => finding.at(span, "the base has nothing of this name"),
    }
}

/// Whether every item is a map with a name of its own.
fn named(items: &[Node]) -> bool {
    let names: Option<Vec<&str>> = items.iter().map(name).collect();
    names.is_some_and(|mut names| {
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        names.len() == all
    })
}

fn name(item: &Node) -> Option<&str> {
    item.get("name")?.as_str()
}

fn removes(item: &Node) -> bool {
    item.get(REMOVE)
        .is_some_and(|value| value.value == Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::yaml::{Limits, read};
    use crate::source::SourceMap;

    fn tree(text: &str) -> Node {
        let mut sources = SourceMap::new();
        let id = sources.add("t.yaml", text);
        read(&sources, id, Limits::PROFILE).expect("YAML").remove(0)
    }

    fn merged(base: &str, over: &str) -> (String, usize) {
        let mut found = Vec::new();
        let node = merge(tree(base), tree(over), &mut found);
        (node.to_json().to_string(), found.len())
    }

    #[test]
    fn maps_merge_and_a_key_without_a_value_removes() {
        let (text, _) = merged("a: 1\nb: {c: 1, d: 2}\ne: 3\n", "b: {d: 3, f: 4}\ne:\n");
        assert_eq!(text, r#"{"a":1,"b":{"c":1,"d":3,"f":4}}"#);
    }

    #[test]
    fn named_things_merge_by_name_and_can_be_removed() {
        let (text, found) = merged(
            "- {name: a, x: 1}\n- {name: b, x: 2}\n",
            "- {name: b, remove: true}\n- {name: a, y: 2}\n- {name: c}\n- {name: z, remove: true}\n",
        );
        assert_eq!(text, r#"[{"name":"a","x":1,"y":2},{"name":"c"}]"#);
        assert_eq!(found, 1);
    }

    #[test]
    fn other_lists_are_replaced() {
        let (text, _) = merged("l: [1, 2]\n", "l: [3]\n");
        assert_eq!(text, r#"{"l":[3]}"#);
    }
}
