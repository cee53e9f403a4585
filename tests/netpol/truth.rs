//! What absent and empty mean, row by row.

use dplab::model::port::{Port, Protocol};
use dplab::netpol::{Connection, Endpoint, Evaluator, Flow, NodePlace, Reading, Verdict, World};

use super::help::{workload, world};

/// The pod `me` in namespace `x` under one policy, and everybody it may talk to.
fn scene(spec: &str) -> World {
    let pods = [
        ("x", "me", "me"),
        ("x", "friend", "b"),
        ("y", "ab", "b"),
        ("y", "other", "c"),
        ("z", "far", "c"),
    ];
    let mut text = String::from(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: y, labels: {ns: y}}\n---\n",
    );
    for (namespace, name, label) in pods {
        text.push_str(&format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}, \
             labels: {{a: {label}}}}}\n---\n"
        ));
    }
    let spec = match spec {
        "{}" => "podSelector: {matchLabels: {a: me}}".to_owned(),
        rest => format!("podSelector: {{matchLabels: {{a: me}}}}, {rest}"),
    };
    text.push_str(&format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n\
         metadata: {{name: p, namespace: x}}\nspec: {{{spec}}}\n"
    ));
    world(&text)
}

fn tcp(port: i64) -> Connection {
    Connection::tcp(Port::parse(port).expect("a port"))
}

fn udp(port: i64) -> Connection {
    Connection::Port(Protocol::Udp, Port::parse(port).expect("a port"))
}

fn outside() -> Endpoint {
    Endpoint::Address([203, 0, 113, 7].into())
}

/// Who gets in to `me`, of everybody, in a fixed order: friend, ab, other, far, outside, node.
fn gets_in(world: &World, reading: Reading, connection: Connection) -> String {
    letters(
        world,
        |end| Flow {
            source: end,
            destination: workload(world, "me"),
            connection,
        },
        reading,
    )
}

fn gets_out(world: &World, reading: Reading, connection: Connection) -> String {
    letters(
        world,
        |end| Flow {
            source: workload(world, "me"),
            destination: end,
            connection,
        },
        reading,
    )
}

fn letters(world: &World, flow: impl Fn(Endpoint) -> Flow, reading: Reading) -> String {
    let evaluator = Evaluator::new(world, reading);
    let pods = ["friend", "ab", "other", "far"].map(|name| workload(world, name));
    let ends = pods
        .into_iter()
        .chain([outside(), Endpoint::Node(NodePlace::Remote)]);
    let names = ['f', 'a', 'o', 'z', 'E', 'N'];
    names
        .into_iter()
        .zip(ends)
        .filter(|(_, end)| evaluator.evaluate(&flow(end.clone())).by_policy == Verdict::Allowed)
        .map(|(name, _)| name)
        .collect()
}

const ALL: &str = "faozEN";

#[test]
fn absent_and_empty_mean_what_the_api_says() {
    let rows = [
        ("{}", "", ALL),
        ("policyTypes: [Ingress]", "", ALL),
        ("policyTypes: [Egress]", ALL, ""),
        ("policyTypes: [Ingress, Egress]", "", ""),
        ("policyTypes: []", "", ALL),
        ("egress: []", "", ALL),
        ("egress: [{}]", "", ALL),
        ("policyTypes: [Egress], egress: [{}]", ALL, ALL),
        ("ingress: [{}]", ALL, ALL),
        ("ingress: [{from: []}]", ALL, ALL),
        ("ingress: [{from: null}]", ALL, ALL),
        ("ingress: [{from: [{podSelector: {}}]}]", "f", ALL),
        ("ingress: [{from: [{namespaceSelector: {}}]}]", "faoz", ALL),
        (
            "ingress: [{from: [{podSelector: {}}, {namespaceSelector: {matchLabels: {ns: y}}}]}]",
            "fao",
            ALL,
        ),
        (
            "ingress: [{from: [{podSelector: {matchLabels: {a: b}}, \
             namespaceSelector: {matchLabels: {ns: y}}}]}]",
            "a",
            ALL,
        ),
        (
            "ingress: [{from: [{podSelector: {}, namespaceSelector: null}]}]",
            "f",
            ALL,
        ),
        ("ingress: [{ports: []}]", ALL, ALL),
        ("egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", "", "E"),
    ];
    for (spec, inward, outward) in rows {
        let world = scene(spec);
        assert_eq!(
            gets_in(&world, Reading::DPV2, tcp(80)),
            inward,
            "in: {spec}"
        );
        assert_eq!(
            gets_out(&world, Reading::DPV2, tcp(80)),
            outward,
            "out: {spec}"
        );
    }
}

#[test]
fn a_port_without_protocol_is_tcp() {
    let rows = [
        ("ingress: [{ports: []}]", tcp(7), true),
        ("ingress: [{ports: []}]", Connection::Icmp, true),
        ("ingress: [{ports: [{}]}]", tcp(7), true),
        ("ingress: [{ports: [{}]}]", udp(7), false),
        ("ingress: [{ports: [{}]}]", Connection::Icmp, false),
        ("ingress: [{ports: [{protocol: UDP}]}]", udp(7), true),
        ("ingress: [{ports: [{protocol: UDP}]}]", tcp(7), false),
        (
            "ingress: [{ports: [{port: 80, endPort: 82}]}]",
            tcp(79),
            false,
        ),
        (
            "ingress: [{ports: [{port: 80, endPort: 82}]}]",
            tcp(80),
            true,
        ),
        (
            "ingress: [{ports: [{port: 80, endPort: 82}]}]",
            tcp(82),
            true,
        ),
        (
            "ingress: [{ports: [{port: 80, endPort: 82}]}]",
            tcp(83),
            false,
        ),
        (
            "ingress: [{ports: [{port: 80, endPort: 82}]}]",
            udp(81),
            false,
        ),
    ];
    for (spec, connection, passes) in rows {
        let got = gets_in(&scene(spec), Reading::DPV2, connection);
        assert_eq!(got, if passes { ALL } else { "" }, "{spec} {connection}");
    }
}

#[test]
fn rules_of_an_unnamed_direction_count_on_dataplane_v2_only() {
    let world =
        scene("policyTypes: [Egress], ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]");
    assert_eq!(gets_in(&world, Reading::STRICT, tcp(80)), ALL);
    assert_eq!(gets_in(&world, Reading::DPV2, tcp(80)), "f");
    assert_eq!(gets_out(&world, Reading::STRICT, tcp(80)), "");
    assert_eq!(gets_out(&world, Reading::DPV2, tcp(80)), "");
}

#[test]
fn the_own_node_and_the_pod_itself_always_get_through() {
    let world = scene("policyTypes: [Ingress, Egress]");
    let evaluator = Evaluator::new(&world, Reading::DPV2);
    let me = workload(&world, "me");
    let flow = |source: &Endpoint, destination: &Endpoint| Flow {
        source: source.clone(),
        destination: destination.clone(),
        connection: tcp(80),
    };
    let verdict = |source: &Endpoint, destination: &Endpoint| {
        evaluator.evaluate(&flow(source, destination)).verdict
    };
    let node = Endpoint::Node;
    assert_eq!(verdict(&me, &me), Verdict::Allowed);
    assert_eq!(verdict(&node(NodePlace::Local), &me), Verdict::Allowed);
    assert_eq!(verdict(&node(NodePlace::Remote), &me), Verdict::Denied);
    let unknown = verdict(&node(NodePlace::Unknown), &me);
    assert!(matches!(unknown, Verdict::Unknown(_)));
    assert_eq!(
        evaluator.predict(&flow(&me, &me)),
        [],
        "a hairpin makes no event"
    );
}

#[test]
fn an_excepted_address_may_be_allowed_by_another_rule() {
    let world = scene(
        "policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24, except: \
         [203.0.113.0/28]}}]}, {to: [{ipBlock: {cidr: 203.0.113.7/32}}]}]",
    );
    let out = |last: u8| {
        let flow = Flow {
            source: workload(&world, "me"),
            destination: Endpoint::Address([203, 0, 113, last].into()),
            connection: tcp(443),
        };
        dplab::netpol::evaluate(&world, Reading::DPV2, &flow).verdict
    };
    assert_eq!(out(6), Verdict::Denied);
    assert_eq!(out(7), Verdict::Allowed);
    assert_eq!(out(100), Verdict::Allowed);
}

#[test]
fn the_reason_names_policy_rule_and_place() {
    let world = scene("ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]");
    let evaluator = Evaluator::new(&world, Reading::DPV2);
    let flow = |name: &str, port| Flow {
        source: workload(&world, name),
        destination: workload(&world, "me"),
        connection: tcp(port),
    };
    let allowed = evaluator.evaluate(&flow("friend", 80));
    let side = allowed.ingress.expect("ingress");
    assert_eq!((side.allowing.len(), side.allowing[0].number), (1, 1));
    assert!(side.allowing[0].span.is_some());
    let denied = evaluator.evaluate(&flow("far", 81));
    let side = denied.denied_at().expect("a side");
    assert_eq!(side.isolating.len(), 1);
    assert_eq!(side.missed[0].1, dplab::netpol::Miss::PeerAndPort);
    assert_eq!(denied.egress.expect("egress").isolating, []);
}

#[test]
fn sctp_is_unknown_on_dataplane_v2() {
    let world = scene("ingress: [{}]");
    let flow = Flow {
        source: workload(&world, "friend"),
        destination: workload(&world, "me"),
        connection: Connection::Port(Protocol::Sctp, Port::MIN),
    };
    let verdict = |reading| dplab::netpol::evaluate(&world, reading, &flow).verdict;
    assert!(matches!(verdict(Reading::DPV2), Verdict::Unknown(_)));
    assert_eq!(verdict(Reading::STRICT), Verdict::Allowed);
}
