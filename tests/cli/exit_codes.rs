//! The exit-code contract, by real processes.

use std::path::Path;

use super::run::{code, dplab, fixtures, stderr, stdout};

#[test]
fn a_fine_profile_is_0_and_an_invalid_one_3() {
    let folder = fixtures("findings");
    assert_eq!(code(&dplab(&folder, &["validate", "base.yaml"])), 0);
    assert_eq!(code(&dplab(&folder, &["validate", "unknown-key.yaml"])), 3);
    let both = dplab(&folder, &["validate", "base.yaml", "unknown-key.yaml"]);
    assert_eq!(code(&both), 3);
}

#[test]
fn a_profile_that_is_not_there_is_1() {
    let output = dplab(&fixtures("findings"), &["validate", "nowhere.yaml"]);
    assert_eq!(code(&output), 1);
    assert_eq!(
        stderr(&output),
        "error: the profile `nowhere.yaml` can't be read\n  \
         because: No such file or directory (os error 2)\n"
    );
}

#[test]
fn a_command_line_that_is_not_understood_is_64() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(code(&dplab(root, &["generat"])), 64);
    assert_eq!(code(&dplab(root, &[])), 64);
    assert_eq!(code(&dplab(root, &["explain", "unknow-key"])), 64);
}

#[test]
fn help_and_version_are_payload() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for flag in ["--help", "--version"] {
        let output = dplab(root, &[flag]);
        assert_eq!(code(&output), 0);
        assert_eq!(stderr(&output), "");
        assert!(stdout(&output).starts_with(if flag == "--help" {
            "Generates"
        } else {
            "dplab"
        }));
    }
}

#[test]
fn with_one_invalid_profile_nothing_at_all_is_written() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = fixtures("findings");
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (good, bad) = (path("base.yaml"), path("unknown-key.yaml"));
    let output = dplab(scratch.path(), &["generate", &good, &bad]);
    assert_eq!(code(&output), 3);
    assert_eq!(stdout(&output), "");
    assert!(
        stderr(&output).contains("unknown-key.yaml:3:3"),
        "{}",
        stderr(&output)
    );
    assert_eq!(
        std::fs::read_dir(scratch.path())
            .expect("the folder")
            .count(),
        0
    );
}
