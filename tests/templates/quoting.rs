//! What a profile says is what kubectl reads: strings all the way through.

use std::process::Command;

use dplab::lang::yaml;
use serde_json::{Map, Value as Json, json};

use crate::lang::strings;
use crate::support::lab::{lab_of, tree};
use crate::support::tool;

const COUNT: usize = 10_000;

fn profile(texts: &[String]) -> String {
    let env: Map<String, Json> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| (format!("E{at}"), json!(text)))
        .collect();
    let profile = json!({
        "format": "dplab/v1",
        "name": "strings",
        "cluster": {"project": "your-project", "location": "us-east1"},
        "app": {"workloads": [{"name": "a", "image": "x", "env": env}]},
    });
    format!("{}\n", yaml::document(&profile))
}

#[test]
fn kubectl_reads_ten_thousand_strings_as_the_profile_says_them() {
    if !tool("kubectl") {
        return;
    }
    let texts = texts();
    let folder = generated(&texts);
    let file = folder.path().join("kubernetes/app/deployment-a.yaml");
    assert_reads("-f", &file, &texts);
}

#[test]
fn kustomize_hands_on_what_it_read() {
    if !tool("kubectl") {
        return;
    }
    let texts = texts();
    let folder = generated(&texts);
    assert_reads("-k", &folder.path().join("kubernetes/app"), &texts);
}

/// Without the characters that a profile can't have, for the sake of kustomize.
fn texts() -> Vec<String> {
    let refused = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    let all = strings::TRICKY.iter().map(ToString::to_string);
    let all = all.chain(strings::many(COUNT));
    let texts: Vec<String> = all.filter(|text| !text.contains(refused)).collect();
    assert!(texts.len() > COUNT / 2, "only {} are left", texts.len());
    texts
}

/// What the profile generates, in a folder of its own.
fn generated(texts: &[String]) -> tempfile::TempDir {
    let tree = tree(&lab_of("strings.yaml", &profile(texts)));
    let folder = tempfile::tempdir().expect("a folder");
    for (path, file) in tree.iter() {
        let at = folder.path().join(path.as_str());
        std::fs::create_dir_all(at.parent().expect("a folder")).expect("a folder");
        std::fs::write(at, &*file.content).expect("a file");
    }
    folder
}

/// Lets kubectl read a Deployment, from a file or a kustomization; `--local` asks no cluster.
fn assert_reads(how: &str, file: &std::path::Path, texts: &[String]) {
    let file = file.to_string_lossy();
    let read = run(
        "kubectl",
        &["annotate", "--local", "-o", "json", how, &file, "a=b"],
    );
    let object: Json = serde_json::from_str(&read).expect("JSON");
    let env = &object["spec"]["template"]["spec"]["containers"][0]["env"];
    let env = env.as_array().expect("the environment");
    assert_eq!(env.len(), texts.len());
    for (variable, text) in env.iter().zip(texts) {
        // An empty value is none to Kubernetes.
        let value = variable["value"].as_str().unwrap_or_default();
        assert_eq!(value, text, "{}", variable["name"]);
    }
}

fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {words}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
