use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::time::Duration;

use dplab::tree::read::read_with;
use dplab::tree::write::apply_with;
use dplab::tree::{Mode, Step, WriteError, apply, compare, read};

use super::{Judge, Scratch, file, force, lab, leftovers, rel, set_mode, snapshot, tree};

fn write(scratch: &Scratch, files: &[(&str, &str)]) -> dplab::tree::Outcome {
    apply(&scratch.root, &lab(), &tree(files), Mode::default()).unwrap()
}

#[test]
fn a_first_tree_is_written_with_its_lock() {
    let scratch = Scratch::new();
    let outcome = write(&scratch, &[("run.sh", "#!"), ("k8s/a.yaml", "a: 1\n")]);
    assert!(outcome.written);
    let found = snapshot(&scratch.root);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["lab/dplab.lock", "lab/k8s/a.yaml", "lab/run.sh"]);
    assert_eq!(found["lab/run.sh"], "x #!");
}

#[test]
fn an_unchanged_tree_is_not_touched() {
    let scratch = Scratch::new();
    let files = [("a", "1"), ("b/c", "2")];
    write(&scratch, &files);
    let id = |path: &str| {
        let metadata = fs::metadata(scratch.lab().join(path)).unwrap();
        (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
    };
    let before = [id(""), id("a"), id("b"), id("b/c"), id("dplab.lock")];
    let mut steps = Judge::new(|_, step, path: &std::path::Path| {
        assert_eq!(step, Step::Read, "{}", path.display());
        Ok(())
    });
    let new = tree(&files);
    let outcome = apply_with(&scratch.root, &lab(), &new, Mode::default(), &mut steps).unwrap();
    assert!(!outcome.written);
    assert_eq!(outcome.comparison.unchanged, 2);
    assert_eq!(
        before,
        [id(""), id("a"), id("b"), id("b/c"), id("dplab.lock")]
    );
    assert_eq!(steps.count, 3, "each file is read once, the lock file too");
}

#[test]
fn a_large_tree_is_read_once() {
    let scratch = Scratch::new();
    let names: Vec<String> = (0..2000).map(|n| format!("d{}/f{n}", n % 40)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    write(&scratch, &files);
    scratch.put("foreign", "not read");
    let mut seen = std::collections::BTreeMap::new();
    let mut steps = Judge::new(|_, _, path: &std::path::Path| {
        *seen.entry(path.to_owned()).or_insert(0) += 1;
        Ok(())
    });
    let disk = read_with(&scratch.root, &lab(), &tree(&files), &mut steps).unwrap();
    assert!(!compare(&tree(&files), &disk).is_drift());
    assert_eq!(seen.len(), 2001);
    assert!(seen.values().all(|times| *times == 1));
}

#[test]
fn unchanged_files_keep_their_time_when_others_change() {
    let scratch = Scratch::new();
    write(&scratch, &[("a", "1"), ("b", "1")]);
    let id = || {
        let metadata = fs::metadata(scratch.lab().join("a")).unwrap();
        (metadata.ino(), metadata.modified().unwrap())
    };
    let before = id();
    write(&scratch, &[("a", "1"), ("b", "2")]);
    assert_eq!(before, id());
    assert_eq!(scratch.text("b"), "2");
}

#[test]
fn stale_files_go_and_so_do_folders_left_empty() {
    let scratch = Scratch::new();
    write(
        &scratch,
        &[("a", "1"), ("old/deep/b", "1"), ("mixed/c", "1")],
    );
    scratch.put("mixed/mine", "mine");
    fs::create_dir(scratch.lab().join("empty")).unwrap();
    write(&scratch, &[("a", "1")]);
    let found = snapshot(&scratch.lab());
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["a", "dplab.lock", "empty/", "mixed/mine"]);
}

#[test]
fn edited_and_foreign_files_are_all_named_and_nothing_is_written() {
    let scratch = Scratch::new();
    write(&scratch, &[("edited", "1"), ("stale", "1"), ("x", "1")]);
    scratch.put("edited", "mine");
    scratch.put("stale", "mine");
    scratch.put("new", "mine");
    scratch.put("Readme", "mine");
    fs::create_dir(scratch.lab().join("folder")).unwrap();
    symlink("/etc/passwd", scratch.lab().join("folder/link")).unwrap();
    let before = snapshot(&scratch.root);
    let new = tree(&[
        ("edited", "2"),
        ("new", "1"),
        ("x", "2"),
        ("README", "1"),
        ("folder", "1"),
    ]);
    let error = apply(&scratch.root, &lab(), &new, Mode::default()).unwrap_err();
    assert_eq!(
        scratch.words(&error),
        "nothing was written to `/out/lab`, because of
  Readme: differs from the generated `README` by letter case only (not even with force: move it away)
  edited: edited by hand, and the profile or a template changed too
  folder: a folder with files that are not dplab's, where a generated file goes (not even with force: move it away)
  new: not dplab's, and a generated file goes there
  stale: no longer generated, but edited by hand"
    );
    assert_eq!(before, snapshot(&scratch.root));
    let error = apply(&scratch.root, &lab(), &new, force()).unwrap_err();
    let WriteError::Refused(refused) = error else {
        panic!("{error}");
    };
    assert_eq!(refused.changes.len(), 2, "force doesn't mean these");
    assert_eq!(before, snapshot(&scratch.root));
}

#[test]
fn force_replaces_what_is_in_the_way_and_keeps_every_other_foreign_file() {
    let scratch = Scratch::new();
    let outside = scratch.root.join("../outside");
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("x"), "outside").unwrap();
    write(
        &scratch,
        &[("edited", "1"), ("stale", "1"), ("run.sh", "1")],
    );
    scratch.put("edited", "mine");
    scratch.put("stale", "mine");
    scratch.put("new", "mine");
    scratch.put("folder", "mine");
    scratch.put("notes/todo", "mine");
    set_mode(&scratch.lab().join("run.sh"), 0o644);
    symlink(&outside, scratch.lab().join("linked")).unwrap();
    symlink("nowhere", scratch.lab().join("mine")).unwrap();
    let new = tree(&[
        ("edited", "1"),
        ("new", "1"),
        ("run.sh", "1"),
        ("folder/x", "1"),
        ("linked/x", "1"),
    ]);
    apply(&scratch.root, &lab(), &new, force()).unwrap();
    let mut found = snapshot(&scratch.lab());
    found.remove("dplab.lock");
    let found: Vec<String> = found.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(
        found,
        [
            "edited=1",
            "folder/x=1",
            "linked/x=1",
            "mine=-> nowhere",
            "new=1",
            "notes/todo=mine",
            "run.sh=x 1"
        ]
    );
    assert_eq!(fs::read_to_string(outside.join("x")).unwrap(), "outside");
    assert_eq!(leftovers(&scratch), [""; 0]);
}

#[test]
fn identical_foreign_files_are_taken_over() {
    let scratch = Scratch::new();
    scratch.put("a", "1");
    write(&scratch, &[("a", "1")]);
    let disk = read(&scratch.root, &lab(), &tree(&[])).unwrap();
    assert!(disk.lock().contains(&rel("a")));
}

#[test]
fn nothing_is_written_through_a_symbolic_link() {
    let scratch = Scratch::new();
    let outside = scratch.root.join("../outside");
    fs::create_dir_all(&outside).unwrap();
    fs::create_dir_all(&scratch.root).unwrap();
    symlink(&outside, scratch.lab()).unwrap();
    let new = tree(&[("a", "1")]);
    let error = apply(&scratch.root, &lab(), &new, force()).unwrap_err();
    assert_eq!(
        scratch.words(&error),
        "`/out/lab` is a symbolic link, and nothing is written through one"
    );
    let error = apply(&scratch.root, &rel("lab/deeper"), &new, force()).unwrap_err();
    assert_eq!(
        scratch.words(&error),
        "`/out/lab` is a symbolic link, and nothing is written through one"
    );
    fs::remove_file(scratch.lab()).unwrap();
    symlink(&outside, scratch.root.join(".dplab-lab")).unwrap();
    let error = apply(&scratch.root, &lab(), &new, force()).unwrap_err();
    assert_eq!(
        scratch.words(&error),
        "`/out/.dplab-lab` is in the way and not of dplab's making: move it away and try again"
    );
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn places_that_are_no_folders_are_said() {
    let scratch = Scratch::new();
    let new = tree(&[("a", "1")]);
    let write = |lab: &str| apply(&scratch.root, &rel(lab), &new, force()).unwrap_err();
    fs::write(&scratch.root, "").unwrap();
    assert_eq!(scratch.words(&write("x")), "can't look at `/out/x`");
    fs::remove_file(&scratch.root).unwrap();
    fs::create_dir(&scratch.root).unwrap();
    fs::write(scratch.lab(), "").unwrap();
    assert_eq!(scratch.words(&write("lab")), "`/out/lab` is not a folder");
    assert_eq!(
        scratch.words(&write(".DPLAB-x")),
        "no lab can be named `.DPLAB-x`: names that begin with `.dplab-` are temporary folders"
    );
    fs::create_dir_all(scratch.root.join("locked/dplab.lock")).unwrap();
    assert_eq!(
        scratch.words(&write("locked")),
        "`/out/locked/dplab.lock` is not a plain file, and the lock file goes there: move it away"
    );
    fs::create_dir_all(scratch.root.join(".dplab-y/mine")).unwrap();
    assert_eq!(
        scratch.words(&write("y")),
        "`/out/.dplab-y` is in the way and not of dplab's making: move it away and try again"
    );
}

#[test]
fn a_lab_may_lie_deeper() {
    let scratch = Scratch::new();
    let new = tree(&[("a", "1")]);
    apply(&scratch.root, &rel("team/lab"), &new, Mode::default()).unwrap();
    let found = snapshot(&scratch.root);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["team/lab/a", "team/lab/dplab.lock"]);
}

#[test]
fn a_second_run_waits_and_then_says_so() {
    let scratch = Scratch::new();
    fs::create_dir(&scratch.root).unwrap();
    let other = fs::File::open(&scratch.root).unwrap();
    other.lock().unwrap();
    let new = tree(&[("a", "1")]);
    let mode = Mode {
        wait: Duration::from_millis(60),
        ..Mode::default()
    };
    let error = apply(&scratch.root, &lab(), &new, mode).unwrap_err();
    assert_eq!(
        scratch.words(&error),
        "another run of dplab is writing to `/out`: wait for it to end and try again"
    );
    let waiting = std::thread::scope(|scope| {
        let run = scope.spawn(|| apply(&scratch.root, &lab(), &new, Mode::default()));
        std::thread::sleep(Duration::from_millis(60));
        other.unlock().unwrap();
        run.join().unwrap()
    });
    assert!(waiting.unwrap().written);
}

#[test]
fn runs_at_once_leave_one_whole_tree() {
    let scratch = Scratch::new();
    let texts = ["0", "1", "2", "3"];
    std::thread::scope(|scope| {
        for text in texts {
            let scratch = &scratch;
            scope.spawn(move || {
                for _ in 0..5 {
                    write(scratch, &[("a", text), ("b", text), (text, text)]);
                }
            });
        }
    });
    let found = snapshot(&scratch.lab());
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(found["a"], found["b"]);
    assert_eq!(leftovers(&scratch), [""; 0]);
}

#[test]
fn permissions_of_folders_and_foreign_files_stay() {
    let scratch = Scratch::new();
    write(&scratch, &[("a", "1"), ("k/b", "1")]);
    scratch.put("k/secret", "mine");
    set_mode(&scratch.lab(), 0o750);
    set_mode(&scratch.lab().join("k"), 0o700);
    set_mode(&scratch.lab().join("k/secret"), 0o400);
    write(&scratch, &[("a", "2"), ("k/b", "1")]);
    let mode = |path: &str| fs::metadata(scratch.lab().join(path)).unwrap().mode() & 0o777;
    assert_eq!(
        [mode(""), mode("k"), mode("k/secret")],
        [0o750, 0o700, 0o400]
    );
}

#[test]
fn names_that_no_generated_file_has_are_kept() {
    use std::os::unix::ffi::OsStrExt as _;
    let scratch = Scratch::new();
    write(&scratch, &[("a", "1")]);
    let odd = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    fs::write(scratch.lab().as_std_path().join(odd), "mine").unwrap();
    scratch.put("what?/a\\b", "mine");
    let outcome = write(&scratch, &[("a", "2")]);
    assert_eq!(outcome.comparison.odd, ["what?/a\\b", "\u{fffd}\u{fffd}"]);
    assert_eq!(outcome.saved.len(), 0);
    assert_eq!(
        fs::read_to_string(scratch.lab().as_std_path().join(odd)).unwrap(),
        "mine"
    );
    assert_eq!(scratch.text("what?/a\\b"), "mine");
}

#[test]
fn pipes_come_along_and_are_not_opened() {
    let scratch = Scratch::new();
    write(&scratch, &[("a", "1")]);
    let made = std::process::Command::new("mkfifo")
        .arg(scratch.lab().join("pipe"))
        .status();
    if made.is_ok_and(|status| status.success()) {
        write(&scratch, &[("a", "2")]);
        assert_eq!(snapshot(&scratch.lab())["pipe"], "other");
    }
}

#[test]
fn what_the_system_says_is_the_source() {
    let scratch = Scratch::new();
    write(&scratch, &[("a", "1")]);
    let before = snapshot(&scratch.root);
    let mut full = Judge::new(|_, step, _: &std::path::Path| match step {
        Step::Write => Err(io::ErrorKind::StorageFull.into()),
        _ => Ok(()),
    });
    let new = tree(&[("a", "2")]);
    let error = apply_with(&scratch.root, &lab(), &new, Mode::default(), &mut full).unwrap_err();
    assert_eq!(scratch.words(&error), "can't write `/out/.dplab-lab/part`");
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "no storage space");
    assert_eq!(before, snapshot(&scratch.root));
}

#[test]
fn an_unwritable_folder_is_said_and_left() {
    let scratch = Scratch::new();
    write(&scratch, &[("a", "1")]);
    set_mode(&scratch.root, 0o555);
    let new = tree(&[("a", "2")]);
    let result = apply(&scratch.root, &lab(), &new, Mode::default());
    set_mode(&scratch.root, 0o755);
    match result {
        // The superuser may write anywhere.
        Ok(_) => assert_eq!(scratch.text("a"), "2"),
        Err(error) => {
            assert_eq!(
                scratch.words(&error),
                "can't make the folder `/out/.dplab-lab`"
            );
            assert_eq!(scratch.text("a"), "1");
        }
    }
}

#[test]
fn where_it_came_from_is_part_of_the_lock_only() {
    let scratch = Scratch::new();
    write(&scratch, &[("a", "1")]);
    let mut new = dplab::tree::Tree::new();
    let from = "elsewhere".to_owned();
    new.insert(rel("a"), dplab::tree::File { from, ..file("1") })
        .unwrap();
    let outcome = apply(&scratch.root, &lab(), &new, Mode::default()).unwrap();
    assert!(outcome.written && outcome.comparison.changes.is_empty());
    assert!(scratch.text("dplab.lock").contains("elsewhere"));
}
