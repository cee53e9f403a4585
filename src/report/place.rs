//! Where things were written, for people and machines.

use serde_json::{Value, json};

use crate::netpol::{PolicyId, RuleRef, World};
use crate::source::{SourceMap, Span};

/// `file:line:column` in brackets behind a blank; nothing where the place is not known.
pub fn in_brackets(sources: &SourceMap, span: Option<Span>) -> String {
    span.map_or_else(String::new, |span| format!(" ({})", sources.display(span)))
}

/// A policy as people name it: `NetworkPolicy default/allow-frontend`.
pub fn policy(world: &World, id: PolicyId) -> String {
    world.policy(id).map_or_else(
        || "?".to_owned(),
        |policy| format!("{} {policy}", policy.spec.kind()),
    )
}

/// A policy as JSON: kind, namespace, name and place.
pub fn policy_json(world: &World, sources: &SourceMap, id: PolicyId) -> Value {
    let Some(policy) = world.policy(id) else {
        return Value::Null;
    };
    let mut value = json!({"kind": policy.spec.kind(), "name": policy.name});
    if let Some(namespace) = &policy.namespace {
        value["namespace"] = json!(namespace);
    }
    add_place(&mut value, sources, policy.spans.policy);
    value
}

/// A rule as JSON: its policy, its number from 1, and its place.
pub fn rule_json(world: &World, sources: &SourceMap, rule: &RuleRef) -> Value {
    let mut value = policy_json(world, sources, rule.policy);
    value["direction"] = json!(rule.direction.lower());
    value["rule"] = json!(rule.number);
    add_place(&mut value, sources, rule.span);
    value
}

pub(super) fn add_place(value: &mut Value, sources: &SourceMap, span: Option<Span>) {
    if let Some((source, at)) = span.and_then(|span| sources.locate(span)) {
        value["file"] = json!(source.name());
        value["line"] = json!(at.line);
        value["column"] = json!(at.column);
    }
}
