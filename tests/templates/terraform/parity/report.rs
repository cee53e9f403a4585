//! The report: what each of the three sides says of the tutorial's lab, fact by fact.
//!
//! `SNAPSHOTS=overwrite cargo test parity` writes it anew.

use std::collections::BTreeSet;

use serde_json::Value;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

use super::super::labs::{self, Named};
use super::{
    Facts, NOT_IN_CONFIG_CONNECTOR, ONLY_CONFIG_CONNECTOR, ONLY_SCRIPTS, ONLY_TERRAFORM,
    config_connector, sides, terraform,
};
use crate::support::tool;

/// The report: every fact of a lab, and what each side says of it.
fn report(named: &Named, sides: [&Facts; 3]) -> String {
    let keys: BTreeSet<&String> = sides.iter().flat_map(|facts| facts.keys()).collect();
    let cell = |facts: &Facts, key: &String| {
        let value = facts.get(key).map(Value::to_string);
        value.map_or_else(String::new, |value| {
            format!("`{}`", value.replace('|', "\\|"))
        })
    };
    let mut out = format!("# {}: three ways to one cluster\n\n", named.name);
    out.push_str("Each side is read from its own text. An empty cell has its reason below.\n\n");
    out.push_str("| what | scripts | Terraform | Config Connector |\n|---|---|---|---|\n");
    for key in &keys {
        let cells = sides.map(|facts| cell(facts, key));
        out.push_str(&format!("| {key} | {} |\n", cells.join(" | ")));
    }
    out.push_str("\n## What one side can't say, in any lab\n\n");
    let lists: [(&str, &[(&str, &str)]); 4] = [
        ("Terraform, not the scripts", &ONLY_TERRAFORM),
        ("the scripts, not Terraform", &ONLY_SCRIPTS),
        ("Terraform, not Config Connector", &NOT_IN_CONFIG_CONNECTOR),
        ("Config Connector, not Terraform", &ONLY_CONFIG_CONNECTOR),
    ];
    for (who, list) in lists {
        for (what, why) in list {
            out.push_str(&format!("- {who}: `{what}`: {why}\n"));
        }
    }
    out
}

#[test]
fn the_report_tells_every_fact_of_the_tutorial_s_lab() {
    if !tool("bash") {
        return;
    }
    let renderer = labs::renderer_of(&["terraform/", "gcloud/", "kcc/"]);
    let shipped = labs::shipped();
    let named = shipped.iter().find(|it| it.name == "online-boutique");
    let named = named.unwrap();
    let (scripts, files) = sides(named, &renderer);
    let objects = config_connector(&renderer, named);
    let report = report(named, [&scripts, &terraform(&files), &objects]);
    let path = "tests/templates/terraform/parity/online-boutique.md";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let wanted = Data::read_from(&path, Some(DataFormat::Text));
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(report, wanted.raw());
}
