//! Every step fails once, with and without the means that not every file system has.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use dplab::tree::clean::clean_with;
use dplab::tree::write::apply_with;
use dplab::tree::{Mode, Step, Steps, apply};

use super::kill::{FileSystem, Scenario, foreign_of, scenarios};
use super::{Judge, Scratch, lab, leftovers, snapshot};

fn run(scratch: &Scratch, scenario: &Scenario, steps: &mut dyn Steps) -> bool {
    match &scenario.new {
        Some(new) => apply_with(&scratch.root, &lab(), new, scenario.mode, steps).is_ok(),
        None => clean_with(&scratch.root, &lab(), scenario.mode, steps).is_ok(),
    }
}

/// Old and new state of a scenario, and how many steps lie between.
pub(super) fn measure(
    scenario: &Scenario,
) -> (BTreeMap<String, String>, BTreeMap<String, String>, usize) {
    let scratch = Scratch::new();
    (scenario.prepare)(&scratch);
    let old = snapshot(&scratch.lab());
    let mut steps = Judge::new(|_, step, path: &Path| scenario.allows(step, path));
    assert!(run(&scratch, scenario, &mut steps), "{}", scenario.name);
    (old, snapshot(&scratch.lab()), steps.count)
}

#[test]
fn a_failing_step_leaves_the_old_tree_or_the_new_one() {
    for scenario in scenarios() {
        let (old, new, count) = measure(&scenario);
        for fail in 0..count {
            for persistent in [false, true] {
                let scratch = Scratch::new();
                (scenario.prepare)(&scratch);
                let mut steps = Judge::new(|number, step, path: &Path| {
                    if number == fail || persistent && number > fail {
                        return Err(io::ErrorKind::StorageFull.into());
                    }
                    scenario.allows(step, path)
                });
                let done = run(&scratch, &scenario, &mut steps);
                check(&scratch, &scenario, &old, &new, done, fail, persistent);
            }
        }
    }
}

fn check(
    scratch: &Scratch,
    scenario: &Scenario,
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
    done: bool,
    fail: usize,
    persistent: bool,
) {
    let what = format!("{} step {fail} persistent {persistent}", scenario.name);
    // Where everything fails from here on and folders can't be exchanged, the old tree may wait
    // for the next run: it is brought back first.
    if persistent && scenario.disk != FileSystem::Able {
        assert!(run(scratch, scenario, &mut dplab::tree::Straight), "{what}");
    }
    let found = snapshot(&scratch.lab());
    assert!(found == *new || !done && found == *old, "{what}: {found:?}");
    assert_eq!(foreign_of(&found), foreign_of(new), "{what}");
    assert!(run(scratch, scenario, &mut dplab::tree::Straight), "{what}");
    assert_eq!(snapshot(&scratch.lab()), *new, "{what}");
    assert_eq!(leftovers(scratch), [""; 0], "{what}");
}

#[test]
fn a_comparison_reads_the_old_tree_where_it_waits() {
    let scratch = Scratch::new();
    let old = super::tree(&[("a", "1")]);
    apply(&scratch.root, &lab(), &old, Mode::default()).unwrap();
    let beside = scratch.root.join(".dplab-lab");
    std::fs::create_dir(&beside).unwrap();
    std::fs::rename(scratch.lab(), beside.join("old")).unwrap();
    let disk = dplab::tree::read(&scratch.root, &lab(), &old).unwrap();
    assert!(!dplab::tree::compare(&old, &disk).is_drift());
}

#[test]
fn a_folder_made_where_the_old_tree_waits_is_not_touched() {
    let scratch = Scratch::new();
    let old = super::tree(&[("a", "1")]);
    let new = super::tree(&[("a", "2")]);
    apply(&scratch.root, &lab(), &old, Mode::default()).unwrap();
    scratch.put("mine", "mine");
    let mut steps = Judge::new(|_, step, path: &Path| match step {
        Step::Exchange => Err(io::ErrorKind::Unsupported.into()),
        Step::Rename if path.ends_with("tree") || path.ends_with("old") => {
            Err(io::ErrorKind::StorageFull.into())
        }
        _ => Ok(()),
    });
    apply_with(&scratch.root, &lab(), &new, Mode::default(), &mut steps).unwrap_err();
    assert!(!scratch.lab().exists());
    std::fs::create_dir(scratch.lab()).unwrap();
    let before = snapshot(&scratch.root);
    let error = apply(&scratch.root, &lab(), &new, Mode::default()).unwrap_err();
    assert_eq!(
        scratch.words(&error),
        "a run was killed while `/out/.dplab-lab/old` was to be put back to `/out/lab`, but \
         another folder is there now: move that one away and try again"
    );
    assert_eq!(before, snapshot(&scratch.root));
    std::fs::remove_dir(scratch.lab()).unwrap();
    apply(&scratch.root, &lab(), &new, Mode::default()).unwrap();
    assert_eq!(
        (scratch.text("a"), scratch.text("mine")),
        ("2".into(), "mine".into())
    );
    assert_eq!(leftovers(&scratch), [""; 0]);
}
