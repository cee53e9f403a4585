use dplab::tree::{File, Lock, Tree};

use super::{Scratch, file, lab, rel, tree};

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn the_text_has_one_line_a_file() {
    let mut tree = tree(&[("b.yaml", "")]);
    let from = "policy.yaml.tera policies[\"x\"]".to_owned();
    let script = File {
        from,
        executable: true,
        ..file("")
    };
    tree.insert(rel("a.sh"), script).unwrap();
    let text = Lock::of(&tree).render();
    assert_eq!(
        text,
        format!(
            r#"{{
  "format": "dplab-lock/v1",
  "files": [
    {{"path": "a.sh", "sha256": "{EMPTY}", "from": "policy.yaml.tera policies[\"x\"]"}},
    {{"path": "b.yaml", "sha256": "{EMPTY}", "from": "test"}}
  ]
}}
"#
        )
    );
    assert_eq!(Lock::parse(&text), Ok(Lock::of(&tree)));
}

#[test]
fn an_empty_lock_is_one() {
    let text = Lock::of(&Tree::new()).render();
    assert_eq!(
        text,
        "{\n  \"format\": \"dplab-lock/v1\",\n  \"files\": []\n}\n"
    );
    assert_eq!(Lock::parse(&text), Ok(Lock::default()));
}

fn with(files: &str) -> String {
    format!("{{\"format\": \"dplab-lock/v1\", \"files\": [{files}]}}")
}

fn entry(path: &str, sha256: &str) -> String {
    format!("{{\"path\": \"{path}\", \"sha256\": \"{sha256}\", \"from\": \"\"}}")
}

#[track_caller]
fn broken(text: &str, words: &str) {
    let error = Lock::parse(text).expect_err(text);
    assert_eq!(error.to_string(), words);
}

#[test]
fn a_broken_lock_says_what_is_wrong() {
    broken(
        "<<<<<<< HEAD\n",
        "it can't be read: expected value at line 1 column 1",
    );
    broken(
        "{}",
        "it can't be read: missing field `format` at line 1 column 2",
    );
    broken(
        "{\"format\": \"dplab-lock/v2\", \"entries\": 1}",
        "its format is `dplab-lock/v2`, and this version of dplab reads `dplab-lock/v1`",
    );
    broken(
        &with(&entry("../../etc/passwd", EMPTY)),
        "it names a file that can't be: `../../etc/passwd` can't be a path in a generated tree: \
         `..` is not a name",
    );
    broken(
        &with(&entry("dplab.lock", EMPTY)),
        "it names `dplab.lock`, which is the lock file's own name",
    );
    broken(
        &with(&format!("{}, {}", entry("a", EMPTY), entry("a", EMPTY))),
        "it names `a` twice",
    );
    broken(
        &with(&entry("a", "ABC")),
        "the SHA-256 of `a` is not 64 lower-case hexadecimal digits: `ABC`",
    );
}

#[test]
fn a_broken_lock_stops_everything_and_says_what_to_do() {
    let scratch = Scratch::new();
    let new = tree(&[("a", "1")]);
    scratch.put("dplab.lock", "<<<<<<< HEAD\n");
    scratch.put("a", "0");
    let error = dplab::tree::apply(&scratch.root, &lab(), &new, super::force()).unwrap_err();
    assert_eq!(
        scratch.words(&error),
        "`/out/lab/dplab.lock` is broken: it can't be read: expected value at line 1 column 1; \
         restore it from version control, or delete it, and then files that are as generated are \
         taken over and all others are kept as yours"
    );
    assert_eq!(scratch.text("a"), "0");
}
