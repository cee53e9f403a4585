//! JSON: `serde_json` writes it and reads it back.

use std::ops::Range;

use super::{Language, RereadError};

/// One JSON string.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Reads one JSON value, and nothing behind it.
///
/// # Errors
/// Where the text is not JSON.
pub fn reread(text: &str) -> Result<(), RereadError> {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => Ok(()),
        Err(error) => {
            let words = error.to_string();
            let message = words.split(" at line ").next().unwrap_or_default();
            Err(RereadError::new(Language::Json, message).at(error.line(), error.column()))
        }
    }
}

/// The places of the values in a text that is several JSON objects one behind another, as `jq` prints
/// them; none if it is anything else.
pub fn stream(text: &str) -> Option<Vec<Range<usize>>> {
    if !text.trim_start().starts_with('{') || !text.contains("}\n{") {
        return None;
    }
    let values = serde_json::Deserializer::from_str(text);
    let mut values = values.into_iter::<serde::de::IgnoredAny>();
    let (mut places, mut start) = (Vec::new(), 0);
    while let Some(value) = values.next() {
        value.ok()?;
        places.push(start..values.byte_offset());
        start = values.byte_offset();
    }
    (places.len() > 1).then_some(places)
}

/// Any value, with its lines after the first at column `indent`.
pub fn pretty(value: &serde_json::Value, indent: usize) -> String {
    let text = format!("{value:#}");
    text.replace('\n', &format!("\n{}", " ".repeat(indent)))
}
