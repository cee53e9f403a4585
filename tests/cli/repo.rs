//! A repository with labs in it, and people at work: every difference is told by its right name.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::run::{code, dplab, fixtures, stderr, stdout};

/// A folder of its own with the shop's profile, and a git repository in it.
pub(super) struct Repo {
    folder: tempfile::TempDir,
}

impl Repo {
    /// The shop, generated and committed.
    pub(super) fn new() -> Self {
        let repo = Self::bare();
        let output = repo.dplab(&["generate"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        repo.commit("generate");
        repo
    }

    /// Only the profile, committed.
    pub(super) fn bare() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let repo = Self { folder };
        let profile = fs::read_to_string(fixtures("shop").join("shop.yaml"));
        repo.write("profiles/shop.yaml", &profile.expect("the shop's profile"));
        repo.git(&["init", "--quiet", "--initial-branch=main"]);
        repo.commit("profile");
        repo
    }

    pub(super) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(super) fn dplab(&self, args: &[&str]) -> Output {
        dplab(self.folder.path(), args)
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    pub(super) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces words that must be there.
    pub(super) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}:\n{text}");
        self.write(path, &text.replace(from, to));
    }

    pub(super) fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("removed");
    }

    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.folder.path())
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"])
            .args(args)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "git {args:?}: {}", stderr(&output));
        stdout(&output)
    }
}

const DB: &str = "out/shop/kubernetes/app/deployment-db.yaml";
const WEB: &str = "out/shop/kubernetes/app/deployment-web.yaml";
const SERVICE: &str = "out/shop/kubernetes/app/service-db.yaml";
const POLICY: &str = "out/shop/kubernetes/policies/db-allow-from-web.yaml";

/// Everything that can happen to a folder, at once.
fn worked_in() -> Repo {
    let repo = Repo::new();
    // Changed: the profile says something else.
    repo.edit(
        "profiles/shop.yaml",
        "example.com/web:1",
        "example.com/web:2",
    );
    // Edited by hand; and edited where the profile changed too.
    repo.edit(SERVICE, "5432", "5433");
    repo.edit(POLICY, "app: web", "app: rogue");
    repo.edit(
        "profiles/shop.yaml",
        "- name: db-allow-from-web
",
        "- name: db-allow-from-web
    description: Only the web.
",
    );
    // Missing, foreign, in the way, and no longer executable.
    repo.remove(DB);
    repo.write("out/shop/notes.txt", "mine\n");
    repo.edit("profiles/shop.yaml", "  - name: closed", "  - name: shut");
    repo.write(
        "out/shop/kubernetes/stages/2-shut/network-logging.yaml",
        "mine\n",
    );
    repo
}

#[test]
fn each_case_is_told_by_its_name() {
    let repo = worked_in();
    let output = repo.dplab(&["diff", "--stat"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    let text = stdout(&output);
    let has = |path: &str, words: &str| {
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("{path}: ")));
        let line = line.unwrap_or_else(|| panic!("{path} is not in\n{text}"));
        assert!(line.contains(words), "{line}");
    };
    has(WEB, "the profile or a template changed");
    has(SERVICE, "edited by hand (");
    has(
        POLICY,
        "edited by hand, and the profile or a template changed too",
    );
    has(DB, "gone from the folder");
    has("out/shop/notes.txt", "not dplab's");
    has(
        "out/shop/scripts/30-stage-2-closed.sh",
        "no longer generated",
    );
    has("out/shop/scripts/30-stage-2-shut.sh", "new");
    has(
        "out/shop/kubernetes/stages/2-shut/network-logging.yaml",
        "not dplab's, and a generated file goes there",
    );
    assert!(!text.contains("service-web"), "{text}");
}

/// Line ends of other systems and lost executable bits included.
#[test]
fn what_diff_prints_is_a_patch_that_makes_the_folder_as_generated() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    let readme = repo.read("out/shop/README.md");
    repo.write("out/shop/README.md", &readme.replace('\n', "\r\n"));
    repo.edit(SERVICE, "5432", "5433");
    repo.remove(DB);
    repo.remove("out/shop/scripts/run-lab.sh");
    let script = repo.path("out/shop/scripts/90-clean-up.sh");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o644)).expect("a mode");
    let output = repo.dplab(&["diff"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    repo.write("a.patch", &stdout(&output));
    repo.git(&["apply", "a.patch"]);
    let output = repo.dplab(&["diff"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
}

#[test]
fn check_finds_the_same_and_ends_with_5_where_work_would_be_lost() {
    let repo = worked_in();
    let output = repo.dplab(&["check"]);
    let text = stderr(&output);
    assert_eq!(code(&output), 5, "{text}");
    assert_eq!(stdout(&output), "");
    for finding in [
        format!("warning[outdated-file]: `{WEB}` is out of date"),
        format!("warning[edited-file]: `{SERVICE}` was edited by hand"),
        format!("warning[missing-file]: `{DB}` is not there"),
        "warning[stale-file]: `out/shop/scripts/30-stage-2-closed.sh` is no longer".to_owned(),
        "info[foreign-file]: `out/shop/notes.txt` is not dplab's".to_owned(),
        "warning[foreign-file]: `out/shop/kubernetes/stages/2-shut/network-logging.yaml`"
            .to_owned(),
    ] {
        assert!(text.contains(&finding), "{finding} is not in\n{text}");
    }
    let last = text.lines().last().expect("a summary");
    assert!(last.starts_with("profiles/shop.yaml: out/shop: "), "{last}");
    let drift = repo.dplab(&["check", "--fail-on", "lint,reach"]);
    assert_eq!(code(&drift), 0, "{}", stderr(&drift));
    assert_eq!(stderr(&drift), "profiles/shop.yaml: fine\n");
}

#[test]
fn what_opens_and_closes_is_a_finding_too() {
    let repo = Repo::new();
    let stage = "out/shop/kubernetes/stages/2-closed/db-allow-from-web.yaml";
    repo.edit(stage, "app: web", "app: rogue");
    let output = repo.dplab(&["check"]);
    assert!(
        stderr(&output).contains("warning[reach-differs]: "),
        "{}",
        stderr(&output)
    );
    let output = repo.dplab(&["diff", "--reach", "--stat"]);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    let want = [
        "# out/shop: who reaches whom changes in the stage 2-closed",
        "! opens  default/web[Deployment] => default/db[Deployment]: TCP 5432",
        "! opens  default/web-probe[Pod] => default/db[Deployment]: TCP 5432",
    ];
    assert_eq!(lines[..3], want, "first and loudest");
    assert_eq!(lines.len(), 4, "{text}");
}

#[test]
fn a_template_that_changes_is_no_edit() {
    let repo = Repo::new();
    let args = [
        "templates",
        "eject",
        "kubernetes/policy.yaml.tera",
        "--to",
        "my",
    ];
    assert_eq!(code(&repo.dplab(&args)), 0);
    let lint = repo.dplab(&["templates", "lint", "my"]);
    assert_eq!(code(&lint), 0, "{}", stderr(&lint));
    repo.edit(
        "my/kubernetes/policy.yaml.tera",
        "metadata:\n",
        "metadata: # mine\n",
    );
    let args = ["diff", "--stat", "--templates", "my"];
    let output = repo.dplab(&args);
    assert_eq!(code(&output), 2);
    let line = format!("{POLICY}: the profile or a template changed (+1 -1)\n");
    assert!(stdout(&output).starts_with(&line), "{}", stdout(&output));
    // As data, a comment is no difference.
    let output = repo.dplab(&[&args[..], &["--semantic"]].concat());
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(
        stdout(&output).contains("(the same data)"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_revision_is_compared_whatever_lies_in_the_folder() {
    let repo = Repo::new();
    repo.edit(
        "profiles/shop.yaml",
        "example.com/web:1",
        "example.com/web:2",
    );
    assert_eq!(code(&repo.dplab(&["generate"])), 0);
    repo.commit("two");
    // A dirty tree: an edit, a removal, something foreign.
    repo.edit(SERVICE, "5432", "5433");
    repo.remove(DB);
    repo.write("out/shop/notes.txt", "mine\n");
    let clean = repo.dplab(&["diff", "--against", "HEAD"]);
    assert_eq!(code(&clean), 0, "{}{}", stdout(&clean), stderr(&clean));
    let before = repo.dplab(&["diff", "--against", "HEAD~1", "--name-only"]);
    assert_eq!(code(&before), 2);
    assert!(
        stdout(&before).starts_with(&format!("{WEB}\n")),
        "{}",
        stdout(&before)
    );
    assert!(
        !stdout(&before).contains("notes.txt"),
        "{}",
        stdout(&before)
    );
    let new = repo.dplab(&["diff", "--against", "HEAD~2", "--stat"]);
    assert!(
        stdout(&new).contains(&format!("{DB}: new (")),
        "{}",
        stdout(&new)
    );
    let below = dplab(
        &repo.path("profiles"),
        &["diff", "shop.yaml", "-o", "../out", "--against", "HEAD"],
    );
    assert_eq!(code(&below), 0, "{}{}", stdout(&below), stderr(&below));
}

#[test]
fn a_revision_that_is_not_there_is_a_clear_error() {
    let repo = Repo::new();
    let output = repo.dplab(&["diff", "--against", "nowhere"]);
    assert_eq!(code(&output), 1);
    assert!(
        stderr(&output).contains("has no revision `nowhere`"),
        "{}",
        stderr(&output)
    );
    fs::remove_dir_all(repo.path(".git")).expect("removed");
    let output = repo.dplab(&["diff", "--against", "HEAD"]);
    assert_eq!(code(&output), 1);
    let words = "error: `out` lies in no git repository, so there is no `HEAD`\n";
    assert!(stderr(&output).starts_with(words), "{}", stderr(&output));
}

#[test]
fn a_folder_may_be_named_in_three_ways() {
    let repo = Repo::new();
    for args in [
        &["diff", "profiles/shop.yaml", "out"][..],
        &["diff", "profiles/shop.yaml", "out/shop"],
        &["diff", "out"],
        &["diff", "-o", "out"],
        &["diff", "./out"],
        &["check", "profiles/shop.yaml", "out"],
    ] {
        let output = repo.dplab(args);
        assert_eq!(code(&output), 0, "{args:?}: {}", stderr(&output));
    }
    assert_eq!(code(&repo.dplab(&["diff", "out", "profiles"])), 64);
    let within = |command: &str| {
        dplab(
            &repo.path("out/shop"),
            &[command, "../../profiles/shop.yaml", "."],
        )
    };
    assert_eq!(code(&within("diff")), 0, "{}", stderr(&within("diff")));
}

#[test]
fn a_difference_applies_as_a_patch() {
    let repo = Repo::new();
    repo.edit(
        "profiles/shop.yaml",
        "example.com/web:1",
        "example.com/web:2",
    );
    let output = repo.dplab(&["diff", "./out"]);
    repo.write("the.patch", &stdout(&output));
    repo.git(&["apply", "--check", "the.patch"]);
    repo.git(&["apply", "the.patch"]);
    repo.remove("the.patch");
    assert_eq!(code(&repo.dplab(&["generate"])), 0);
    let changed = repo.git(&["status", "--porcelain"]);
    assert!(changed.contains("deployment-web.yaml"), "{changed}");
    assert_eq!(code(&repo.dplab(&["diff"])), 0);
}

#[test]
fn both_streams_are_the_same_each_time() {
    let repo = worked_in();
    for format in ["text", "json", "markdown", "github", "sarif"] {
        let args = ["diff", "--reach", "--provenance", "--format", format];
        let (one, two) = (repo.dplab(&args), repo.dplab(&args));
        assert_eq!(code(&one), 2, "{}", stderr(&one));
        assert_eq!(stdout(&one), stdout(&two), "{format}");
        assert_eq!(stderr(&one), "", "{format}");
        assert!(
            !stdout(&one).contains('\u{1b}'),
            "{format}: no colour in a pipe"
        );
    }
    let colored = repo.dplab(&["diff", "--color", "always"]);
    assert!(
        stdout(&colored).contains("\u{1b}[31m-"),
        "{}",
        stdout(&colored)
    );
    assert!(
        stdout(&colored).contains("\u{1b}[7m"),
        "words that differ stand out"
    );
    let zero = repo.dplab(&["diff", "--exit-zero", "--stat"]);
    assert_eq!(code(&zero), 0);
}

#[test]
fn an_expectation_that_fails_is_4_and_the_strongest_code_holds() {
    let repo = Repo::new();
    let (held, failed) = ("rogue: {verdict: denied}", "rogue: {verdict: allowed}");
    repo.edit("profiles/shop.yaml", held, failed);
    let check = |more: &[&str]| repo.dplab(&[&["check"], more].concat());
    let output = check(&[]);
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    let words =
        "error[expectation-failed]: `rogue` is expected to be allowed at the stage `closed`";
    assert!(stderr(&output).contains(words), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("; out/shop: "),
        "drift is told too: {}",
        stderr(&output)
    );
    assert_eq!(code(&check(&["--fail-on", "drift"])), 2);
    assert_eq!(code(&check(&["--fail-on", "drift", "--exit-zero"])), 0);
    assert_eq!(code(&check(&["--exit-zero"])), 4);
    repo.edit(SERVICE, "5432", "5433");
    assert_eq!(code(&check(&[])), 5);
    repo.write("profiles/broken.yaml", "format: dplab/v1\n");
    assert_eq!(code(&check(&[])), 3);
    assert_eq!(code(&check(&["--against", "nowhere"])), 1);
}

#[test]
fn check_is_quiet_where_all_is_well() {
    let repo = Repo::new();
    let output = repo.dplab(&["check"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(
        (stdout(&output).as_str(), stderr(&output).as_str()),
        ("", "profiles/shop.yaml: fine\n")
    );
    assert_eq!(stderr(&repo.dplab(&["check", "--quiet"])), "");
    let markdown = stdout(&repo.dplab(&["check", "--format", "markdown"]));
    assert_eq!(markdown, "<!-- dplab diff -->\n### dplab: no differences\n");
}
