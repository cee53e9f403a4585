//! Writing by the real program: what is refused, what is kept, and kills.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::repo::Repo;
use super::run::{code, stderr, stdout};

const SERVICE: &str = "out/shop/kubernetes/app/service-db.yaml";

#[test]
fn edited_files_are_named_and_kept_until_forced() {
    let repo = Repo::new();
    repo.edit(SERVICE, "5432", "5433");
    let mine = repo.read(SERVICE);
    repo.edit("profiles/shop.yaml", "web:1", "web:2");
    let refused = repo.dplab(&["generate", "--quiet"]);
    assert_eq!(code(&refused), 5);
    assert_eq!(stdout(&refused), "");
    assert_eq!(
        stderr(&refused),
        "error: nothing was written to `out/shop`, because of\n  \
         kubernetes/app/service-db.yaml: edited by hand\n  \
         help: keep your changes in the profile or in a template, or use `--force` to lose them\n"
    );
    assert_eq!(repo.read(SERVICE), mine);
    assert_eq!(code(&repo.dplab(&["generate", "-n"])), 5);
    assert_eq!(code(&repo.dplab(&["generate", "-n", "--force"])), 2);
    assert_eq!(code(&repo.dplab(&["generate", "--force"])), 0);
    assert_ne!(repo.read(SERVICE), mine);
    assert_eq!(code(&repo.dplab(&["generate", "-n"])), 0);
}

#[test]
fn two_labs_of_one_name_are_found_by_every_command() {
    let repo = Repo::bare();
    let profile = repo.read("profiles/shop.yaml");
    repo.write("profiles/other.yaml", &profile);
    for command in ["validate", "check", "generate"] {
        let output = repo.dplab(&[command]);
        assert_eq!(code(&output), 3, "{command}");
        let told = stderr(&output);
        assert!(
            told.contains("is the name of another profile's lab"),
            "{told}"
        );
    }
}

#[test]
fn a_wait_for_ever_is_no_mistake() {
    let repo = Repo::new();
    let longest = u64::MAX.to_string();
    assert_eq!(code(&repo.dplab(&["generate", "--wait", &longest])), 0);
}

#[test]
fn many_labs_are_told_in_order_and_one_that_is_refused_stops_no_other() {
    let repo = Repo::bare();
    let profile = repo.read("profiles/shop.yaml");
    let names: Vec<String> = (10..22).map(|n| format!("shop-{n}")).collect();
    let write = |image: &str| {
        for name in &names {
            let text = profile.replace("name: shop\n", &format!("name: {name}\n"));
            repo.write(
                &format!("profiles/{name}.yaml"),
                &text.replace("web:1", image),
            );
        }
    };
    let told = |output: &std::process::Output| -> Vec<String> {
        let text = stderr(output);
        let labs = text.lines().filter_map(|line| line.strip_prefix("out/"));
        let names = labs.filter_map(|line| Some(line.split_once(':')?.0.to_owned()));
        names.collect()
    };
    repo.remove("profiles/shop.yaml");
    write("web:1");
    let first = repo.dplab(&["generate"]);
    assert_eq!((code(&first), told(&first)), (0, names.clone()));
    write("web:2");
    let edited = "out/shop-15/kubernetes/app/service-db.yaml";
    repo.edit(edited, "5432", "5433");
    let second = repo.dplab(&["generate"]);
    assert_eq!(code(&second), 5, "{}", stderr(&second));
    let others = names.iter().filter(|name| *name != "shop-15").cloned();
    assert_eq!(told(&second), others.collect::<Vec<_>>());
    let outdated = stdout(&repo.dplab(&["generate", "-n", "--force"]));
    assert!(
        outdated
            .lines()
            .all(|line| line.starts_with("out/shop-15/"))
    );
    assert!(outdated.lines().any(|line| line.starts_with(edited)));
}

#[test]
fn cleaning_leaves_what_is_not_ours() {
    let repo = Repo::new();
    repo.edit(SERVICE, "5432", "5433");
    repo.write("out/shop/notes.txt", "mine\n");
    let output = repo.dplab(&["clean", "out/shop", "--quiet"]);
    assert_eq!(code(&output), 5);
    let words = "kept: out/shop/kubernetes/app/service-db.yaml: edited by hand";
    assert!(stderr(&output).starts_with(words), "{}", stderr(&output));
    assert_eq!(
        files(&repo.path("out/shop")).len(),
        3,
        "both, and the lock file"
    );
    assert_eq!(code(&repo.dplab(&["clean", "--force"])), 0);
    assert_eq!(
        files(&repo.path("out")).keys().collect::<Vec<_>>(),
        ["shop/notes.txt"]
    );
}

#[test]
fn a_lock_file_that_alone_differs_is_said() {
    let repo = Repo::new();
    let lock = repo.read("out/shop/dplab.lock");
    let key = "app.workloads.db";
    assert!(lock.contains(key), "{lock}");
    repo.edit("out/shop/dplab.lock", key, "app.workloads.database");
    let dry = repo.dplab(&["generate", "-n"]);
    assert_eq!(code(&dry), 2);
    assert_eq!(
        stdout(&dry),
        "out/shop/dplab.lock: lists other files, or other origins of them\n"
    );
    let written = repo.dplab(&["generate"]);
    let told = stderr(&written);
    assert!(
        told.ends_with(" files, unchanged; dplab.lock is new\n"),
        "{told}"
    );
    assert_eq!(repo.read("out/shop/dplab.lock"), lock);
    assert!(stderr(&repo.dplab(&["generate"])).ends_with(" files, unchanged\n"));
}

#[test]
fn a_part_is_written_alone() {
    let repo = Repo::new();
    repo.edit(SERVICE, "5432", "5433");
    let before = files(&repo.path("out/shop"));
    let output = repo.dplab(&["generate", "--only", "kcc"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let after = files(&repo.path("out/shop"));
    for (path, text) in &before {
        assert!(
            path == "dplab.lock" || after.get(path) == Some(text),
            "{path}"
        );
    }
    assert!(
        after.keys().any(|path| path.starts_with("kcc/")),
        "{after:?}"
    );
    // The edit is still known for one, and what was made on request is kept up to date.
    let stat = stdout(&repo.dplab(&["diff", "--name-only"]));
    assert_eq!(stat, format!("{SERVICE}\n"));
    repo.edit("profiles/shop.yaml", "us-east1-b", "us-east1-c");
    assert_eq!(
        code(&repo.dplab(&["generate", "--only", "scripts", "--only", "README.md"])),
        0
    );
    let stat = stdout(&repo.dplab(&["diff", "--stat"]));
    assert!(
        stat.contains("out/shop/kcc/cluster.yaml: the profile"),
        "{stat}"
    );
    assert!(!stat.contains("out/shop/scripts/"), "{stat}");
    assert_eq!(code(&repo.dplab(&["generate", "--force"])), 0);
    assert_eq!(code(&repo.dplab(&["diff"])), 0);
    let output = repo.dplab(&["clean", "profiles/shop.yaml", "--only", "kcc"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let cleaned = files(&repo.path("out/shop"));
    assert_eq!(cleaned.len(), before.len());
    assert_eq!(code(&repo.dplab(&["diff"])), 0, "nothing is missed");
}

#[test]
fn a_part_that_is_none_is_a_usage_error() {
    let repo = Repo::bare();
    let output = repo.dplab(&["generate", "--only", "kubernets"]);
    assert_eq!(code(&output), 64);
    assert!(stderr(&output).contains("no part `kubernets`; it has `README.md`, `kcc`"));
}

#[test]
fn nothing_is_written_through_a_link() {
    let repo = Repo::bare();
    fs::create_dir_all(repo.path("elsewhere")).expect("a folder");
    fs::create_dir_all(repo.path("out")).expect("a folder");
    std::os::unix::fs::symlink("../elsewhere", repo.path("out/shop")).expect("a link");
    let output = repo.dplab(&["generate"]);
    assert_eq!(code(&output), 1);
    let words = "error: `out/shop` is a symbolic link, and nothing is written through one\n";
    assert_eq!(stderr(&output), words);
    assert!(files(&repo.path("elsewhere")).is_empty());
}

#[test]
fn a_folder_that_takes_nothing_is_a_clear_error() {
    let repo = Repo::bare();
    repo.write("out", "a file\n");
    let output = repo.dplab(&["generate"]);
    assert_eq!(code(&output), 1);
    let words = "error: can't look at `out/shop`\n  because: Not a directory (os error 20)\n";
    assert_eq!(stderr(&output), words);
    assert_eq!(repo.read("out"), "a file\n");
}

/// Several labs are written at once, so others may be done when one fails.
#[test]
fn labs_that_were_written_are_told_of_when_another_fails() {
    let repo = Repo::bare();
    for number in 1..=6 {
        let shop = repo.read("profiles/shop.yaml");
        let other = shop.replace("name: shop\n", &format!("name: shop-{number}\n"));
        repo.write(&format!("profiles/shop-{number}.yaml"), &other);
    }
    repo.write("out/.dplab-shop-6/notes", "somebody's\n");
    let output = repo.dplab(&["generate"]);
    assert_eq!(code(&output), 1);
    let told = stderr(&output);
    assert!(
        told.contains("error: ") && told.contains("out/.dplab-shop-6"),
        "{told}"
    );
    let begun = |name: &str| repo.path(&format!("out/{name}")).exists();
    let labs = (1..=6).map(|number| format!("shop-{number}"));
    let labs: Vec<String> = labs.chain(["shop".to_owned()]).collect();
    let written = labs.iter().filter(|name| begun(name));
    assert!(written.clone().count() > 0, "{told}");
    for name in written {
        assert!(told.contains(&format!("out/{name}: ")), "{name}:\n{told}");
    }
    let waiting = labs
        .iter()
        .filter(|name| !begun(name) && *name != "shop-6")
        .count();
    let note = format!("labs that were not begun: {waiting}");
    assert_eq!(told.contains(&note), waiting > 0, "{told}");
}

#[test]
fn an_interrupt_ends_with_130_and_one_whole_tree() {
    let repo = Repo::new();
    let old = files(&repo.path("out/shop"));
    repo.edit("profiles/shop.yaml", "us-east1-b", "us-east1-c");
    let mut seen = 0;
    for delay in 0..16 {
        let mut child = spawn(&repo, &[]);
        if wait_for(&repo.path("out/.dplab-shop"), &mut child) {
            std::thread::sleep(Duration::from_micros(delay * 120));
        }
        let pid = child.id().to_string();
        let _ = Command::new("kill")
            .args(["-INT", &pid])
            .stderr(Stdio::null())
            .status();
        let status = child.wait().expect("it ended");
        let tree = files(&repo.path("out/shop"));
        match status.code() {
            Some(130) => {
                seen += 1;
                let leftover = repo.path("out/.dplab-shop");
                assert!(
                    !leftover.exists(),
                    "{delay}: something half-written is left"
                );
            }
            other => assert_eq!(other, Some(0), "{delay}"),
        }
        if tree != old {
            // It came too late, and all was written; begin again.
            assert_eq!(code(&repo.dplab(&["diff", "--quiet"])), 0);
            repo.git(&["checkout", "--quiet", "--", "out"]);
        }
    }
    assert!(seen > 0, "no interrupt came in time");
}

/// Two states, each of which a generate turns into the other.
#[test]
fn two_hundred_kills_leave_the_old_tree_or_the_new_one() {
    let workers: Vec<_> = (0..2)
        .map(|worker| std::thread::spawn(move || kills(worker, 105)))
        .collect();
    let (mut kills, mut under_way) = (0, 0);
    for worker in workers {
        let (killed, inside) = worker.join().expect("no assertion failed");
        kills += killed;
        under_way += inside;
    }
    assert!(kills >= 200, "{kills} kills");
    assert!(
        under_way >= 20,
        "only {under_way} of {kills} kills hit a write"
    );
}

fn kills(worker: u64, wanted: usize) -> (usize, usize) {
    const ZONES: [&str; 2] = ["cluster.location=us-east1-b", "cluster.location=us-east1-c"];
    let repo = Repo::new();
    let mut trees = Vec::new();
    for zone in ZONES {
        assert_eq!(code(&repo.dplab(&["generate", "--set", zone])), 0);
        trees.push(files(&repo.path("out/shop")));
    }
    let (mut at, mut killed, mut under_way, mut round) = (1, 0, 0, worker);
    while killed < wanted {
        round += 1;
        let mut child = spawn(&repo, &["--set", ZONES[1 - at]]);
        let begun = wait_for(&repo.path("out/.dplab-shop"), &mut child);
        // Spread over the whole time that a write takes, without a clock to agree with.
        std::thread::sleep(Duration::from_micros(round * 7_919 % 12_000));
        let _ = child.kill();
        let status = child.wait().expect("it ended");
        let was_killed = status.code().is_none();
        killed += usize::from(was_killed);
        under_way += usize::from(was_killed && begun);
        let found = files(&repo.path("out/shop"));
        let which = trees.iter().position(|tree| *tree == found);
        at = which.unwrap_or_else(|| panic!("kill {killed}: neither tree: {:?}", found.keys()));
    }
    let last = repo.dplab(&["generate", "--set", ZONES[0]]);
    assert_eq!(code(&last), 0, "{}", stderr(&last));
    assert_eq!(files(&repo.path("out/shop")), trees[0]);
    assert!(!repo.path("out/.dplab-shop").exists());
    (killed, under_way)
}

fn spawn(repo: &Repo, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_dplab"))
        .current_dir(repo.path(""))
        .arg("generate")
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("dplab runs")
}

/// Waits until the run begins to write, or ends; whether it began.
fn wait_for(folder: &Path, child: &mut Child) -> bool {
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if folder.exists() {
            return true;
        }
        if child.try_wait().is_ok_and(|status| status.is_some()) {
            return false;
        }
        std::thread::sleep(Duration::from_micros(100));
    }
    false
}

/// Every file below a folder, with its content.
pub(super) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for item in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = item.path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)
                .expect("below")
                .to_string_lossy()
                .into_owned();
            found.insert(name, fs::read(&path).expect("a file"));
        }
    }
    found
}

#[test]
fn a_lab_s_own_folder_is_not_another_s() {
    let repo = Repo::new();
    let other = repo
        .read("profiles/shop.yaml")
        .replace("name: shop\n", "name: other\n");
    repo.write("other.yaml", &other);
    let output = repo.dplab(&["generate", "other.yaml", "-o", "out/shop"]);
    assert_eq!(code(&output), 5);
    assert_eq!(
        stderr(&output),
        "error: `out/shop` is a lab's own folder, and not that of the lab `other`\n  \
         help: `-o out` writes into `out/other`; `--force` takes `out/shop` for this lab's\n"
    );
    assert_eq!(repo.git(&["status", "--porcelain", "out"]), "");
    let forced = repo.dplab(&["generate", "other.yaml", "-o", "out/shop", "--force"]);
    assert_eq!(code(&forced), 0, "{}", stderr(&forced));
    let own = repo.dplab(&["generate", "profiles/shop.yaml", "-o", "out/shop"]);
    assert_eq!(code(&own), 0, "{}", stderr(&own));
}
