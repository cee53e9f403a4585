//! JSON: `serde_json` writes it and reads it back.

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

/// Any value, with its lines after the first at column `indent`.
pub fn pretty(value: &serde_json::Value, indent: usize) -> String {
    let text = format!("{value:#}");
    text.replace('\n', &format!("\n{}", " ".repeat(indent)))
}
