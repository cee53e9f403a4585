//! Profiles gone wrong: the largest one the language allows, and random damage to any.

use serde_json::{Map, Value, json};

/// A small generator of random numbers, the same on every machine (xorshift64*).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`, which must not be 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 11).unwrap_or(0) % end
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A value with so many percent of its nodes replaced, removed or joined by others.
    pub(super) fn disturbed(&mut self, value: &Value, percent: usize) -> Value {
        if self.chance(percent) {
            return self.other();
        }
        match value {
            Value::Object(map) => {
                let mut out = Map::new();
                for (key, value) in map {
                    if !self.chance(percent) {
                        out.insert(key.clone(), self.disturbed(value, percent));
                    }
                }
                if self.chance(percent) {
                    out.insert("zzz".to_owned(), json!(1));
                }
                Value::Object(out)
            }
            Value::Array(items) => items.iter().map(|v| self.disturbed(v, percent)).collect(),
            other => other.clone(),
        }
    }

    fn other(&mut self) -> Value {
        let values = [
            Value::Null,
            json!(true),
            json!(7),
            json!(70_000),
            json!(-1),
            json!(5_000_000_000_u64),
            json!(1.5),
            json!("zzz"),
            json!([]),
            json!({}),
            json!([null]),
            json!({"zzz": 1}),
        ];
        values[self.below(values.len())].clone()
    }
}

/// A profile with every key of the language in it.
pub(super) fn maximal(language: &Value) -> Value {
    let mut whole = sample(&json!({"$ref": "#/$defs/Profile"}), language);
    if let Some(map) = whole.as_object_mut() {
        map.shift_remove("extends");
    }
    if let Some(app) = whole["app"].as_object_mut() {
        app.shift_remove("use");
    }
    whole
}

fn sample(schema: &Value, language: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let definition = language.pointer(reference.trim_start_matches('#'));
        return sample(definition.expect("a definition"), language);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return sample(&any[0], language);
    }
    if let Some(words) = schema["oneOf"].as_array() {
        return words[0]["const"].clone();
    }
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds[0].as_str(),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => match schema["properties"].as_object() {
            Some(keys) => keys
                .iter()
                .map(|(key, schema)| (key.clone(), sample(schema, language)))
                .collect(),
            None => json!({"a": sample(&schema["additionalProperties"], language)}),
        },
        Some("array") => json!([sample(&schema["items"], language)]),
        Some("boolean") => json!(true),
        Some("integer") => json!(8),
        _ => json!("text"),
    }
}
