//! Ingresses and Gateways: who comes along them, what is made for that, and what is closed to them.

use dplab::check::lint;
use dplab::manifest;
use dplab::model::Lab;
use dplab::model::port::Port;
use dplab::netpol::{Connection, Endpoint, Evaluator, Flow, Reading, Verdict, WorkloadId, World};
use dplab::source::SourceMap;
use dplab::staged::Places;

use super::synth::least_alone;
use crate::support::lab::{lab, lab_of};

/// A lab with a Gateway of a class, a route to `web` on pod port 8080, and an Ingress of a class to
/// `admin` on pod port 9090.
fn shop(gateway: &str, ingress: &str, rest: &str) -> Lab {
    let text = format!(
        "\
format: dplab/v1
name: shop
cluster: {{project: your-project, location: us-east1}}
app:
  workloads:
    - {{name: web, image: a, services: [{{ports: [{{port: 80, targetPort: 8080}}]}}]}}
    - {{name: admin, image: a, services: [{{ports: [{{name: ui, port: 81, targetPort: 9090}}]}}]}}
  gateways:
    - name: front
      spec:
        gatewayClassName: {gateway}
        listeners: [{{name: http, port: 80, protocol: HTTP}}]
  httpRoutes:
    - name: web
      spec: {{parentRefs: [{{name: front}}], rules: [{{backendRefs: [{{name: web, port: 80}}]}}]}}
  ingresses:
    - name: admin
      annotations: {{kubernetes.io/ingress.class: {ingress}}}
      spec: {{defaultBackend: {{service: {{name: admin, port: {{name: ui}}}}}}}}
{rest}"
    );
    lab_of("shop.yaml", &text)
}

const PROXY: &str = "10.0.48.7";
const CLIENT: &str = "203.0.113.9";

/// Which of the addresses get through to a workload's port.
fn gets_in(world: &World, workload: &str, port: i64) -> Vec<&'static str> {
    let evaluator = Evaluator::new(world, Reading::DPV2);
    let at = world
        .workloads()
        .iter()
        .position(|w| w.name == workload)
        .unwrap();
    let allowed = |ip: &&str| {
        let flow = Flow {
            source: Endpoint::Address(ip.parse().unwrap()),
            destination: Endpoint::Workload(WorkloadId(at)),
            connection: Connection::tcp(Port::parse(port).unwrap()),
        };
        evaluator.evaluate(&flow).verdict == Verdict::Allowed
    };
    ["35.191.0.1", "130.211.3.255", PROXY, CLIENT]
        .into_iter()
        .filter(allowed)
        .collect()
}

#[test]
fn least_policies_let_in_who_comes_along_the_edge_and_nobody_else() {
    let google = vec!["35.191.0.1", "130.211.3.255"];
    let with_proxies = [google.clone(), vec![PROXY]].concat();
    let cases = [
        ("gke-l7-global-external-managed", "gce", &google, &google),
        ("gke-l7-gxlb", "gce-internal", &google, &with_proxies),
        ("gke-l7-rilb", "gce", &with_proxies, &google),
        (
            "gke-l7-regional-external-managed",
            "gce-regional-external",
            &with_proxies,
            &with_proxies,
        ),
    ];
    for (gateway, ingress, to_web, to_admin) in cases {
        let world = least_alone(&shop(gateway, ingress, ""));
        assert_eq!(gets_in(&world, "web", 8080), *to_web, "{gateway}");
        assert_eq!(gets_in(&world, "admin", 9090), *to_admin, "{ingress}");
        assert!(
            gets_in(&world, "web", 80).is_empty(),
            "the Service's port is not the pods'"
        );
        assert!(gets_in(&world, "web", 9090).is_empty());
    }
}

#[test]
fn an_ingress_of_another_controller_opens_nothing() {
    let world = least_alone(&shop("gke-l7-rilb", "nginx", ""));
    assert!(gets_in(&world, "admin", 9090).is_empty());
}

#[test]
fn a_backend_without_weight_opens_nothing_and_a_mirror_does() {
    let text = "\
format: dplab/v1
name: shop
cluster: {project: your-project, location: us-east1}
app:
  namespace: shop
  workloads:
    - {name: web, image: a, services: [{ports: [{port: 80}]}]}
    - {name: next, image: a, services: [{ports: [{port: 80}]}]}
    - {name: copy, namespace: lab, image: a, services: [{ports: [{port: 80}]}]}
  gateways:
    - name: front
      spec:
        gatewayClassName: gke-l7-gxlb
        listeners: [{name: http, port: 80, protocol: HTTP}]
  referenceGrants:
    - name: shop
      namespace: lab
      spec:
        from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
        to: [{group: \"\", kind: Service}]
  httpRoutes:
    - name: web
      spec:
        parentRefs: [{name: front}]
        rules:
          - filters:
              - {type: RequestMirror, requestMirror: {backendRef: {name: copy, namespace: lab, port: 80}}}
            backendRefs: [{name: web, port: 80}, {name: next, port: 80, weight: 0}]
";
    let world = least_alone(&lab_of("shop.yaml", text));
    assert_eq!(gets_in(&world, "web", 80).len(), 2);
    assert_eq!(gets_in(&world, "copy", 80).len(), 2);
    assert!(gets_in(&world, "next", 80).is_empty());
}

/// The messages of front doors that are closed.
fn closed(found: &[dplab::diag::Diagnostic]) -> Vec<&str> {
    let doors = found
        .iter()
        .filter(|it| it.code.id() == "front-door-closed");
    doors.map(|it| it.message.as_str()).collect()
}

const POLICY: &str = "\
policies:
  - name: web
    spec:
      podSelector: {matchLabels: {app: web}}
      policyTypes: [Ingress]
      ingress: [{from: FROM, ports: [{protocol: TCP, port: 8080}]}]
";

fn of_policy(gateway: &str, from: &str) -> Vec<String> {
    let lab = shop(gateway, "gce", &POLICY.replace("FROM", from));
    let found = lint::lab(&lab, &Places::default(), lint::Effort::Glance);
    closed(&found).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_policy_that_forgets_a_part_of_the_way_in_is_noticed() {
    let web =
        "the load balancer of `HTTPRoute web` doesn't get through to the Service `web` on port 80";
    let one = "[{ipBlock: {cidr: 35.191.0.0/16}}]";
    let google = "[{ipBlock: {cidr: 35.191.0.0/16}}, {ipBlock: {cidr: 130.211.0.0/22}}]";
    let half = "[{ipBlock: {cidr: 35.191.0.0/17}}, {ipBlock: {cidr: 130.211.0.0/22}}]";
    let all = "[{ipBlock: {cidr: 35.191.0.0/16}}, {ipBlock: {cidr: 130.211.0.0/22}}, {ipBlock: {cidr: 10.0.48.0/23}}]";
    let clients = "[{ipBlock: {cidr: 203.0.113.0/24}}]";
    assert_eq!(of_policy("gke-l7-gxlb", one), [web]);
    assert_eq!(of_policy("gke-l7-gxlb", half), [web]);
    assert_eq!(of_policy("gke-l7-gxlb", clients), [web]);
    assert_eq!(of_policy("gke-l7-gxlb", google), [""; 0]);
    assert_eq!(of_policy("gke-l7-rilb", google), [web]);
    assert_eq!(of_policy("gke-l7-rilb", all), [""; 0]);
}

#[test]
fn manifests_are_judged_as_far_as_they_tell() {
    let manifests = |from: &str| {
        format!(
            "\
apiVersion: v1
kind: Pod
metadata: {{name: web, labels: {{app: web}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec: {{selector: {{app: web}}, ports: [{{port: 80, targetPort: 8080}}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: front, namespace: edge}}
spec: {{gatewayClassName: gke-l7-rilb, listeners: [{{name: http, port: 80, protocol: HTTP}}]}}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata: {{name: web}}
spec: {{parentRefs: [{{name: front, namespace: edge}}], rules: [{{backendRefs: [{{name: web, port: 80}}]}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: web}}
spec:
  podSelector: {{}}
  policyTypes: [Ingress]
  ingress: [{{from: {from}}}]
"
        )
    };
    let found = |from: &str| {
        let mut sources = SourceMap::new();
        let id = sources.add("all.yaml", manifests(from));
        let read = manifest::read(&sources, &[id]);
        let facts = lint::Facts::of_manifests(&read.world, Reading::DPV2);
        closed(&lint::lints(&facts)).len()
    };
    assert_eq!(found("[{podSelector: {}}]"), 1);
    assert_eq!(
        found("[{ipBlock: {cidr: 35.191.0.0/16}}, {ipBlock: {cidr: 130.211.0.0/22}}]"),
        0
    );
}

#[test]
fn the_shipped_gateway_is_closed_by_its_second_stage_and_opened_by_its_third() {
    let lab = lab("gateway");
    let google = ["35.191.0.1", "130.211.3.255"];
    let proxy = "10.72.33.255";
    let through = |stage: &dplab::model::stage::Stage| {
        let world = dplab::staged::world(&lab, Some(stage), &Places::default());
        let evaluator = Evaluator::new(&world, Reading::DPV2);
        let at = world
            .workloads()
            .iter()
            .position(|w| w.name == "web")
            .unwrap();
        let addresses = google.into_iter().chain([proxy, CLIENT]);
        let verdicts = addresses.map(|ip| {
            let flow = Flow {
                source: Endpoint::Address(ip.parse().unwrap()),
                destination: Endpoint::Workload(WorkloadId(at)),
                connection: Connection::tcp(Port::parse(8080).unwrap()),
            };
            evaluator.evaluate(&flow).verdict == Verdict::Allowed
        });
        verdicts.collect::<Vec<_>>()
    };
    let found: Vec<Vec<bool>> = lab.stages.iter().map(through).collect();
    let (front, nobody) = (vec![true, true, true, false], vec![false; 4]);
    assert_eq!(found, [vec![true; 4], nobody, front.clone(), front]);
}
