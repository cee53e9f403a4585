//! Somebody works in the folder while it is replaced. Nothing of theirs is lost.

use std::fs;
use std::path::Path;

use camino::Utf8PathBuf;
use dplab::tree::write::apply_with;
use dplab::tree::{Mode, Outcome, Step, apply};

use super::{Judge, Scratch, lab, leftovers, snapshot, tree};

/// Replaces a tree while `act` happens just before the first step of a kind.
fn meanwhile(scratch: &Scratch, at: Step, act: impl Fn(&Utf8PathBuf)) -> Outcome {
    let old = tree(&[("a", "1"), ("b", "1")]);
    apply(&scratch.root, &lab(), &old, Mode::default()).unwrap();
    scratch.put("foreign", "1");
    let mut acted = false;
    let mut steps = Judge::new(|_, step, _: &Path| {
        if step == at && !acted {
            acted = true;
            act(&scratch.lab());
        }
        Ok(())
    });
    let new = tree(&[("a", "2"), ("b", "1")]);
    let outcome = apply_with(&scratch.root, &lab(), &new, Mode::default(), &mut steps).unwrap();
    assert!(acted);
    assert_eq!(leftovers(scratch), [""; 0]);
    outcome
}

fn replace(path: Utf8PathBuf, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(new, path).unwrap();
}

fn saved(scratch: &Scratch, outcome: &Outcome) -> Vec<String> {
    let lab = scratch.lab();
    let shown = outcome.saved.iter().map(|p| p.strip_prefix(&lab).unwrap());
    shown.map(|p| p.display().to_string()).collect()
}

#[test]
fn a_new_foreign_file_comes_along() {
    let scratch = Scratch::new();
    let outcome = meanwhile(&scratch, Step::Exchange, |lab| {
        fs::create_dir(lab.join("deep")).unwrap();
        fs::write(lab.join("deep/late"), "late").unwrap();
    });
    assert_eq!(scratch.text("deep/late"), "late");
    assert_eq!(saved(&scratch, &outcome), ["deep/late"]);
}

#[test]
fn the_newer_state_of_a_foreign_file_wins() {
    for at in [Step::Link, Step::Exchange] {
        let scratch = Scratch::new();
        meanwhile(&scratch, at, |lab| replace(lab.join("foreign"), "newer"));
        assert_eq!(scratch.text("foreign"), "newer");
        let scratch = Scratch::new();
        meanwhile(&scratch, at, |lab| {
            fs::write(lab.join("foreign"), "newer").unwrap()
        });
        assert_eq!(scratch.text("foreign"), "newer");
    }
}

#[test]
fn a_late_edit_of_an_owned_file_is_put_beside_it() {
    let scratch = Scratch::new();
    let outcome = meanwhile(&scratch, Step::Exchange, |lab| {
        fs::write(lab.join("a"), "edited").unwrap();
        fs::write(lab.join("a.kept"), "taken").unwrap();
    });
    let mut found = snapshot(&scratch.lab());
    found.remove("dplab.lock");
    let found: Vec<String> = found.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert!(found.contains(&"a=2".to_owned()));
    let kept = found.iter().filter(|line| line.ends_with("=edited"));
    assert_eq!(kept.count(), 1, "{found:?}");
    assert!(
        found.iter().any(|line| line.ends_with("=taken")),
        "{found:?}"
    );
    assert_eq!(outcome.saved.len(), 2);
}

#[test]
fn a_late_edit_of_an_unchanged_file_stays_an_edit() {
    let scratch = Scratch::new();
    meanwhile(&scratch, Step::Exchange, |lab| {
        replace(lab.join("b"), "edited")
    });
    assert_eq!(scratch.text("b"), "edited");
}

#[test]
fn a_foreign_file_that_vanishes_stays_away() {
    let scratch = Scratch::new();
    meanwhile(&scratch, Step::Folder, |lab| {
        fs::remove_file(lab.join("foreign")).unwrap()
    });
    assert!(!scratch.lab().join("foreign").exists());
}
