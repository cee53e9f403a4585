use dplab::tree::{InsertError, RelPath, Tree};
use proptest::prelude::*;

use super::{file, rel, tree};

#[track_caller]
fn refused(path: &str, why: &str) {
    let error = RelPath::parse(path).expect_err(path);
    let shown = path.escape_debug();
    assert_eq!(
        error.to_string(),
        format!("`{shown}` can't be a path in a generated tree: {why}")
    );
}

#[test]
fn paths_that_could_leave_the_tree_are_refused() {
    refused("", "it is empty");
    refused("/etc/passwd", "it must be relative, without a leading `/`");
    refused("a/../../b", "`..` is not a name");
    refused("./a", "`.` is not a name");
    refused("a//b", "it has an empty segment");
    refused("a/", "it has an empty segment");
    refused("a\\..\\b", "it holds '\\\\', which not every system allows");
    refused("c:/b", "it holds ':', which not every system allows");
}

#[test]
fn paths_that_some_system_reads_otherwise_are_refused() {
    refused("a\nb", "it holds '\\n', which not every system allows");
    refused(
        "a\u{85}b",
        "it holds '\\u{85}', which not every system allows",
    );
    refused("what?", "it holds '?', which not every system allows");
    refused("x/AUX.yaml", "`AUX.yaml` is a device on Windows");
    refused("com1", "`com1` is a device on Windows");
    refused("nul .txt", "`nul .txt` is a device on Windows");
    refused("a./b", "`a.` ends in a dot or a space, which Windows drops");
    refused("a ", "`a ` ends in a dot or a space, which Windows drops");
    let long = "x".repeat(241);
    refused(
        &long,
        "a segment of it has 241 bytes, at most 240 are allowed",
    );
    let deep = "abcdefgh/".repeat(100) + "x";
    refused(&deep, "it has 901 bytes, at most 800 are allowed");
}

#[test]
fn ordinary_paths_are_taken() {
    for path in [
        "a",
        ".gitignore",
        "k8s/a b.yaml",
        "é/ü",
        "console",
        "a..b",
        "com10",
    ] {
        assert_eq!(rel(path).as_str(), path);
    }
}

#[test]
fn order_is_bytewise() {
    let tree = tree(&[("a/b", ""), ("a-b", ""), ("B", ""), ("a.b", ""), ("é", "")]);
    let order: Vec<&str> = tree.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(order, ["B", "a-b", "a.b", "a/b", "é"]);
}

#[track_caller]
fn conflict(before: &[&str], path: &str, words: &str) {
    let files: Vec<(&str, &str)> = before.iter().map(|path| (*path, "")).collect();
    let mut tree = tree(&files);
    let copy = tree.clone();
    let error: InsertError = tree.insert(rel(path), file("")).expect_err(path);
    assert_eq!(error.to_string(), words);
    assert_eq!(tree, copy, "the tree is as it was");
}

#[test]
fn conflicts_are_refused() {
    conflict(
        &["a/b"],
        "a/b",
        "`a/b` is generated twice, from test and from test",
    );
    conflict(
        &["a/Readme"],
        "a/README",
        "`a/README` and `a/Readme` differ by letter case only: one of them needs another name",
    );
    conflict(
        &["K8s/b"],
        "k8s/c",
        "`k8s` and `K8s` differ by letter case only: one of them needs another name",
    );
    conflict(
        &["a/b"],
        "a",
        "`a` is a file and also a folder, because of `a/b`",
    );
    conflict(
        &["a"],
        "a/b/c",
        "`a` is a file and also a folder, because of `a/b/c`",
    );
    conflict(&[], "DPLAB.lock", "`DPLAB.lock` is kept for the lock file");
    assert!(Tree::new().insert(rel("x/dplab.lock"), file("")).is_ok());
}

proptest! {
    #[test]
    fn no_text_leaves_the_tree(text in "[a./\\\\:~ \u{0}C-]{0,12}|\\PC{0,12}") {
        if let Ok(path) = RelPath::parse(&text) {
            let joined = std::path::Path::new("/root").join(path.as_str());
            prop_assert!(joined.starts_with("/root"));
            prop_assert_eq!(joined.components().count(), 2 + path.as_str().split('/').count());
            prop_assert!(!path.as_str().split('/').any(|s| s == ".." || s == "."));
        }
    }
}
