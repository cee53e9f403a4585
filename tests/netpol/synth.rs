//! Policies made from calls: every call works, nothing else does, and nothing in them is too much.

use std::collections::{BTreeMap, BTreeSet};

use dplab::model::Lab;
use dplab::model::app::App;
use dplab::model::cluster::DnsProvider;
use dplab::model::labels::Labels;
use dplab::model::policy::{Direction, NetworkPolicySpec};
use dplab::model::port::{Port, Protocol};
use dplab::netpol::{
    Connection, ConnectionSet, Endpoint, Evaluator, Flow, Logged, Peer, PolicyId, PolicySpec,
    Reading, Verdict, Workload, WorkloadId, World, reach, synth,
};
use dplab::staged::{self, Places};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::random::Dice;
use crate::support::lab::{lab, lab_of, shipped};
use crate::support::shared;

/// Who opens connections to whom on which ports, by names.
type Edges = BTreeMap<(String, String), ConnectionSet>;

const OUTSIDE: &str = "outside";

/// The lab's workloads under policies made from their calls.
pub(super) fn least_alone(lab: &Lab) -> World {
    let alone = Lab {
        policies: synth::named(&lab.app, &lab.cluster, "least").unwrap(),
        probes: Vec::new(),
        stages: Vec::new(),
        ..lab.clone()
    };
    staged::world(&alone, None, &Places::new())
}

/// The same, and the pods that answer DNS.
fn least(lab: &Lab) -> World {
    let mut world = least_alone(lab);
    for name in ["kube-dns", "node-local-dns"] {
        world.add_workload(Workload {
            namespace: "kube-system".to_owned(),
            name: name.to_owned(),
            kind: "Deployment".to_owned(),
            labels: [("k8s-app", name)].into_iter().collect::<Labels>(),
            ports: Vec::new(),
            host_network: false,
            service_account: None,
            never_ready: false,
            replicated: false,
            pods: Vec::new(),
            span: None,
        });
    }
    world
}

fn name(peer: &Peer) -> String {
    match peer {
        Peer::Workload {
            namespace, name, ..
        } => format!("{namespace}/{name}"),
        Peer::External(_) => OUTSIDE.to_owned(),
    }
}

/// What passes in a world between workloads and the outside.
fn passes(world: &World) -> Edges {
    let mut edges = Edges::new();
    for pair in reach(world, Reading::DPV2).pairs() {
        let allowed = &pair.passage.allowed;
        let key = (name(pair.source), name(pair.destination));
        if !allowed.is_empty() {
            let known = edges.entry(key).or_insert_with(|| allowed.clone());
            *known = known.union(allowed);
        }
    }
    edges
}

fn ports(protocol: Protocol, numbers: &[i64]) -> ConnectionSet {
    use dplab::netpol::PortSet;
    let each = numbers.iter().map(|number| {
        let port = Port::parse(*number).expect("a port");
        ConnectionSet::of(protocol, PortSet::range(port, port))
    });
    each.reduce(|a, b| a.union(&b)).expect("a port or more")
}

fn add(edges: &mut Edges, from: String, to: String, passes: ConnectionSet) {
    if from != to {
        let known = edges.entry((from, to)).or_insert_with(|| passes.clone());
        *known = known.union(&passes);
    }
}

fn cloud_dns(lab: &Lab) -> bool {
    let standard = lab.cluster.standard();
    standard.is_some_and(|standard| standard.dns.provider == DnsProvider::CloudDns)
}

/// What must pass, straight from the calls, without a look at any policy.
fn declared(lab: &Lab) -> Edges {
    let app = &lab.app;
    let mut edges = Edges::new();
    let full = |w: &dplab::model::workload::Workload| format!("{}/{}", w.namespace, w.name);
    for workload in &app.workloads {
        for call in &workload.calls {
            let (service, called) = app.called_ports(call).expect("a port");
            for behind in app.behind(&call.namespace, service) {
                let numbers = called
                    .iter()
                    .flat_map(|port| App::arrives_at(behind, service, port));
                for (protocol, number) in numbers {
                    let set = ports(protocol, &[number.get().into()]);
                    add(&mut edges, full(workload), full(behind), set);
                }
            }
        }
        let asks = workload.metadata_server;
        if asks || !workload.calls.is_empty() || !workload.outside.is_empty() {
            let dns = ports(Protocol::Udp, &[53]).union(&ports(Protocol::Tcp, &[53]));
            for to in [
                "kube-system/kube-dns",
                "kube-system/node-local-dns",
                OUTSIDE,
            ] {
                if to == "kube-system/kube-dns" && cloud_dns(lab) {
                    continue;
                }
                add(&mut edges, full(workload), to.to_owned(), dns.clone());
            }
        }
        if asks {
            let set = ports(Protocol::Tcp, &[80, 8080]);
            add(&mut edges, full(workload), OUTSIDE.to_owned(), set);
        }
    }
    for (owner, service) in app.load_balancers() {
        for behind in app.behind(&owner.namespace, service) {
            for port in &service.ports {
                for (protocol, number) in App::pod_ports(behind, port) {
                    let set = ports(protocol, &[number.get().into()]);
                    add(&mut edges, OUTSIDE.to_owned(), full(behind), set.clone());
                    // A load balancer that hides the client leaves the port open to pods as well.
                    if service.external_traffic_policy != Some("Local") {
                        for dns in ["kube-system/kube-dns", "kube-system/node-local-dns"] {
                            add(&mut edges, dns.to_owned(), full(behind), set.clone());
                        }
                    }
                }
            }
        }
    }
    for (namespace, service, port) in fronted(app) {
        let found = app.services().find(|(owner, it)| {
            owner.namespace.as_str() == namespace && it.name.as_str() == service
        });
        let (owner, service) = found.expect("a Service");
        let port = service
            .ports
            .iter()
            .find(|it| u64::from(it.port.get()) == port);
        for behind in app.behind(&owner.namespace, service) {
            for (protocol, number) in App::pod_ports(behind, port.expect("a port")) {
                let set = ports(protocol, &[number.get().into()]);
                add(&mut edges, OUTSIDE.to_owned(), full(behind), set);
            }
        }
    }
    edges
}

/// Namespace, Service and port behind each route and Ingress, straight from what is written.
fn fronted(app: &App) -> Vec<(String, String, u64)> {
    let mut all = Vec::new();
    for route in &app.http_routes {
        for backend in route.spec["rules"].as_array().into_iter().flatten() {
            for backend in backend["backendRefs"].as_array().into_iter().flatten() {
                let home = route.meta.namespace.as_str();
                all.push((
                    backend["namespace"].as_str().unwrap_or(home).to_owned(),
                    backend["name"].as_str().expect("a name").to_owned(),
                    backend["port"].as_u64().expect("a port"),
                ));
            }
        }
    }
    for ingress in &app.ingresses {
        let service = &ingress.spec["defaultBackend"]["service"];
        all.push((
            ingress.namespace.to_string(),
            service["name"].as_str().expect("a name").to_owned(),
            service["port"]["number"].as_u64().expect("a port"),
        ));
    }
    all
}

/// Edges that begin or end at the application; what DNS pods do elsewhere is their own business.
fn of_app(edges: Edges) -> Edges {
    let reserved = |name: &str| name == OUTSIDE || name.starts_with("kube-system/");
    edges
        .into_iter()
        .filter(|((from, to), _)| !(reserved(from) && reserved(to)))
        .collect()
}

/// Every world in which one rule, one peer or one port less stands in a policy.
fn smaller(world: &World) -> Vec<(String, World)> {
    let mut all = Vec::new();
    for index in 0..world.policies().len() {
        let policy = world.policy(PolicyId(index)).expect("a policy");
        let PolicySpec::Network(spec) = &policy.spec else {
            continue;
        };
        for (what, spec) in smaller_specs(spec) {
            let mut less = world.clone();
            less.policy_mut(PolicyId(index)).expect("a policy").spec = PolicySpec::Network(spec);
            all.push((format!("{policy}: {what}"), less));
        }
    }
    all
}

fn smaller_specs(spec: &NetworkPolicySpec) -> Vec<(String, NetworkPolicySpec)> {
    let mut all = Vec::new();
    for direction in Direction::BOTH {
        for at in 0..spec.rules(direction).len() {
            let rules = |spec: &mut NetworkPolicySpec| match direction {
                Direction::Ingress => spec.ingress.take().expect("rules"),
                Direction::Egress => spec.egress.take().expect("rules"),
            };
            let mut with = |what: String, change: &dyn Fn(&mut Vec<dplab::model::policy::Rule>)| {
                let mut spec = spec.clone();
                let mut list = rules(&mut spec);
                change(&mut list);
                match direction {
                    Direction::Ingress => spec.ingress = Some(list),
                    Direction::Egress => spec.egress = Some(list),
                }
                all.push((format!("{direction} {at} {what}"), spec));
            };
            with("removed".to_owned(), &|list| drop(list.remove(at)));
            let rule = &spec.rules(direction)[at];
            for peer in (0..rule.peers().len()).filter(|_| rule.peers().len() > 1) {
                with(format!("without peer {peer}"), &|list| {
                    drop(list[at].peers.as_mut().expect("peers").remove(peer));
                });
            }
            for port in (0..rule.ports().len()).filter(|_| rule.ports().len() > 1) {
                with(format!("without port {port}"), &|list| {
                    drop(list[at].ports.as_mut().expect("ports").remove(port));
                });
            }
        }
    }
    all
}

/// What passes, addresses outside told apart: two blocks of a rule are two ways out.
fn signature(world: &World) -> BTreeSet<String> {
    let all = reach(world, Reading::DPV2);
    let pairs = all.pairs().filter(|pair| !pair.passage.allowed.is_empty());
    pairs
        .map(|p| format!("{} {} {}", p.source, p.destination, p.passage.allowed))
        .collect()
}

fn assert_complete_and_minimal(lab: &Lab, told: &str) {
    let world = least(lab);
    assert_eq!(of_app(passes(&world)), of_app(declared(lab)), "{told}");
    let whole = signature(&world);
    for (what, less) in smaller(&world) {
        assert_ne!(signature(&less), whole, "{what} changes nothing in {told}");
    }
    let evaluator = Evaluator::new(&world, Reading::DPV2);
    for (at, workload) in lab.app.workloads.iter().enumerate() {
        for call in &workload.outside {
            let to = |host: &str| {
                let flow = Flow {
                    source: Endpoint::Workload(dplab::netpol::WorkloadId(at)),
                    destination: Endpoint::Domain(host.to_owned()),
                    connection: Connection::Port(Protocol::Tcp, call.port),
                };
                evaluator.evaluate(&flow).verdict
            };
            assert_eq!(to(call.host.as_str()), Verdict::Allowed, "{told}");
            assert_eq!(to("elsewhere.example.net"), Verdict::Denied, "{told}");
        }
    }
}

/// A random application as a profile: one to three namespaces, pods that share labels, named and
/// numbered target ports, load balancers of both kinds.
fn application(dice: &mut Dice) -> Json {
    let namespaces = ["one", "two", "three"];
    let spread = 1 + dice.below(3);
    let count = 1 + dice.below(6);
    let mut workloads: Vec<Json> = Vec::new();
    let mut endpoints: Vec<(String, String)> = Vec::new();
    for at in 0..count {
        let name = format!("w{at}");
        let namespace = namespaces[dice.below(spread)];
        let http = if dice.one_in(3) { 8080 } else { 8000 + at };
        let mut one = json!({
            "name": name, "namespace": namespace, "image": "x",
            "kind": dice.pick(&["Deployment", "StatefulSet", "DaemonSet"]),
            "ports": [{"name": "http", "containerPort": http}],
        });
        let shared = dice.one_in(3);
        if shared {
            one["selector"] = json!({"tier": "shared"});
            one["labels"] = json!({"name": name, format!("only-{name}"): "x"});
        } else if dice.one_in(4) {
            one["labels"] = json!({"tier": "shared"});
        }
        let mut service = json!({"ports": [{"name": "http", "port": 80, "targetPort": "http"}]});
        if shared {
            // Its pods alone: a Service that leads back to its callers is another matter.
            service["selector"] = json!({"name": name});
        }
        if dice.one_in(2) {
            let udp = json!({"name": "b", "port": 53, "targetPort": 5353, "protocol": "UDP"});
            service["ports"].as_array_mut().expect("ports").push(udp);
            endpoints.push((namespace.to_owned(), format!("{name}.{namespace}:53")));
        }
        endpoints.push((namespace.to_owned(), format!("{name}.{namespace}:80")));
        if dice.one_in(4) {
            service["type"] = json!("LoadBalancer");
            if dice.one_in(2) {
                service["externalTrafficPolicy"] = json!("Local");
            }
        }
        one["services"] = json!([service]);
        one["metadataServer"] = json!(dice.one_in(4));
        workloads.push(one);
    }
    let edge = edge(dice, &workloads);
    for one in &mut workloads {
        let mut calls: Vec<String> = Vec::new();
        let own = format!("{}.", one["name"].as_str().expect("a name"));
        for (_, endpoint) in &endpoints {
            // What passes among the pods of one workload is in no matrix.
            if dice.one_in(3) && !endpoint.starts_with(&own) {
                calls.push(endpoint.clone());
            }
        }
        if dice.one_in(4) {
            calls.push("https://api.example.com".to_owned());
        }
        one["calls"] = json!(calls);
    }
    json!({
        "format": "dplab/v1",
        "name": "random",
        "cluster": {
            "project": "your-project", "location": "us-east1",
            "dataplane": {"fqdnNetworkPolicy": true},
        },
        "app": {
            "namespace": "one", "workloads": workloads, "gateways": edge["gateways"],
            "httpRoutes": edge["routes"], "ingresses": edge["ingresses"],
        },
        "policies": [{"name": "least", "from": "calls"}],
    })
}

/// Gateways of random classes, and routes and Ingresses to some of the workloads.
fn edge(dice: &mut Dice, workloads: &[Json]) -> Json {
    let classes = [
        "gke-l7-global-external-managed",
        "gke-l7-gxlb",
        "gke-l7-rilb",
        "gke-l7-regional-external-managed",
    ];
    let from_all = json!({"namespaces": {"from": "All"}});
    let gateway = |name: &str, class: &str| {
        json!({"name": name, "spec": {"gatewayClassName": class, "listeners": [
            {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": from_all}]}})
    };
    let gateways = [
        gateway("a", dice.pick::<&str>(&classes)),
        gateway("b", dice.pick::<&str>(&classes)),
    ];
    let (mut routes, mut ingresses) = (Vec::new(), Vec::new());
    for one in workloads {
        let (name, namespace) = (&one["name"], &one["namespace"]);
        if dice.one_in(3) {
            let mut parents = vec![json!({"name": dice.pick(&["a", "b"]), "namespace": "one"})];
            if dice.one_in(3) {
                parents = ["a", "b"]
                    .map(|g| json!({"name": g, "namespace": "one"}))
                    .to_vec();
            }
            routes.push(json!({"name": name, "namespace": namespace, "spec": {
                "parentRefs": parents,
                "rules": [{"backendRefs": [{"name": name, "port": 80}]}],
            }}));
        }
        if dice.one_in(6) {
            let class = dice.pick(&["gce", "gce-internal", "gce-regional-external"]);
            ingresses.push(json!({
                "name": name, "namespace": namespace,
                "annotations": {"kubernetes.io/ingress.class": class},
                "spec": {"defaultBackend": {"service": {"name": name, "port": {"number": 80}}}},
            }));
        }
    }
    json!({"gateways": gateways, "routes": routes, "ingresses": ingresses})
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_applications_get_what_they_need_and_no_more(seed in any::<u64>()) {
        let profile = application(&mut Dice::new(seed)).to_string();
        assert_complete_and_minimal(&lab_of("random.yaml", &profile), &profile);
    }
}

#[test]
fn shipped_applications_get_what_they_need_and_no_more() {
    for name in shipped() {
        assert_complete_and_minimal(&lab(&name), &name);
    }
}

#[test]
fn the_shop_gets_fifteen_edges_and_a_front_door() {
    let lab = lab("minimal");
    let edges = of_app(passes(&least(&lab)));
    let app: BTreeSet<(&str, &str)> = edges
        .keys()
        .filter_map(|(from, to)| {
            Some((from.strip_prefix("default/")?, to.strip_prefix("default/")?))
        })
        .collect();
    let at_door = |(_, to): &&(&str, &str)| *to == "frontend";
    let front: Vec<_> = app.iter().filter(at_door).collect();
    let inner: Vec<_> = app.iter().filter(|pair| !at_door(pair)).collect();
    assert_eq!(inner.len(), 15, "{inner:?}");
    assert_eq!(front, [&("loadgenerator", "frontend")]);
    let from_outside: Vec<_> = edges.keys().filter(|(from, _)| from == OUTSIDE).collect();
    assert_eq!(
        from_outside.len(),
        1,
        "only the front door: {from_outside:?}"
    );
    assert_eq!(
        edges[&(OUTSIDE.to_owned(), "default/frontend".to_owned())],
        ports(Protocol::Tcp, &[8080])
    );
    let Some(path) = shared("data/online-boutique-graph.json") else {
        return;
    };
    let graph: Json =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the graph")).expect("JSON");
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let edges = graph["v0.10.6"]["edges"].as_array().expect("edges").iter();
    let wanted: BTreeSet<(String, String)> =
        edges.map(|e| (text(&e["from"]), text(&e["to"]))).collect();
    let app: BTreeSet<(String, String)> = app
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    assert_eq!(app, wanted);
}

#[test]
fn an_ingress_lets_googles_proxies_in_and_nobody_else() {
    let profile = json!({
        "format": "dplab/v1", "name": "x",
        "cluster": {"project": "your-project", "location": "us-east1"},
        "app": {
            "workloads": [{
                "name": "web", "image": "x", "ports": [{"name": "http", "containerPort": 8080}],
                "services": [{"ports": [{"name": "http", "port": 80, "targetPort": "http"}]}],
            }],
            "ingresses": [{
                "name": "front",
                "spec": {"defaultBackend": {"service": {"name": "web", "port": {"name": "http"}}}},
            }],
        },
    });
    let world = least(&lab_of("x.yaml", &profile.to_string()));
    let from = |address: &str, port| from_outside(&world, address, (WorkloadId(0), port));
    assert_eq!(from("35.191.1.2", 8080), Verdict::Allowed);
    assert_eq!(from("130.211.3.255", 8080), Verdict::Allowed);
    assert_eq!(from("35.191.1.2", 80), Verdict::Denied);
    assert_eq!(from("203.0.113.9", 8080), Verdict::Denied);
}

/// What becomes of a connection from an address to a port of pods.
fn from_outside(world: &World, address: &str, (to, port): (WorkloadId, i64)) -> Verdict {
    let flow = Flow {
        source: Endpoint::Address(address.parse().expect("an address")),
        destination: Endpoint::Workload(to),
        connection: Connection::tcp(Port::parse(port).expect("a port")),
    };
    Evaluator::new(world, Reading::DPV2).evaluate(&flow).verdict
}

#[test]
fn health_checks_reach_the_port_that_their_policy_names() {
    let mut lab = lab("gateway");
    let objects = lab.app.objects.iter_mut().map(|object| &mut object.json);
    let mut policies = objects.filter(|object| object["kind"] == "HealthCheckPolicy");
    let policy = policies.next().expect("a policy");
    policy["spec"]["default"]["config"]["httpHealthCheck"]["port"] = json!(15021);
    let world = least(&lab);
    let web = world
        .find_workloads(Some("web"), "web")
        .next()
        .expect("web");
    let from = |address: &str, port| from_outside(&world, address, (web, port));
    assert_eq!(from("35.191.1.2", 15021), Verdict::Allowed);
    assert_eq!(from("35.191.1.2", 8080), Verdict::Allowed);
    assert_eq!(from("203.0.113.9", 15021), Verdict::Denied);
}

/// A health check that a BackendConfig sends elsewhere is let in there, from Google's addresses only.
#[test]
fn health_checks_of_an_ingress_reach_the_port_of_its_backend_config() {
    let text = "format: dplab/v1
name: a
cluster: {project: my-project, location: us-east1}
app:
  workloads:
  - name: web
    image: i
    ports: [{containerPort: 8080}]
    services:
    - annotations: {cloud.google.com/backend-config: '{\"ports\": {\"80\": \"checks\"}}'}
      ports: [{port: 80, targetPort: 8080}]
  ingresses: [{name: web, spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}}]
  objects:
  - apiVersion: cloud.google.com/v1
    kind: BackendConfig
    metadata: {name: checks}
    spec: {healthCheck: {port: 15021}}
  - apiVersion: cloud.google.com/v1
    kind: BackendConfig
    metadata: {name: others}
    spec: {healthCheck: {port: 15022}}
";
    let world = least(&lab_of("a.yaml", text));
    let web = world.find_workloads(None, "web").next().expect("web");
    let from = |address: &str, port| from_outside(&world, address, (web, port));
    assert_eq!(from("35.191.1.2", 15021), Verdict::Allowed);
    assert_eq!(from("35.191.1.2", 15022), Verdict::Denied);
    assert_eq!(from("203.0.113.9", 15021), Verdict::Denied);
}

#[test]
fn every_expectation_of_every_shipped_lab_is_what_the_evaluator_says() {
    for name in shipped() {
        let lab = lab(&name);
        for stage in &lab.stages {
            let world = staged::world(&lab, Some(stage), &Places::new());
            let evaluator = Evaluator::new(&world, Reading::DPV2);
            for expected in &stage.expectations {
                let told = format!("{name}, stage {}, probe {}", stage.name, expected.probe);
                let probe = lab.probe(&expected.probe).expect("a probe");
                let flow = staged::flow(&world, &lab, probe).expect("both ends");
                let verdict = evaluator.evaluate(&flow).verdict;
                assert_eq!(
                    verdict == Verdict::Allowed,
                    expected.allowed,
                    "{told}: {verdict}"
                );
                let events = evaluator.predict(&flow);
                let logged = events.iter().any(|event| event.logged == Logged::Yes);
                assert_eq!(
                    logged,
                    expected.logged.unwrap_or(logged),
                    "{told}: {events:?}"
                );
            }
        }
    }
}

/// Who speaks with an application without a call of the profile is named.
#[test]
fn what_stands_around_an_application_is_told() {
    let text = "format: dplab/v1
name: a
cluster: {project: my-project, location: us-east1}
app:
  serviceAccounts: [{name: operator}]
  workloads:
  - name: operator
    image: i
    serviceAccount: operator
    ports: [{containerPort: 8443}]
    services: [{ports: [{port: 443, targetPort: 8443}]}]
    calls: ['https://www.example.com']
  - name: web
    image: i
    ports: [{containerPort: 80}]
    services:
    - annotations: {cloud.google.com/neg: '{\"exposed_ports\": {\"80\": {}}}'}
      ports: [{port: 80}]
  objects:
  - apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingWebhookConfiguration
    metadata: {name: checks}
    webhooks: [{name: a.example.com, clientConfig: {service: {namespace: default, name: operator}}}]
  - apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: rights}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects: [{kind: ServiceAccount, namespace: default, name: operator}]
  - apiVersion: gateway.networking.k8s.io/v1
    kind: GRPCRoute
    metadata: {name: calls}
    spec: {}
policies: []
";
    let lab = lab_of("a.yaml", text);
    let notes = synth::notes(&lab.app, &lab.cluster);
    let begins = [
        "the API server calls the Service `default/operator` (ValidatingWebhookConfiguration checks)",
        "`operator` has rights at the API server (ClusterRoleBinding rights)",
        "the GRPCRoute `calls` is carried as it is",
        "the Service `web` stands behind a load balancer that Kubernetes knows nothing of",
        "the policies for hosts outside need a cluster that serves FQDNNetworkPolicy",
        "no call leads to the Services `operator`, `web`",
    ];
    assert_eq!(notes.len(), begins.len(), "{notes:#?}");
    for (note, begin) in notes.iter().zip(begins) {
        assert!(note.starts_with(begin), "{note}");
    }
}
