//! The reference of the language can't drift from it.

use dplab::profile::layer::Overrides;
use dplab::profile::set::Assignment;
use dplab::profile::{self, reference};
use dplab::source::SourceMap;
use dplab::{check, diag};

use crate::support::lab::Disk;

/// A profile in which every key with a default could stand.
const PROFILE: &str = "\
format: dplab/v1
name: example
cluster:
  project: my-project
  location: us-east1
  network: {}
  controlPlane: {}
  dataplane: {}
  dns: {}
  nodePools: [{name: pool}]
app:
  workloads:
  - name: web
    image: nginx
    ports: [{containerPort: 80}]
    services: [{ports: [{port: 80}]}]
logging: {allow: {}, deny: {}}
alerting: {}
logSink: {destination: storage.googleapis.com/logs}
probes: [{name: ping, from: {image: busybox}, to: 'web:80', run: [nc]}]
";

/// What a key's default stands beside: a threshold belongs to an alert on the metric.
fn beside(path: &str) -> Vec<Assignment> {
    let threshold = path.starts_with("alerting.threshold.");
    let condition = threshold.then_some("alerting.condition=metric-threshold");
    let assignments = condition.into_iter().map(Assignment::parse);
    assignments.map(|it| it.expect("an assignment")).collect()
}

fn lab(assignments: Vec<Assignment>) -> String {
    let mut sources = SourceMap::new();
    let id = sources.add("p.yaml", PROFILE);
    let overrides = Overrides {
        values: Vec::new(),
        assignments,
    };
    let read = profile::read(&mut sources, &Disk, id, &overrides);
    let checked = check::lab(&read.value.expect("a profile"));
    let all = [read.findings, checked.findings].concat();
    assert!(
        all.is_empty(),
        "{}",
        diag::text::render(&all, &sources, false)
    );
    format!("{:#?}", checked.value.expect("a lab"))
}

#[test]
fn what_the_schema_calls_a_default_changes_nothing() {
    let mut count = 0;
    for path in reference::paths() {
        let elsewhere = [
            "stages[]",
            ".initContainers[]",
            ".sidecars[]",
            ".spec.",
            ".fqdn.",
        ];
        let Some(default) = reference::default(&path) else {
            continue;
        };
        if elsewhere.iter().any(|part| path.contains(part)) {
            continue;
        }
        let path = path.replace("[]", "[0]");
        let assignment = format!("{path}={default}");
        let mut with = beside(&path);
        let plain = lab(with.clone());
        with.push(Assignment::parse(&assignment).expect("an assignment"));
        assert!(lab(with) == plain, "{assignment} changes the lab");
        count += 1;
    }
    assert!(count >= 30, "{count}");
}

#[test]
fn every_key_is_explained() {
    let paths = reference::paths();
    assert!(paths.len() > 200, "{}", paths.len());
    for path in &paths {
        let page = reference::explain(path).unwrap_or_else(|| panic!("{path}"));
        assert!(page.starts_with(&format!("# {path}\n\n")), "{page}");
        assert!(!page.contains("\n\n- Type: a value\n"), "{page}");
        let text = page.lines().nth(2).unwrap_or_default();
        assert!(
            text.len() > 3 && !text.starts_with('-'),
            "{path} has no description"
        );
    }
    for path in ["cluster.zzz", "", ".", "zzz", "policies[].zzz"] {
        assert_eq!(reference::explain(path), None, "{path}");
    }
}

#[test]
fn a_page_says_type_default_and_words() {
    assert_eq!(
        reference::explain("cluster.releaseChannel").expect("a key"),
        "# cluster.releaseChannel\n\n\
         How soon the cluster gets new versions.\n\n\
         - Type: one of the words below\n\
         - `regular` if not given\n\n\
         ## Words\n\n\
         - `rapid`: The newest versions, before anyone else.\n\
         - `regular`: Some months behind; the usual choice.\n\
         - `stable`: Versions that have proved themselves longest.\n\
         - `extended`: As regular, and a minor version is kept up to 24 months.\n"
    );
    let pools = reference::explain("cluster.nodePools[0]").expect("a key");
    assert!(pools.starts_with("# cluster.nodePools\n\n"), "{pools}");
    assert!(
        pools.contains("- Type: a list, each item a map\n"),
        "{pools}"
    );
    assert!(
        pools.contains("\n- `name` (must be given): Name of the pool.\n"),
        "{pools}"
    );
    let log = reference::explain("stages.logging.deny.log").expect("a key");
    assert!(log.starts_with("# stages[].logging.deny.log\n"), "{log}");
}
