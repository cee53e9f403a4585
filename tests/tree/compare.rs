use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dplab::tree::read::read_with;
use dplab::tree::write::apply_within;
use dplab::tree::{
    Disk, Entry, Kind, Lock, Mode, Protection, Scope, Step, Straight, Tree, apply, compare, read,
};

use super::{Judge, Scratch, file, lab, rel, tree};

/// A folder with what was generated, changed by hand as told.
fn disk(owned: &Tree, files: &[(&str, &str)]) -> Disk {
    let mut disk = Disk::new(Some(Lock::of(owned).render())).unwrap();
    for (path, text) in files {
        let entry = Entry::File {
            content: Some((*text).into()),
            executable: Some(path.ends_with(".sh")),
        };
        disk.insert(rel(path), entry);
    }
    disk
}

fn lines(new: &Tree, disk: &Disk) -> Vec<String> {
    let changes = compare(new, disk).changes.into_iter();
    changes.map(|c| format!("{}: {}", c.path, c.kind)).collect()
}

#[test]
fn every_kind_is_told_apart() {
    let old = tree(&[
        ("adapted", "1"),
        ("changed", "1"),
        ("edited", "1"),
        ("edited-and-changed", "1"),
        ("forgotten", "1"),
        ("missing", "1"),
        ("same", "1"),
        ("stale", "1"),
        ("stale-edited", "1"),
    ]);
    let new = tree(&[
        ("adapted", "2"),
        ("added", "1"),
        ("adopted", "1"),
        ("changed", "2"),
        ("collision", "1"),
        ("edited", "1"),
        ("edited-and-changed", "2"),
        ("missing", "1"),
        ("same", "1"),
    ]);
    let disk = disk(
        &old,
        &[
            ("adapted", "2"),
            ("adopted", "1"),
            ("changed", "1"),
            ("collision", "mine"),
            ("edited", "mine"),
            ("edited-and-changed", "mine"),
            ("foreign", "mine"),
            ("same", "1"),
            ("stale", "1"),
            ("stale-edited", "mine"),
        ],
    );
    let comparison = compare(&new, &disk);
    assert_eq!(
        lines(&new, &disk),
        [
            "added: new",
            "adopted: already there, as generated",
            "changed: the profile or a template changed",
            "collision: not dplab's, and a generated file goes there",
            "edited: edited by hand",
            "edited-and-changed: edited by hand, and the profile or a template changed too",
            "foreign: not dplab's",
            "missing: gone from the folder",
            "stale: no longer generated",
            "stale-edited: no longer generated, but edited by hand",
        ]
    );
    assert_eq!(
        comparison.unchanged, 2,
        "an edit that equals the new text is fine"
    );
    assert!(comparison.lock_differs && comparison.is_drift());
    let refused = comparison.refused(false);
    let refused: Vec<&str> = refused.iter().map(|c| c.path.as_str()).collect();
    assert_eq!(
        refused,
        ["collision", "edited", "edited-and-changed", "stale-edited"]
    );
    assert!(comparison.refused(true).is_empty());
}

#[test]
fn an_unchanged_tree_has_no_changes() {
    let new = tree(&[("a", "1"), ("run.sh", "2")]);
    let disk = disk(&new, &[("a", "1"), ("run.sh", "2"), ("notes", "mine")]);
    let comparison = compare(&new, &disk);
    assert_eq!(lines(&new, &disk), ["notes: not dplab's"]);
    assert!(!comparison.is_drift());
    assert_eq!(comparison.unchanged, 2);
}

#[test]
fn the_executable_bit_counts() {
    let new = tree(&[("a", "1"), ("run.sh", "2"), ("unknown.sh", "3")]);
    let mut disk = disk(&new, &[]);
    for (path, text, executable) in [
        ("a", "1", Some(true)),
        ("run.sh", "2", Some(false)),
        ("unknown.sh", "3", None),
    ] {
        let entry = Entry::File {
            content: Some(text.into()),
            executable,
        };
        disk.insert(rel(path), entry);
    }
    assert_eq!(
        lines(&new, &disk),
        [
            "a: executable, but should not be",
            "run.sh: not executable, but should be"
        ]
    );
    assert!(compare(&new, &disk).refused(false).is_empty());
}

#[test]
fn what_is_in_the_way_is_named() {
    let old = tree(&[("was-folder/x", "1"), ("was-file", "1")]);
    let new = tree(&[
        ("Readme", "1"),
        ("folder", "1"),
        ("into/x", "1"),
        ("link", "1"),
        ("linked/x", "1"),
        ("pipe", "1"),
        ("was-folder", "1"),
        ("was-file/x", "1"),
    ]);
    let mut disk = disk(
        &old,
        &[
            ("README", "mine"),
            ("folder/mine", "mine"),
            ("into", "mine"),
            ("was-folder/x", "1"),
            ("was-file", "1"),
            ("INTO/y", "mine"),
        ],
    );
    disk.insert(rel("link"), Entry::Symlink);
    disk.insert(rel("linked"), Entry::Symlink);
    disk.insert(rel("pipe"), Entry::Other);
    assert_eq!(
        lines(&new, &disk),
        [
            "INTO/y: not dplab's",
            "README: differs from the generated `Readme` by letter case only",
            "Readme: new",
            "folder: a folder with files that are not dplab's, where a generated file goes",
            "folder/mine: not dplab's",
            "into: a file where a folder goes",
            "into/x: new",
            "link: a symbolic link where a generated file goes",
            "linked: a symbolic link where a generated file goes",
            "linked/x: new",
            "pipe: not a plain file, where a generated file goes",
            "was-file: no longer generated",
            "was-file/x: new",
            "was-folder: new",
            "was-folder/x: no longer generated",
        ]
    );
    let comparison = compare(&new, &disk);
    let never = comparison.refused(true);
    let never: Vec<&str> = never.iter().map(|c| c.path.as_str()).collect();
    assert_eq!(never, ["README", "folder"], "force doesn't mean these");
    assert!(
        comparison
            .refused(false)
            .iter()
            .all(|c| c.kind.protection() != Protection::None)
    );
}

#[test]
fn a_lock_that_differs_is_drift() {
    let new = tree(&[("a", "1")]);
    let old = tree(&[("a", "1"), ("forgotten", "1")]);
    let comparison = compare(&new, &disk(&old, &[("a", "1")]));
    assert!(comparison.changes.is_empty());
    assert!(comparison.lock_differs && comparison.is_drift());
}

#[test]
fn ten_thousand_unchanged_files_are_read_once_each() {
    let scratch = Scratch::new();
    let mut new = Tree::new();
    for number in 0..10_000 {
        let path = rel(&format!("part-{}/{number}.yaml", number % 100));
        new.insert(path, file(&format!("number: {number}\n")))
            .unwrap();
    }
    apply(&scratch.root, &lab(), &new, Mode::default()).unwrap();
    let mut reads: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut count = Judge::new(|_, step, path: &Path| {
        assert_eq!(step, Step::Read, "a comparison only reads");
        *reads.entry(path.to_owned()).or_default() += 1;
        Ok(())
    });
    let disk = read_with(&scratch.root, &lab(), &new, &mut count).unwrap();
    let comparison = compare(&new, &disk);
    assert_eq!(
        (comparison.unchanged, comparison.is_drift()),
        (10_000, false)
    );
    assert_eq!(reads.len(), 10_001, "each file and the lock file");
    assert!(reads.values().all(|times| *times == 1));
}

#[test]
fn what_is_outside_of_a_part_stays_as_it_is() {
    let scratch = Scratch::new();
    let old = tree(&[("a/x", "1"), ("a/y", "1"), ("b/x", "1"), ("b/y", "1")]);
    apply(&scratch.root, &lab(), &old, Mode::default()).unwrap();
    scratch.put("b/x", "edited");
    fs::remove_file(scratch.lab().join("b/y")).unwrap();
    let scope = Scope::of(&["a".to_owned()]);
    let new = tree(&[("a/x", "2")]);
    let mut steps = Straight;
    let outcome = apply_within(
        &scratch.root,
        &lab(),
        &new,
        &scope,
        Mode::default(),
        &mut steps,
    )
    .unwrap();
    let kinds: Vec<Kind> = outcome
        .comparison
        .changes
        .into_iter()
        .map(|c| c.kind)
        .collect();
    assert_eq!(kinds, [Kind::Changed, Kind::Stale { edited: false }]);
    assert_eq!(scratch.text("b/x"), "edited");
    // The rest is still owned as it was: the edit is known for one, and the loss too.
    let whole = tree(&[("a/x", "2"), ("b/x", "1"), ("b/y", "1")]);
    let disk = read(&scratch.root, &lab(), &whole).unwrap();
    let kinds: Vec<Kind> = compare(&whole, &disk)
        .changes
        .into_iter()
        .map(|c| c.kind)
        .collect();
    assert_eq!(kinds, [Kind::Edited { changed: false }, Kind::Missing]);
}
