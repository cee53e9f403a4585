//! Every finding has a profile that shows it, and what is said about it is asserted whole.
//!
//! `SNAPSHOTS=overwrite cargo test` writes the expected texts anew; read them like code.

use dplab::diag::Code;
use snapbox::{Assert, Data};

use super::run::{code, dplab, fixtures, stderr, stdout};

/// What is run on a fixture: what its first line says, or `dplab validate`.
fn command(fixture: &str) -> Vec<String> {
    let text = std::fs::read_to_string(fixtures("findings").join(format!("{fixture}.yaml")));
    let text = text.expect("a fixture");
    let first = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# dplab "));
    let words = first.unwrap_or("validate").split(' ').map(str::to_owned);
    words.chain([format!("{fixture}.yaml")]).collect()
}

fn assert_stderr(fixture: &str, expected_code: i32) -> String {
    let folder = fixtures("findings");
    let args = command(fixture);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output = dplab(&folder, &args);
    let text = stderr(&output);
    let expected = Data::read_from(&folder.join(format!("{fixture}.stderr")), None);
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(&text, expected.raw());
    assert_eq!(code(&output), expected_code, "{fixture}: exit code");
    if !args.contains(&"--manifests") {
        assert_eq!(stdout(&output), "", "{fixture}: findings are no payload");
    }
    text
}

#[test]
fn each_finding_has_a_fixture_and_its_words_are_held() {
    for finding in Code::ALL.iter().filter(|code| !code.is_about_a_folder()) {
        let severity = finding.severity().as_str();
        let expected = match severity {
            "error" if *finding == Code::ExpectationFailed => 4,
            "error" => 3,
            _ => 0,
        };
        let text = assert_stderr(finding.id(), expected);
        assert!(
            text.contains(&format!("{severity}[{finding}]")),
            "{finding}"
        );
    }
}

#[test]
fn what_is_only_worth_knowing_is_told_to_machines_and_to_who_asks() {
    let validate = |options: &[&str]| {
        let words = [&["validate"], options, &["redundant-rule.yaml"]].concat();
        let output = dplab(&fixtures("findings"), &words);
        assert_eq!(code(&output), 0);
        stdout(&output) + &stderr(&output)
    };
    assert!(!validate(&[]).contains("changes nothing"));
    assert!(validate(&["--verbose"]).contains("changes nothing"));
    assert!(validate(&["--format", "json"]).contains("changes nothing"));
}

#[test]
fn mistakes_of_workloads_are_reported_in_one_run() {
    assert_stderr("workload-mistakes", 3);
    assert_stderr("service-mistakes", 3);
    assert_stderr("lab-mistakes", 3);
}

#[test]
fn twenty_five_mistakes_are_reported_in_one_run_in_order() {
    let text = assert_stderr("twenty-five-mistakes", 3);
    assert!(text.ends_with("\n25 errors\n"), "{text}");
    let places = text.lines().filter_map(|line| {
        let (_, place) = line.split_once("--> twenty-five-mistakes.yaml:")?;
        let (line, column) = place.split_once(':')?;
        Some((line.parse::<u32>().ok()?, column.parse::<u32>().ok()?))
    });
    let places: Vec<_> = places.collect();
    assert!(places.is_sorted(), "{places:?}");
}
