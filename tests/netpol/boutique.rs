//! Online Boutique under the policies that its authors publish, and the tutorial's lab.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use dplab::model::logging::{ENABLE_DENY_LOGGING, LogAction, LoggingSpec};
use dplab::model::policy::Direction;
use dplab::model::port::{Port, Protocol};
use dplab::netpol::{
    Connection, Disposition, Endpoint, Evaluator, Event, Flow, LogPlace, Logged, Peer, Reading,
    ServicePortRef, Verdict, World, reach,
};

use super::help::{workload, world};

/// Workload, Service port, pod port, and who may come in by the published policies.
const BOUTIQUE: [(&str, i64, i64, &[&str]); 11] = [
    ("adservice", 9555, 9555, &["frontend"]),
    ("cartservice", 7070, 7070, &["checkoutservice", "frontend"]),
    ("checkoutservice", 5050, 5050, &["frontend"]),
    (
        "currencyservice",
        7000,
        7000,
        &["checkoutservice", "frontend"],
    ),
    ("emailservice", 5000, 8080, &["checkoutservice"]),
    ("frontend", 80, 8080, &[]),
    ("paymentservice", 50051, 50051, &["checkoutservice"]),
    (
        "productcatalogservice",
        3550,
        3550,
        &["checkoutservice", "frontend", "recommendationservice"],
    ),
    ("recommendationservice", 8080, 8080, &["frontend"]),
    ("redis-cart", 6379, 6379, &["cartservice"]),
    (
        "shippingservice",
        50051,
        50051,
        &["checkoutservice", "frontend"],
    ),
];

fn application() -> String {
    let mut text = String::new();
    let names = BOUTIQUE.iter().map(|row| row.0).chain(["loadgenerator"]);
    for name in names {
        let _ = write!(
            text,
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  \
             template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec: {{containers: []}}\n---\n"
        );
    }
    for (name, port, target, _) in BOUTIQUE {
        let _ = write!(
            text,
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  selector: \
             {{app: {name}}}\n  ports: [{{port: {port}, targetPort: {target}}}]\n---\n"
        );
    }
    text
}

fn policy(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}}}\n\
         spec: {{{spec}}}\n---\n"
    )
}

fn published() -> String {
    let mut text = policy(
        "deny-all",
        "podSelector: {}, policyTypes: [Ingress, Egress]",
    );
    for (name, _, port, from) in BOUTIQUE {
        let peers: Vec<String> = from
            .iter()
            .map(|from| format!("{{podSelector: {{matchLabels: {{app: {from}}}}}}}"))
            .collect();
        let ingress = match peers.as_slice() {
            [] => "{}".to_owned(),
            peers => format!(
                "{{from: [{}], ports: [{{port: {port}}}]}}",
                peers.join(", ")
            ),
        };
        text += &policy(
            name,
            &format!(
                "podSelector: {{matchLabels: {{app: {name}}}}}, policyTypes: [Ingress, Egress], \
                 ingress: [{ingress}], egress: [{{}}]"
            ),
        );
    }
    text += &policy(
        "loadgenerator",
        "podSelector: {matchLabels: {app: loadgenerator}}, policyTypes: [Egress], egress: [{}]",
    );
    text
}

fn name(peer: &Peer) -> String {
    match peer {
        Peer::Workload { name, .. } => name.clone(),
        Peer::External(_) => "outside".to_owned(),
    }
}

#[test]
fn the_published_policies_give_twenty_six_edges() {
    let world = world(&(application() + &published()));
    assert_eq!(world.policies().len(), 13);
    let reach = reach(&world, Reading::DPV2);
    let mut edges = BTreeSet::new();
    for pair in reach.pairs() {
        if pair.destination.is_external() {
            assert!(pair.passage.allowed.has_all_ports(), "egress is open");
            continue;
        }
        edges.insert((
            name(pair.source),
            name(pair.destination),
            pair.passage.allowed.to_string(),
        ));
    }
    let mut wanted = BTreeSet::new();
    for (to, _, port, from) in BOUTIQUE {
        for from in from {
            wanted.insert(((*from).to_owned(), to.to_owned(), format!("TCP {port}")));
        }
    }
    let others = BOUTIQUE
        .iter()
        .map(|row| row.0)
        .chain(["loadgenerator", "outside"]);
    for other in others.filter(|name| *name != "frontend") {
        let all = "all connections".to_owned();
        wanted.insert((other.to_owned(), "frontend".to_owned(), all));
    }
    assert_eq!(edges, wanted);
    let inside = wanted.iter().filter(|(from, ..)| from != "outside").count();
    assert_eq!(inside, 26);
}

fn flow(world: &World, from: &str, to: &str, port: i64) -> Flow {
    Flow {
        source: workload(world, from),
        destination: workload(world, to),
        connection: Connection::tcp(Port::parse(port).expect("a port")),
    }
}

fn logged(world: &World, flow: &Flow) -> Vec<(Direction, Disposition, Vec<String>)> {
    let events = Evaluator::new(world, Reading::DPV2).predict(flow);
    let names = |event: &Event| {
        let named = event.policies.iter().filter_map(|id| world.policy(*id));
        named.map(|policy| policy.name.clone()).collect()
    };
    let logged = events.iter().filter(|event| event.logged == Logged::Yes);
    logged
        .map(|event| (event.direction, event.disposition, names(event)))
        .collect()
}

#[test]
fn both_ends_log_what_they_judge() {
    let mut world = world(&(application() + &published()));
    world.logging = LoggingSpec {
        allow: LogAction::ON,
        deny: LogAction::ON,
    };
    let (egress, ingress) = (Direction::Egress, Direction::Ingress);
    assert_eq!(
        logged(&world, &flow(&world, "frontend", "cartservice", 7070)),
        [
            (egress, Disposition::Allow, vec!["frontend".to_owned()]),
            (ingress, Disposition::Allow, vec!["cartservice".to_owned()]),
        ]
    );
    assert_eq!(
        logged(&world, &flow(&world, "adservice", "cartservice", 7070)),
        [
            (egress, Disposition::Allow, vec!["adservice".to_owned()]),
            (ingress, Disposition::Deny, vec![]),
        ]
    );
}

#[test]
fn a_service_port_is_not_the_pods_port() {
    let world = world(&(application() + &published()));
    let evaluator = Evaluator::new(&world, Reading::DPV2);
    let ask = |port| {
        let port = ServicePortRef::Number(Port::parse(port).expect("a port"));
        let source = workload(&world, "checkoutservice");
        let service = ("default", "emailservice");
        evaluator.evaluate_service(&source, service, &port, Protocol::Tcp)
    };
    let answer = ask(5000).expect("a port");
    assert_eq!(answer.verdict, Verdict::Allowed);
    assert_eq!(answer.backends[0].0.connection.to_string(), "TCP 8080");
    let error = ask(8080).expect_err("no such port");
    assert_eq!(
        error.to_string(),
        "the Service `emailservice` has no port `8080`: it has TCP 5000"
    );
    let straight = flow(&world, "checkoutservice", "emailservice", 5000);
    assert_eq!(evaluator.evaluate(&straight).verdict, Verdict::Denied);
}

/// The tutorial: a rogue pod, one policy, and five settings of logging.
#[test]
fn the_tutorials_stages_go_as_it_tells() {
    let rogue =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: rogue-1, labels: {run: rogue-1}}\n---\n";
    let mut world = world(&(application() + rogue));
    let cart = policy(
        "redis-cart-allow-from-cartservice",
        "policyTypes: [Ingress], podSelector: {matchLabels: {app: redis-cart}}, \
         ingress: [{from: [{podSelector: {matchLabels: {app: cartservice}}}]}]",
    );
    let cart = super::help::world(&cart).policies()[0].clone();
    let ping = |world: &World| {
        let flow = flow(world, "rogue-1", "redis-cart", 6379);
        let verdict = Evaluator::new(world, Reading::DPV2).evaluate(&flow).verdict;
        (verdict, logged(world, &flow))
    };
    let denied = vec![(Direction::Ingress, Disposition::Deny, Vec::<String>::new())];
    let deny = |deny| LoggingSpec {
        allow: LogAction::OFF,
        deny,
    };

    assert_eq!(ping(&world), (Verdict::Allowed, vec![]), "open");
    world.add_policy(cart);
    assert_eq!(ping(&world), (Verdict::Denied, vec![]), "policy");
    world.logging = deny(LogAction::ON);
    assert_eq!(
        ping(&world),
        (Verdict::Denied, denied.clone()),
        "deny logging"
    );
    world.logging = deny(LogAction::DELEGATED);
    assert_eq!(ping(&world), (Verdict::Denied, vec![]), "delegated");
    world.annotate_namespace("default", ENABLE_DENY_LOGGING, "True");
    assert_eq!(
        ping(&world),
        (Verdict::Denied, vec![]),
        "only `true` will do"
    );
    world.annotate_namespace("default", ENABLE_DENY_LOGGING, "true");
    assert_eq!(ping(&world), (Verdict::Denied, denied), "annotated");

    let control = flow(&world, "cartservice", "redis-cart", 6379);
    let evaluator = Evaluator::new(&world, Reading::DPV2);
    assert_eq!(evaluator.evaluate(&control).verdict, Verdict::Allowed);
}

#[test]
fn the_filter_finds_the_denied_ping() {
    let rogue = "apiVersion: v1\nkind: Pod\nmetadata: {name: rogue-1}\n---\n";
    let mut world = world(&(application() + rogue + &published()));
    world.logging.deny = LogAction::ON;
    let evaluator = Evaluator::new(&world, Reading::DPV2);
    let events = evaluator.predict(&flow(&world, "rogue-1", "redis-cart", 6379));
    assert_eq!(events.len(), 1, "egress is denied first: {events:?}");
    let place = LogPlace {
        project: "your-project".to_owned(),
        location: "us-east1".to_owned(),
        cluster: "your-cluster".to_owned(),
    };
    assert_eq!(
        place.filter_of(&world, &events[0]),
        [
            r#"resource.type="k8s_node""#,
            r#"resource.labels.location="us-east1""#,
            r#"resource.labels.cluster_name="your-cluster""#,
            r#"logName="projects/your-project/logs/policy-action""#,
            r#"jsonPayload.disposition="deny""#,
            r#"jsonPayload.connection.direction="egress""#,
            r#"jsonPayload.src.pod_namespace="default""#,
            r#"jsonPayload.src.pod_name="rogue-1""#,
            r#"jsonPayload.dest.pod_namespace="default""#,
            r#"jsonPayload.dest.pod_name=~"^redis-cart-""#,
            r#"jsonPayload.connection.protocol="tcp""#,
            "jsonPayload.connection.dest_port=6379",
        ]
    );
    assert!(matches!(events[0].source, Endpoint::Workload(_)));
}

#[test]
fn the_published_policies_and_the_least_stand_side_by_side() {
    let published = world(&(application() + &published()));
    let least = super::synth::least_alone(&crate::support::lab::lab("minimal"));
    let (published, least) = (
        reach(&published, Reading::DPV2),
        reach(&least, Reading::DPV2),
    );
    let told = dplab::report::compare::text(&published, &least);
    let (_, summary) = told.split_once("\n\n").expect("a table and a summary");
    assert_eq!(
        summary,
        "pairs in the cluster: 26 now, 16 with least privilege\n\
         workloads that outsiders reach: 1 now, 1 with least privilege\n\
         workloads that reach something outside: 12 now, 5 with least privilege\n\
         workloads whose way out is open: 12 now, 0 with least privilege\n"
    );
    let row = |from: &str, to: &str| {
        let row = told
            .lines()
            .find(|line| line.starts_with(from) && line.contains(to));
        row.expect("a row")
            .split("  ")
            .map(str::trim)
            .filter(|c| !c.is_empty())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        row("default/checkoutservice", "default/emailservice"),
        [
            "default/checkoutservice",
            "default/emailservice",
            "TCP 8080",
            "TCP 8080"
        ]
    );
    assert_eq!(
        row("default/adservice", "default/frontend"),
        [
            "default/adservice",
            "default/frontend",
            "all connections",
            "-"
        ]
    );
}
