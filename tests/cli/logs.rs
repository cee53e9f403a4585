//! `dplab logs`: whole outputs.

use super::reach::assert_output;

const TUTORIAL: &str = "../../../profiles/online-boutique.yaml";

#[test]
fn the_tutorials_six_stages_are_predicted() {
    assert_output(
        "tutorial",
        &["logs", "predict", TUTORIAL, "--stage", "all"],
        0,
    );
    let last = ["logs", "predict", TUTORIAL, "--format"];
    for format in ["json", "markdown"] {
        let args = [&last[..], &[format]].concat();
        assert_output(&format!("tutorial-{format}"), &args, 0);
    }
}

#[test]
fn both_ends_of_a_connection_are_predicted() {
    let pair = |from, to| {
        [
            "logs",
            "predict",
            "boutique.yaml",
            "--from",
            from,
            "--to",
            to,
        ]
    };
    assert_output("two-allowed", &pair("frontend", "cartservice"), 0);
    assert_output("allowed-denied", &pair("adservice", "cartservice"), 0);
}

#[test]
fn a_denied_name_look_up_comes_first() {
    let profile = "../findings/name-lookup-denied.yaml";
    assert_output(
        "look-up",
        &["logs", "predict", profile, "--set", "logging.deny.log=true"],
        0,
    );
}

#[test]
fn an_export_is_held_against_the_prediction() {
    let input = |file| ["logs", "match", TUTORIAL, "--input", file];
    assert_output("as-predicted", &input("as-predicted.json"), 0);
    assert_output("otherwise", &input("otherwise.json"), 4);
    let json = [&input("otherwise.json")[..], &["--format", "json"]].concat();
    assert_output("otherwise-json", &json, 4);
}
