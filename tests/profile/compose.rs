//! Layers: bases, overrides, what they say about themselves, and what `expand` prints of them.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use dplab::profile::layer::{self, Files, Overrides};
use dplab::profile::set::Assignment;
use dplab::profile::{expand, structure};
use dplab::source::SourceMap;
use serde_json::{Value, json};

use crate::support::lab::{Disk, lab, lab_of, root, shipped, tree};

struct Folder<'a>(BTreeMap<&'a str, &'a str>);

impl Files for Folder<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        let text = self.0.get(path.as_str());
        text.map(|text| (*text).to_owned())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// What comes of layers: the tree, the places, the findings as `code place: message`.
struct Laid {
    json: Value,
    origin: String,
    found: Vec<String>,
}

fn lay(files: &[(&str, &str)], overrides: &Overrides) -> Laid {
    let folder = Folder(files.iter().copied().collect());
    let mut sources = SourceMap::new();
    let (name, text) = files[0];
    let id = sources.add(name, text);
    let (node, mut found) = layer::resolve(&mut sources, &folder, id, overrides);
    let (fitting, misfits) = structure::fit(&node.expect("YAML"), &sources);
    found.extend(misfits.into_iter().filter(|f| f.code.id() != "missing-key"));
    let told = found.iter().map(|finding| {
        let place = finding
            .primary
            .as_ref()
            .map(|label| sources.display(label.span));
        let place = place.unwrap_or_else(|| "nowhere".to_owned());
        format!("{} {place}: {}", finding.code, finding.message)
    });
    Laid {
        found: told.collect(),
        json: fitting.to_json(),
        origin: expand::text(&fitting, Some(&sources)),
    }
}

fn set(assignments: &[&str]) -> Overrides {
    let parse = |text: &&str| match text.starts_with("DPLAB_SET_") {
        true => {
            let (name, value) = text.split_once('=').expect("a variable");
            Assignment::from_variable(name, value).expect("one of ours")
        }
        false => Assignment::parse(text).expect("an assignment"),
    };
    Overrides {
        values: Vec::new(),
        assignments: assignments.iter().map(parse).collect(),
    }
}

#[test]
fn bases_lie_below_in_their_order_and_relative_to_their_file() {
    let laid = lay(
        &[
            (
                "labs/top.yaml",
                "extends: [../bases/a.yaml, ../bases/b.yaml]\nname: top\n",
            ),
            (
                "bases/a.yaml",
                "extends: deep/c.yaml\nname: a\ncluster: {project: from-a, version: '1.31'}\n",
            ),
            ("bases/b.yaml", "name: b\ncluster: {project: from-b}\n"),
            (
                "bases/deep/c.yaml",
                "description: c\ncluster: {location: us-east1, version: '1.30'}\n",
            ),
        ],
        &Overrides::default(),
    );
    assert_eq!(laid.found, [""; 0]);
    assert_eq!(
        laid.json,
        json!({
            "description": "c",
            "cluster": {"location": "us-east1", "version": "1.31", "project": "from-b"},
            "name": "top"
        })
    );
}

#[test]
fn a_mistake_is_told_in_the_file_that_made_it() {
    let laid = lay(
        &[
            (
                "top.yaml",
                "extends: base.yaml\ncluster:\n  mode: autopilot\n  relaseChannel: x\n",
            ),
            (
                "base.yaml",
                "name: 7\ncluster:\n  projct: p\n  mode: slow\n",
            ),
        ],
        &Overrides::default(),
    );
    assert_eq!(
        laid.found,
        [
            "wrong-type base.yaml:1:7: `name` is a string, found a whole number",
            "unknown-key base.yaml:3:3: `projct` is not a key of `cluster`",
            "unknown-key top.yaml:4:3: `relaseChannel` is not a key of `cluster`",
        ]
    );
}

#[test]
fn bases_that_cannot_be_had_are_told_where_they_are_named() {
    let laid = lay(
        &[
            (
                "top.yaml",
                "extends:\n  - gone.yaml\n  - a.yaml\n  - 7\n  - broken.yaml\nname: n\n",
            ),
            ("a.yaml", "extends: b.yaml\n"),
            ("b.yaml", "extends: ./a.yaml\n"),
            ("broken.yaml", "a: [1\n"),
        ],
        &Overrides::default(),
    );
    assert_eq!(
        laid.found[..3],
        [
            "unreadable-file top.yaml:2:5: `gone.yaml` can't be read: there is no such file",
            "extends-cycle b.yaml:1:10: `a.yaml` extends itself: top.yaml -> a.yaml -> b.yaml -> a.yaml",
            "wrong-type top.yaml:4:5: a base is a path, found a whole number",
        ]
    );
    assert!(
        laid.found[3].starts_with("yaml-syntax broken.yaml:"),
        "{:?}",
        laid.found
    );
    assert_eq!(laid.found.len(), 4);
    assert_eq!(laid.json, json!({"name": "n"}));
}

#[test]
fn bases_are_named_in_one_place() {
    let twice = [
        ("p.yaml", "extends: a.yaml\nextends: b.yaml\n"),
        ("a.yaml", "name: a\n"),
    ];
    let laid = lay(&twice, &Overrides::default());
    let words = "duplicate-key p.yaml:2:10: the key `extends` stands here twice";
    assert_eq!(laid.found, [words]);
    assert_eq!(laid.json["name"], "a");
}

#[test]
fn a_base_that_is_no_map_is_told() {
    for (text, kind) in [("just text\n", "a string"), ("[1, 2]\n", "a list")] {
        let files = [
            ("top.yaml", "extends: base.yaml\nname: n\n"),
            ("base.yaml", text),
        ];
        let laid = lay(&files, &Overrides::default());
        let expected =
            format!("wrong-type base.yaml:1:1: a file of a profile is a map, found {kind}");
        assert_eq!(laid.found, [expected]);
    }
}

#[test]
fn what_a_base_has_can_be_taken_away() {
    let base = "policies:\n- {name: a, spec: {podSelector: {}}}\n- {name: b, spec: {podSelector: {}}}\n\
                alerting: {metric: m, alert: x}\ncluster: {labels: {one: '1', two: '2'}}\n";
    let top = "extends: base.yaml\npolicies: [{name: a, remove: true}]\nalerting: {alert: null}\n\
               cluster: {labels: {one: }}\n";
    let laid = lay(
        &[("top.yaml", top), ("base.yaml", base)],
        &Overrides::default(),
    );
    assert_eq!(laid.found, [""; 0]);
    assert_eq!(
        laid.json,
        json!({
            "policies": [{"name": "b", "spec": {"podSelector": {}}}],
            "alerting": {"metric": "m"},
            "cluster": {"labels": {"two": "2"}}
        })
    );
}

#[test]
fn nothing_is_taken_away_where_nothing_is() {
    let laid = lay(
        &[
            (
                "top.yaml",
                "extends: base.yaml\npolicies: [{name: ba, remove: true}]\nprobes: [{name: p, remove: true}]\n",
            ),
            ("base.yaml", "policies: [{name: bb}]\n"),
        ],
        &Overrides::default(),
    );
    assert_eq!(
        laid.found,
        [
            "unknown-name top.yaml:2:19: there is no `ba` to remove",
            "unknown-name top.yaml:3:20: there is no base here to remove anything from",
        ]
    );
}

const SETTABLE: &str = "name: n\ncluster:\n  nodePools: [{name: lab, spot: false}, {name: big}]\n\
                        stages: [{name: open}, {name: closed}]\n";

#[test]
fn values_are_set_by_path_name_number_and_variable_in_yaml() {
    let laid = lay(
        &[("p.yaml", SETTABLE)],
        &set(&[
            "DPLAB_SET_CLUSTER__RELEASE_CHANNEL=stable",
            "DPLAB_SET_CLUSTER__NODE_POOLS__LAB__DISK_SIZE_GB=90",
            "cluster.releaseChannel=rapid",
            "cluster.nodePools.lab.spot=true",
            "cluster.nodePools[1].labels={a: b}",
            "cluster.labels.\"x.y/z\"=q",
            "stages.0.title=Every=thing",
            "stages.closed=",
            "name=",
            "alerting.metric=\"7\"",
        ]),
    );
    assert_eq!(laid.found, [""; 0]);
    assert_eq!(
        laid.json,
        json!({
            "cluster": {
                "nodePools": [
                    {"name": "lab", "spot": true, "diskSizeGb": 90},
                    {"name": "big", "labels": {"a": "b"}}
                ],
                "releaseChannel": "rapid",
                "labels": {"x.y/z": "q"}
            },
            "stages": [{"name": "open", "title": "Every=thing"}],
            "alerting": {"metric": "7"}
        })
    );
}

#[test]
fn what_cannot_be_set_is_told_in_the_words_of_the_command_line() {
    let laid = lay(
        &[("p.yaml", SETTABLE)],
        &set(&[
            "cluster.relaseChannel=rapid",
            "cluster.nodePools.lb.spot=true",
            "stages[7].title=x",
            "policies.p.namespace=x",
            "cluster.version=1.30",
            "cluster.labels={a: [",
            "extends=base.yaml",
            "DPLAB_SET_CLUSTER____MODE=autopilot",
        ]),
    );
    let expected = [
        "unknown-key command line:1:7: `relaseChannel` is not a key here",
        "unknown-name command line:1:7: nothing here has the name `lb`",
        "unknown-name command line:1:7: there is no item 7 here, there are 2",
        "unknown-name command line:1:7: nothing here has the name `p`",
        "yaml-syntax command line:1:22: this is not YAML",
        "bad-value command line:1:1: this variable doesn't say what to set",
        "excluded command line:1:15: bases can't be set from outside",
        "wrong-type command line:1:23: `version` is a string, found a number",
    ];
    assert_eq!(laid.found.len(), expected.len(), "{:#?}", laid.found);
    for (found, expected) in laid.found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}

#[test]
fn a_file_of_values_lies_on_top_and_single_values_above_it() {
    let overrides = Overrides {
        values: vec!["values.yaml".into(), "gone.yaml".into()],
        ..set(&["cluster.version='1.33'"])
    };
    let laid = lay(
        &[
            ("p.yaml", SETTABLE),
            (
                "values.yaml",
                "cluster: {version: '1.31', mode: fast}\nstages: [{name: open, remove: true}]\n",
            ),
        ],
        &overrides,
    );
    assert_eq!(
        laid.found,
        [
            "unreadable-file nowhere: `gone.yaml` can't be read: there is no such file",
            "bad-value values.yaml:1:34: `fast` is not a value of `mode`",
        ]
    );
    assert_eq!(laid.json["cluster"]["version"], "1.33");
    assert_eq!(laid.json["stages"], json!([{"name": "closed"}]));
}

#[test]
fn each_value_says_where_it_comes_from() {
    let laid = lay(
        &[
            ("top.yaml", "extends: base.yaml\ncluster: {project: mine}\n"),
            (
                "base.yaml",
                "name: lab\ndescription: |\n  two\n  lines\n\ncluster:\n  location: us-east1\n",
            ),
        ],
        &set(&["cluster.mode=autopilot"]),
    );
    assert_eq!(
        laid.origin,
        "name: lab             # base.yaml:1\n\
         description: |        # base.yaml:2\n  two\n  lines\n\
         cluster:              # top.yaml:2\n  \
           location: us-east1  # base.yaml:7\n  \
           project: mine       # top.yaml:2\n  \
           mode: autopilot     # --set cluster.mode=autopilot\n"
    );
}

#[test]
fn what_expand_prints_is_the_same_lab() {
    for name in shipped() {
        let path = root().join("profiles").join(format!("{name}.yaml"));
        let text = std::fs::read_to_string(&path).expect("a shipped profile");
        let mut sources = SourceMap::new();
        let id = sources.add(path.as_str(), text);
        let (node, _) = layer::resolve(&mut sources, &Disk, id, &Overrides::default());
        let (node, _) = structure::fit(&node.expect("YAML"), &sources);
        for origin in [None, Some(&sources)] {
            let expanded = expand::text(&node, origin);
            assert!(!expanded.contains("\nextends:") && !expanded.contains("\n  use:"));
            // Elsewhere, so that nothing beside it can help.
            let again = lab_of("elsewhere/expanded.yaml", &expanded);
            assert_eq!(tree(&again), tree(&lab(&name)), "{name}");
        }
    }
}
