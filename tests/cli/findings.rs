//! Every finding has a profile that shows it, and what is said about it is asserted whole.
//!
//! `SNAPSHOTS=overwrite cargo test` writes the expected texts anew; read them like code.

use dplab::diag::Code;
use snapbox::{Assert, Data};

use super::run::{code, dplab, fixtures, stderr, stdout};

fn assert_stderr(fixture: &str, expected_code: i32) -> String {
    let folder = fixtures("findings");
    let output = dplab(&folder, &["validate", &format!("{fixture}.yaml")]);
    let text = stderr(&output);
    let expected = Data::read_from(&folder.join(format!("{fixture}.stderr")), None);
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(&text, expected.raw());
    assert_eq!(code(&output), expected_code, "{fixture}: exit code");
    assert_eq!(stdout(&output), "", "{fixture}: findings are no payload");
    text
}

#[test]
fn each_finding_has_a_fixture_and_its_words_are_held() {
    for finding in Code::ALL.iter().filter(|code| !code.is_about_a_folder()) {
        let severity = finding.severity().as_str();
        let expected = if severity == "error" { 3 } else { 0 };
        let text = assert_stderr(finding.id(), expected);
        assert!(
            text.contains(&format!("{severity}[{finding}]")),
            "{finding}"
        );
    }
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
