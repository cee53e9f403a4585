//! The provider's own rules, on the values that the settings lead to: arguments that exclude each
//! other, words, numbers, ranges. Terraform itself would say so only with the provider at hand.

use hcl_edit::structure::Body;
use serde_json::{Map, Value};

use super::hcl::{Module, Resource};
use super::tools::count;
use super::{labs, random};
use crate::support::shared;

/// The provider's schema: of 7.x from its source, and of 6.50, which knows resources that this
/// leaves out.
struct Schema(Value, Value);

/// A resource on its way through the schema.
struct Walk<'a> {
    schema: &'a Schema,
    /// The whole resource: rules name other arguments from its top.
    root: &'a Map<String, Value>,
    found: Vec<String>,
}

impl Schema {
    fn read() -> Option<Schema> {
        let read = |name| -> Option<Value> {
            let text = std::fs::read_to_string(shared(name)?).unwrap();
            Some(serde_json::from_str(&text).unwrap())
        };
        Some(Schema(
            read("data/google-provider-schema-7.45.0.json")?,
            read("data/google-provider-schema.json")?,
        ))
    }

    fn check(&self, resource: &Resource) -> Vec<String> {
        let of = |schema: &'_ Value| schema["resource"].get(&resource.kind).cloned();
        let schema = of(&self.0).or_else(|| of(&self.1));
        let schema = &schema.unwrap_or_else(|| panic!("no resource {}", resource.kind));
        let mut walk = Walk {
            schema: self,
            root: &resource.values,
            found: Vec::new(),
        };
        walk.block(&resource.kind, schema, &resource.values);
        walk.found
    }
}

impl Walk<'_> {
    fn block(&mut self, at: &str, schema: &Value, values: &Map<String, Value>) {
        let schema = match schema["$ref"].as_str() {
            Some(name) => &self.schema.0["defs"][name],
            None => schema,
        };
        for (name, value) in values.iter().filter(|(_, value)| !value.is_null()) {
            let at = format!("{at}.{name}");
            if schema["attrs"][name].is_object() {
                self.attribute(&at, &schema["attrs"][name], value);
            } else if schema["blocks"][name].is_object() {
                self.blocks(&at, &schema["blocks"][name], value);
            } else {
                self.found.push(format!("{at}: there is no such argument"));
            }
        }
        self.required(at, schema, values);
    }

    fn required(&mut self, at: &str, schema: &Value, values: &Map<String, Value>) {
        let given = |name: &str| values.get(name).is_some_and(|value| !value.is_null());
        let of = |part: &str| schema[part].as_object().cloned().unwrap_or_default();
        let attributes = of("attrs").into_iter();
        let attributes = attributes.filter(|(_, rule)| rule["required"] == true);
        let blocks = of("blocks").into_iter();
        let blocks = blocks.filter(|(_, rule)| rule["min"].as_u64() > Some(0));
        for (name, _) in attributes.chain(blocks) {
            if !given(&name) {
                self.found.push(format!("{at}: {name} is missing"));
            }
        }
    }

    fn blocks(&mut self, at: &str, schema: &Value, value: &Value) {
        let blocks = value.as_array().unwrap();
        if schema["max"]
            .as_u64()
            .is_some_and(|max| blocks.len() as u64 > max)
        {
            self.found.push(format!("{at}: {} blocks", blocks.len()));
        }
        self.others(at, schema);
        for block in blocks {
            self.block(at, schema, block.as_object().unwrap());
        }
    }

    fn attribute(&mut self, at: &str, schema: &Value, value: &Value) {
        self.others(at, schema);
        if schema["computed"] == true {
            self.found.push(format!("{at}: can only be read"));
        }
        if !has_type(value, schema["type"].as_str().unwrap_or_default()) {
            self.found
                .push(format!("{at}: {value} is no {}", schema["type"]));
        }
        let words: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            other => vec![other],
        };
        if let Some(known) = schema["enum"].as_array() {
            let unknown = words.iter().filter(|word| !known.contains(word));
            self.found
                .extend(unknown.map(|word| format!("{at}: {word} is not known")));
        }
        let [least, most] = [0, 1].map(|end| schema["range"][end].as_i64());
        if let Some(number) = value.as_i64() {
            let fits = least.is_none_or(|it| number >= it) && most.is_none_or(|it| number <= it);
            if !fits {
                self.found.push(format!("{at}: {number} is out of bounds"));
            }
        }
        if let Some(bounds) = schema["cidr"].as_array() {
            let prefix = value.as_str().and_then(|range| range.split_once('/'));
            let prefix: Option<u64> = prefix.and_then(|(_, prefix)| prefix.parse().ok());
            let fits =
                |bits: u64| Some(bits) >= bounds[0].as_u64() && Some(bits) <= bounds[1].as_u64();
            if !prefix.is_some_and(fits) {
                self.found
                    .push(format!("{at}: {value} is no range that it takes"));
            }
        }
    }

    /// What must not, or must, be given beside it.
    fn others(&mut self, at: &str, schema: &Value) {
        let given = |rule: &str| -> Option<usize> {
            let names = schema[rule].as_array()?;
            let there = |name: &&Value| self.is_given(name.as_str().unwrap());
            Some(names.iter().filter(there).count())
        };
        let rules = [
            (given("conflicts_with").is_some_and(|n| n > 0), "excludes"),
            (
                given("exactly_one_of").is_some_and(|n| n != 1),
                "exactly one of",
            ),
            (
                given("at_least_one_of").is_some_and(|n| n == 0),
                "at least one of",
            ),
            (given("required_with").is_some_and(|n| n == 0), "needs"),
        ];
        let broken = rules.into_iter().filter(|(broken, _)| *broken);
        self.found
            .extend(broken.map(|(_, rule)| format!("{at}: {rule} {schema}")));
    }

    /// Whether the argument at `dns_config.0.cluster_dns` is given.
    fn is_given(&self, path: &str) -> bool {
        let mut names = path.split('.');
        let first = names.next().and_then(|name| self.root.get(name));
        let step = |value: Option<&Value>, name: &str| -> Option<Value> {
            let value = value?;
            let found = match name.parse::<usize>() {
                Ok(index) => value.get(index),
                Err(_) => value.get(name),
            };
            found.cloned()
        };
        let mut value = first.cloned();
        for name in names {
            value = step(value.as_ref(), name);
        }
        value.is_some_and(|value| !value.is_null())
    }
}

fn has_type(value: &Value, kind: &str) -> bool {
    let words = |value: &Value| value.is_string() || value.is_number();
    match kind {
        "string" => words(value),
        "number" => value.is_number(),
        "bool" => value.is_boolean(),
        "map(string)" => value.as_object().is_some_and(|map| map.values().all(words)),
        _ => value.is_array(),
    }
}

#[test]
fn the_provider_s_rules_hold() {
    let Some(schema) = Schema::read() else {
        return;
    };
    let renderer = labs::renderer();
    let labs = labs::shipped().into_iter().chain(labs::variants());
    for named in labs.chain((0..count().max(100)).map(random::lab)) {
        let files = labs::files(&renderer, &named.lab, "terraform/cluster/");
        for resource in Module::read(&files).resources() {
            if resource.kind.starts_with("time_") {
                continue;
            }
            let found = schema.check(&resource);
            assert!(found.is_empty(), "{}: {found:#?}", named.name);
        }
    }
}

#[test]
fn a_broken_rule_is_found() {
    let Some(schema) = Schema::read() else {
        return;
    };
    let renderer = labs::renderer();
    let variants = labs::variants();
    let named = variants
        .iter()
        .find(|named| named.name == "autopilot")
        .unwrap();
    let files = labs::files(&renderer, &named.lab, "terraform/cluster/");
    let slips = [
        (
            "enable_autopilot = true",
            "enable_autopilot = true\nenable_shielded_nodes = true",
            "excludes",
        ),
        ("\"SYSTEM_COMPONENTS\"", "\"SYSTEM\"", "is not known"),
        ("enable_relay ", "enable_relays ", "no such argument"),
    ];
    for (right, wrong, words) in slips {
        let slip = |(path, text): &(String, String)| (path.clone(), text.replace(right, wrong));
        let files: Vec<_> = files.iter().map(slip).collect();
        let resources = Module::read(&files).resources();
        let found: Vec<String> = resources.iter().flat_map(|it| schema.check(it)).collect();
        let found = found.join("\n");
        assert!(found.contains(words), "{right} -> {wrong}: {found}");
    }
}

/// What tflint's recommended rules ask of every module.
#[test]
fn every_variable_and_output_says_what_it_is() {
    let renderer = labs::renderer();
    for named in labs::shipped().into_iter().chain(labs::variants()) {
        let mut files = labs::files(&renderer, &named.lab, "terraform/");
        files.retain(|(path, _)| path.ends_with(".tf"));
        for (path, text) in files {
            let body: Body = text.parse().unwrap();
            for block in body.get_blocks("variable") {
                assert!(
                    block.body.has_attribute("type"),
                    "{path}: {:?}",
                    block.labels
                );
            }
            for block in body.get_blocks("variable").chain(body.get_blocks("output")) {
                assert!(
                    block.body.has_attribute("description"),
                    "{path}: {:?}",
                    block.labels
                );
            }
        }
    }
}
