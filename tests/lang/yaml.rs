//! YAML is read back by three readers: serde-saphyr (1.2), kubectl and PyYAML (both 1.1).

use dplab::lang::yaml;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::strings::{TRICKY, config, many, run, samples, string, value};
use crate::support::tool;

fn parse(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A document with every string as a value under a numbered key.
fn document(strings: &[String]) -> String {
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n");
    for (at, string) in strings.iter().enumerate() {
        text.push_str(&format!("  k{at}: {}\n", yaml::quote(string)));
    }
    text
}

/// The strings that a reader found in [`document`].
fn found(read: &Value, count: usize) -> Vec<&str> {
    (0..count)
        .map(|at| {
            read["data"][format!("k{at}")]
                .as_str()
                .unwrap_or("<not a string>")
        })
        .collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_string_is_itself_as_value_key_and_item(text in string()) {
        let quoted = yaml::quote(&text);
        let read = parse(&format!("{quoted}: {quoted}\nlist:\n- {quoted}\n- [{quoted}, {quoted}]\n"));
        prop_assert_eq!(&read[&text], &Value::from(text.clone()));
        prop_assert_eq!(&read["list"], &json!([text, [text, text]]));
    }

    #[test]
    fn any_value_is_itself_as_a_block(value in value()) {
        let text = format!("a:\n  key:{}\nz: 1\n", yaml::block(&value, 2));
        prop_assert_eq!(&parse(&text)["a"]["key"], &value);
        let document = yaml::document(&value);
        prop_assert_eq!(&parse(&document), &value);
    }
}

#[test]
fn tricky_strings_are_themselves() {
    for text in TRICKY {
        assert_eq!(parse(&yaml::quote(text)), Value::from(*text));
    }
}

#[test]
fn kubectl_reads_what_was_meant() {
    if !tool("kubectl") {
        return;
    }
    let strings = many(3000);
    let args = ["annotate", "--local", "-o", "json", "-f", "-", "a=b"];
    let output = run("kubectl", &args, &document(&strings));
    let read: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(found(&read, strings.len()), strings);
}

#[test]
fn kubectl_reads_blocks_as_they_were_meant() {
    if !tool("kubectl") {
        return;
    }
    let text = |value: &Value| value.to_string();
    let values = samples(&value(), 500);
    let mut document =
        String::from("apiVersion: example.com/v1\nkind: Any\nmetadata: {name: x}\nspec:\n");
    for (at, value) in values.iter().enumerate() {
        document.push_str(&format!("  k{at}:{}\n", yaml::block(value, 2)));
    }
    let args = ["annotate", "--local", "-o", "json", "-f", "-", "a=b"];
    let read: Value = serde_json::from_str(&run("kubectl", &args, &document)).expect("JSON");
    for (at, value) in values.iter().enumerate() {
        let got = &read["spec"][format!("k{at}")];
        // kubectl drops no entry but sorts them.
        assert_eq!(got, value, "{}", text(value));
    }
}

#[test]
fn pyyaml_reads_what_was_meant() {
    let has = std::process::Command::new("python3")
        .args(["-c", "import yaml"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !tool("python3") || !has {
        crate::support::skip("python3 has no yaml");
        return;
    }
    let strings = many(2000);
    let values = samples(&value(), 300);
    let mut text = document(&strings);
    text.push_str("values:\n");
    for value in &values {
        text.push_str(&format!("- key:{}\n", yaml::block(value, 2)));
    }
    let script = "import sys, json, yaml\n\
        sys.stdin.reconfigure(encoding='utf-8', newline='')\n\
        json.dump(yaml.safe_load(sys.stdin.read()), sys.stdout)";
    let read: Value = serde_json::from_str(&run("python3", &["-c", script], &text)).expect("JSON");
    assert_eq!(found(&read, strings.len()), strings);
    for (at, value) in values.iter().enumerate() {
        assert_eq!(&read["values"][at]["key"], value);
    }
}

#[test]
fn blocks_look_as_kubernetes_people_write_them() {
    let spec = json!({
        "podSelector": {"matchLabels": {"app": "redis-cart", "on": "yes"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {"from": [{"podSelector": {"matchLabels": {"app": "cartservice"}}}], "ports": [{"port": 6379}]},
            {},
        ],
        "egress": [],
        "nested": [["a", "b"], []],
        "run": "set -e\n\nredis-cli ping\n",
        "note": "a\nb",
        "big": 1e21,
    });
    let want = "spec:
  podSelector:
    matchLabels:
      app: redis-cart
      \"on\": \"yes\"
  policyTypes:
  - Ingress
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: cartservice
    ports:
    - port: 6379
  - {}
  egress: []
  nested:
  -
    - a
    - b
  - []
  run: |
    set -e

    redis-cli ping
  note: |-
    a
    b
  big: 1.0e+21";
    assert_eq!(format!("spec:{}", yaml::block(&spec, 0)), want);
    assert_eq!(yaml::block(&json!("a b"), 4), " \"a b\"");
    assert_eq!(yaml::block(&json!({}), 4), " {}");
    assert_eq!(yaml::document(&json!([1, {"a": "b"}])), "- 1\n- a: b");
}

#[test]
fn plain_is_for_names() {
    let plain = [
        "us-east1",
        "e2-standard-4",
        "app.kubernetes.io/name",
        "Ingress",
        "v1",
    ];
    for text in plain {
        assert_eq!(yaml::quote(text), text);
    }
    for text in [
        "no",
        "ON",
        "Yes",
        "y",
        "1",
        "a/",
        "a-",
        "a.",
        "a b",
        "10.0.0.0/8",
        "-a",
    ] {
        assert_eq!(yaml::quote(text), format!("\"{text}\""));
    }
}
