//! `dplab ci`: what is printed is YAML that the runners take.

use std::process::Command;

use crate::support::tool;
use dplab::profile::yaml::{self, Limits, Node};
use dplab::source::SourceMap;

use super::repo::Repo;
use super::run::{code, stderr, stdout};

const ALL: [&str; 4] = ["github", "gitlab", "cloudbuild", "pre-commit"];

fn printed(args: &[&str]) -> String {
    let repo = Repo::bare();
    let output = repo.dplab(&[&["ci"], args].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    stdout(&output)
}

fn parsed(text: &str) -> Node {
    let mut sources = SourceMap::new();
    let id = sources.add("pipeline.yaml", text);
    let mut documents = yaml::read(&sources, id, Limits::PROFILE).expect("YAML");
    documents.pop().expect("a document")
}

#[test]
fn each_installs_checks_and_is_one_document() {
    for pipeline in ALL {
        let text = printed(&[pipeline]);
        parsed(&text);
        assert!(text.contains("dplab check"), "{text}");
        if pipeline != "pre-commit" {
            assert!(text.contains("cargo install --locked --path '.'"), "{text}");
            assert!(
                text.contains("dplab check --format sarif > dplab.sarif"),
                "{text}"
            );
            assert!(
                text.contains("--reach --format markdown --exit-zero > dplab.md"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_repository_may_be_named_and_is_quoted() {
    let url = "https://example.com/a b.git";
    let text = printed(&["gitlab", "--git", url, "--rev", "v1"]);
    let job = parsed(&text);
    let script = job
        .get("dplab")
        .and_then(|job| job.get("before_script"))
        .expect("a script");
    let install = script.items().last().and_then(Node::as_str);
    let want = "cargo install --locked --git 'https://example.com/a b.git' --rev v1 dplab";
    assert_eq!(install, Some(want));
    let text = printed(&[
        "pre-commit",
        "--git",
        "https://example.com/d.git",
        "--rev",
        "v1",
    ]);
    let hook = parsed(&text);
    let repo = hook
        .get("repos")
        .and_then(|repos| repos.items().first())
        .expect("a repository");
    assert_eq!(repo.get("rev").and_then(Node::as_str), Some("v1"));
}

#[test]
fn words_that_a_pipeline_misreads_are_refused() {
    let repo = Repo::bare();
    for args in [
        &["ci", "github", "--git=-x"][..],
        &["ci", "github", "--path", "${{ github.token }}"],
        &["ci", "pre-commit", "--git", "https://example.com/d.git"],
        &["ci", "jenkins"],
    ] {
        assert_eq!(code(&repo.dplab(args)), 64, "{args:?}");
    }
}

#[test]
fn the_runners_schemas_take_them() {
    if !tool("check-jsonschema") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let schemas = ["github-workflows", "gitlab-ci", "cloudbuild"];
    for (pipeline, schema) in ALL.iter().zip(schemas) {
        let file = folder.path().join(format!("{pipeline}.yaml"));
        std::fs::write(&file, printed(&[pipeline])).expect("written");
        let output = Command::new("check-jsonschema")
            .args(["--builtin-schema", &format!("vendor.{schema}")])
            .arg(&file)
            .output()
            .expect("it runs");
        let words = stdout(&output);
        assert!(
            output.status.success(),
            "{pipeline}: {words}{}",
            stderr(&output)
        );
    }
}

#[test]
fn the_repository_s_own_hooks_are_what_pre_commit_reads() {
    let text = include_str!("../../.pre-commit-hooks.yaml");
    for hook in parsed(text).items() {
        let field = |key| hook.get(key).and_then(Node::as_str).unwrap_or_default();
        assert!(field("id").starts_with("dplab-"));
        assert_eq!(field("language"), "rust");
        let entry: Vec<&str> = field("entry").split(' ').collect();
        let help = Repo::bare().dplab(&[&entry[1..], &["--help"]].concat());
        assert_eq!(code(&help), 0, "{entry:?}");
    }
}
