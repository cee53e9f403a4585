//! HCL is read back by hcl-edit and by Terraform.

use dplab::lang::hcl;
use hcl_edit::parser::parse_body;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::strings::{TRICKY, config, many, run, string, value};
use crate::support::tool;

/// What hcl-edit makes of one attribute, as a JSON value; templates would show as none.
fn attribute(text: &str) -> Option<Value> {
    let body = parse_body(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let attribute = body.attributes().next().expect("an attribute");
    read(&attribute.value)
}

fn read(expression: &hcl_edit::expr::Expression) -> Option<Value> {
    use hcl_edit::expr::{Expression, ObjectKey};
    Some(match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(b) => Value::from(*b.value()),
        Expression::Number(n) => serde_json::from_str(&n.value().to_string()).expect("a number"),
        Expression::String(s) => Value::from(s.as_str()),
        Expression::UnaryOp(op) => {
            let Value::Number(n) = read(&op.expr)? else {
                return None;
            };
            serde_json::from_str(&format!("-{n}")).expect("a number")
        }
        Expression::Array(items) => items.iter().map(read).collect::<Option<Vec<_>>>()?.into(),
        Expression::Object(object) => {
            let mut map = serde_json::Map::new();
            for (key, value) in object.iter() {
                let name = match key {
                    ObjectKey::Ident(ident) => ident.as_str().to_owned(),
                    ObjectKey::Expression(key) => read(key)?.as_str()?.to_owned(),
                };
                map.insert(name, read(value.expr())?);
            }
            map.into()
        }
        _ => return None,
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_string_is_itself(text in string()) {
        let read = attribute(&format!("a = {}\n", hcl::quote(&text)));
        prop_assert_eq!(read, Some(Value::from(text)));
    }

    #[test]
    fn any_value_is_itself_as_an_expression(value in value()) {
        let text = format!("a = {}\n", hcl::expression(&value, 0));
        prop_assert_eq!(attribute(&text), Some(value));
        prop_assert_eq!(hcl::format(&text), text);
    }
}

#[test]
fn tricky_strings_are_themselves() {
    for text in TRICKY {
        let read = attribute(&format!("a = {}\n", hcl::quote(text)));
        assert_eq!(read, Some(Value::from(*text)), "{text:?}");
    }
}

/// `terraform console` reads one expression a line; `jsonencode` tells what it read.
#[test]
fn terraform_reads_what_was_meant() {
    if !tool("terraform") {
        return;
    }
    // Terraform normalizes strings (NFC): what is no normal form comes back in another.
    let ascii = |text: &String| text.chars().all(|c| c.is_ascii() || c == 'é' || c == '🦀');
    let strings: Vec<String> = many(1500).into_iter().filter(ascii).collect();
    let list: Vec<String> = strings.iter().map(|text| hcl::quote(text)).collect();
    let input = format!("base64encode(jsonencode([{}]))\n", list.join(", "));
    let folder = tempfile::tempdir().expect("a folder");
    let chdir = format!("-chdir={}", folder.path().display());
    let output = run("terraform", &[&chdir, "console"], &input);
    let encoded = run("base64", &["-d"], output.trim().trim_matches('"'));
    let read: Vec<String> = serde_json::from_str(&encoded).expect("JSON");
    assert_eq!(read, strings);
}

#[test]
fn expressions_look_as_terraform_people_write_them() {
    let value = json!({
        "name": "a",
        "labels": {"app.kubernetes.io/name": "x", "for": "y"},
        "zones": ["us-east1-b", "us-east1-c"],
        "rules": [{"port": 80}, {}],
        "none": [],
        "long": ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "cccccccccccccccc"],
    });
    let want = r#"{
    name = "a"
    labels = {
      "app.kubernetes.io/name" = "x"
      "for"                    = "y"
    }
    zones = ["us-east1-b", "us-east1-c"]
    rules = [
      {
        port = 80
      },
      {},
    ]
    none = []
    long = [
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
      "cccccccccccccccc",
    ]
  }"#;
    assert_eq!(hcl::expression(&value, 2), want);
}
