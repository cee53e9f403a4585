//! Config Connector: the objects fit the fields of its custom resources.

use serde_json::{Map, Value};

use super::{labs, random};
use crate::support::shared;

/// The kinds that Config Connector knows, by name.
fn kinds() -> Option<Map<String, Value>> {
    let path = shared("data/kcc-schema.json")?;
    let text = std::fs::read_to_string(path).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    schema["kinds"].as_object().cloned()
}

pub(super) fn documents(text: &str) -> Vec<Value> {
    let parts = text.split("\n---\n");
    parts
        .map(|part| serde_yaml::from_str(part).unwrap_or_else(|error| panic!("{error}\n{part}")))
        .collect()
}

/// Says where a value doesn't fit its schema.
fn fit(at: &str, schema: &Value, value: &Value, out: &mut Vec<String>) {
    match schema {
        Value::String(leaf) => fit_leaf(at, leaf, value, out),
        Value::Array(item) => match value {
            Value::Array(values) => values.iter().for_each(|v| fit(at, &item[0], v, out)),
            _ => out.push(format!("{at}: not a list")),
        },
        Value::Object(fields) if fields.contains_key("map") => match value {
            Value::Object(map) => map.values().for_each(|v| fit(at, &fields["map"], v, out)),
            _ => out.push(format!("{at}: not a map")),
        },
        Value::Object(fields) if fields.contains_key("enum") => {
            let known = fields["enum"].as_array().unwrap().contains(value);
            if !known {
                out.push(format!("{at}: {value} is none of {}", fields["enum"]));
            }
        }
        Value::Object(fields) => fit_object(at, fields, value, out),
        _ => out.push(format!("{at}: a schema that this test doesn't know")),
    }
}

fn fit_leaf(at: &str, leaf: &str, value: &Value, out: &mut Vec<String>) {
    let fits = match leaf {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "ref" => value.as_object().is_some_and(|object| {
            let known = |key: &String| ["name", "namespace", "external"].contains(&key.as_str());
            object.keys().all(known) && !object.is_empty()
        }),
        _ => false,
    };
    if !fits {
        out.push(format!("{at}: {value} is no {leaf}"));
    }
}

fn fit_object(at: &str, fields: &Map<String, Value>, value: &Value, out: &mut Vec<String>) {
    let Value::Object(object) = value else {
        out.push(format!("{at}: not an object"));
        return;
    };
    for (key, value) in object {
        match fields.get(key) {
            Some(schema) => fit(&format!("{at}.{key}"), schema, value, out),
            None => out.push(format!("{at}: no field {key}")),
        }
    }
    let required = fields.get("!").and_then(Value::as_array);
    for key in required.into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(key) {
            out.push(format!("{at}: {key} is missing"));
        }
    }
}

#[test]
fn the_objects_fit_config_connector() {
    let Some(kinds) = kinds() else {
        return;
    };
    let renderer = labs::renderer();
    let random = (0..60).map(random::lab);
    let labs = labs::shipped().into_iter().chain(labs::variants());
    for named in labs.chain(random) {
        for (path, text) in labs::files(&renderer, &named.lab, "kcc/") {
            for object in documents(&text) {
                let kind = object["kind"].as_str().unwrap();
                let schema = &kinds[kind];
                assert_eq!(object["apiVersion"], schema["apiVersion"]);
                let mut misfits = Vec::new();
                fit(kind, &schema["spec"], &object["spec"], &mut misfits);
                assert!(misfits.is_empty(), "{}: {path}: {misfits:#?}", named.name);
            }
        }
    }
}

#[test]
fn nobody_gets_it_unasked() {
    for named in labs::shipped() {
        let planned = dplab::plan::plan(&named.lab).unwrap();
        let unasked = planned
            .iter()
            .any(|file| file.path.as_str().starts_with("kcc/"));
        assert!(!unasked, "{}", named.name);
    }
}

#[test]
fn whoever_asks_gets_it() {
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_dplab"))
        .args(["generate", "profiles/online-boutique.yaml"])
        .args(["--stdout", "--only", "kcc"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.contains("kind: ContainerCluster\n"), "{text}");
    assert!(!text.contains("kind: Deployment\n"), "{text}");
}
