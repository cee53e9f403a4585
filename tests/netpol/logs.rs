//! What is logged, and reading what was.

use dplab::model::logging::{ENABLE_DENY_LOGGING, ENABLE_LOGGING, LogAction};
use dplab::model::port::Port;
use dplab::netpol::logging::{Doubt, Silence};
use dplab::netpol::record::{AGGREGATION_WINDOW_MS, aggregate};
use dplab::netpol::{
    Connection, Disposition, Endpoint, Evaluator, Event, Flow, HostNetwork, LogPlace, LogRecord,
    Logged, PolicyId, Reading, World, compare,
};

use super::help::{workload, world};

const SCENE: &str = "
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
---
apiVersion: v1
kind: Pod
metadata: {name: stranger, labels: {app: stranger}}
---
apiVersion: v1
kind: Pod
metadata: {name: host, labels: {app: client}}
spec: {hostNetwork: true}
---
apiVersion: v1
kind: Pod
metadata: {name: server, labels: {app: server}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: np}
spec:
  podSelector: {matchLabels: {app: server}}
  ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: np-too}
spec:
  podSelector: {matchLabels: {app: server}}
  ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]
";

fn here() -> LogPlace {
    LogPlace {
        project: "p".to_owned(),
        location: "us-east1".to_owned(),
        cluster: "c".to_owned(),
    }
}

fn flow(world: &World, from: &str, to: &str) -> Flow {
    Flow {
        source: workload(world, from),
        destination: workload(world, to),
        connection: Connection::tcp(Port::parse(8080).expect("a port")),
    }
}

fn events(world: &World, from: &str) -> Vec<Event> {
    Evaluator::new(world, Reading::DPV2).predict(&flow(world, from, "server"))
}

/// The ingress event at the server.
fn at_server(world: &World, from: &str) -> Event {
    events(world, from).pop().expect("an event")
}

#[test]
fn the_table_of_what_is_logged() {
    let rows = [
        // log, delegate, policy annotated, namespace annotated; allow logged, deny logged
        ((LogAction::OFF, true, true), (false, false)),
        ((LogAction::ON, false, false), (true, true)),
        ((LogAction::ON, true, true), (true, true)),
        ((LogAction::DELEGATED, false, false), (false, false)),
        ((LogAction::DELEGATED, true, false), (true, false)),
        ((LogAction::DELEGATED, false, true), (false, true)),
    ];
    for ((action, policy, namespace), (allow, deny)) in rows {
        let mut world = world(SCENE);
        world.logging.allow = action;
        world.logging.deny = action;
        if policy {
            let annotated = world.policy_mut(PolicyId(0)).expect("a policy");
            annotated.annotations.insert(ENABLE_LOGGING, "true");
        }
        if namespace {
            world.annotate_namespace("default", ENABLE_DENY_LOGGING, "true");
        }
        let allowed = at_server(&world, "client");
        let denied = at_server(&world, "stranger");
        assert_eq!(allowed.disposition, Disposition::Allow);
        assert_eq!(denied.disposition, Disposition::Deny);
        assert_eq!(
            allowed.logged == Logged::Yes,
            allow,
            "{action:?} {policy} {namespace}"
        );
        assert_eq!(
            denied.logged == Logged::Yes,
            deny,
            "{action:?} {policy} {namespace}"
        );
        assert_eq!(denied.policies, [], "a denial names no policy");
        let delegated = action.delegate() && policy;
        let expected = match (action.log(), delegated) {
            (true, true) => vec![PolicyId(0)],
            (true, false) if action.delegate() => vec![],
            _ => vec![PolicyId(0), PolicyId(1)],
        };
        assert_eq!(allowed.policies, expected, "{action:?} {policy}");
    }
}

#[test]
fn one_kind_alone_may_be_logged() {
    let mut world = world(SCENE);
    world.logging.allow = LogAction::ON;
    assert_eq!(at_server(&world, "client").logged, Logged::Yes);
    assert_eq!(
        at_server(&world, "stranger").logged,
        Logged::No(Silence::Off)
    );
    world.logging.allow = LogAction::OFF;
    world.logging.deny = LogAction::ON;
    assert_eq!(at_server(&world, "client").logged, Logged::No(Silence::Off));
    assert_eq!(at_server(&world, "stranger").logged, Logged::Yes);
}

#[test]
fn what_is_allowed_by_default_and_what_nodes_do_is_not_logged() {
    let mut world = world(SCENE);
    world.logging.allow = LogAction::ON;
    world.logging.deny = LogAction::ON;
    let first = &events(&world, "client")[0];
    assert_eq!(first.logged, Logged::No(Silence::AllowedByDefault));
    let from_node = events(&world, "host");
    assert_eq!(from_node.len(), 1, "no event at a node");
    assert_eq!(
        from_node[0].logged,
        Logged::Unknown(Doubt::Verdict),
        "it may be the pod's own"
    );
    let to_node = Evaluator::new(&world, Reading::DPV2).predict(&flow(&world, "client", "host"));
    assert_eq!(to_node.len(), 1, "egress only");
    let paper = Reading {
        host_network: HostNetwork::Pod,
        ..Reading::DPV2
    };
    let as_pod = Evaluator::new(&world, paper).predict(&flow(&world, "host", "server"));
    assert_eq!(as_pod.len(), 2);
}

const ALLOWED: &str = r#"{"connection":{"src_ip":"10.84.1.7","dest_ip":"10.84.0.11","src_port":55644,"dest_port":8080,"protocol":"tcp","direction":"ingress"},"disposition":"allow","policies":[{"name":"np","namespace":"default","kind":"NetworkPolicy"}],"src":{"pod_name":"client","workload_kind":"ReplicaSet","workload_name":"client-allow-7b78d7c957","pod_namespace":"default","namespace":"default"},"dest":{"pod_name":"server","workload_kind":"ReplicaSet","workload_name":"server-1","pod_namespace":"default","namespace":"default"},"count":1,"timestamp":"2020-06-13T21:29:31.445836587Z"}"#;
const OLDER: &str = r#"{"connection":{"src_ip":"10.84.1.7","dest_ip":"10.84.0.11","src_port":55644,"dest_port":8080,"protocol":"tcp","direction":"ingress"},"disposition":"allow","policies":[{"name":"np","namespace":"default"}],"src":{"pod_name":"client","pod_namespace":"default"},"dest":{"pod_name":"server","pod_namespace":"default"},"count":1,"timestamp":"2020-06-13T21:29:31.445836587Z"}"#;
const DENIED: &str = r#"{"connection":{"src_ip":"10.84.1.7","dest_ip":"10.84.0.11","src_port":55644,"dest_port":8080,"protocol":"tcp","direction":"ingress"},"disposition":"deny","src":{"pod_name":"stranger","pod_namespace":"default"},"dest":{"pod_name":"server","pod_namespace":"default"},"count":1}"#;
const NODE: &str = r#"{"connection":{"src_ip":"10.84.1.7","dest_ip":"10.0.0.2","dest_port":8080,"protocol":"tcp","direction":"egress"},"disposition":"allow","policies":[{"name":"np","namespace":"default"}],"src":{"pod_name":"client","pod_namespace":"default"},"dest":{"node_name":"gke-a","workload_kind":"Node"},"count":1}"#;

#[test]
fn entries_of_both_forms_are_read_and_written_as_they_were() {
    for line in [ALLOWED, OLDER, DENIED, NODE] {
        let records = LogRecord::read_all(line).expect("an entry");
        assert_eq!(serde_json::to_string(&records[0]).expect("JSON"), line);
    }
    let export = format!(
        r#"[{{"insertId":"1","jsonPayload":{DENIED},"timestamp":"2026-01-01T00:00:00Z"}}]"#
    );
    let records = LogRecord::read_all(&export).expect("an export");
    assert_eq!(records[0].timestamp, "2026-01-01T00:00:00Z");
    assert_eq!(
        LogRecord::read_all(&format!("{ALLOWED}\n{DENIED}\n"))
            .expect("lines")
            .len(),
        2
    );
    assert!(LogRecord::read_all(r#"{"message":"hello"}"#).is_err());
}

#[test]
fn entries_are_held_against_the_prediction() {
    let mut world = world(SCENE);
    world.logging.allow = LogAction::ON;
    world.logging.deny = LogAction::ON;
    let expected = vec![at_server(&world, "client"), at_server(&world, "stranger")];
    let read = |lines: &[&str]| LogRecord::read_all(&lines.join("\n")).expect("entries");
    let all = compare(&world, &expected, &read(&[ALLOWED, OLDER, DENIED]), &here());
    assert_eq!(all.seen, [(0, vec![0, 1]), (1, vec![2])]);
    assert!(all.missing.is_empty() && all.unforeseen.is_empty());
    let some = compare(&world, &expected, &read(&[DENIED, NODE]), &here());
    assert_eq!((some.missing, some.unforeseen), (vec![0], vec![1]));
    let other = ALLOWED.replace(r#""name":"np""#, r#""name":"another""#);
    let other = compare(&world, &expected, &read(&[&other]), &here());
    assert_eq!(other.unforeseen, [0], "a policy that was not foreseen");
    let from = |cluster: &str| {
        let labels = format!(r#"{{"cluster_name":"{cluster}","location":"us-east1"}}"#);
        let entry = format!(r#"{{"resource":{{"labels":{labels}}},"jsonPayload":{ALLOWED}}}"#);
        compare(&world, &expected, &read(&[&entry]), &here()).seen
    };
    assert_eq!(from("c"), [(0, vec![0])]);
    assert_eq!(from("other"), [], "an entry of another cluster");
}

#[test]
fn denials_are_summed_up_for_five_seconds() {
    let record = LogRecord::read_all(DENIED).expect("an entry").remove(0);
    let mut other = record.clone();
    other.connection.src_port = 1;
    let attempts = [
        (0, record.clone()),
        (1, other),
        (2, record.clone()),
        (3, record.clone()),
    ];
    let later = (AGGREGATION_WINDOW_MS, record);
    let written = aggregate(attempts.into_iter().chain([later]));
    let counts: Vec<u64> = written.iter().map(|record| record.count).collect();
    assert_eq!(counts, [4, 1]);
    assert_eq!(written[0].connection.src_port, 55644, "the first attempt's");
}

#[test]
fn an_end_outside_is_found_by_its_address() {
    let world = world(SCENE);
    let event = Event {
        source: Endpoint::Address([10, 84, 1, 7].into()),
        ..at_server(&world, "stranger")
    };
    let line = DENIED.replace(
        r#"{"pod_name":"stranger","pod_namespace":"default"}"#,
        r#"{"instance":"10.84.1.7"}"#,
    );
    assert!(LogRecord::read_all(&line).expect("an entry")[0].is_of(&world, &event));
}

#[test]
fn the_expected_entry_says_what_is_known_beforehand() {
    let mut world = world(SCENE);
    world.logging.allow = LogAction::ON;
    let expected = LogRecord::expected(&world, &at_server(&world, "client"));
    assert_eq!(
        serde_json::to_string(&expected).expect("JSON"),
        r#"{"connection":{"src_ip":"","dest_ip":"","dest_port":8080,"protocol":"tcp","direction":"ingress"},"disposition":"allow","policies":[{"name":"np","namespace":"default","kind":"NetworkPolicy"},{"name":"np-too","namespace":"default","kind":"NetworkPolicy"}],"src":{"pod_name":"client","workload_kind":"Pod","workload_name":"client","pod_namespace":"default","namespace":"default"},"dest":{"pod_name":"server","workload_kind":"Pod","workload_name":"server","pod_namespace":"default","namespace":"default"},"count":1}"#
    );
}

/// Where nobody knows the verdict, a live cluster does: either entry is possible.
#[test]
fn an_unknown_verdict_may_be_logged_either_way() {
    let mut world = world(&format!(
        "{SCENE}---
apiVersion: networking.gke.io/v1alpha1
kind: FQDNNetworkPolicy
metadata: {{name: out}}
spec:
  podSelector: {{matchLabels: {{app: client}}}}
  egress: [{{matches: [{{name: www.example.com}}]}}]
"
    ));
    let flow = Flow {
        destination: Endpoint::Address("192.0.2.7".parse().expect("an address")),
        ..flow(&world, "client", "server")
    };
    let possible = |world: &World| {
        let events = Evaluator::new(world, Reading::DPV2).possible(&flow);
        let each = events.into_iter();
        each.map(|event| (event.disposition, event.logged, event.policies.len()))
            .collect::<Vec<_>>()
    };
    world.logging.allow = LogAction::ON;
    let deny = Logged::No(Silence::Off);
    let both = [
        (Disposition::Allow, Logged::Yes, 1),
        (Disposition::Deny, deny, 0),
    ];
    assert_eq!(possible(&world), both);
    world.logging.deny = LogAction::ON;
    let both = [
        (Disposition::Allow, Logged::Yes, 1),
        (Disposition::Deny, Logged::Yes, 0),
    ];
    assert_eq!(possible(&world), both);
}
