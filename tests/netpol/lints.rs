//! What is probably not meant is found, and what is fine is left alone.

use dplab::netpol::Reading;
use dplab::netpol::lint::{ClusterRanges, LintKind, lint};

use super::help::world;

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

fn kinds(rest: &str) -> Vec<LintKind> {
    let world = world(&format!("{PODS}{rest}"));
    let ranges = ClusterRanges {
        pods: vec!["10.4.0.0/14".parse().expect("a block")],
        services: vec!["10.8.0.0/20".parse().expect("a block")],
    };
    let found = lint(&world, Reading::DPV2, &ranges);
    assert!(found.iter().all(|lint| !lint.message.is_empty()));
    let kinds = found.iter().map(|lint| lint.kind);
    kinds
        .filter(|kind| *kind != LintKind::Unprotected)
        .collect()
}

fn policy(annotation: &str, spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\n  \
         annotations: {{{annotation}}}\nspec: {{{spec}}}\n"
    )
}

#[test]
fn each_kind_is_found() {
    use LintKind::{
        AnnotationWithoutEffect, BlockHoldsPods, BlockHoldsServices, HostNetworkSelected,
        NeverLogged, NoDns, PeerMatchesNothing, PolicyTypesOmitted, PortName, ProtocolOmitted,
        RedundantRule, SelectsNoPod, ServicePort, UnnamedDirection, VacuousPolicy,
    };
    let a = "podSelector: {matchLabels: {app: a}}";
    let from_b = "from: [{podSelector: {matchLabels: {app: b}}}]";
    let logging = "\"policy.network.gke.io/enable-logging\": \"true\"";
    let rows = [
        (
            "",
            "podSelector: {matchLabels: {app: x}}, policyTypes: [Ingress]".to_owned(),
            vec![SelectsNoPod],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{from: [{{podSelector: {{matchLabels: {{app: x}}}}}}]}}]"
            ),
            vec![PeerMatchesNothing, RedundantRule],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Egress], ingress: [{{{from_b}}}], egress: [{{ports: [{{protocol: UDP, port: 53}}, {{protocol: TCP, port: 53}}]}}]"
            ),
            vec![UnnamedDirection],
        ),
        (
            "",
            format!("{a}, ingress: [{{{from_b}}}]"),
            vec![PolicyTypesOmitted],
        ),
        (
            "",
            format!("{a}, policyTypes: [Ingress], ingress: [{{{from_b}}}, {{{from_b}}}]"),
            vec![RedundantRule, RedundantRule],
        ),
        (
            "",
            format!("{a}, policyTypes: [Ingress], ingress: [{{}}]"),
            vec![VacuousPolicy],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{from: [{{ipBlock: {{cidr: 10.4.0.0/16}}}}]}}]"
            ),
            vec![BlockHoldsPods],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{from: [{{ipBlock: {{cidr: 10.8.0.0/24}}}}]}}]"
            ),
            vec![BlockHoldsServices],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{{from_b}, ports: [{{protocol: TCP, port: grpc}}]}}]"
            ),
            vec![RedundantRule, PortName],
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
            vec![ServicePort],
        ),
        (
            "",
            format!(
                "{a}, policyTypes: [Ingress], ingress: [{{{from_b}, ports: [{{port: 8080}}]}}]"
            ),
            vec![ProtocolOmitted],
        ),
        (
            "",
            "podSelector: {}, policyTypes: [Ingress]".to_owned(),
            vec![HostNetworkSelected],
        ),
        ("", format!("{a}, policyTypes: [Egress]"), vec![NoDns]),
        (
            "",
            format!(
                "{a}, policyTypes: [Egress], egress: [{{ports: [{{protocol: UDP, port: 53}}]}}]"
            ),
            vec![NoDns],
        ),
        (
            logging,
            format!("{a}, policyTypes: [Ingress], ingress: [{{{from_b}}}]"),
            vec![AnnotationWithoutEffect],
        ),
        (
            logging,
            format!("{a}, policyTypes: [Ingress]"),
            vec![AnnotationWithoutEffect, NeverLogged],
        ),
    ];
    for (annotation, spec, wanted) in rows {
        assert_eq!(kinds(&policy(annotation, &spec)), wanted, "{spec}");
    }
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
    assert_eq!(kinds(&namespace(good)), []);
    let wrong = [LintKind::AnnotationWithoutEffect];
    assert_eq!(
        kinds(&namespace(
            "policy.network.gke.io/enable-deny-logging: \"yes\""
        )),
        wrong
    );
    assert_eq!(
        kinds(&namespace("policy.network.gke.io/enable-logging: \"true\"")),
        wrong
    );
    assert_eq!(
        kinds(&namespace(good).replace("delegate: true", "delegate: false")),
        wrong
    );
}
