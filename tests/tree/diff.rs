use std::process::{Command, Stdio};

use dplab::tree::diff::{FileDiff, Side, diff};
use proptest::prelude::*;

use super::{Scratch, rel};
use crate::support::tool;

fn unified(old: Option<&str>, new: Option<&str>) -> String {
    let difference = diff(old.map(str::as_bytes), new.map(str::as_bytes));
    difference.unified(&rel("a b.yaml"))
}

#[test]
fn a_unified_diff_has_headers_hunks_and_context() {
    let old = "1\n2\n3\n4\n5\nreplicas: 3\n7\n8\n9\n10\n";
    let new = old.replace("replicas: 3", "replicas: 4");
    assert_eq!(
        unified(Some(old), Some(&new)),
        "--- a/a b.yaml\t\n+++ b/a b.yaml\t\n@@ -3,7 +3,7 @@\n 3\n 4\n 5\n-replicas: 3\n+replicas: 4\n 7\n 8\n 9\n"
    );
}

#[test]
fn a_missing_line_end_and_a_missing_file_are_said() {
    assert_eq!(
        unified(None, Some("x")),
        "--- /dev/null\n+++ b/a b.yaml\t\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n"
    );
    assert_eq!(
        unified(Some("x\n"), None),
        "--- a/a b.yaml\t\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    );
    assert_eq!(unified(Some("x\n"), Some("x\n")), "");
}

#[test]
fn binary_files_are_said_to_be_so() {
    let difference = diff(Some(b"a\0b"), Some(b"\xff\xfe"));
    assert_eq!(difference, FileDiff::Binary { old: 3, new: 2 });
    assert_eq!(
        difference.unified(&rel("logo.png")),
        "Binary file logo.png differs: 3 bytes before, 2 bytes now\n"
    );
    assert!(diff(Some(b"\0"), Some(b"\0")).is_empty());
}

#[test]
fn words_that_differ_are_marked() {
    let difference = diff(Some(b"replicas: 3 # few\n"), Some(b"replicas: 4 # few\n"));
    let FileDiff::Text { hunks, .. } = difference else {
        panic!("text");
    };
    let marked: Vec<(Side, Vec<&str>)> = hunks[0]
        .lines
        .iter()
        .map(|line| {
            let parts = line.parts.iter().filter(|part| part.differs);
            (line.side, parts.map(|part| part.text.as_str()).collect())
        })
        .collect();
    assert_eq!(marked, [(Side::Old, vec!["3"]), (Side::New, vec!["4"])]);
}

fn apply(old: &str, patch: &str) -> String {
    let scratch = Scratch::new();
    scratch.put("a b.yaml", old);
    let mut git = Command::new("git")
        .args(["apply", "--whitespace=nowarn", "-"])
        .current_dir(scratch.lab())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut git.stdin.take().unwrap(), patch.as_bytes()).unwrap();
    assert!(git.wait().unwrap().success(), "git apply takes:\n{patch}");
    scratch.text("a b.yaml")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn git_applies_every_diff(
        old in "([ab ]{0,3}(\n|\r\n|\r)){1,12}[ab]{0,2}",
        new in "([ab ]{0,3}(\n|\r\n|\r)){1,12}[ab]{0,2}",
    ) {
        if old != new && tool("git") {
            prop_assert_eq!(apply(&old, &unified(Some(&old), Some(&new))), new);
        }
    }

    #[test]
    fn parts_make_up_whole_lines(old in "([ab é]{0,6}\n){0,20}", new in "([ab é]{0,6}\n){0,20}") {
        let FileDiff::Text { hunks, .. } = diff(Some(old.as_bytes()), Some(new.as_bytes())) else {
            panic!("text");
        };
        let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        for line in hunks.iter().flat_map(|hunk| &hunk.lines) {
            let text: String = line.parts.iter().map(|part| part.text.as_str()).collect();
            prop_assert!(line.side == Side::New || before.contains(&text.as_str()));
            prop_assert!(line.side == Side::Old || after.contains(&text.as_str()));
        }
    }
}
