//! `dplab init`: what it writes generates at once, and nothing is ever lost.

use std::fs;

use super::run::{code, dplab, stderr, stdout};

const PRESETS: [(&str, &str); 4] = [
    ("tutorial", "online-boutique"),
    ("zero-trust", "zero-trust"),
    ("autopilot", "autopilot"),
    ("minimal", "minimal"),
];

#[test]
fn each_preset_generates_at_once() {
    for (preset, name) in PRESETS {
        let folder = tempfile::tempdir().expect("a folder");
        let output = dplab(folder.path(), &["init", "--preset", preset]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
        assert_eq!(
            stderr(&output),
            format!(
                "./profiles/{name}.yaml: written\n\
                 ./profiles/profile.schema.json: written\n\
                 next: dplab generate\n"
            )
        );
        let text = fs::read_to_string(folder.path().join(format!("profiles/{name}.yaml")));
        let text = text.expect("a profile");
        assert!(text.starts_with("# yaml-language-server: $schema=profile.schema.json\n"));
        let output = dplab(folder.path(), &["generate"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(
            folder.path().join(format!("out/{name}/README.md")).exists()
                || folder.path().join("out").join(name).is_dir()
        );
        let output = dplab(folder.path(), &["generate", "--dry-run"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
    }
}

#[test]
fn name_and_project_are_filled_in_and_comments_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = [
        "init",
        "my-lab",
        "--name",
        "shop",
        "--project",
        "acme-prod-1",
        "--quiet",
    ];
    let output = dplab(folder.path(), &args);
    assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
    let text = fs::read_to_string(folder.path().join("my-lab/profiles/shop.yaml"));
    let text = text.expect("a profile");
    assert!(text.contains("\nname: shop\n"), "{text}");
    assert!(
        text.contains("\n  project: acme-prod-1          # or: PROJECT_ID=..."),
        "{text}"
    );
    let output = dplab(&folder.path().join("my-lab"), &["validate"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

#[test]
fn what_is_there_is_kept_unless_forced() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profiles/minimal.yaml");
    fs::create_dir(folder.path().join("profiles")).expect("a folder");
    fs::write(&profile, "mine\n").expect("a file");
    let args = ["init", "--preset", "minimal"];
    let output = dplab(folder.path(), &args);
    assert_eq!(code(&output), 5);
    assert_eq!(
        stderr(&output),
        "error: `./profiles/minimal.yaml` is there already\n  \
         help: choose another `--name` or folder, or use `--force` to replace it\n"
    );
    assert_eq!(fs::read_to_string(&profile).expect("kept"), "mine\n");
    let left = fs::read_dir(folder.path().join("profiles")).expect("a folder");
    assert_eq!(left.count(), 1, "nothing else was written");
    let output = dplab(folder.path(), &["init", "--preset", "minimal", "--force"]);
    assert_eq!(code(&output), 0);
    assert_ne!(fs::read_to_string(&profile).expect("new"), "mine\n");
    // The same again loses nothing.
    assert_eq!(code(&dplab(folder.path(), &args)), 0);
}

#[test]
fn names_that_cannot_be_are_a_usage_error() {
    let folder = tempfile::tempdir().expect("a folder");
    for args in [
        ["--name", "My Lab"],
        ["--project", "x"],
        ["--preset", "big"],
        ["--name", "../up"],
    ] {
        let output = dplab(folder.path(), &["init", args[0], args[1]]);
        assert_eq!(code(&output), 64, "{args:?}");
        assert!(!stderr(&output).is_empty());
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn presets_are_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = dplab(folder.path(), &["init", "--list"]);
    let text = stdout(&output);
    let names: Vec<&str> = text.lines().filter_map(|l| l.split(' ').next()).collect();
    assert_eq!(names, PRESETS.map(|(preset, _)| preset));
}
