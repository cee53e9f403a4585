//! The committed schemas are those that the types give, and an independent validator reads in them
//! what `validate` reads in the types.

use std::io::Write as _;
use std::process::{Command, Stdio};

use dplab::profile::layer::{self, Overrides};
use dplab::profile::yaml::{self, Limits};
use dplab::profile::{schema, structure};
use dplab::source::SourceMap;
use serde_json::{Value, json};

use super::mutate::{Dice, maximal};
use crate::support::lab::{Disk, root, shipped};
use crate::support::{skip, tool};

#[test]
fn the_committed_schemas_are_current() {
    for (file, flag, schema) in [
        (schema::FILE_NAME, "", schema::profile()),
        (schema::APP_FILE_NAME, " --app", schema::app()),
    ] {
        let path = root().join("profiles").join(file);
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == schema::text(schema),
            "profiles/{file} is out of date: dplab schema{flag} > profiles/{file}"
        );
    }
}

/// What an independent validator says about instances: a list of `[code, path]` for each.
fn validator(schema: &Value, instances: &[Value]) -> Option<Vec<Vec<(String, String)>>> {
    if !tool("python3") || !has_jsonschema() {
        return None;
    }
    let script = root().join("tests/profile/validate.py");
    let mut child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let request = json!({"schema": schema, "instances": instances}).to_string();
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(request.as_bytes()));
    let output = child.wait_with_output().expect("python3 ends");
    writer.join().expect("no panic").expect("it is all read");
    assert!(output.status.success(), "the validator failed");
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn has_jsonschema() -> bool {
    let found = Command::new("python3")
        .args(["-c", "import jsonschema"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        let required = std::env::var("DPLAB_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
        assert!(!required, "python's jsonschema is required");
        skip("python3 has no module jsonschema");
    }
    found
}

/// A file as JSON, whatever its layers.
fn json_of(text: &str) -> Option<Value> {
    let mut sources = SourceMap::new();
    let id = sources.add("file", text);
    let documents = yaml::read(&sources, id, Limits::PROFILE).ok()?;
    Some(documents.first()?.to_json())
}

/// What `validate` says about a file's structure: code and path, sorted.
fn ours(path: &str, text: &str) -> Vec<(String, String)> {
    let mut sources = SourceMap::new();
    let id = sources.add(path, text);
    let (node, _) = layer::resolve(&mut sources, &Disk, id, &Overrides::default());
    let (_, found) = structure::fit(&node.expect("YAML"), &sources);
    let here = found.iter().filter(|finding| {
        let primary = finding.primary.as_ref();
        primary.is_some_and(|label| label.span.source == id)
    });
    let mut all: Vec<(String, String)> = here
        .map(|f| (f.code.to_string(), f.path.clone().unwrap_or_default()))
        .filter(|(code, _)| code != "duplicate-key")
        .collect();
    all.sort();
    all
}

#[test]
fn every_shipped_file_validates_independently() {
    let profiles: Vec<Value> = shipped()
        .iter()
        .map(|name| read(&format!("profiles/{name}.yaml")))
        .collect();
    let Some(found) = validator(schema::profile(), &profiles) else {
        return;
    };
    for (name, found) in shipped().iter().zip(found) {
        assert_eq!(found, [], "{name}");
    }
    let app = read("profiles/apps/online-boutique.yaml");
    let found = validator(schema::app(), &[app]).expect("as above");
    assert_eq!(found[0], [], "apps/online-boutique.yaml");
}

fn read(path: &str) -> Value {
    let text = std::fs::read_to_string(root().join(path)).expect("a shipped file");
    json_of(&text).expect("YAML")
}

#[test]
fn every_shipped_file_names_its_schema() {
    let first = |path: String| {
        let text = std::fs::read_to_string(root().join(path)).expect("a shipped file");
        text.lines().next().unwrap_or_default().to_owned()
    };
    for name in shipped() {
        assert_eq!(
            first(format!("profiles/{name}.yaml")),
            "# yaml-language-server: $schema=profile.schema.json",
            "{name}"
        );
    }
    for name in dplab::profile::catalogue::apps() {
        assert_eq!(
            first(format!("profiles/apps/{name}.yaml")),
            "# yaml-language-server: $schema=../apps.schema.json",
            "{name}"
        );
    }
}

#[test]
fn the_validator_finds_in_fixtures_what_validate_finds() {
    let folder = root().join("tests/cli/findings");
    let mut files: Vec<_> = folder
        .read_dir_utf8()
        .expect("fixtures")
        .map(|entry| entry.expect("an entry").into_path())
        .filter(|path| path.extension() == Some("yaml"))
        .collect();
    files.sort();
    let texts = files.iter().map(|path| {
        let text = std::fs::read_to_string(path).expect("a fixture");
        let instance = json_of(&text)?;
        Some((path.clone(), text, instance))
    });
    let readable: Vec<_> = texts.flatten().collect();
    assert!(readable.len() >= 20, "{}", readable.len());
    let instances: Vec<Value> = readable.iter().map(|(_, _, json)| json.clone()).collect();
    let Some(found) = validator(schema::profile(), &instances) else {
        return;
    };
    for ((path, text, instance), mut theirs) in readable.iter().zip(found) {
        let ours = ours(path.as_str(), text);
        theirs.sort();
        if instance.get("extends").is_none() {
            assert_eq!(theirs, ours, "{path}");
        } else {
            // One file can't tell what its bases have, nor where in their lists its items come.
            let codes = |all: &[(String, String)]| -> Vec<String> {
                let codes = all.iter().map(|(code, _)| code.clone());
                codes.filter(|code| code != "missing-key").collect()
            };
            assert_eq!(codes(&theirs), codes(&ours), "{path}");
        }
    }
}

#[test]
fn the_validator_and_validate_agree_on_random_structures() {
    let mut dice = Dice::new(7);
    let whole = maximal(schema::language());
    let mut instances = vec![whole.clone()];
    instances.extend((0..60).map(|_| dice.disturbed(&whole, 2)));
    for name in shipped() {
        let shipped = read(&format!("profiles/{name}.yaml"));
        instances.extend((0..12).map(|_| dice.disturbed(&shipped, 6)));
    }
    instances.retain(|instance| {
        let app = &instance["app"];
        // These have layers below them.
        instance.is_object() && instance.get("extends").is_none() && app.get("use").is_none()
    });
    let Some(found) = validator(schema::profile(), &instances) else {
        return;
    };
    assert_eq!(found[0], [], "the profile with everything in it");
    for (instance, mut theirs) in instances.iter().zip(found) {
        theirs.sort();
        assert_eq!(
            theirs,
            ours("profile.yaml", &instance.to_string()),
            "{instance:#}"
        );
    }
}

#[test]
fn a_layer_may_leave_out_and_take_away_but_not_misspell() {
    let layers = [
        (json!({"extends": "base.yaml"}), 0),
        (
            json!({"extends": ["a.yaml", "b.yaml"], "cluster": {"version": "1.33"}}),
            0,
        ),
        (
            json!({"extends": "a.yaml", "alerting": null, "cluster": {"labels": {"a": null}}}),
            0,
        ),
        (
            json!({"extends": "a.yaml", "policies": [{"name": "x", "remove": true}]}),
            0,
        ),
        (
            json!({"extends": "a.yaml", "app": {"workloads": [{"name": "x", "replicas": 2}]}}),
            0,
        ),
        (
            json!({"extends": "a.yaml", "policies": [{"remove": true}]}),
            1,
        ),
        (
            json!({"extends": "a.yaml", "cluster": {"releseChannel": "rapid"}}),
            1,
        ),
        (json!({"extends": "a.yaml", "cluster": {"mode": "fast"}}), 1),
        (
            json!({"extends": "a.yaml", "stages": [{"name": "s", "expect": {"p": {"verdict": 1}}}]}),
            1,
        ),
        (json!({"extends": "a.yaml", "cluster": {"remove": true}}), 1),
    ];
    let instances: Vec<Value> = layers.iter().map(|(layer, _)| layer.clone()).collect();
    let Some(found) = validator(schema::profile(), &instances) else {
        return;
    };
    for ((layer, expected), found) in layers.iter().zip(found) {
        assert_eq!(found.len(), *expected, "{layer}: {found:?}");
    }
}
