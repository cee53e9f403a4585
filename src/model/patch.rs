//! JSON merge patches (RFC 7386): fields laid over an object.
//!
//! Maps merge, everything else is replaced, and `null` takes away. What is laid over an object can
//! be found as well, so that an object that was read can be said as words and a patch.

use serde_json::{Map, Value as Json};

/// Lays a patch over a value.
pub fn apply(value: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Json::Object(Map::new());
    }
    let Json::Object(map) = value else { return };
    for (key, patch) in patch {
        if patch.is_null() {
            map.shift_remove(key);
        } else {
            apply(map.entry(key.clone()).or_insert(Json::Null), patch);
        }
    }
}

/// The patch that makes `to` of `from`; none if they are equal.
pub fn between(from: &Json, to: &Json) -> Option<Json> {
    let (Json::Object(from), Json::Object(to)) = (from, to) else {
        return (from != to).then(|| to.clone());
    };
    let mut patch = Map::new();
    for key in from.keys().filter(|key| !to.contains_key(*key)) {
        patch.insert(key.clone(), Json::Null);
    }
    for (key, to) in to {
        let change = match from.get(key) {
            Some(from) => between(from, to),
            None => Some(to.clone()),
        };
        if let Some(change) = change {
            patch.insert(key.clone(), change);
        }
    }
    (!patch.is_empty()).then_some(Json::Object(patch))
}

/// Every place that a patch changes, as `spec.template.spec.nodeSelector`: maps are gone into, and
/// what is replaced or taken away is one place.
pub fn places(patch: &Json) -> Vec<String> {
    let mut found = Vec::new();
    walk(patch, "", &mut found);
    found
}

fn walk(patch: &Json, path: &str, found: &mut Vec<String>) {
    match patch {
        Json::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let dot = if path.is_empty() { "" } else { "." };
                walk(value, &format!("{path}{dot}{key}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}
