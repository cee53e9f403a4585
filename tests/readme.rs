//! The README holds: its examples run, its table of the tutorial leads somewhere.

use std::path::Path;
use std::process::Command;

use snapbox::{Assert, Data};

use crate::support::lab::root;
use crate::support::shared;

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// A copy of what the examples work on, so that none can change the project.
fn scratch() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a folder");
    for folder in ["profiles", "out"] {
        let copied = Command::new("cp")
            .arg("-r")
            .arg(root().join(folder))
            .arg(scratch.path())
            .status();
        assert!(copied.expect("cp runs").success());
    }
    scratch
}

#[test]
fn every_example_prints_what_it_says() {
    let readme = readme();
    let scratch = scratch();
    let blocks = readme.split("```console\n").skip(1);
    let mut examples = 0;
    for block in blocks {
        let (block, _) = block.split_once("```").expect("a closed block");
        for example in block.split("$ ").filter(|example| !example.is_empty()) {
            run(example, scratch.path());
            examples += 1;
        }
    }
    assert!(examples > 0, "the README has no examples");
}

/// A command, its exit code behind `?` where that isn't 0, and what it prints.
fn run(example: &str, folder: &Path) {
    let (command, rest) = example.split_once('\n').expect("a line");
    let (code, expected) = match rest.strip_prefix("? ") {
        Some(rest) => rest.split_once('\n').expect("a line"),
        None => ("0", rest),
    };
    let mut words = shlex::split(command).expect("a command").into_iter();
    assert_eq!(words.next().as_deref(), Some("dplab"), "{command}");
    let output = Command::new(env!("CARGO_BIN_EXE_dplab"))
        .args(words)
        .current_dir(folder)
        .output()
        .expect("dplab runs");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).expect("UTF-8");
    assert_eq!(
        output.status.code().map(|c| c.to_string()).as_deref(),
        Some(code),
        "{command}: {text}"
    );
    Assert::new().eq(&text, Data::text(expected.to_owned()));
}

/// The rows of the table of the tutorial: what it does, the lab's file, what is to be found there.
fn rows(readme: &str) -> Vec<[String; 3]> {
    let table = readme
        .split("| In the tutorial |")
        .nth(1)
        .expect("the table");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [what, file, there] = cells[..] else {
            panic!("three cells: {row}");
        };
        [what, file, there].map(|cell| cell.replace('`', ""))
    })
    .collect()
}

#[test]
fn every_step_of_the_tutorial_has_its_place() {
    let lab = root().join("out/online-boutique");
    for [what, file, there] in rows(&readme()) {
        let text = std::fs::read_to_string(lab.join(&file));
        let text = text.unwrap_or_else(|error| panic!("{what}: {file}: {error}"));
        assert!(text.contains(&there), "{what}: `{there}` is not in {file}");
    }
}

#[test]
fn every_command_of_the_tutorial_is_in_the_table() {
    let Some(path) = shared("tutorial.md") else {
        return;
    };
    let tutorial = std::fs::read_to_string(path).expect("the tutorial");
    let readme = readme();
    let steps: Vec<String> = rows(&readme).into_iter().map(|[what, _, _]| what).collect();
    let blocks = tutorial.split("```shell\n").skip(1);
    let mut missing = Vec::new();
    for block in blocks {
        let (block, _) = block.split_once("```").expect("a closed block");
        let commands = block.lines().filter(|line| {
            ["gcloud ", "kubectl ", "git ", "root@rogue-1"]
                .iter()
                .any(|start| line.starts_with(start))
        });
        for command in commands {
            let command = command.rsplit("# ").next().unwrap_or(command);
            // The first words tell a command from the others: the table names them.
            let known = steps.iter().any(|step| tells(step, command));
            if !known {
                missing.push(command.to_owned());
            }
        }
    }
    assert!(
        missing.is_empty(),
        "not in the README's table: {missing:#?}"
    );
}

/// Whether a row's words name a command: it holds one of the words' beginnings that tell it apart.
fn tells(step: &str, command: &str) -> bool {
    let starts = [
        "gcloud config set project",
        "gcloud container clusters create",
        "gcloud container get-server-config",
        "gcloud container clusters get-credentials",
        "gcloud container clusters delete",
        "gcloud logging read",
        "git clone",
        "kubectl apply",
        "kubectl get po",
        "kubectl get svc",
        "kubectl describe svc",
        "kubectl get deploy",
        "kubectl get nl",
        "kubectl run rogue-1",
        "kubectl annotate",
        "kubectl delete",
        "redis-cli -h redis-cart ping",
    ];
    starts
        .iter()
        .any(|start| step.contains(start) && command.contains(start))
}
