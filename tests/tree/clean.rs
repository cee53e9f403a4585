use std::fs;
use std::os::unix::fs::symlink;

use dplab::tree::{Mode, apply, clean};

use super::{Scratch, force, lab, rel, snapshot, tree};

fn prepared() -> Scratch {
    let scratch = Scratch::new();
    let old = tree(&[("a", "1"), ("edited", "1"), ("k/b", "1"), ("gone", "1")]);
    apply(&scratch.root, &lab(), &old, Mode::default()).unwrap();
    scratch
}

fn names(scratch: &Scratch) -> Vec<String> {
    snapshot(&scratch.root).into_keys().collect()
}

#[test]
fn a_clean_tree_goes_wholly() {
    let scratch = prepared();
    fs::remove_file(scratch.lab().join("gone")).unwrap();
    fs::create_dir(scratch.lab().join("empty")).unwrap();
    let cleaned = clean(&scratch.root, &lab(), Mode::default()).unwrap();
    assert_eq!(cleaned.removed, [rel("a"), rel("edited"), rel("k/b")]);
    assert!(cleaned.kept.is_empty());
    assert!(!scratch.lab().exists());
    assert_eq!(names(&scratch), [""], "the root stays");
    let again = clean(&scratch.root, &lab(), Mode::default()).unwrap();
    assert!(again.removed.is_empty());
}

#[test]
fn edited_and_foreign_files_are_named_and_kept() {
    let scratch = prepared();
    scratch.put("edited", "mine");
    scratch.put("k/notes", "mine");
    symlink("a", scratch.lab().join("link")).unwrap();
    let cleaned = clean(&scratch.root, &lab(), Mode::default()).unwrap();
    let kept: Vec<String> = cleaned
        .kept
        .iter()
        .map(|c| format!("{}: {}", c.path, c.kind))
        .collect();
    assert_eq!(
        kept,
        [
            "edited: no longer generated, but edited by hand",
            "k/notes: not dplab's",
            "link: not dplab's"
        ]
    );
    let found = ["lab/dplab.lock", "lab/edited", "lab/k/notes", "lab/link"];
    assert_eq!(names(&scratch), found);
    let lock = scratch.text("dplab.lock");
    assert!(lock.contains("\"edited\"") && !lock.contains("\"k/b\""));
    let cleaned = clean(&scratch.root, &lab(), force()).unwrap();
    assert_eq!(cleaned.removed, [rel("edited")]);
    assert_eq!(names(&scratch), ["lab/k/notes", "lab/link"]);
}

#[test]
fn a_folder_without_a_lock_is_left() {
    let scratch = Scratch::new();
    assert!(
        clean(&scratch.root, &lab(), force())
            .unwrap()
            .kept
            .is_empty()
    );
    assert!(!scratch.root.exists());
    scratch.put("mine", "mine");
    let cleaned = clean(&scratch.root, &lab(), force()).unwrap();
    assert_eq!(cleaned.kept.len(), 1);
    assert_eq!(names(&scratch), ["lab/mine"]);
}
