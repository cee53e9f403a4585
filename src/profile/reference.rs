//! The profile language as reference: what `dplab explain KEY` says, taken from the schema.

use serde_json::{Map, Value};

use super::schema;
use crate::diag::one_of;

/// A key of the language.
#[derive(Clone, Copy)]
struct Key<'a> {
    /// What the schema says where the key stands: description, default, type.
    schema: &'a Value,
    /// Whether it must be given.
    required: bool,
}

/// The value that a key has where it isn't given, as the schema says.
pub fn default(path: &str) -> Option<&'static Value> {
    find(&steps(path))?.schema.get("default")
}

/// What is known about a key: `cluster.releaseChannel`, `policies[].spec` or `policies.spec`.
/// Nothing if the language has no such key.
pub fn explain(path: &str) -> Option<String> {
    let steps = steps(path);
    let key = find(&steps)?;
    Some(page(&spelled(&steps), key))
}

fn find(steps: &[&str]) -> Option<Key<'static>> {
    let (first, rest) = steps.split_first()?;
    let mut key = below(schema::language(), first)?;
    for step in rest {
        key = below(key.schema, step)?;
    }
    Some(key)
}

/// Every key of the language with its path, `policies[].spec`, in the order of the language. What
/// contains itself is named once.
pub fn paths() -> Vec<String> {
    let mut all = Vec::new();
    collect(schema::language(), "", &mut Vec::new(), &mut all);
    all
}

fn collect(schema: &Value, path: &str, open: &mut Vec<String>, all: &mut Vec<String>) {
    let (shape, name) = target(schema);
    if name.is_some_and(|name| open.iter().any(|other| other == name)) {
        return;
    }
    open.extend(name.map(str::to_owned));
    for (key, schema) in shape["properties"].as_object().into_iter().flatten() {
        let path = match path {
            "" => key.clone(),
            path => format!("{path}.{key}"),
        };
        all.push(path.clone());
        let list = is_list(schema) || schema["anyOf"].get(0).is_some_and(is_list);
        let inside = if list { format!("{path}[]") } else { path };
        collect(schema, &inside, open, all);
    }
    if name.is_some() {
        open.pop();
    }
}

/// The steps of a path, without the brackets of lists.
fn steps(path: &str) -> Vec<&str> {
    let steps = path.split(['.', '[', ']']);
    let named = |step: &&str| !step.is_empty() && !step.bytes().all(|b| b.is_ascii_digit());
    steps.filter(named).collect()
}

/// The path as findings write it, `policies[].spec`.
fn spelled(steps: &[&str]) -> String {
    let mut out = String::new();
    let mut schema = schema::language();
    for step in steps {
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(step);
        if let Some(key) = below(schema, step) {
            schema = key.schema;
            if is_list(schema) {
                out.push_str("[]");
            }
        }
    }
    out.strip_suffix("[]").unwrap_or(&out).to_owned()
}

/// The key of this name inside a schema.
fn below<'a>(schema: &'a Value, name: &str) -> Option<Key<'a>> {
    let (shape, _) = target(schema);
    if let Some(schema) = shape["properties"].get(name) {
        let required = shape["required"].as_array();
        return Some(Key {
            schema,
            required: required.is_some_and(|all| all.iter().any(|key| key == name)),
        });
    }
    let others = shape.get("additionalProperties")?;
    others.is_object().then_some(Key {
        schema: others,
        required: false,
    })
}

/// What a schema is once references, lists and "or nothing" are looked through; and its name.
fn target(schema: &Value) -> (&Value, Option<&str>) {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|r| r.strip_prefix("#/$defs/"))
    {
        let (shape, below) = target(&schema::language()["$defs"][name]);
        return (shape, below.or(Some(name)));
    }
    if let Some(first) = schema["anyOf"].get(0) {
        return target(first);
    }
    match is_list(schema) {
        true => target(&schema["items"]),
        false => (schema, None),
    }
}

fn is_list(schema: &Value) -> bool {
    match &schema["type"] {
        Value::Array(kinds) => kinds[0] == "array",
        kind => kind == "array",
    }
}

fn page(path: &str, key: Key<'_>) -> String {
    let (shape, _) = target(key.schema);
    let mut out = format!("# {path}\n\n");
    let own = key.schema["description"].as_str();
    if let Some(text) = own.or(shape["description"].as_str()) {
        out.push_str(&format!("{text}\n\n"));
    }
    out.push_str(&format!("- Type: {}\n", kind(key.schema)));
    let must = match (key.required, key.schema.get("default")) {
        (true, _) => "must be given".to_owned(),
        (false, Some(default)) => format!("`{}` if not given", plain(default)),
        (false, None) => "may be left out".to_owned(),
    };
    out.push_str(&format!("- {must}\n"));
    if let Some(words) = words(shape) {
        out.push_str(&words);
    }
    if let Some(keys) = shape["properties"].as_object() {
        out.push_str(&self::keys(keys, shape));
    }
    out
}

/// The type in the words that errors use.
fn kind(schema: &Value) -> String {
    let (shape, _) = target(schema);
    let one = match &shape["type"] {
        _ if words(shape).is_some() => "one of the words below".to_owned(),
        Value::Array(kinds) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            let nouns: Vec<&str> = kinds.filter(|k| *k != "null").map(noun).collect();
            nouns.join(" or ")
        }
        kind => kind.as_str().map_or("a value", noun).to_owned(),
    };
    let list = is_list(schema) || schema["anyOf"].get(0).is_some_and(is_list);
    let bounds = match (&shape["minimum"], &shape["maximum"]) {
        (Value::Number(min), Value::Number(max)) => format!(", {min} to {max}"),
        _ => String::new(),
    };
    match list {
        true => format!("a list, each item {one}{bounds}"),
        false => format!("{one}{bounds}"),
    }
}

fn noun(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "boolean" => "`true` or `false`",
        "integer" => "a whole number",
        "object" => "a map",
        other => other,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

/// The words that are allowed, each with what it means.
fn words(shape: &Value) -> Option<String> {
    if let Some(words) = shape["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return Some(format!("- Words: {}\n", one_of(&words)));
    }
    let all = shape["oneOf"].as_array()?;
    let line = |word: &Value| {
        let text = word["description"].as_str().unwrap_or("");
        format!("- `{}`: {text}\n", plain(&word["const"]))
    };
    Some(format!(
        "\n## Words\n\n{}",
        all.iter().map(line).collect::<String>()
    ))
}

/// The keys inside, each with its first sentence.
fn keys(keys: &Map<String, Value>, shape: &Value) -> String {
    let required = shape["required"].as_array();
    let line = |(key, schema): (&String, &Value)| {
        let (target, _) = target(schema);
        let text = schema["description"].as_str();
        let text = text.or(target["description"].as_str()).unwrap_or("");
        let must = required.is_some_and(|all| all.iter().any(|name| name == key));
        let must = if must { " (must be given)" } else { "" };
        format!("- `{key}`{must}: {}\n", first_sentence(text))
    };
    format!("\n## Keys\n\n{}", keys.iter().map(line).collect::<String>())
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}
