//! Scripts that no tool complains about, and commands that gcloud takes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::bench::{Bench, text};
use super::parser::gcloud_reads;
use super::rendered::{profiles, read, runbook_commands, scripts};
use crate::support::{shared, tool};

/// Runs a tool that must be silent.
fn silent(folder: &Path, tool: &str, arguments: &[&str], scripts: &[String]) {
    let mut command = Command::new(tool);
    let output = command
        .args(arguments)
        .args(scripts)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = text(&output);
    assert!(
        output.status.success() && said.is_empty(),
        "{tool} {arguments:?}:\n{said}"
    );
}

#[test]
fn scripts_are_clean() {
    if !tool("bash") || !tool("shellcheck") {
        return;
    }
    // Many scripts are the same in every lab: each text is read once.
    let mut seen = BTreeSet::new();
    for profile in profiles() {
        let folder = tempfile::tempdir().unwrap();
        let mut names = scripts(&read(&profile), folder.path());
        names.retain(|name| seen.insert(fs::read(folder.path().join(name)).unwrap()));
        for name in &names {
            silent(folder.path(), "bash", &["-n"], std::slice::from_ref(name));
        }
        silent(folder.path(), "shellcheck", &["-s", "bash"], &names);
        // With all that they take in, which takes a while: two stages stand for the others, whose
        // scripts have the same shape and were read above.
        let later = |name: &String| {
            name.contains("/30-stage-") && !name.contains("-1-") && !name.contains("-2-")
        };
        names.retain(|name| !later(name));
        let followed = ["-x", "-s", "bash", "--enable=all"];
        silent(folder.path(), "shellcheck", &followed, &names);
    }
}

/// The commands that a lab's scripts would run, in order.
fn commands(bench: &Bench) -> Vec<String> {
    let mut commands = Vec::new();
    for script in runnable(bench) {
        let output = bench.run(script, &[], &[("DRY_RUN", "1")]);
        assert!(output.status.success(), "{script}: {}", text(&output));
        let printed = String::from_utf8(output.stdout).unwrap();
        commands.extend(printed.lines().map(str::to_owned));
    }
    commands
}

/// Scripts that are run, rather than taken in by others.
pub(super) fn runnable(bench: &Bench) -> impl Iterator<Item = &String> {
    let step = |name: &&String| {
        name.starts_with("scripts/")
            .then(|| &name[8..])
            .is_some_and(|file| {
                file.starts_with(|c: char| c.is_ascii_digit()) && !file.contains("read-logs")
            })
    };
    bench.scripts.iter().filter(step)
}

#[test]
fn a_dry_run_prints_commands_that_gcloud_takes_and_a_deletion_for_all_that_is_made() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let mut all = Vec::new();
    for profile in profiles() {
        let lab = read(&profile);
        let bench = Bench::new(&lab);
        let mut commands = commands(&bench);
        assert!(bench.calls().is_empty(), "{profile:?}: {:?}", bench.calls());
        let known = |line: &&String| line.starts_with("gcloud ") || line.starts_with("kubectl ");
        let other = commands.iter().find(|line| !known(line));
        assert_eq!(
            other, None,
            "{profile:?}: standard output holds commands only"
        );
        for command in &commands {
            says_where(command);
        }
        made_and_deleted(&profile, &commands);
        let told = runbook_commands(&lab);
        assert!(
            told.iter().all(|line| line.contains(" --project=")),
            "{told:?}"
        );
        commands.extend(told);
        all.extend(
            commands
                .into_iter()
                .filter(|line| line.starts_with("gcloud ")),
        );
    }
    all.sort();
    all.dedup();
    check_gcloud(&all);
    gcloud_reads(&all);
}

/// Nothing hangs on, or changes, what the user's own configuration says.
fn says_where(command: &str) {
    let gcloud = command.starts_with("gcloud ");
    let named = match gcloud {
        true => command.contains(" --project=") || command.starts_with("gcloud projects "),
        false => command.contains(" --context=gke_") || command.starts_with("kubectl config "),
    };
    assert!(named && !command.starts_with("gcloud config"), "{command}");
}

/// Commands that the list of commands leaves out, so that only gcloud's own parser reads them.
const UNLISTED: [&str; 8] = [
    "gcloud iam service-accounts list ",
    "gcloud logging settings describe ",
    "gcloud logging sinks list ",
    "gcloud projects get-iam-policy ",
    "gcloud pubsub subscriptions ",
    "gcloud pubsub topics ",
    "gcloud storage buckets ",
    "gcloud storage cat ",
];

fn check_gcloud(commands: &[String]) {
    for start in UNLISTED {
        assert!(
            commands.iter().any(|line| line.starts_with(start)),
            "{start}"
        );
    }
    let listed = |line: &&String| !UNLISTED.iter().any(|start| line.starts_with(start));
    let commands: Vec<&str> = commands.iter().filter(listed).map(String::as_str).collect();
    let (Some(tool), Some(data)) = (
        shared("tools/check_gcloud.py"),
        shared("data/gcloud-commands.json"),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("commands");
    fs::write(&file, commands.join("\n")).unwrap();
    let output = Command::new("python3")
        .arg(tool)
        .arg(data)
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    // The list knows what it was made for; the other commands are for gcloud's own parser to read.
    let fine = |line: &&str| line.starts_with("ok") || line.contains("['unknown command: compute ");
    let bad: Vec<&str> = said.lines().filter(|line| !fine(line)).collect();
    assert!(said.starts_with("ok") && bad.is_empty(), "{bad:#?}");
}

/// Command groups whose resources are made by the lab, and the verbs that unmake them.
const UNMADE: [(&str, &str, &str); 4] = [
    ("create", "delete", ""),
    ("create-auto", "delete", ""),
    (
        "add-iam-policy-binding",
        "remove-iam-policy-binding",
        "--role=",
    ),
    ("get-credentials", "delete-context", ""),
];

fn made_and_deleted(profile: &Path, commands: &[String]) {
    let deletes = |words: &Vec<String>| {
        let verb = |word: &String| word.starts_with("delete") || word.starts_with("remove-");
        words.iter().any(verb)
    };
    let words = commands.iter().filter_map(|line| shlex::split(line));
    let (gone, made): (Vec<_>, Vec<_>) = words.partition(deletes);
    for words in made {
        if let Some(wanted) = deletion(&words) {
            let fits = |words: &Vec<String>| wanted.iter().all(|part| words.contains(part));
            assert!(
                gone.iter().any(fits),
                "{profile:?}: {words:?} has no deletion {wanted:?}"
            );
        }
    }
}

/// Words that the deletion of what a command makes must hold; none if it makes nothing.
fn deletion(words: &[String]) -> Option<Vec<String>> {
    let text = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    if words.iter().any(|word| word == "apply") {
        // A stage's policies go by name, its logging object stays by design, pods after each probe.
        let app = words.iter().find(|word| word.ends_with("kubernetes/app"))?;
        return Some(text(&["delete", app]));
    }
    let (verb, unmade, flag) = UNMADE
        .into_iter()
        .find(|(verb, ..)| words.iter().any(|w| w == verb))?;
    let at = words.iter().position(|word| word == verb)?;
    let (group, name) = (words[at - 1].as_str(), words.get(at + 1)?.as_str());
    Some(match (verb, group) {
        ("get-credentials", _) => text(&["config", unmade]),
        // Pools go with their cluster.
        (_, "node-pools") => text(&["clusters", unmade]),
        // The account is made by its id and deleted by its address; alerts and channels have names
        // that Google Cloud gives.
        (_, "service-accounts" | "policies" | "channels") => text(&[group, unmade]),
        _ => {
            let roles = words
                .iter()
                .filter(|word| !flag.is_empty() && word.starts_with(flag));
            let mut wanted: Vec<String> = text(&[group, unmade, name]);
            wanted.extend(roles.cloned());
            wanted
        }
    })
}
