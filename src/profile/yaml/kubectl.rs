//! A tree as kubectl reads it, which is by YAML 1.1: a bare `on` is a boolean there, as a value and
//! as a key, and `0755` an octal number.

use super::{Node, Value};
use crate::source::{SourceMap, Span};

impl Node {
    /// Gives each bare scalar and key the meaning that it has to kubectl.
    pub fn as_kubectl_reads(&mut self, sources: &SourceMap) {
        self.scalar_as_kubectl_reads(sources);
        match &mut self.value {
            Value::Seq(items) => {
                let items = items.iter_mut();
                items.for_each(|item| item.as_kubectl_reads(sources));
            }
            Value::Map(entries) => {
                for entry in entries {
                    entry.value.as_kubectl_reads(sources);
                    let is_bare = sources.slice(entry.key_span).trim() == entry.key;
                    if let (true, Some(truth)) = (is_bare, truth(&entry.key)) {
                        entry.key = truth.to_string();
                    }
                }
            }
            _ => {}
        }
    }

    /// The same for this scalar alone.
    pub fn scalar_as_kubectl_reads(&mut self, sources: &SourceMap) {
        let meaning = match &self.value {
            _ if is_tagged(self.span, sources) => None,
            Value::String(text) if sources.slice(self.span).trim() == text => bare(text),
            Value::Int(_) | Value::Float(_) => octal(sources.slice(self.span).trim()),
            _ => None,
        };
        if let Some(meaning) = meaning {
            self.value = meaning;
        }
    }
}

/// How far before a scalar its tag is looked for: a file of one line is not read again and again.
const LONGEST_TAG: usize = 128;

/// Whether a tag before the scalar says what it is: `!!str on` is a text to every reader.
fn is_tagged(span: Span, sources: &SourceMap) -> bool {
    let text = sources.get(span.source).map_or("", |source| source.text());
    let start = span.range().start;
    let mut from = start.saturating_sub(LONGEST_TAG);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text.get(from..start).unwrap_or_default();
    let words = before.split_whitespace().rev();
    let words = words.map(|word| word.trim_start_matches(['[', '{', ',']));
    words
        .take_while(|word| word.starts_with(['!', '&']))
        .any(|word| word.starts_with('!'))
}

/// What YAML 1.1 makes of a bare text that YAML 1.2 takes for a string.
fn bare(text: &str) -> Option<Value> {
    if let Some(truth) = truth(text) {
        return Some(Value::Bool(truth));
    }
    let number = text.contains('_') && text.starts_with(|c: char| c.is_ascii_digit());
    let digits = text.replace('_', "");
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    if number && plain {
        return octal(&digits).or_else(|| digits.parse().ok().map(Value::Int));
    }
    octal(text)
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// A whole number with a leading zero.
fn octal(text: &str) -> Option<Value> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.strip_prefix('0')?;
    let octal = !digits.is_empty() && digits.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let number = i128::from_str_radix(digits, 8).ok().filter(|_| octal)?;
    Some(Value::Int(sign * number))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::yaml::{Limits, read};

    #[test]
    fn bare_scalars_are_kubectls() {
        let mut sources = SourceMap::new();
        let text = "[on, \"on\", 'no', y, 0755, 1_000, \"1_000\", 12:30:45, ~, a_1, 017, '017', \
                    8080, {n: a, 'no': b, nn: yes}, \
                    !!str on, [!!str 0755, !!str &a y], -017, +017]";
        let id = sources.add("t.yaml", text);
        let mut nodes = read(&sources, id, Limits::MANIFEST).expect("YAML");
        nodes[0].as_kubectl_reads(&sources);
        let want = json!([
            true, "on", "no", true, 493, 1000, "1_000", "12:30:45", null, "a_1", 15, "017", 8080,
            {"false": "a", "no": "b", "nn": true}, "on", ["0755", "y"], -15, 15
        ]);
        assert_eq!(nodes[0].to_json(), want);
    }
}
