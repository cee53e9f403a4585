//! The profile language as JSON Schema 2020-12, generated from the raw types.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::raw::RawProfile;

/// Where the schema is kept beside the profiles, so that editors find it.
pub const FILE_NAME: &str = "profile.schema.json";

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let generator = SchemaSettings::draft2020_12().into_generator();
    tidy(generator.into_root_schema_for::<RawProfile>().to_value())
});

/// Names without the code's prefix, and descriptions as one line: they are for people.
fn tidy(schema: Value) -> Value {
    match schema {
        Value::Object(map) => map
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

fn plain_name(key: &str) -> String {
    match key.strip_prefix("Raw") {
        Some(name) if name.starts_with(char::is_uppercase) => name.to_owned(),
        _ => key.to_owned(),
    }
}

/// The schema of a profile.
pub fn profile() -> &'static Value {
    &SCHEMA
}

/// The schema as text: pretty-printed, with a final newline.
pub fn text() -> String {
    format!("{:#}\n", profile())
}
