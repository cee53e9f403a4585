//! What outside tools say of the files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{labs, random};
use crate::support::{shared, skip, tool};

/// How many random labs: as many as the project promises, if it may take its time.
pub(super) fn count() -> u64 {
    let whole = std::env::var("DPLAB_THOROUGH").is_ok_and(|value| value == "1");
    if whole { 500 } else { 40 }
}

/// All labs to look at, each with its Terraform files.
fn all() -> Vec<(String, Vec<(String, String)>)> {
    let renderer = labs::renderer();
    let random = (0..count()).map(random::lab);
    let labs = labs::shipped().into_iter().chain(labs::variants());
    labs.chain(random)
        .map(|named| {
            let files = labs::files(&renderer, &named.lab, "terraform/");
            (named.name, files)
        })
        .collect()
}

/// Writes each different file once: tools take their time with each.
fn write_different(folder: &Path) {
    let mut seen = BTreeSet::new();
    for (name, mut files) in all() {
        files.retain(|(path, text)| seen.insert((path.clone(), text.clone())));
        labs::write(&folder.join(name.replace(' ', "-")), &files);
    }
}

fn said(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    format!("{out}{err}")
}

/// Terraform, deaf to what the user has configured.
fn terraform(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("terraform")
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", folder.join("none.tfrc"))
        .env("TF_IN_AUTOMATION", "1")
        .env("CHECKPOINT_DISABLE", "1")
        .output()
        .unwrap()
}

#[test]
fn terraform_fmt_has_nothing_to_do() {
    if !tool("terraform") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write_different(folder.path());
    std::fs::write(folder.path().join("none.tfrc"), "").unwrap();
    let run = terraform(folder.path(), &["fmt", "-check", "-recursive", "-diff"]);
    assert!(run.status.success(), "{}", said(&run));
}

#[test]
fn the_providers_know_every_argument() {
    let schemas = [
        "data/google-provider-schema.json",
        "data/google-provider-schema-7.45.0.json",
    ];
    let checker = shared("tools/check_tf.py");
    let schemas: Vec<PathBuf> = schemas.into_iter().filter_map(shared).collect();
    let (Some(checker), true) = (checker, tool("python3")) else {
        return;
    };
    if !hcl2_is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write_different(folder.path());
    for schema in schemas {
        let mut python = Command::new("python3");
        let run = python.arg(&checker).arg(&schema).arg(folder.path());
        let run = run.output().unwrap();
        assert!(run.status.success(), "{}", said(&run));
    }
}

fn hcl2_is_there() -> bool {
    let run = Command::new("python3").args(["-c", "import hcl2"]).output();
    let found = run.is_ok_and(|run| run.status.success());
    if !found {
        skip("python3 has no hcl2 (pip install python-hcl2)");
    }
    found
}

/// A folder with the providers, laid out as `terraform providers mirror` does it.
fn mirror() -> Option<PathBuf> {
    let path = std::env::var_os("DPLAB_TERRAFORM_MIRROR").map(PathBuf::from);
    if path.is_none() {
        skip(
            "DPLAB_TERRAFORM_MIRROR names no folder with the providers (terraform providers \
             mirror FOLDER)",
        );
    }
    path
}

#[test]
fn terraform_validates_and_tests_both_modules() {
    let Some(mirror) = mirror() else {
        return;
    };
    assert!(
        tool("terraform"),
        "a mirror is named, but no terraform is there"
    );
    let renderer = labs::renderer_of(&["terraform/", "kubernetes/", "logging/"]);
    for named in labs::shipped().into_iter().chain(labs::variants()) {
        let folder = tempfile::tempdir().unwrap();
        let mut files = labs::files(&renderer, &named.lab, "terraform/");
        files.extend(labs::files(&renderer, &named.lab, "kubernetes/"));
        labs::write(folder.path(), &files);
        for module in ["terraform/cluster", "terraform/workloads"] {
            module_is_sound(&named.name, &folder.path().join(module), &mirror);
        }
    }
}

fn module_is_sound(name: &str, module: &Path, mirror: &Path) {
    std::fs::write(module.join("none.tfrc"), "").unwrap();
    let from = format!("-plugin-dir={}", mirror.display());
    let steps: [&[&str]; 3] = [
        &["init", "-backend=false", "-input=false", &from],
        &["validate", "-no-color"],
        &["test", "-no-color"],
    ];
    for arguments in steps {
        let run = terraform(module, arguments);
        let step = arguments[0];
        assert!(
            run.status.success(),
            "{name}: terraform {step} in {}:\n{}",
            module.display(),
            said(&run)
        );
    }
}

/// checkov brings a fork of python-hcl2 that takes the original's place, so it is best kept in an
/// environment of its own.
fn checkov() -> Option<PathBuf> {
    let path = std::env::var_os("DPLAB_CHECKOV").map(PathBuf::from);
    if path.is_none() {
        skip("DPLAB_CHECKOV names no such program");
    }
    path
}

#[test]
fn checkov_finds_nothing_that_is_not_explained() {
    let Some(checkov) = checkov() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let renderer = labs::renderer();
    for named in labs::shipped().into_iter().chain(labs::variants()) {
        let files = labs::files(&renderer, &named.lab, "terraform/");
        labs::write(&folder.path().join(named.name.replace(' ', "-")), &files);
    }
    let run = Command::new(checkov)
        .args([
            "--framework",
            "terraform",
            "--compact",
            "--quiet",
            "--directory",
        ])
        .arg(folder.path())
        .output()
        .unwrap();
    let found = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{found}");
}
