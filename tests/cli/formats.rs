//! The formats of a difference, whole, as files that reviewers read.
//!
//! `SNAPSHOTS=overwrite cargo test` writes them anew.

use snapbox::{Assert, Data};

use super::repo::Repo;
use super::run::{code, fixtures, stdout};

/// Three files, one with a secret, one connection that opens.
fn edited() -> Repo {
    let repo = Repo::new();
    repo.edit(
        "out/shop/kubernetes/stages/2-closed/db-allow-from-web.yaml",
        "app: web",
        "app: intruder",
    );
    repo.edit(
        "out/shop/kubernetes/app/service-db.yaml",
        "spec:",
        "# a note\nspec:\n  password: hunter2",
    );
    repo.edit(
        "profiles/shop.yaml",
        "example.com/web:1",
        "example.com/web:2",
    );
    repo.write("out/shop/notes.txt", "mine\n");
    repo
}

fn assert_stdout(name: &str, args: &[&str]) {
    let output = edited().dplab(args);
    assert_eq!(code(&output), 2);
    let text = stdout(&output);
    assert!(!text.contains("hunter2"), "a secret is shown:\n{text}");
    let expected = Data::read_from(&fixtures("shop").join(name), None);
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(&text, expected.raw());
}

#[test]
fn text() {
    assert_stdout("diff.txt", &["diff", "--reach"]);
}

#[test]
fn as_data() {
    assert_stdout("semantic.txt", &["diff", "--semantic"]);
}

#[test]
fn stat() {
    assert_stdout("stat.txt", &["diff", "--stat"]);
}

#[test]
fn json() {
    assert_stdout(
        "diff.json",
        &["diff", "--semantic", "--reach", "--format", "json"],
    );
}

#[test]
fn markdown() {
    assert_stdout("diff.md", &["diff", "--reach", "--format", "markdown"]);
}

#[test]
fn github() {
    assert_stdout("github.txt", &["diff", "--reach", "--format", "github"]);
}

#[test]
fn sarif() {
    assert_stdout("diff.sarif", &["diff", "--reach", "--format", "sarif"]);
    let repo = edited();
    let text = stdout(&repo.dplab(&["check", "--format", "sarif"]));
    let log: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert!(results.len() > 4);
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a place");
        let known = uri.starts_with("out/shop/") || uri == "profiles/shop.yaml";
        assert!(known, "{uri}");
    }
}

#[test]
fn a_comment_holds_what_github_takes_and_says_what_it_cut() {
    let repo = Repo::new();
    for at in 0..40 {
        repo.write(&format!("out/shop/notes/{at}.txt"), "mine\n");
    }
    let lines: String = (0..900).map(|at| format!("# `{at}` é\n")).collect();
    for path in [
        "scripts/lib.sh",
        "scripts/probes.sh",
        "README.md",
        "scripts/settings.sh",
        "scripts/90-clean-up.sh",
        "kubernetes/kustomization.yaml",
    ] {
        repo.write(&format!("out/shop/{path}"), &lines);
    }
    let output = repo.dplab(&["diff", "--format", "markdown"]);
    let text = stdout(&output);
    assert!(text.len() <= 65_535, "{} bytes", text.len());
    assert!(text.len() > 40_000, "{} bytes", text.len());
    assert!(
        text.contains("\n**Cut, because a comment holds 65535 characters:** "),
        "{text}"
    );
    let open = text.matches("<details>").count();
    assert_eq!(open, text.matches("</details>").count());
    assert!(open >= 2, "{open}");
}
