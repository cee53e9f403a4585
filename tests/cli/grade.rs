//! `dplab grade`: results of a lab against the prediction.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use super::run::{code, dplab, stderr, stdout};

/// A line as the scripts write it.
fn line(stage: &str, probe: &str, verdict: &str, logged: bool) -> Value {
    let control =
        (probe == "rogue-ping").then(|| json!({"probe": "cartservice-ping", "verdict": "allowed"}));
    json!({
        "lab": "autopilot", "stage": stage, "number": 1, "probe": probe,
        "expected": {"verdict": null, "logged": null},
        "measured": {"verdict": verdict, "logged": logged},
        "control": control, "exit_code": 0,
        "started": "2026-01-01T00:00:00Z", "filter": null, "ok": true, "reason": "",
    })
}

/// What a lab measures when everything goes as predicted.
fn good() -> Vec<Value> {
    vec![
        line("open", "rogue-ping", "allowed", false),
        line("protected", "rogue-ping", "denied", true),
        line("protected", "cartservice-ping", "allowed", false),
    ]
}

fn grade(results: &[Value], more: &[&str]) -> Output {
    let scratch = tempfile::tempdir().expect("a folder");
    let path = scratch.path().join("results.jsonl");
    let lines: Vec<String> = results.iter().map(Value::to_string).collect();
    std::fs::write(&path, lines.join("\n")).expect("written");
    let path = path.to_string_lossy().into_owned();
    let args = [&["grade", &path], more].concat();
    dplab(Path::new(env!("CARGO_MANIFEST_DIR")), &args)
}

#[test]
fn a_lab_that_does_as_predicted_passes() {
    let output = grade(&good(), &[]);
    let expected = "\
stage      probe             predicted  measured  log predicted  log found  result
open       rogue-ping        allowed    allowed   no             no         as predicted
protected  rogue-ping        denied     denied    yes            yes        as predicted
protected  cartservice-ping  allowed    allowed   no             no         as predicted

3 of 3 as predicted
";
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    assert_eq!(code(&output), 0);
}

#[test]
fn the_last_result_of_a_stage_counts() {
    let mut results = vec![line("open", "rogue-ping", "denied", false)];
    results.extend(good());
    assert_eq!(code(&grade(&results, &[])), 0);
}

#[test]
fn each_way_to_differ_fails_and_says_why() {
    type Case<'a> = (&'a dyn Fn(&mut Vec<Value>), &'a str);
    let cases: [Case<'_>; 8] = [
        (
            &|all| all[1]["measured"]["verdict"] = json!("allowed"),
            "predicted denied, measured allowed",
        ),
        (
            &|all| all[1]["measured"]["logged"] = json!(false),
            "a log entry is predicted, none was found",
        ),
        (
            &|all| all[0]["measured"]["logged"] = json!(true),
            "no log entry is predicted, one was found",
        ),
        (
            &|all| all[1]["control"]["verdict"] = json!("denied"),
            "its control `cartservice-ping` did not get through",
        ),
        (
            &|all| all[1]["control"] = Value::Null,
            "its control `cartservice-ping` was not tried",
        ),
        (
            &|all| all[1]["control"]["probe"] = json!("another"),
            "its control `cartservice-ping` was not tried",
        ),
        (
            &|all| all[2]["measured"]["verdict"] = json!("denied"),
            "its control `cartservice-ping` did not get through on its own",
        ),
        (&|all| drop(all.remove(0)), "the lab has no result for it"),
    ];
    for (break_it, why) in cases {
        let mut results = good();
        break_it(&mut results);
        let output = grade(&results, &[]);
        assert_eq!(code(&output), 4, "{why}");
        assert!(stdout(&output).contains(why), "{why}: {}", stdout(&output));
    }
}

#[test]
fn results_of_other_labs_are_told_and_grade_nothing() {
    let mut results = good();
    let mut other = line("open", "rogue-ping", "allowed", false);
    other["lab"] = json!("other");
    results.push(other);
    let output = grade(&results, &[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(
        stderr(&output),
        "left out: 1 results of other labs, such as `other`\n"
    );
    for profile in ["profiles/minimal.yaml", "profiles/online-boutique.yaml"] {
        let output = grade(&good(), &[profile]);
        assert_eq!(code(&output), 64, "{}", stderr(&output));
        let told = stderr(&output);
        assert!(
            told.contains("has no result of a stage and probe"),
            "{told}"
        );
    }
}

#[test]
fn exported_entries_decide_what_was_logged() {
    let scratch = tempfile::tempdir().expect("a folder");
    let path = scratch.path().join("export.json");
    let entry = |time: &str| {
        json!([{"jsonPayload": {
            "connection": {"src_ip": "10.0.0.1", "dest_ip": "10.0.0.2", "src_port": 40000,
                "dest_port": 6379, "protocol": "tcp", "direction": "ingress"},
            "disposition": "deny",
            "src": {"pod_name": "rogue-ping", "pod_namespace": "default"},
            "dest": {"pod_name": "redis-cart-74594bd569-wcvlz", "pod_namespace": "default"},
            "count": 3, "timestamp": time,
        }}])
    };
    let with = |time: &str| {
        std::fs::write(&path, entry(time).to_string()).expect("written");
        let path = path.to_string_lossy().into_owned();
        code(&grade(&good(), &["--logs", &path]))
    };
    assert_eq!(with("2026-01-01T00:00:00.5Z"), 0);
    assert_eq!(
        with("2025-12-31T23:59:59Z"),
        4,
        "an entry from before the probe is not its own"
    );
}

#[test]
fn machines_get_json_and_junit() {
    let mut results = good();
    results[1]["measured"]["verdict"] = json!("allowed");
    let output = grade(&results, &["--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&document["wrong"], &document["lab"]),
        (&json!(1), &json!("autopilot"))
    );
    let output = grade(&results, &["--format", "junit"]);
    assert!(stdout(&output).contains("<testsuite name=\"protected\" tests=\"2\" failures=\"1\">"));
}

#[test]
fn results_that_cannot_be_read_say_which_one() {
    let mut results = good();
    results[2] = json!({"lab": "autopilot"});
    let output = grade(&results, &[]);
    assert_eq!(code(&output), 1);
    assert!(
        stderr(&output).contains("result 3 can't be read"),
        "{}",
        stderr(&output)
    );
}
