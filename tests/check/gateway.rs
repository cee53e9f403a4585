//! Gateways, routes and grants: names that must agree, and what they want of the cluster.

use super::refused::{each, fine};

/// A Gateway, a route and a Service behind it, with a line in each place taken out or changed.
fn lab(changes: &[(&str, &str)]) -> String {
    let mut text = "\
app:
  namespace: web
  namespaces: [{name: edge, labels: {team: edge}}, {name: data}]
  workloads:
    - name: web
      image: a
      services: [{ports: [{port: 80, targetPort: 8080}]}]
    - name: store
      namespace: data
      image: a
      services: [{ports: [{port: 5432}]}]
  gateways:
    - name: shop
      spec:
        gatewayClassName: gke-l7-global-external-managed
        listeners: [{name: http, port: 80, protocol: HTTP}]
  httpRoutes:
    - name: shop
      spec:
        parentRefs: [{name: shop}]
        rules: [{backendRefs: [{name: web, port: 80}]}]
"
    .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

/// What is changed, where the one finding stands, and words of it.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

/// Each case changes something and gives one finding on the line that holds the mark, or none.
fn refused(cases: &[Case<'_>]) {
    let texts: Vec<String> = cases.iter().map(|(changes, ..)| lab(changes)).collect();
    let cases: Vec<(&str, &str, &str)> = texts
        .iter()
        .zip(cases)
        .map(|(text, (_, place, words))| (text.as_str(), *place, *words))
        .collect();
    each(&cases);
}

const CLASS: &str = "gke-l7-global-external-managed";
const LISTENER: &str = "{name: http, port: 80, protocol: HTTP}";
const PARENT: &str = "{name: shop}]\n        rules";
const BACKEND: &str = "{name: web, port: 80}";

#[test]
fn a_lab_with_a_gateway_is_fine() {
    let texts = [
        lab(&[]),
        lab(&[(CLASS, "gke-l7-rilb")]),
        lab(&[(
            LISTENER,
            "{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}",
        )]),
        lab(&[
            (
                "- name: shop\n      spec:\n        gateway",
                "- name: shop\n      annotations: {networking.gke.io/certmap: m}\n      spec:\n        gateway",
            ),
            (LISTENER, "{name: a, port: 443, protocol: HTTPS}"),
        ]),
        lab(&[
            (
                LISTENER,
                "{name: a, port: 80, protocol: HTTP, hostname: \"*.example.com\"}, {name: b, port: 80, protocol: HTTP, hostname: example.org}",
            ),
            (
                PARENT,
                "{name: shop, sectionName: a, port: 80}]\n        hostnames: [a.example.com]\n        rules",
            ),
        ]),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    fine(&texts);
}

#[test]
fn classes_are_gkes() {
    refused(&[
        (
            &[(CLASS, "gke-l7-ribl")],
            "unknown-name 15:27",
            "`gke-l7-ribl`",
        ),
        (&[(CLASS, "nginx")], "unknown-name 15:27", "GatewayClass"),
        (&[(CLASS, "gke-l7-rilb-mc")], "needs 15:27", "fleet"),
        (
            &[(CLASS, "gke-l7-cross-regional-internal-managed-mc")],
            "needs 15:27",
            "fleet",
        ),
    ]);
}

#[test]
fn listeners_make_sense() {
    refused(&[
        (
            &[(LISTENER, "{name: a, port: 0, protocol: HTTP}")],
            "bad-value 16:37",
            "0",
        ),
        (
            &[(LISTENER, "{name: a, port: 80, protocol: TCP}")],
            "bad-value 16:51",
            "TCP",
        ),
        (
            &[(
                LISTENER,
                "{name: a, port: 80, protocol: HTTP, hostname: A.example}",
            )],
            "bad-value 16:67",
            "host name",
        ),
        (
            &[(LISTENER, "{name: a, port: 443, protocol: HTTPS}")],
            "needs 16:52",
            "certificate",
        ),
        (
            &[(
                LISTENER,
                "{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough, certificateRefs: [{name: c}]}}",
            )],
            "bad-value 16:71",
            "Passthrough",
        ),
        (
            &[(
                LISTENER,
                "{name: a, port: 80, protocol: HTTP}, {name: a, port: 81, protocol: HTTP}",
            )],
            "duplicate-name 16:65",
            "`a`",
        ),
        (
            &[(
                LISTENER,
                "{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}",
            )],
            "duplicate-name 16:74",
            "port 80",
        ),
        (
            &[(
                LISTENER,
                "{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector}}}",
            )],
            "needs 16:92",
            "selector",
        ),
        (
            &[(
                LISTENER,
                "{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {selector: {matchLabels: {a: b}}}}}",
            )],
            "excluded 16:96",
            "from: Selector",
        ),
        (&[(LISTENER, "")], "bad-value 16:20", "empty"),
    ]);
}

#[test]
fn parents_are_there() {
    refused(&[
        (
            &[(PARENT, "{name: shp}]\n        rules")],
            "unknown-name 20:29",
            "no Gateway `shp`",
        ),
        (
            &[(PARENT, "{name: shop, namespace: edge}]\n        rules")],
            "unknown-name 20:29",
            "in the namespace `edge`",
        ),
        (
            &[(PARENT, "{name: shop, sectionName: htp}]\n        rules")],
            "unknown-name 20:48",
            "no listener `htp`",
        ),
        (
            &[(PARENT, "{name: shop, port: 81}]\n        rules")],
            "unknown-name 20:41",
            "no listener on port 81",
        ),
        (
            &[(
                PARENT,
                "{name: shop, kind: Service, group: \"\"}]\n        rules",
            )],
            "bad-value 20:41",
            "Gateways only",
        ),
        (
            &[(PARENT, "]\n        rules"), ("[]", "[]")],
            "bad-value 20:21",
            "empty",
        ),
    ]);
}

#[test]
fn listeners_let_routes_in() {
    let edge = (
        "- name: shop\n      spec:\n        gateway",
        "- name: shop\n      namespace: edge\n      spec:\n        gateway",
    );
    let parent = (PARENT, "{name: shop, namespace: edge}]\n        rules");
    let from =
        |words: &str| format!("{{name: a, port: 80, protocol: HTTP, allowedRoutes: {words}}}");
    let all = from("{namespaces: {from: All}}");
    let mine = from(
        "{namespaces: {from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: web}}}}",
    );
    let team = from("{namespaces: {from: Selector, selector: {matchLabels: {team: edge}}}}");
    let grpc = from("{namespaces: {from: All}, kinds: [{kind: GRPCRoute}]}");
    let texts = [
        lab(&[edge, parent, (LISTENER, &all)]),
        lab(&[edge, parent, (LISTENER, &mine)]),
    ];
    fine(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    refused(&[
        (
            &[edge, parent],
            "needs 21:29",
            "takes no HTTPRoute of the namespace `web`",
        ),
        (
            &[edge, parent, (LISTENER, &team)],
            "needs 21:29",
            "takes no HTTPRoute",
        ),
        (
            &[edge, parent, (LISTENER, &grpc)],
            "needs 21:29",
            "takes no HTTPRoute",
        ),
        (
            &[
                (
                    LISTENER,
                    "{name: a, port: 80, protocol: HTTP, hostname: example.com}",
                ),
                (
                    PARENT,
                    "{name: shop}]\n        hostnames: [example.org]\n        rules",
                ),
            ],
            "excluded 21:21",
            "answers for",
        ),
    ]);
}

#[test]
fn backends_are_there() {
    refused(&[
        (
            &[(BACKEND, "{name: wep, port: 80}")],
            "unknown-name 21:39",
            "no Service `wep`",
        ),
        (
            &[(BACKEND, "{name: web, port: 8080}")],
            "unknown-name 21:50",
            "no port 8080",
        ),
        (
            &[(BACKEND, "{name: web}")],
            "needs 21:39",
            "the port of the Service `web`",
        ),
        (
            &[(BACKEND, "{name: store, port: 5432}")],
            "unknown-name 21:39",
            "in the namespace `web`",
        ),
        (
            &[(BACKEND, "{name: store, namespace: data, port: 5432}")],
            "needs 21:57",
            "may not be named from `web`",
        ),
        (
            &[(
                BACKEND,
                "{name: web, kind: ServiceImport, group: net.gke.io, port: 80}",
            )],
            "needs 21:50",
            "fleet",
        ),
        (
            &[(
                "rules: [{",
                "rules: [{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: copy, port: 80}}}], ",
            )],
            "unknown-name 21:85",
            "no Service `copy`",
        ),
    ]);
}

#[test]
fn grants_let_others_name() {
    let there = (BACKEND, "{name: store, namespace: data, port: 5432}");
    let grant = |namespace: &str, from: &str, to: &str| {
        let text = format!(
            "  referenceGrants:\n    - name: g\n      namespace: {namespace}\n      spec: {{from: [{from}], to: [{to}]}}\n  httpRoutes:"
        );
        lab(&[there, ("  httpRoutes:", &text)])
    };
    let from = "{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web}";
    let texts = [
        grant("data", from, "{group: \"\", kind: Service}"),
        grant("data", from, "{group: \"\", kind: Service, name: store}"),
    ];
    fine(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let words = "may not be named";
    let texts = [
        grant("web", from, "{group: \"\", kind: Service}"),
        grant("data", from, "{group: \"\", kind: Service, name: other}"),
        grant("data", from, "{group: \"\", kind: Secret}"),
        grant(
            "data",
            "{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge}",
            "{group: \"\", kind: Service}",
        ),
    ];
    each(
        &texts
            .each_ref()
            .map(|text| (text.as_str(), "needs 25:57", words)),
    );
    let secret = "{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c, namespace: data}]}}";
    refused(&[(&[(LISTENER, secret)], "needs 16:104", "the Secret `c`")]);
}

#[test]
fn names_are_given_once() {
    let twice = "    - name: shop\n      spec: {gatewayClassName: gke-l7-rilb, listeners: [{name: a, port: 80, protocol: HTTP}]}\n  httpRoutes:";
    refused(&[(
        &[("  httpRoutes:", twice)],
        "duplicate-name 17:13",
        "a Gateway already",
    )]);
}

#[test]
fn the_cluster_serves_what_the_lab_needs() {
    let with =
        |cluster: &str, changes: &[(&str, &str)]| format!("{}cluster: {cluster}\n", lab(changes));
    let texts = [
        with("{gatewayApi: false}", &[]),
        with("{gatewayApi: false, mode: autopilot}", &[]),
        with("{version: 1.29.2}", &[]),
    ];
    each(&[
        (&texts[0], "excluded 22:23", "needs the Gateway API"),
        (&texts[1], "excluded 22:23", "needs the Gateway API"),
        (&texts[2], "version-too-old 13:7", "1.29.3"),
        (
            "cluster: {gatewayApi: false, mode: autopilot}",
            "excluded 1:23",
            "always serves",
        ),
        (
            "cluster: {gatewayApi: true, version: '1.28'}",
            "version-too-old 1:23",
            "1.29.3",
        ),
    ]);
    let one = with("{version: 1.29.3-gke.1}", &[]);
    fine(&[
        &one,
        "cluster: {gatewayApi: false}",
        "cluster: {gatewayApi: true, mode: autopilot}",
    ]);
}

#[test]
fn regional_load_balancers_want_a_proxy_only_subnet() {
    let regional = (CLASS, "gke-l7-regional-external-managed");
    let with = |network: &str| format!("{}cluster: {{network: {network}}}\n", lab(&[regional]));
    let existing = "existing: true, name: net, subnet: {name: sub}";
    let texts = [
        with("{proxySubnet: {range: 10.9.0.0/27}}"),
        with("{proxySubnet: {range: 10.0.0.0/23}}"),
        with("{proxySubnet: {range: 10.9.0.1/26}}"),
        with("{subnet: {name: a}, proxySubnet: {name: a}}"),
        with(&format!("{{{existing}}}")),
        with(&format!(
            "{{{existing}, proxySubnet: {{name: p, range: 10.9.0.0/26}}}}"
        )),
        with(&format!(
            "{{{existing}, proxySubnet: {{range: 10.9.0.0/27}}}}"
        )),
    ];
    each(&[
        (&texts[0], "range-too-small 22:42", "10.9.0.0/27"),
        (&texts[1], "ranges-overlap 22:42", "proxySubnet"),
        (&texts[2], "bad-range 22:42", "inside its block"),
        (&texts[3], "duplicate-name 22:60", "nodes' subnet"),
        (&texts[4], "needs 22:31", "proxy-only subnet must be known"),
        (&texts[5], "excluded 22:89", "needs no name"),
        (&texts[6], "range-too-small 22:90", "10.9.0.0/27"),
    ]);
    fine(&[
        &with("{proxySubnet: {range: 10.9.0.0/26}}"),
        // The usual range gives way to what is written.
        &with("{subnet: {range: 10.0.0.0/16}, services: {range: 10.1.0.0/20}}"),
        &with(&format!(
            "{{{existing}, proxySubnet: {{range: 10.9.0.0/26}}}}"
        )),
        // Nothing regional is there, so nothing is wanted.
        &format!("cluster: {{network: {{{existing}}}}}"),
    ]);
}

#[test]
fn an_ingress_of_the_region_wants_one_too() {
    let ingress = |class: &str| {
        format!(
            "app:\n  ingresses:\n    - name: i\n      annotations: {{kubernetes.io/ingress.class: {class}}}\n      spec: {{}}\ncluster: {{network: {{existing: true, name: net, subnet: {{name: sub}}}}}}\n"
        )
    };
    let texts = ["gce-internal", "gce-regional-external"].map(ingress);
    each(
        &texts
            .each_ref()
            .map(|text| (text.as_str(), "needs 6:31", "proxy-only subnet")),
    );
    let others = ["gce", "nginx"].map(ingress);
    fine(&others.each_ref().map(String::as_str));
}

#[test]
fn carried_objects_count_as_well() {
    let carried = "app:\n  objects:\n    - {apiVersion: gateway.networking.k8s.io/v1beta1, kind: Gateway, metadata: {name: g}, spec: {gatewayClassName: gke-l7-rilb}}\n";
    let cluster = "cluster: {gatewayApi: false, network: {proxySubnet: {range: 10.9.0.0/26}}}\n";
    each(&[(
        &format!("{carried}{cluster}"),
        "excluded 4:23",
        "Gateway API",
    )]);
    let route =
        "  httpRoutes:\n    - {name: r, spec: {parentRefs: [{name: g, namespace: default}]}}\n";
    fine(&[&format!("{carried}{route}")]);
}
