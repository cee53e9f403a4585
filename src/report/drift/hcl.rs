//! Terraform as data: blocks by type and labels, literals as values, everything else as text
//! without layout and comments.

use std::collections::BTreeMap;

use hcl_edit::Number;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Body, Structure};

use super::data::Data;

pub(super) fn read(text: &str) -> Option<Data> {
    let body: Body = text.parse().ok()?;
    Some(Data::Map(map(&body)))
}

fn map(body: &Body) -> BTreeMap<String, Data> {
    let mut found = BTreeMap::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                found.insert(attribute.key.to_string(), data(&attribute.value));
            }
            Structure::Block(block) => {
                let mut path = vec![block.ident.to_string()];
                path.extend(block.labels.iter().map(|label| label.as_str().to_owned()));
                put(&mut found, &path, Data::Map(map(&block.body)));
            }
        }
    }
    found
}

/// Blocks of one name become a list.
fn put(into: &mut BTreeMap<String, Data>, path: &[String], block: Data) {
    let [name, rest @ ..] = path else { return };
    if !rest.is_empty() {
        let below = into
            .entry(name.clone())
            .or_insert_with(|| Data::Map(BTreeMap::new()));
        if let Data::Map(below) = below {
            put(below, rest, block);
        }
        return;
    }
    match into.remove(name) {
        None => into.insert(name.clone(), block),
        Some(Data::List(mut all)) => {
            all.push(block);
            into.insert(name.clone(), Data::List(all))
        }
        Some(first) => into.insert(name.clone(), Data::List(vec![first, block])),
    };
}

fn data(expression: &Expression) -> Data {
    match expression {
        Expression::Null(_) => Data::Null,
        Expression::Bool(b) => Data::Bool(*b.value()),
        Expression::Number(n) => number(n.value()),
        Expression::String(text) => Data::Text(text.value().clone()),
        Expression::Array(items) => Data::List(items.iter().map(data).collect()),
        Expression::Object(object) => {
            let entries = object.iter().map(|(k, v)| (key(k), data(v.expr())));
            Data::Map(entries.collect())
        }
        Expression::Parenthesis(inner) => data(inner.inner()),
        other => Data::Expression(squeezed(&other.to_string())),
    }
}

fn number(n: &Number) -> Data {
    Data::Number(n.to_string())
}

fn key(key: &ObjectKey) -> String {
    match key {
        ObjectKey::Ident(ident) => ident.as_str().to_owned(),
        ObjectKey::Expression(Expression::String(text)) => text.value().clone(),
        ObjectKey::Expression(other) => squeezed(&other.to_string()),
    }
}

/// Without comments, and without space but between two words.
fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut space = false;
    while let Some(c) = rest.chars().next() {
        let comment = match rest {
            _ if rest.starts_with('#') || rest.starts_with("//") => rest.find('\n'),
            _ if rest.starts_with("/*") => rest.find("*/").map(|at| at + 2),
            _ => Some(0),
        };
        let length = match (comment, c) {
            (None, _) => rest.len(),
            (Some(length), _) if length > 0 => length,
            (_, '"') => {
                out.extend(space_before(&out, c, space));
                let end = string_end(rest);
                out.push_str(&rest[..end]);
                space = false;
                rest = &rest[end..];
                continue;
            }
            _ if c.is_whitespace() => c.len_utf8(),
            _ => {
                out.extend(space_before(&out, c, space));
                out.push(c);
                space = false;
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        space = true;
        rest = &rest[length..];
    }
    out
}

fn space_before(out: &str, c: char, space: bool) -> Option<char> {
    let word = |c: char| c.is_alphanumeric() || "_\"".contains(c);
    (space && word(c) && out.ends_with(word)).then_some(' ')
}

fn string_end(text: &str) -> usize {
    let mut escaped = false;
    let mut inside = text.char_indices().skip(1);
    let end = inside.find(|(_, c)| {
        let end = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        end
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}
