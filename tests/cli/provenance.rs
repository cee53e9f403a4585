//! `explain FILE:LINE`: what made a line.

use super::repo::Repo;
use super::run::{code, stderr, stdout};

const POLICY: &str = "out/shop/kubernetes/stages/2-closed/db-allow-from-web.yaml";

/// The number of the first line that holds the words.
fn line_of(repo: &Repo, path: &str, words: &str) -> usize {
    let text = repo.read(path);
    let at = text.lines().position(|line| line.contains(words));
    at.unwrap_or_else(|| panic!("{words} is not in\n{text}")) + 1
}

fn explained(repo: &Repo, path: &str, words: &str) -> String {
    let line = line_of(repo, path, words);
    let output = repo.dplab(&["explain", &format!("{path}:{line}")]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    stdout(&output)
}

#[test]
fn a_line_leads_to_its_template_line_and_its_key() {
    let repo = Repo::new();
    let template = include_str!("../../templates/kubernetes/policy.yaml.tera");
    let spec = template
        .lines()
        .position(|line| line.starts_with("spec:"))
        .expect("a line")
        + 1;
    let key = line_of(&repo, "profiles/shop.yaml", "- name: db-allow-from-web");
    let value = line_of(&repo, "profiles/shop.yaml", "app: web}");
    let line = line_of(&repo, POLICY, "app: web");
    assert_eq!(
        explained(&repo, POLICY, "app: web"),
        format!(
            "{POLICY}:{line}\n    app: web\n\
             template  built-in:kubernetes/policy.yaml.tera:{spec}\n    \
             spec:{{{{ spec | block(indent=0) }}}}\n\
             profile   policies.db-allow-from-web (profiles/shop.yaml:{key})\n\
             value     policies.db-allow-from-web.spec.ingress[0].from[0].podSelector\
             .matchLabels.app (profiles/shop.yaml:{value})\n"
        )
    );
}

#[test]
fn scripts_and_terraform_lead_to_their_keys_too() {
    let repo = Repo::new();
    let location = line_of(&repo, "profiles/shop.yaml", "location:");
    for path in [
        "out/shop/scripts/settings.sh",
        "out/shop/terraform/cluster/terraform.tfvars",
    ] {
        let text = explained(&repo, path, "us-east1-b");
        let want = format!("value     cluster.location (profiles/shop.yaml:{location})\n");
        assert!(text.contains(&want), "{text}");
    }
}

#[test]
fn an_override_is_named_by_its_own_file() {
    let repo = Repo::new();
    let eject = [
        "templates",
        "eject",
        "kubernetes/policy.yaml.tera",
        "--to",
        "my",
    ];
    assert_eq!(code(&repo.dplab(&eject)), 0);
    let line = line_of(&repo, POLICY, "kind:");
    let place = format!("{POLICY}:{line}");
    let output = repo.dplab(&["explain", &place, "--templates", "my"]);
    assert!(
        stdout(&output).contains("\ntemplate  my/kubernetes/policy.yaml.tera:"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn what_nobody_generated_is_said_to_be_so() {
    let repo = Repo::new();
    repo.edit(POLICY, "kind:", "# mine\nkind:");
    let text = explained(&repo, POLICY, "# mine");
    assert!(text.contains("this line is not generated"), "{text}");
    // What stands below it is still found.
    let text = explained(&repo, POLICY, "app: web");
    assert!(text.contains("matchLabels.app"), "{text}");
    repo.write("out/shop/notes.txt", "mine\n");
    let output = repo.dplab(&["explain", "out/shop/notes.txt"]);
    assert_eq!(stdout(&output), "out/shop/notes.txt\n  not dplab's\n");
    let output = repo.dplab(&["explain", "profiles/shop.yaml:1"]);
    assert_eq!(code(&output), 1);
    assert!(
        stderr(&output).contains("is in no lab's folder"),
        "{}",
        stderr(&output)
    );
    let output = repo.dplab(&["explain", &format!("{POLICY}:999")]);
    assert_eq!(code(&output), 1);
}

#[test]
fn a_file_leads_to_its_template_and_its_part() {
    let repo = Repo::new();
    let output = repo.dplab(&["explain", "out/shop/scripts/30-stage-2-closed.sh"]);
    let stage = line_of(&repo, "profiles/shop.yaml", "- name: closed");
    let want = format!(
        "out/shop/scripts/30-stage-2-closed.sh\n\
         template  built-in:gcloud/stage.sh.hbs\n\
         profile   stages.closed (profiles/shop.yaml:{stage})\n"
    );
    assert_eq!(stdout(&output), want);
}

#[test]
fn a_hunk_says_what_made_it() {
    let repo = Repo::new();
    repo.edit(POLICY, "app: web", "app: rogue");
    let output = repo.dplab(&["diff", "--provenance"]);
    let text = stdout(&output);
    let hunk = text
        .lines()
        .find(|line| line.starts_with("@@"))
        .expect("a hunk");
    let key = line_of(&repo, "profiles/shop.yaml", "- name: db-allow-from-web");
    let start = "built-in:kubernetes/policy.yaml.tera:";
    let end = format!(" <- policies.db-allow-from-web (profiles/shop.yaml:{key})");
    let (_, origin) = hunk.split_once(" @@ ").expect("what made it");
    assert!(
        origin.starts_with(start) && origin.ends_with(&end),
        "{hunk}"
    );
}
