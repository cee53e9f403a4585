//! Scalars of a manifest as kubectl reads them, which is by YAML 1.1: a bare `on` is a boolean
//! there, and `0755` an octal number. What comes in is said again so that both readings agree.

use serde_json::{Value as Json, json};

use crate::profile::yaml::{Node, Value};
use crate::source::SourceMap;

/// A tree without its places, each bare scalar read by YAML 1.1.
pub(super) fn to_json(sources: &SourceMap, node: &Node) -> Json {
    match &node.value {
        Value::Seq(items) => items.iter().map(|item| to_json(sources, item)).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), to_json(sources, &entry.value)))
            .collect(),
        Value::String(text) if sources.slice(node.span).trim() == text => {
            bare(text).unwrap_or_else(|| json!(text))
        }
        Value::Int(_) | Value::Float(_) => {
            octal(sources.slice(node.span).trim()).unwrap_or_else(|| node.to_json())
        }
        _ => node.to_json(),
    }
}

/// What YAML 1.1 makes of a bare text that YAML 1.2 takes for a string.
fn bare(text: &str) -> Option<Json> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some(json!(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some(json!(false)),
        _ => {}
    }
    let number = text.contains('_') && text.starts_with(|c: char| c.is_ascii_digit());
    let digits = text.replace('_', "");
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    if number && plain {
        return octal(&digits).or_else(|| digits.parse::<i64>().ok().map(|n| json!(n)));
    }
    octal(text)
}

/// A whole number with a leading zero.
fn octal(text: &str) -> Option<Json> {
    let digits = text.strip_prefix('0')?;
    let octal = !digits.is_empty() && digits.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let number = i64::from_str_radix(digits, 8).ok().filter(|_| octal)?;
    Some(json!(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::yaml::{Limits, read};

    #[test]
    fn bare_scalars_are_kubectls() {
        let mut sources = SourceMap::new();
        let text =
            "[on, \"on\", 'no', y, 0755, 1_000, \"1_000\", 12:30:45, ~, a_1, 017, '017', 8080]";
        let id = sources.add("t.yaml", text);
        let nodes = read(&sources, id, Limits::MANIFEST).expect("YAML");
        let want = json!([
            true, "on", "no", true, 493, 1000, "1_000", "12:30:45", null, "a_1", 15, "017", 8080
        ]);
        assert_eq!(to_json(&sources, &nodes[0]), want);
    }
}
