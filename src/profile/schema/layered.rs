//! Definitions for files that lie on top of others: what their base has may be missing or taken
//! away, and nothing else is forgiven.

use serde_json::{Map, Value, json};

use super::definition_name;
use crate::profile::merge::REMOVE;

/// What the relaxed twin of a definition is called.
const PREFIX: &str = "Layered";

/// The language's definitions, each with its relaxed twin where the two differ. Wherever an
/// application stands, `use` decides between its two forms.
pub(super) fn definitions(language: &Value) -> Map<String, Value> {
    let strict = language["$defs"].as_object().cloned().unwrap_or_default();
    let relax = Relax { strict: &strict };
    let twins = strict.iter().filter(|(name, _)| relax.has_twin(name));
    let mut all: Map<String, Value> = twins
        .map(|(name, schema)| (format!("{PREFIX}{name}"), relax.twin(name, schema)))
        .collect();
    let app = json!({"anyOf": [choice(&strict, "App", "use"), {"type": "null"}]});
    all.extend(strict);
    if let Some(profile) = all.get_mut("Profile") {
        profile["properties"]["app"] = app;
    }
    all.sort_keys();
    all
}

/// A definition in its strict form, or in its relaxed one where a key names what lies below.
pub(super) fn choice(defs: &Map<String, Value>, name: &str, key: &str) -> Value {
    let description = defs.get(name).map(|schema| schema["description"].clone());
    json!({
        "description": description,
        "if": {
            "required": [key],
            "properties": {(key): {"type": ["string", "array"]}}
        },
        "then": {"$ref": format!("#/$defs/{PREFIX}{name}")},
        "else": {"$ref": format!("#/$defs/{name}")}
    })
}

struct Relax<'a> {
    strict: &'a Map<String, Value>,
}

impl Relax<'_> {
    fn has_twin(&self, name: &str) -> bool {
        let schema = self.strict.get(name);
        schema.is_some_and(|schema| schema["type"] == "object")
    }

    /// A thing of a list can be taken away by its name, so that must be given.
    fn twin(&self, name: &str, schema: &Value) -> Value {
        let mut twin = self.schema(schema);
        if self.is_named_item(name) {
            if required(schema, "name") {
                twin["required"] = json!(["name"]);
                twin["properties"]["name"] = schema["properties"]["name"].clone();
            }
            twin["properties"][REMOVE] = json!({
                "description": "Take away what the base has under this name.",
                "type": "boolean"
            });
        }
        twin
    }

    fn is_named_item(&self, name: &str) -> bool {
        let schema = self.strict.get(name);
        let has_name = schema.is_some_and(|schema| schema["properties"].get("name").is_some());
        has_name && self.strict.values().any(|schema| has_item(schema, name))
    }

    fn schema(&self, schema: &Value) -> Value {
        let Value::Object(map) = schema else {
            return schema.clone();
        };
        let relaxed = map.iter().filter_map(|(key, value)| {
            let value = match key.as_str() {
                "$ref" => self.reference(value),
                "anyOf" => self.each(value),
                "items" => self.item(value),
                "properties" => self.properties(value),
                "additionalProperties" if value.is_object() => nullable(self.schema(value)),
                "required" => return None,
                _ => value.clone(),
            };
            Some((key.clone(), value))
        });
        Value::Object(relaxed.collect())
    }

    fn reference(&self, reference: &Value) -> Value {
        match definition_name(reference) {
            Some(name) if self.has_twin(name) => format!("#/$defs/{PREFIX}{name}").into(),
            _ => reference.clone(),
        }
    }

    fn each(&self, alternatives: &Value) -> Value {
        let all = alternatives.as_array().into_iter().flatten();
        all.map(|one| self.schema(one)).collect()
    }

    fn properties(&self, keys: &Value) -> Value {
        let all = keys.as_object().into_iter().flatten();
        all.map(|(key, schema)| (key.clone(), nullable(self.schema(schema))))
            .collect()
    }

    /// Lists of named things merge by name; any other list is replaced as a whole, so what stands
    /// in it must be whole.
    fn item(&self, item: &Value) -> Value {
        match definition_name(&item["$ref"]) {
            Some(name) if self.is_named_item(name) => self.schema(item),
            _ => item.clone(),
        }
    }
}

/// Whether a schema holds a list of these.
fn has_item(schema: &Value, name: &str) -> bool {
    match schema {
        Value::Object(map) => map.iter().any(|(key, value)| {
            let item = key == "items" && definition_name(&value["$ref"]) == Some(name);
            item || has_item(value, name)
        }),
        Value::Array(all) => all.iter().any(|schema| has_item(schema, name)),
        _ => false,
    }
}

/// Also takes nothing at all.
fn nullable(mut schema: Value) -> Value {
    let nothing = json!("null");
    match &mut schema["type"] {
        Value::String(one) => {
            let both = json!([one, nothing]);
            schema["type"] = both;
            schema
        }
        Value::Array(many) => {
            if !many.contains(&nothing) {
                many.push(nothing);
            }
            schema
        }
        _ => or_null(schema),
    }
}

fn or_null(mut schema: Value) -> Value {
    if let Some(map) = schema.as_object_mut() {
        // Looking at `type` has made it.
        map.shift_remove("type");
    }
    let nothing = json!({"type": "null"});
    match &schema["anyOf"] {
        Value::Array(any) if any.contains(&nothing) => schema,
        _ => json!({"anyOf": [schema, nothing]}),
    }
}

fn required(schema: &Value, key: &str) -> bool {
    let all = schema["required"].as_array();
    all.is_some_and(|all| all.contains(&json!(key)))
}
