//! gcloud's own parser, which needs no login: `gcloud meta lint-gcloud-commands`.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::tool;

/// Has gcloud read every command, and one that it must refuse.
pub(super) fn gcloud_reads(commands: &[String]) {
    if !tool("gcloud") {
        return;
    }
    let refused = "gcloud container clusters create lab --no-such-flag";
    let lines = commands.iter().map(|line| flags_first(line));
    let all = lines.chain([refused.to_owned()]);
    let list: Vec<Value> = all.map(|line| json!({"command_string": line})).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("commands.json");
    fs::write(&file, json!(list).to_string()).unwrap();
    let output = Command::new("gcloud")
        .args(["meta", "lint-gcloud-commands"])
        .arg(format!("--commands-file={}", file.display()))
        .env("CLOUDSDK_CONFIG", folder.path())
        .env("CLOUDSDK_CORE_DISABLE_PROMPTS", "1")
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    let read: Vec<Value> = serde_json::from_slice(&output.stdout).expect(&words);
    let wrong = read.iter().filter(|one| one["success"] != true);
    let wrong: Vec<String> = wrong
        .map(|one| format!("{}: {}", one["command_string"], one["error_message"]))
        .collect();
    assert!(
        wrong.len() == 1 && wrong[0].contains("--no-such-flag"),
        "{wrong:#?}"
    );
}

/// The linter takes a word that is quoted whole for no flag, so only its value is quoted here.
fn flags_first(line: &str) -> String {
    let words = shlex::split(line).expect("shell words");
    let quote = |word: &str| shlex::try_quote(word).expect("no NUL").into_owned();
    let each = words.iter().map(|word| match word.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => format!("{flag}={}", quote(value)),
        _ => quote(word),
    });
    each.collect::<Vec<_>>().join(" ")
}
