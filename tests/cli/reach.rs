//! `dplab reach`: whole outputs, and other people's expectations.

use std::collections::BTreeSet;
use std::path::Path;

use dplab::model::port::{Port, Protocol};
use dplab::netpol::{ConnectionSet, PortSet};
use serde_json::Value;
use snapbox::{Assert, Data};

use super::run::{code, dplab, fixtures, stderr, stdout};
use crate::netpol::cases::{
    AFTER, BEFORE, Difference, End, Table, assert_equal, differences, expected,
};
use crate::support::shared;

/// Runs a command in `tests/cli/reach` and holds all that it says against a file.
pub(super) fn assert_output(name: &str, args: &[&str], exit: i32) {
    let output = dplab(&fixtures("reach"), args);
    let command = args.join(" ");
    let text = format!(
        "$ dplab {command}\n{}--- stderr\n{}--- exit {}\n",
        stdout(&output),
        stderr(&output),
        code(&output)
    );
    let file = fixtures("reach").join(format!("{name}.out"));
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(&text, Data::read_from(&file, None).raw());
    assert_eq!(code(&output), exit, "{command}");
}

#[test]
fn manifests_are_answered_in_every_form() {
    let shop = ["reach", "--manifests", "shop"];
    let quiet = ["-q", "--lint", "never"];
    let with = |more: &[&'static str]| [&shop[..], &quiet, more].concat();
    assert_output("list", &shop, 0);
    assert_output("matrix", &with(&["--matrix"]), 0);
    for format in ["json", "csv", "markdown", "dot", "svg"] {
        assert_output(format, &with(&["--format", format]), 0);
    }
    assert_output("matrix-csv", &with(&["--matrix", "--format", "csv"]), 0);
    assert_output(
        "as-nodes",
        &with(&["--host-network", "node", "--format", "json"]),
        0,
    );
    assert_output("some", &with(&["--from", "web"]), 0);
    assert_output("no-line", &with(&["--to", "api.example.com"]), 64);
}

#[test]
fn one_question_is_answered_with_reasons() {
    let ask = ["reach", "--manifests", "shop", "-q", "--explain", "--from"];
    let with = |more: &[&'static str]| [&ask[..], more].concat();
    assert_output(
        "question",
        &with(&["shop/web", "--to", "cart", "--port", "6379"]),
        0,
    );
    assert_output(
        "denied",
        &with(&["cart", "--to", "web", "--port", "http"]),
        0,
    );
    assert_output(
        "service",
        &with(&["agent", "--to", "web", "--port", "80"]),
        0,
    );
    assert_output("outside", &with(&["203.0.113.7", "--to", "cart"]), 0);
    let json = [
        "cart",
        "--to",
        "api.example.com",
        "--port",
        "443",
        "--format",
        "json",
    ];
    assert_output("question-json", &with(&json), 0);
    assert_output("no-such-name", &with(&["card", "--to", "web"]), 64);
    // Names of the cluster's own DNS, whole, short, and misspelt, are no domains.
    for (name, to, exit) in [
        ("in-namespace", "web.shop", 0),
        ("whole-name", "web.shop.svc.cluster.local.", 0),
        ("misspelt-in-namespace", "wep.shop", 64),
        ("misspelt-whole-name", "wep.shop.svc.cluster.local", 64),
        ("no-address", "300.1.1.1", 64),
    ] {
        assert_output(name, &with(&["cart", "--to", to, "--port", "80"]), exit);
    }
    assert_output(
        "service-as-source",
        &with(&["shop/web[Service]", "--to", "cart"]),
        64,
    );
}

#[test]
fn pods_of_a_profile_on_their_node_s_network_are_nodes_also_to_reach() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = "format: dplab/v1\nname: a\ncluster: {project: my-project, location: us-east1}\n\
                   app:\n  workloads:\n  - {name: agent, image: i, hostNetwork: true, \
                   ports: [{containerPort: 80}], services: [{ports: [{port: 80}]}]}\n\
                   policies: [{name: p, spec: {podSelector: {}, policyTypes: [Ingress]}}]\n";
    std::fs::write(folder.path().join("a.yaml"), profile).expect("a file");
    let ask = [
        "reach",
        "a.yaml",
        "-q",
        "--from",
        "203.0.113.7",
        "--to",
        "agent",
        "--port",
        "80",
    ];
    let verdict = |more: &[&'static str]| {
        let output = dplab(folder.path(), &[&ask[..], more].concat());
        stdout(&output)
            .lines()
            .next()
            .expect("an answer")
            .to_owned()
    };
    assert!(verdict(&[]).ends_with(": allowed"), "{}", verdict(&[]));
    let on_paper = verdict(&["--host-network", "pod"]);
    assert!(on_paper.ends_with(": denied"), "{on_paper}");
}

/// A Service's address stands for the Service: no pod ever sees a connection to it.
#[test]
fn the_address_of_a_service_is_the_service() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifests = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\n---\n\
                     apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: 10.8.0.9, \
                     selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}\n";
    std::fs::write(folder.path().join("a.yaml"), manifests).expect("a file");
    let ask = |to: &str| {
        let args = [
            "reach",
            "--manifests",
            ".",
            "-q",
            "--from",
            "203.0.113.7",
            "--to",
            to,
        ];
        stdout(&dplab(
            folder.path(),
            &[&args[..], &["--port", "80"]].concat(),
        ))
    };
    assert_eq!(ask("10.8.0.9"), ask("web[Service]"));
    assert!(ask("10.8.0.9").contains("8080"), "{}", ask("10.8.0.9"));
}

#[test]
fn what_changes_is_said_in_every_form() {
    let change = [
        "reach",
        "shop",
        "-q",
        "--lint",
        "never",
        "--against",
        "shop-before",
    ];
    let with = |more: &[&'static str]| [&change[..], more].concat();
    assert_output("against", &change, 2);
    for format in ["json", "csv", "markdown"] {
        assert_output(
            &format!("against-{format}"),
            &with(&["--format", format]),
            2,
        );
    }
    assert_output(
        "against-itself",
        &["reach", "shop", "-q", "--against", "shop"],
        0,
    );
}

#[test]
fn a_profile_is_answered_stage_by_stage() {
    let profile = ["reach", "../../../profiles/online-boutique.yaml"];
    let with = |more: &[&'static str]| [&profile[..], more].concat();
    assert_output(
        "stages",
        &with(&["--stage", "all", "--from", "rogue-1", "--to", "redis-cart"]),
        0,
    );
    let stages = ["--stage", "all", "--to", "redis-cart", "--format", "json"];
    assert_output("stages-json", &with(&stages), 0);
    assert_output("no-such-stage", &with(&["--stage", "later"]), 64);
    let args = with(&["--stage", "open", "--expect"]);
    let output = dplab(&fixtures("reach"), &args);
    assert_eq!(code(&output), 64, "all stages are proved, or none");
    assert_output("expect", &with(&["--expect"]), 0);
    assert_output("mutate", &with(&["--mutate"]), 0);
    assert_output("mutate-json", &with(&["--mutate", "--format", "json"]), 0);
    assert_output(
        "not-noticed",
        &["reach", "../../../profiles/autopilot.yaml", "--mutate"],
        0,
    );
}

#[test]
fn the_published_policies_of_online_boutique_allow_26_connections() {
    let output = dplab(
        &fixtures("reach"),
        &["reach", "boutique.yaml", "--format", "json"],
    );
    let json: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let pairs = json["pairs"].as_array().expect("pairs");
    let inside = pairs
        .iter()
        .filter(|pair| pair["destination"]["name"].is_string());
    let edges: BTreeSet<String> = inside
        .filter(|pair| pair["source"]["name"].is_string())
        .map(|pair| {
            format!(
                "{} -> {}",
                text(&pair["source"]["name"]),
                text(&pair["destination"]["name"])
            )
        })
        .collect();
    assert_eq!(edges.len(), 26, "{edges:#?}");
    assert!(!edges.iter().any(|edge| edge.ends_with("-> loadgenerator")));
    assert_output("boutique", &["reach", "boutique.yaml"], 0);
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The ends of a record: an address range may come in pieces.
fn ends(value: &Value) -> Vec<End> {
    let Some(ranges) = value["ranges"].as_array() else {
        let (namespace, name, kind) = (&value["namespace"], &value["name"], &value["kind"]);
        let name = format!("{}/{}[{}]", text(namespace), text(name), text(kind));
        return vec![End::Named(name)];
    };
    let number = |text: &str| text.parse::<std::net::Ipv4Addr>().expect("IPv4").to_bits();
    let range = |value: &Value| {
        let (first, last) = text(value).split_once('-').expect("a range");
        End::Range(number(first), number(last))
    };
    ranges.iter().map(range).collect()
}

fn connections(value: &Value) -> ConnectionSet {
    let port = |value: &Value| Port::parse(value.as_i64().expect("a number")).expect("a port");
    let each = value.as_array().expect("protocols").iter().map(|each| {
        let protocol: Protocol = text(&each["protocol"]).parse().expect("a protocol");
        let ranges = each["ports"].as_array().expect("ranges").iter();
        let ports = ranges.fold(PortSet::none(), |set, range| {
            set.union(&PortSet::range(port(&range[0]), port(&range[1])))
        });
        ConnectionSet::of(protocol, ports)
    });
    each.fold(ConnectionSet::none(), |all, set| all.union(&set))
}

fn answered(manifests: &Path) -> Table {
    let folder = manifests.to_str().expect("UTF-8");
    let args = ["reach", "--manifests", folder, "--format", "json"];
    let output = dplab(Path::new(env!("CARGO_MANIFEST_DIR")), &args);
    assert_eq!(code(&output), 0, "{folder}: {}", stderr(&output));
    let json: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let mut table = Table::new();
    for pair in json["pairs"].as_array().expect("pairs") {
        for source in ends(&pair["source"]) {
            for destination in ends(&pair["destination"]) {
                table.insert(
                    (source.clone(), destination),
                    connections(&pair["connections"]),
                );
            }
        }
    }
    table
}

#[test]
fn connectivity_is_as_another_analyzer_has_it() {
    let Some(cases) = shared("data/connectivity-cases") else {
        return;
    };
    for entry in std::fs::read_dir(cases).expect("cases") {
        let case = entry.expect("a case").path();
        if case.join("expected.txt").exists() {
            let wanted = expected(&case.join("expected.txt"));
            assert_equal(
                &case.display().to_string(),
                &answered(&case.join("manifests")),
                &wanted,
            );
        }
    }
}

#[test]
fn differences_are_as_another_analyzer_has_them() {
    let Some(cases) = shared("data/connectivity-cases") else {
        return;
    };
    let path = |case: &str| cases.join(case).to_str().expect("UTF-8").to_owned();
    let (before, after) = (path(BEFORE), path(AFTER));
    let forms: [&[&str]; 2] = [&["--manifests"], &[]];
    for form in forms {
        let ask = [&after, "--against", &before, "--format", "json", "-q"];
        let args = [&["reach"], form, &ask].concat();
        let output = dplab(Path::new(env!("CARGO_MANIFEST_DIR")), &args);
        assert_eq!(code(&output), 2, "{}", stderr(&output));
        let json: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
        let mut got = Difference::new();
        for change in json["changes"].as_array().expect("changes") {
            let (was, is) = (&change["before"], &change["after"]);
            let kind = match (was[0].is_null(), is[0].is_null()) {
                (true, false) => "opened",
                (false, true) => "closed",
                _ => "changed",
            };
            assert_eq!(change["change"], kind);
            for source in ends(&change["source"]) {
                for destination in ends(&change["destination"]) {
                    let key = (source.clone(), destination);
                    got.insert(key, (connections(was), connections(is)));
                }
            }
        }
        assert_eq!(got, differences(&cases), "{args:?}");
    }
}

#[test]
fn a_control_that_is_denied_itself_fails_the_expectation() {
    let folder = tempfile::tempdir().expect("a folder");
    let probe = |name: &str, more: &str| {
        format!(
            "  - {{name: {name}, from: {{image: busybox}}, to: 'redis-cart:6379', run: [nc, redis-cart, '6379']{more}}}\n"
        )
    };
    let profile = format!(
        "format: dplab/v1\nname: a\ncluster: {{project: my-project, location: us-east1}}\n\
         app: {{use: online-boutique}}\n\
         policies:\n  - {{name: p, spec: {{podSelector: {{matchLabels: {{app: redis-cart}}}}, policyTypes: [Ingress]}}}}\n\
         probes:\n{}{}stages:\n  - {{name: s, policies: [p], expect: {{one: {{verdict: denied}}}}}}\n",
        probe("one", ", control: two"),
        probe("two", "")
    );
    std::fs::write(folder.path().join("a.yaml"), profile).expect("a file");
    let output = dplab(folder.path(), &["reach", "a.yaml", "--expect"]);
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    let words = "error[expectation-failed]: at the stage `s` the control `two` is denied as well, so a \
                 denial of `one` proves nothing";
    assert!(stderr(&output).contains(words), "{}", stderr(&output));
}
