//! The profile language as JSON Schema 2020-12, generated from the raw types.
//!
//! There are three documents. The *language* is what a whole profile is, once its layers are laid:
//! the structural walk is compiled from it. The *profile schema* is for editors, which see one file
//! at a time: a file with `extends`, or an application with `use`, may leave out what its base has
//! and may take away. The *application schema* is for files of the catalogue.

mod layered;

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::raw::RawProfile;

/// Where the schema of profiles is kept beside them, so that editors find it.
pub const FILE_NAME: &str = "profile.schema.json";

/// Where the schema of the catalogue's files is kept, beside that of profiles.
pub const APP_FILE_NAME: &str = "apps.schema.json";

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

static LANGUAGE: LazyLock<Value> = LazyLock::new(|| {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let root = generator.subschema_for::<RawProfile>().to_value();
    let mut root = tidy(root);
    root["$defs"] = tidy(Value::Object(generator.take_definitions(true)));
    root
});

static PROFILE: LazyLock<Value> = LazyLock::new(|| {
    let defs = layered::definitions(&LANGUAGE);
    let profile = layered::choice(&defs, "Profile", "extends");
    document("A dplab profile", profile, defs)
});

static APP: LazyLock<Value> = LazyLock::new(|| {
    let mut defs = layered::definitions(&LANGUAGE);
    let mut app = defs.remove("App").unwrap_or_default();
    if let Some(keys) = app["properties"].as_object_mut() {
        keys.shift_remove("use");
    }
    document("An application for dplab", app, defs)
});

/// A document with only those definitions that it needs.
fn document(title: &str, root: Value, defs: Map<String, Value>) -> Value {
    let mut document = json!({"$schema": DIALECT, "title": title});
    if let (Value::Object(document), Value::Object(root)) = (&mut document, root) {
        document.extend(root);
        let mut needed = Vec::new();
        needs(&Value::Object(document.clone()), &defs, &mut needed);
        let mut defs = defs;
        defs.retain(|name, _| needed.contains(name));
        document.insert("$defs".to_owned(), Value::Object(defs));
    }
    document
}

/// The names of the definitions that a schema leads to.
fn needs(schema: &Value, defs: &Map<String, Value>, names: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(definition_name)
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
                if let Some(definition) = defs.get(name) {
                    needs(definition, defs, names);
                }
            }
            map.values().for_each(|value| needs(value, defs, names));
        }
        Value::Array(items) => items.iter().for_each(|item| needs(item, defs, names)),
        _ => {}
    }
}

/// The name of the definition behind a `$ref`.
fn definition_name(reference: &Value) -> Option<&str> {
    reference.as_str()?.strip_prefix("#/$defs/")
}

/// Names without the code's prefix, and descriptions as one line: they are for people.
fn tidy(schema: Value) -> Value {
    match schema {
        Value::Object(map) => bounded(map)
            .into_iter()
            .map(|(key, value)| (plain_name(&key), tidy(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(tidy).collect(),
        Value::String(text) => match text.strip_prefix("#/$defs/") {
            Some(name) => format!("#/$defs/{}", plain_name(name)).into(),
            None => text.replace('\n', " ").into(),
        },
        other => other,
    }
}

/// A number's bounds, which `format` alone tells no validator.
fn bounded(mut schema: Map<String, Value>) -> Map<String, Value> {
    if schema.get("format") == Some(&json!("uint32")) {
        schema.entry("maximum").or_insert_with(|| u32::MAX.into());
    }
    schema
}

fn plain_name(key: &str) -> String {
    match key.strip_prefix("Raw") {
        Some(name) if name.starts_with(char::is_uppercase) => name.to_owned(),
        _ => key.to_owned(),
    }
}

/// The language: what a whole profile is, once its layers are laid.
pub fn language() -> &'static Value {
    &LANGUAGE
}

/// The schema of one file of a profile, for editors.
pub fn profile() -> &'static Value {
    &PROFILE
}

/// The schema of one file of the catalogue, for editors.
pub fn app() -> &'static Value {
    &APP
}

/// A schema as text: pretty-printed, with a final newline.
pub fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}
