//! `dplab explain`: findings, keys by path, keys by their last word.

use std::path::Path;

use super::run::{code, dplab, stderr, stdout};

fn explain(what: &str) -> (i32, String, String) {
    let output = dplab(Path::new(env!("CARGO_MANIFEST_DIR")), &["explain", what]);
    (code(&output), stdout(&output), stderr(&output))
}

#[test]
fn a_finding_a_path_and_a_last_word_are_explained() {
    assert!(explain("unknown-key").1.starts_with("# unknown-key\n"));
    assert!(
        explain("cluster.nodePools[].spot")
            .1
            .starts_with("# cluster.nodePools[].spot\n")
    );
    assert!(
        explain("releaseChannel")
            .1
            .starts_with("# cluster.releaseChannel\n")
    );
    // A word that stands in several places: the places.
    let (code, places, _) = explain("podSelector");
    assert_eq!(code, 0);
    assert!(
        places
            .lines()
            .any(|line| line == "policies[].spec.podSelector"),
        "{places}"
    );
    assert!(places.lines().count() > 2, "{places}");
}

#[test]
fn what_is_neither_is_a_usage_error_with_a_hint() {
    let (code, out, hint) = explain("relaseChannel");
    assert_eq!((code, out.as_str()), (64, ""));
    assert_eq!(
        hint,
        "error: there is no finding and no key `relaseChannel`; did you mean `releaseChannel`?\n"
    );
}
