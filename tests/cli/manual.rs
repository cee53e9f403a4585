//! Templates, completions and the manual.

use super::repo::Repo;
use super::run::{code, stderr, stdout};

#[test]
fn templates_are_listed_copied_and_checked() {
    let repo = Repo::bare();
    let list = stdout(&repo.dplab(&["templates", "list"]));
    assert!(list.contains("\nkubernetes/policy.yaml.tera\n"), "{list}");
    let eject = ["templates", "eject", "kubernetes", "--to", "my"];
    assert_eq!(code(&repo.dplab(&eject)), 0);
    let list = stdout(&repo.dplab(&["templates", "list", "--templates", "my"]));
    assert!(
        list.contains("\nkubernetes/policy.yaml.tera  (replaced)\n"),
        "{list}"
    );
    let again = repo.dplab(&eject);
    assert_eq!(code(&again), 5);
    assert!(stderr(&again).contains("`my/kubernetes/policy.yaml.tera` is there already"));
    let unknown = repo.dplab(&[
        "templates",
        "eject",
        "kubernetes/polcy.yaml.tera",
        "--to",
        "my",
    ]);
    assert_eq!(code(&unknown), 64);
    assert!(stderr(&unknown).contains("did you mean `kubernetes/policy.yaml.tera`?"));
    assert_eq!(code(&repo.dplab(&["templates", "lint", "my"])), 0);
    repo.edit(
        "my/kubernetes/policy.yaml.tera",
        "{{ name }}",
        "\"{{ name }}\"",
    );
    let broken = repo.dplab(&["templates", "lint", "my"]);
    assert_eq!(code(&broken), 1);
    assert!(
        stderr(&broken).contains("kubernetes/policy.yaml.tera:"),
        "{}",
        stderr(&broken)
    );
}

#[test]
fn shells_get_completions_and_man_gets_pages() {
    let repo = Repo::bare();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = repo.dplab(&["completions", shell]);
        assert_eq!(code(&output), 0);
        assert!(stdout(&output).contains("dplab"), "{shell}");
    }
    assert_eq!(code(&repo.dplab(&["man", "pages"])), 0);
    let page = repo.read("pages/dplab-diff.1");
    assert!(
        page.contains("Examples") || page.contains("EXTRA"),
        "{page}"
    );
    assert!(
        repo.read("pages/dplab.1").contains("Exit codes"),
        "the contract is in the manual"
    );
}
