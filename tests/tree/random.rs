//! Random trees and random sequences of what people and runs do.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use dplab::tree::clean::clean_with;
use dplab::tree::write::apply_with;
use dplab::tree::{Entry, File, Mode, Tree, apply, compare, read};
use proptest::prelude::*;

use super::{Judge, Scratch, file, force, lab, leftovers, rel, snapshot};

fn any_tree() -> impl Strategy<Value = Tree> {
    let name = "[abAB]{1,2}(/[abc.-]{0,2}[ab]){0,2}";
    let one = (
        name,
        prop::collection::vec(any::<u8>(), 0..40),
        any::<bool>(),
    );
    prop::collection::vec(one, 0..12).prop_map(|files| {
        let mut tree = Tree::new();
        for (path, bytes, executable) in files {
            let file = File {
                content: bytes.into(),
                executable,
                ..file("")
            };
            // Conflicts are refused, and so not part of the tree.
            let _ = tree.insert(rel(&path), file);
        }
        tree
    })
}

#[derive(Debug, Clone)]
enum Act {
    Write(Tree, bool),
    WriteFailing(Tree, usize),
    Clean(bool),
    CleanFailing(usize),
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (any_tree(), any::<bool>()).prop_map(|(tree, force)| Act::Write(tree, force)),
        (any_tree(), 0..60usize).prop_map(|(tree, step)| Act::WriteFailing(tree, step)),
        any::<bool>().prop_map(Act::Clean),
        (0..30usize).prop_map(Act::CleanFailing),
    ]
}

/// Performs it; nothing works any more from the failing step on, as after a kill.
fn perform(scratch: &Scratch, act: &Act) {
    let dying = |from: usize| {
        Judge::new(move |number, _, _: &Path| match number < from {
            true => Ok(()),
            false => Err(io::Error::other("dead")),
        })
    };
    let mode = |forced: &bool| if *forced { force() } else { Mode::default() };
    match act {
        Act::Write(tree, forced) => drop(apply(&scratch.root, &lab(), tree, mode(forced))),
        Act::WriteFailing(tree, step) => {
            let mut steps = dying(*step);
            drop(apply_with(&scratch.root, &lab(), tree, force(), &mut steps));
        }
        Act::Clean(forced) => drop(dplab::tree::clean(&scratch.root, &lab(), mode(forced))),
        Act::CleanFailing(step) => {
            let mut steps = dying(*step);
            drop(clean_with(&scratch.root, &lab(), force(), &mut steps));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_is_read_again(first in any_tree(), second in any_tree()) {
        let scratch = Scratch::new();
        for tree in [&first, &second] {
            apply(&scratch.root, &lab(), tree, Mode::default()).unwrap();
            let disk = read(&scratch.root, &lab(), tree).unwrap();
            prop_assert!(!compare(tree, &disk).is_drift());
            let found: BTreeMap<_, _> = disk.iter().map(|(p, e)| (p.clone(), e.clone())).collect();
            let expected: BTreeMap<_, _> = tree.iter().map(|(path, file)| {
                let content = Some(file.content.clone());
                let executable = Some(file.executable);
                (path.clone(), Entry::File { content, executable })
            }).collect();
            prop_assert_eq!(found, expected);
        }
        prop_assert_eq!(leftovers(&scratch), [""; 0]);
    }

    #[test]
    fn foreign_files_survive_everything(acts in prop::collection::vec(any_act(), 1..8)) {
        let scratch = Scratch::new();
        let foreign = ["foreign", "a/foreign", "foreign/x/y", "b?/foreign"];
        let foreign = &foreign[1..];
        for path in foreign {
            scratch.put(path, path);
        }
        let before = snapshot(&scratch.lab());
        for act in &acts {
            perform(&scratch, act);
            for (path, text) in &before {
                let found = fs::read_to_string(scratch.lab().join(path)).ok();
                prop_assert_eq!(found.as_ref(), Some(text), "{} after {:?}", path, act);
            }
        }
        dplab::tree::clean(&scratch.root, &lab(), force()).unwrap();
        prop_assert_eq!(snapshot(&scratch.lab()), before);
        prop_assert_eq!(leftovers(&scratch), [""; 0]);
    }
}
