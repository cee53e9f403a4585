//! `dplab expand` and the bounds of what is read, by real processes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::run::{code, dplab, fixtures, stderr, stdout};
use crate::support::tool;

#[test]
fn a_profile_is_printed_with_its_layers_and_their_places() {
    let folder = fixtures("findings");
    let args = [
        "expand",
        "never-applied.yaml",
        "--set",
        "cluster.mode=autopilot",
    ];
    let output = dplab(&folder, &args);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with("format: dplab/v1\nname: example\ncluster:\n  project: my-project\n"));
    assert!(text.contains("\n  mode: autopilot\n"), "{text}");
    let output = dplab(&folder, &[args.as_slice(), &["--origin"]].concat());
    let text = stdout(&output);
    for place in [
        "# base.yaml:1",
        "# never-applied.yaml:3",
        "# built-in:apps/online-boutique.yaml:",
        "# --set cluster.mode=autopilot",
    ] {
        assert!(text.contains(place), "{place}:\n{text}");
    }
}

#[test]
fn a_profile_with_mistakes_is_not_expanded() {
    let output = dplab(&fixtures("findings"), &["expand", "unknown-key.yaml"]);
    assert_eq!(code(&output), 3);
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).starts_with("error[unknown-key]"));
}

#[test]
fn bytes_that_are_no_text_are_an_invalid_profile() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("p.yaml"), b"name: x\nfoo: \xff\xfe\n").expect("a file");
    for command in ["validate", "generate", "diff", "expand"] {
        let output = dplab(folder.path(), &[command, "p.yaml"]);
        assert_eq!(code(&output), 3, "{command}");
        let text = stderr(&output);
        assert!(text.contains("it is not UTF-8 text"), "{text}");
        assert!(text.contains("p.yaml:2:6"), "{text}");
    }
}

/// Nine levels of nine: 387 million values behind 700 bytes.
fn laughs() -> String {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = writeln!(text, "a{level}: &a{level} [{items}]");
    }
    text
}

/// Runs a command and prints its processor seconds and its largest size in memory.
const MEASURE: &str = "import resource, subprocess, sys
subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)";

#[test]
fn a_billion_laughs_cost_next_to_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("laughs.yaml"), laughs()).expect("a file");
    fs::write(folder.path().join("deep.yaml"), "[".repeat(1 << 20)).expect("a file");
    fs::write(folder.path().join("long.yaml"), "a: b\n".repeat(800_000)).expect("a file");
    fs::write(folder.path().join("longer.yaml"), "a: b\n".repeat(1 << 20)).expect("a file");
    let names = [
        "laughs.yaml",
        "deep.yaml",
        "long.yaml",
        "longer.yaml",
        "/dev/zero",
    ];
    for name in names {
        if name.starts_with('/') && !Path::new(name).exists() {
            continue;
        }
        let output = dplab(folder.path(), &["validate", name]);
        assert_eq!(code(&output), 3, "{name}: {}", stderr(&output));
        let first = stderr(&output).lines().next().map(str::to_owned);
        assert!(
            first.expect("a finding").starts_with("error[too-large]"),
            "{name}"
        );
        if !cfg!(target_os = "linux") || !tool("python3") {
            continue;
        }
        let (seconds, kilobytes) = measured(folder.path(), name);
        // Without optimization and on a busy machine, so ten times what is promised. A text that is
        // really long may cost what its length does.
        let (most_seconds, most_kilobytes) = match name.starts_with("long") {
            true => (30.0, 150_000),
            false => (1.0, 50_000),
        };
        assert!(seconds < most_seconds, "{name}: {seconds} s");
        assert!(kilobytes < most_kilobytes, "{name}: {kilobytes} kB");
    }
}

fn measured(folder: &Path, name: &str) -> (f64, u64) {
    let output = Command::new("python3")
        .current_dir(folder)
        .args(["-c", MEASURE, env!("CARGO_BIN_EXE_dplab"), "validate", name])
        .output()
        .expect("python3 runs");
    let text = stdout(&output);
    let mut numbers = text.split_whitespace();
    let seconds = numbers.next().and_then(|n| n.parse().ok());
    let kilobytes = numbers.next().and_then(|n| n.parse().ok());
    (seconds.expect("seconds"), kilobytes.expect("kilobytes"))
}
