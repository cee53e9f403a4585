//! A real process is killed before every single step of every scenario.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufReader, Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use dplab::tree::clean::clean_with;
use dplab::tree::write::apply_with;
use dplab::tree::{LOCK, Mode, RelPath, Step, Steps, Straight, Tree, apply, read};

use super::fault::measure;
use super::{Judge, Scratch, force, lab, leftovers, set_mode, snapshot, tree};

/// One change of a folder.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) prepare: fn(&Scratch),
    /// What is generated; none to clean.
    pub(super) new: Option<Tree>,
    pub(super) mode: Mode,
    pub(super) disk: FileSystem,
}

/// What the file system can do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FileSystem {
    /// Everything.
    Able,
    /// Neither exchange folders nor link files.
    Poor,
    /// Not move the lab's folder, which lies in a lower layer.
    Layered,
}

impl Scenario {
    pub(super) fn allows(&self, step: Step, path: &Path) -> io::Result<()> {
        match (self.disk, step) {
            (FileSystem::Poor, Step::Exchange | Step::Link) => {
                Err(io::ErrorKind::Unsupported.into())
            }
            (FileSystem::Layered, Step::Exchange | Step::Rename) if path.ends_with("out/lab") => {
                Err(io::ErrorKind::CrossesDevices.into())
            }
            _ => Ok(()),
        }
    }
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let scenario = |name, prepare: fn(&Scratch), new, mode, disk| Scenario {
        name,
        prepare,
        new,
        mode,
        disk,
    };
    use FileSystem::{Able, Layered, Poor};
    let careful = Mode::default();
    vec![
        scenario("first", |_| {}, Some(new()), careful, Able),
        scenario("change", lived_in, Some(new()), careful, Able),
        scenario("change-poorly", lived_in, Some(new()), careful, Poor),
        scenario("force", contested, Some(new()), force(), Able),
        scenario("clean", lived_in, None, careful, Able),
        scenario("clean-wholly", untouched, None, careful, Able),
        scenario("change-layered", lived_in, Some(new()), careful, Layered),
        scenario("clean-layered", untouched, None, careful, Layered),
    ]
}

fn old() -> Tree {
    tree(&[
        ("README", "1"),
        ("k8s/a", "1"),
        ("k8s/b", "1"),
        ("run.sh", "1"),
        ("stale/x", "1"),
        ("turns", "1"),
    ])
}

fn new() -> Tree {
    tree(&[
        ("README", "2"),
        ("added/y", "2"),
        ("k8s/a", "1"),
        ("k8s/b", "2"),
        ("run.sh", "1"),
        ("turns/z", "2"),
    ])
}

fn untouched(scratch: &Scratch) {
    apply(&scratch.root, &lab(), &old(), Mode::default()).unwrap();
}

fn lived_in(scratch: &Scratch) {
    untouched(scratch);
    scratch.put("foreign", "mine");
    scratch.put("k8s/foreign", "mine");
    set_mode(&scratch.lab().join("foreign"), 0o400);
    scratch.put("stale/foreign", "mine");
    scratch.put("foreign:odd/\u{1b}", "mine");
    symlink("k8s/a", scratch.lab().join("foreign-link")).unwrap();
}

fn contested(scratch: &Scratch) {
    lived_in(scratch);
    scratch.put("README", "edited");
    scratch.put("stale/x", "edited");
    scratch.put("added", "in the way");
}

/// What of a folder is foreign and not in the way.
pub(super) fn foreign_of(found: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let foreign = found.iter().filter(|(path, _)| path.contains("foreign"));
    foreign.map(|(p, t)| (p.clone(), t.clone())).collect()
}

const CHILD: &str = "DPLAB_TEST_KILLED_CHILD";

/// The process that is killed: does nothing unless the parent asks for it.
#[test]
fn child() {
    let Ok(order) = std::env::var(CHILD) else {
        return;
    };
    let [name, step, root] = order.splitn(3, ' ').collect::<Vec<_>>()[..] else {
        panic!("{order}");
    };
    let all = scenarios();
    let scenario = all.iter().find(|s| s.name == name).unwrap();
    let step: usize = step.parse().unwrap();
    let mut steps = Judge::new(|number, what, path: &Path| {
        if number == step {
            wait_for_death();
        }
        scenario.allows(what, path)
    });
    run(root.into(), scenario, &mut steps);
}

fn run(root: &camino::Utf8Path, scenario: &Scenario, steps: &mut dyn Steps) {
    match &scenario.new {
        Some(new) => {
            let outcome = apply_with(root, &lab(), new, scenario.mode, steps).unwrap();
            assert!(outcome.saved.is_empty(), "{:?}", outcome.saved);
        }
        None => {
            let cleaned = clean_with(root, &lab(), scenario.mode, steps).unwrap();
            assert!(cleaned.saved.is_empty(), "{:?}", cleaned.saved);
        }
    }
}

/// Tells the parent that the step is reached, and goes no further.
fn wait_for_death() {
    let mut out = io::stdout();
    out.write_all(b"\x07").unwrap();
    out.flush().unwrap();
    loop {
        std::thread::sleep(std::time::Duration::from_secs(60));
    }
}

fn spawn(scenario: &Scenario, step: usize, scratch: &Scratch) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tree::kill::child", "--test-threads=1"])
        .env(CHILD, format!("{} {step} {}", scenario.name, scratch.root))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills the child at the step, with a signal that nothing can catch.
/// False if the child came to its end before.
fn kill_at(scenario: &Scenario, step: usize, scratch: &Scratch) -> bool {
    let mut child = spawn(scenario, step, scratch);
    let out = child.stdout.take().unwrap();
    let reached = BufReader::new(out)
        .bytes()
        .any(|byte| byte.is_ok_and(|b| b == 0x07));
    if reached {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    assert_eq!(reached, !status.success(), "{} step {step}", scenario.name);
    reached
}

/// The tree right after a kill: where folders can't be exchanged it may wait in its other place.
fn found_after(scenario: &Scenario, scratch: &Scratch) -> BTreeMap<String, String> {
    let beside = scratch.root.join(".dplab-lab");
    let old = beside.join("old");
    let emptying = beside.join("emptying").exists() && beside.join("tree").exists();
    let waits = old.exists() && (emptying || !scratch.lab().exists());
    match waits && scenario.disk != FileSystem::Able {
        true => snapshot(&old),
        false => snapshot(&scratch.lab()),
    }
}

/// What a comparison would see, which must be the whole of either tree.
fn read_paths(scratch: &Scratch) -> Vec<String> {
    let disk = read(&scratch.root, &lab(), &Tree::new()).unwrap();
    disk.iter().map(|(path, _)| path.to_string()).collect()
}

/// The same of a snapshot: without the lock file, and without names that can't be a tree's.
fn paths(found: &BTreeMap<String, String>) -> Vec<String> {
    let paths = found.keys().filter(|path| RelPath::parse(path).is_ok());
    let mut paths: Vec<String> = paths.cloned().collect();
    paths.retain(|path| path != LOCK);
    paths
}

fn kill_at_every_step(scenario: &Scenario) -> usize {
    let (old, new, count) = measure(scenario);
    let mut seen_new = false;
    for step in 0..count {
        let what = format!("{} step {step}", scenario.name);
        let scratch = Scratch::new();
        (scenario.prepare)(&scratch);
        assert!(kill_at(scenario, step, &scratch), "{what}");
        let found = found_after(scenario, &scratch);
        assert!(found == old || found == new, "{what}: {found:?}");
        assert_eq!(foreign_of(&found), foreign_of(&new), "{what}");
        assert!(found == new || !seen_new, "{what}: there is no way back");
        seen_new |= found == new;
        let before = snapshot(&scratch.root);
        assert_eq!(read_paths(&scratch), paths(&found), "{what}");
        assert_eq!(
            before,
            snapshot(&scratch.root),
            "{what}: reading changes nothing"
        );
        run(&scratch.root, scenario, &mut Straight);
        assert_eq!(snapshot(&scratch.lab()), new, "{what}");
        assert_eq!(leftovers(&scratch), [""; 0], "{what}");
    }
    count
}

#[test]
fn a_kill_leaves_the_old_tree_or_the_new_one() {
    let scenarios = scenarios();
    let (one, other) = scenarios.split_at(3);
    let kills = |part: &[Scenario]| part.iter().map(kill_at_every_step).sum::<usize>();
    let total = std::thread::scope(|scope| {
        let other = scope.spawn(|| kills(other));
        kills(one) + other.join().unwrap()
    });
    assert!(total >= 200, "{total} kills");
    crate::support::say(&format!("{total} kills"));
}

#[test]
fn a_kill_during_recovery_is_recovered_from() {
    let scenarios = scenarios();
    for scenario in scenarios.iter().filter(|s| s.disk != FileSystem::Able) {
        let (_, new, count) = measure(scenario);
        for step in (count / 3..count).step_by(6) {
            let scratch = Scratch::new();
            (scenario.prepare)(&scratch);
            assert!(kill_at(scenario, step, &scratch));
            for again in [2, 7, 11] {
                kill_at(scenario, again, &scratch);
            }
            run(&scratch.root, scenario, &mut Straight);
            assert_eq!(snapshot(&scratch.lab()), new);
            assert_eq!(leftovers(&scratch), [""; 0]);
        }
    }
}

#[test]
fn what_people_do_after_a_kill_is_kept() {
    let scenarios = scenarios();
    let scenario = &scenarios[1];
    let (_, _, count) = measure(scenario);
    for step in 0..count {
        let scratch = Scratch::new();
        lived_in(&scratch);
        assert!(kill_at(scenario, step, &scratch));
        // An editor that writes a new file and renames it, one that writes in place, a removal.
        fs::write(scratch.lab().join("tmp"), "renamed").unwrap();
        fs::rename(scratch.lab().join("tmp"), scratch.lab().join("foreign")).unwrap();
        fs::write(scratch.lab().join("k8s/foreign"), "in place").unwrap();
        fs::remove_file(scratch.lab().join("stale/foreign")).unwrap();
        run(&scratch.root, scenario, &mut Straight);
        assert_eq!(scratch.text("foreign"), "renamed", "step {step}");
        assert_eq!(scratch.text("k8s/foreign"), "in place", "step {step}");
        let removed = scratch.lab().join("stale/foreign");
        assert!(!removed.exists(), "step {step}");
        assert_eq!(leftovers(&scratch), [""; 0]);
    }
}
