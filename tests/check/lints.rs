//! What is probably not meant is found, and what is fine is left alone.

use dplab::check::lint::{Facts, lints};
use dplab::diag::{Code, Severity};
use dplab::netpol::{HostNetwork, Reading};

use crate::netpol::help::world;

const PODS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{ports: [{name: http, containerPort: 8080}]}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: b}
spec: {template: {metadata: {labels: {app: b}}, spec: {containers: []}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: host}
spec: {template: {metadata: {labels: {app: host}}, spec: {hostNetwork: true, containers: []}}}
---
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {selector: {app: a}, ports: [{port: 80, targetPort: 8080}]}
---
";

fn codes(rest: &str) -> Vec<Code> {
    let world = world(&format!("{PODS}{rest}"));
    let facts = Facts {
        pods: vec!["10.4.0.0/14".parse().expect("a block")],
        services: vec!["10.8.0.0/20".parse().expect("a block")],
        ..Facts::of_manifests(&world, Reading::DPV2)
    };
    let found = lints(&facts).into_iter().map(|finding| finding.code);
    found
        .filter(|code| *code != Code::UnprotectedWorkload)
        .collect()
}

/// A closed pod may perhaps reach its own node, and so pods on it: that is no open connection.
#[test]
fn pods_on_their_nodes_network_neither_look_names_up_nor_are_reached_by_the_closed() {
    let policy = policy("", "podSelector: {}, policyTypes: [Egress]");
    let world = world(&format!("{PODS}{policy}"));
    for host_network in [HostNetwork::Node, HostNetwork::Pod] {
        let reading = Reading {
            host_network,
            ..Reading::DPV2
        };
        let found = lints(&Facts::of_manifests(&world, reading)).into_iter();
        let dns = found.filter(|finding| finding.code == Code::EgressWithoutDns);
        let told: Vec<(Severity, String)> = dns.map(|one| (one.severity, one.message)).collect();
        let words = "`a` and `b` may open no connections, and not look names up either";
        assert_eq!(
            told,
            [(Severity::Info, words.to_owned())],
            "{host_network:?}"
        );
    }
}

#[test]
fn manifests_of_a_running_cluster_say_where_services_are() {
    let block = |services: &str, cidr: &str| {
        let policy = policy(
            "",
            &format!(
                "podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: {cidr}}}}}]}}]"
            ),
        );
        let world = world(&format!("{services}---\n{policy}"));
        let found = lints(&Facts::of_manifests(&world, Reading::DPV2)).into_iter();
        let mine = found.filter(|finding| finding.code == Code::BlockOfServices);
        mine.map(|finding| finding.message).collect::<Vec<String>>()
    };
    let service = |address: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{{address}, ports: [{{port: 80}}]}}\n"
        )
    };
    let both = service("clusterIP: 10.8.0.9, clusterIPs: [10.8.0.9, \"fd00::9\"]");
    let told = |cidr: &str| {
        [format!(
            "`{cidr}` in egress rule 1 of `p` has addresses of Services"
        )]
    };
    assert_eq!(block(&both, "10.8.0.0/20"), told("10.8.0.0/20"));
    assert_eq!(block(&both, "fd00::/64"), told("fd00::/64"));
    assert_eq!(block(&both, "10.9.0.0/20"), [""; 0]);
    assert_eq!(block(&service("clusterIP: None"), "10.8.0.0/20"), [""; 0]);
    assert_eq!(block(&service("type: ClusterIP"), "10.8.0.0/20"), [""; 0]);
}

fn policy(annotation: &str, spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\n  \
         annotations: {{{annotation}}}\nspec: {{{spec}}}\n"
    )
}

#[test]
fn each_kind_is_found() {
    let a = "podSelector: {matchLabels: {app: a}}";
    let from_b = "from: [{podSelector: {matchLabels: {app: b}}}]";
    let logging = "\"policy.network.gke.io/enable-logging\": \"true\"";
    let rows = [
        (
            "",
            "podSelector: {matchLabels: {app: x}}, policyTypes: [Ingress]".to_owned(),
            vec![Code::SelectsNothing],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{from: [{{podSelector: {{matchLabels: {{app: x}}}}}}]}}]"
            ),
            vec![Code::PeerSelectsNothing],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Egress], ingress: [{{{from_b}}}], egress: [{{ports: [{{protocol: UDP, port: 53}}, {{protocol: TCP, port: 53}}]}}]"
            ),
            vec![Code::RulesWithoutType],
        ),
        (
            "",
            format!("{a}, ingress: [{{{from_b}}}]"),
            vec![Code::TypesOmitted],
        ),
        (
            "",
            format!("{a}, policyTypes: [Ingress], ingress: [{{{from_b}}}, {{{from_b}}}]"),
            vec![Code::RedundantRule, Code::RedundantRule],
        ),
        (
            "",
            format!("{a}, policyTypes: [Ingress], ingress: [{{}}]"),
            vec![Code::VacuousPolicy],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{from: [{{ipBlock: {{cidr: 10.4.0.0/16}}}}]}}]"
            ),
            vec![Code::BlockOfPods],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{from: [{{ipBlock: {{cidr: 10.8.0.0/24}}}}]}}]"
            ),
            vec![Code::BlockOfServices],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{{from_b}, ports: [{{protocol: TCP, port: grpc}}]}}]"
            ),
            vec![Code::UnresolvedPortName],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{{from_b}, ports: [{{protocol: TCP, port: http}}]}}]"
            ),
            vec![],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{{from_b}, ports: [{{protocol: TCP, port: 80}}]}}]"
            ),
            vec![Code::ServicePort],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{{from_b}, ports: [{{port: 8080}}]}}]"
            ),
            vec![Code::ProtocolOmitted],
        ),
        (
            "",
            "podSelector: {}, policyTypes: [Ingress]".to_owned(),
            vec![Code::HostNetworkPod],
        ),
        (
            "",
            format!("{a}, policyTypes: [Egress]"),
            vec![Code::EgressWithoutDns],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Egress], egress: [{{ports: [{{protocol: UDP, port: 53}}]}}]"
            ),
            vec![Code::EgressWithoutDns],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Egress], egress: [{{to: [{{namespaceSelector: {{}}}}], ports: [{{protocol: UDP, port: 53}}, {{protocol: TCP, port: 53}}]}}, {{to: [{{ipBlock: {{cidr: 169.254.0.0/16}}}}], ports: [{{protocol: UDP, port: 53}}, {{protocol: TCP, port: 53}}]}}]"
            ),
            vec![],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: 192.0.2.0/24}}}}], ports: [{{protocol: TCP, port: https}}]}}]"
            ),
            vec![Code::UnresolvedPortName, Code::EgressWithoutDns],
        ),
        (
            logging,
            format!("{a}, policyTypes: [Ingress], ingress: [{{{from_b}}}]"),
            vec![Code::IneffectiveLogging],
        ),
        (
            logging,
            format!("{a}, policyTypes: [Ingress]"),
            vec![Code::IneffectiveLogging, Code::LoggingNeverMatches],
        ),
    ];
    for (annotation, spec, wanted) in rows {
        assert_eq!(codes(&policy(annotation, &spec)), wanted, "{spec}");
    }
}

#[test]
fn who_is_on_a_node_is_no_peer_and_has_no_port_names() {
    let host = "{podSelector: {matchLabels: {app: host}}}";
    let from = format!(
        "podSelector: {{matchLabels: {{app: a}}}}, policyTypes: [Ingress], ingress: [{{from: [{host}]}}]"
    );
    assert_eq!(codes(&policy("", &from)), [Code::PeerSelectsNothing]);
    let names = "podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [b]}]}, \
                 policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: b}}}], \
                 ports: [{protocol: TCP, port: http}]}]";
    assert_eq!(codes(&policy("", names)), [Code::HostNetworkPod]);
}

/// A rule for monitoring means the pods that have the port, and no others.
#[test]
fn that_some_pods_lack_a_port_name_is_only_worth_knowing() {
    let spec = "podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{protocol: TCP, port: http}]}]";
    let world = world(&format!("{PODS}{}", policy("", spec)));
    let found = lints(&Facts::of_manifests(&world, Reading::DPV2)).into_iter();
    let names = found.filter(|finding| finding.code == Code::UnresolvedPortName);
    let severities: Vec<Severity> = names.map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Info]);
}

#[test]
fn a_service_of_others_with_the_same_number_hides_no_port_of_a_service() {
    let other = "apiVersion: v1\nkind: Service\nmetadata: {name: 0-b}\n\
                 spec: {selector: {app: b}, ports: [{port: 80, targetPort: 9090}]}\n---\n";
    let spec = "podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress], \
                ingress: [{from: [{podSelector: {matchLabels: {app: b}}}], \
                ports: [{protocol: TCP, port: 80}]}]";
    let found = codes(&format!("{other}{}", policy("", spec)));
    assert_eq!(found, [Code::ServicePort]);
}

#[test]
fn annotations_count_where_they_belong_and_are_delegated() {
    let logging = "apiVersion: networking.gke.io/v1alpha1\nkind: NetworkLogging\n\
                   metadata: {name: default}\nspec: {cluster: {deny: {log: true, delegate: true}}}\n---\n";
    let namespace = |annotations: &str| {
        format!(
            "{logging}apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n  annotations: {{{annotations}}}\n"
        )
    };
    let good = "policy.network.gke.io/enable-deny-logging: \"true\"";
    assert_eq!(codes(&namespace(good)), []);
    let wrong = [Code::IneffectiveLogging];
    assert_eq!(
        codes(&namespace(
            "policy.network.gke.io/enable-deny-logging: \"yes\""
        )),
        wrong
    );
    assert_eq!(
        codes(&namespace("policy.network.gke.io/enable-logging: \"true\"")),
        wrong
    );
    assert_eq!(
        codes(&namespace(good).replace("delegate: true", "delegate: false")),
        wrong
    );
}
