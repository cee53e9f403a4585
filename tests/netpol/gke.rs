//! What only GKE has: policies by domain name, clusterwide policies, Services from outside.

use dplab::model::port::{Port, Protocol};
use dplab::netpol::{
    Change, Connection, Doubt, Endpoint, Evaluator, Flow, Logged, NodePlace, Reading, Reason,
    ServicePortRef, Verdict, World, between, evaluate,
};

use super::help::{workload, world};

fn tcp(port: i64) -> Connection {
    Connection::tcp(Port::parse(port).expect("a port"))
}

fn verdict(world: &World, source: Endpoint, destination: Endpoint, port: i64) -> Verdict {
    let connection = tcp(port);
    let flow = Flow {
        source,
        destination,
        connection,
    };
    evaluate(world, Reading::DPV2, &flow).verdict
}

const PODS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: x, labels: {app: a}}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: y, labels: {app: b}}
---
";

#[test]
fn a_name_is_allowed_and_an_address_may_be_one() {
    let world = world(&format!(
        "{PODS}
apiVersion: networking.gke.io/v1alpha1
kind: FQDNNetworkPolicy
metadata: {{name: f, namespace: x}}
spec:
  podSelector: {{}}
  egress:
  - matches: [{{pattern: '*.example.com'}}]
    ports: [{{protocol: TCP, port: 443}}]
"
    ));
    let domain = |name: &str| Endpoint::Domain(name.to_owned());
    let a = || workload(&world, "a");
    assert_eq!(
        verdict(&world, a(), domain("www.example.com"), 443),
        Verdict::Allowed
    );
    assert_eq!(
        verdict(&world, a(), domain("www.example.com"), 80),
        Verdict::Denied
    );
    assert_eq!(
        verdict(&world, a(), domain("example.com"), 443),
        Verdict::Denied
    );
    let address = || Endpoint::Address([93, 184, 216, 34].into());
    assert_eq!(
        verdict(&world, a(), address(), 443),
        Verdict::Unknown(Reason::Fqdn)
    );
    assert_eq!(verdict(&world, a(), address(), 80), Verdict::Denied);
    assert_eq!(
        verdict(&world, a(), workload(&world, "b"), 443),
        Verdict::Denied
    );
    assert_eq!(
        verdict(&world, workload(&world, "b"), a(), 443),
        Verdict::Allowed
    );
}

#[test]
fn a_clusterwide_denial_wins_and_an_empty_rule_allows_nothing() {
    let policy = |rules: &str| {
        format!(
            "{PODS}apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\n\
             metadata: {{name: c}}\nspec:\n  endpointSelector: {{}}\n{rules}"
        )
    };
    let from_b =
        |world: &World, port| verdict(world, workload(world, "b"), workload(world, "a"), port);
    let outside = |world: &World| {
        verdict(
            world,
            Endpoint::Address([1, 1, 1, 1].into()),
            workload(world, "a"),
            80,
        )
    };
    let denies = world(&policy(
        "  ingress: [{fromEntities: [all]}]\n  ingressDeny:\n  - fromEndpoints: \
         [{matchLabels: {'k8s:io.kubernetes.pod.namespace': y}}]\n    toPorts: \
         [{ports: [{port: '80', protocol: TCP}]}]\n",
    ));
    assert_eq!(from_b(&denies, 80), Verdict::Denied);
    assert_eq!(from_b(&denies, 81), Verdict::Allowed);
    assert_eq!(outside(&denies), Verdict::Allowed);
    let empty = world(&policy("  ingress: [{}]\n"));
    assert_eq!(from_b(&empty, 80), Verdict::Denied);
    let cluster = world(&policy("  ingress: [{fromEntities: [cluster]}]\n"));
    assert_eq!(from_b(&cluster, 80), Verdict::Allowed);
    assert_eq!(outside(&cluster), Verdict::Denied);
    let endpoints = world(&policy("  ingress: [{fromEndpoints: [{}]}]\n"));
    assert_eq!(from_b(&endpoints, 80), Verdict::Allowed);
    assert_eq!(outside(&endpoints), Verdict::Denied);
    let ports = world(&policy(
        "  ingress: [{toPorts: [{ports: [{port: '80'}]}]}]\n",
    ));
    assert_eq!(outside(&ports), Verdict::Allowed);
    assert_eq!(from_b(&ports, 81), Verdict::Denied);
}

#[test]
fn a_load_balancer_may_hide_its_clients() {
    let scene = |traffic: &str, from: &str| {
        world(&format!(
            "{PODS}
apiVersion: v1
kind: Service
metadata: {{name: s, namespace: x}}
spec: {{type: LoadBalancer, {traffic}selector: {{app: a}}, ports: [{{port: 80, targetPort: 8080}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: x}}
spec: {{podSelector: {{}}, ingress: [{from}]}}
"
        ))
    };
    let ask = |world: &World| {
        let client = Endpoint::Address([203, 0, 113, 9].into());
        let port = ServicePortRef::Number(Port::parse(80).expect("a port"));
        let evaluator = Evaluator::new(world, Reading::DPV2);
        let answer = evaluator.evaluate_service(&client, ("x", "s"), &port, Protocol::Tcp);
        answer.expect("a Service").verdict
    };
    let block = "{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}";
    let unsure = Verdict::Unknown(Reason::ClientAddress);
    assert_eq!(ask(&scene("", block)), unsure);
    assert_eq!(
        ask(&scene("externalTrafficPolicy: Local, ", block)),
        Verdict::Allowed
    );
    assert_eq!(ask(&scene("", "{}")), Verdict::Allowed);
    let none = scene("", "{from: [{podSelector: {}}]}");
    assert_eq!(ask(&none), Verdict::Denied);
}

#[test]
fn services_lead_to_pods_addresses_and_names() {
    let world = world(&format!(
        "{PODS}
apiVersion: v1
kind: Service
metadata: {{name: named, namespace: x}}
spec: {{selector: {{app: a}}, ports: [{{port: 80, targetPort: http}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: headless, namespace: x}}
spec: {{clusterIP: None, selector: {{app: a}}, ports: [{{port: 80, targetPort: 8080}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: bare, namespace: x}}
spec: {{ports: [{{port: 80}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: manual, namespace: x}}
spec: {{ports: [{{port: 80, targetPort: 8080}}]}}
---
apiVersion: v1
kind: Endpoints
metadata: {{name: manual, namespace: x}}
subsets: [{{addresses: [{{ip: 198.51.100.1}}], ports: [{{port: 9090}}]}}]
---
apiVersion: v1
kind: Service
metadata: {{name: sliced, namespace: x}}
spec: {{ports: [{{name: web, port: 80}}, {{name: lost, port: 81}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: sliced-1, namespace: x, labels: {{kubernetes.io/service-name: sliced}}}}
addressType: IPv4
ports: [{{name: metrics, port: 9091}}, {{name: web, port: 9092}}]
endpoints: [{{addresses: [198.51.100.2]}}, {{addresses: [198.51.100.3]}}]
---
apiVersion: v1
kind: Service
metadata: {{name: elsewhere, namespace: x}}
spec: {{type: ExternalName, externalName: www.example.com, ports: [{{port: 443}}]}}
"
    ));
    let ask = |name: &str, port| {
        let port = ServicePortRef::Number(Port::parse(port).expect("a port"));
        let evaluator = Evaluator::new(&world, Reading::DPV2);
        let source = workload(&world, "b");
        let answer = evaluator.evaluate_service(&source, ("x", name), &port, Protocol::Tcp);
        answer.expect("a Service")
    };
    let unknown = Verdict::Unknown(Reason::Backends);
    assert_eq!(ask("named", 80).verdict, unknown, "no pod has the port");
    assert_eq!(ask("bare", 80).verdict, unknown);
    let headless = ask("headless", 80);
    let at = headless.backends[0].0.connection;
    assert_eq!(at, tcp(80), "only a name: nothing translates the port");
    let manual = ask("manual", 80);
    assert_eq!(manual.verdict, Verdict::Allowed);
    let at = manual.backends[0].0.connection;
    assert_eq!(
        at,
        tcp(9090),
        "what stands behind counts, not the target port"
    );
    let sliced = ask("sliced", 80);
    let ports: Vec<Connection> = sliced.backends.iter().map(|b| b.0.connection).collect();
    assert_eq!(ports, [tcp(9092), tcp(9092)], "the port of the same name");
    assert_eq!(ask("sliced", 81).verdict, unknown);
    let elsewhere = ask("elsewhere", 8443);
    assert_eq!(
        elsewhere.backends[0].0.connection,
        tcp(8443),
        "a name has every port"
    );
    let name = Endpoint::Domain("www.example.com".to_owned());
    assert_eq!(elsewhere.backends[0].0.destination, name);
}

#[test]
fn nodes_are_matched_by_everyone_only() {
    let scene = |rule: &str| {
        world(&format!(
            "{PODS}apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, \
             namespace: x}}\nspec: {{podSelector: {{}}, ingress: [{rule}]}}\n"
        ))
    };
    let from_node = |world: &World| {
        verdict(
            world,
            Endpoint::Node(NodePlace::Remote),
            workload(world, "a"),
            80,
        )
    };
    assert_eq!(from_node(&scene("{}")), Verdict::Allowed);
    assert_eq!(
        from_node(&scene("{from: [{namespaceSelector: {}}]}")),
        Verdict::Denied
    );
    let block = from_node(&scene("{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}"));
    assert_eq!(block, Verdict::Unknown(Reason::NodeAddress));
}

#[test]
fn each_mutation_changes_one_rule() {
    let world = world(&format!(
        "{PODS}apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, \
         namespace: x}}\nspec: {{podSelector: {{}}, egress: [{{to: [{{namespaceSelector: {{}}}}], \
         ports: [{{port: 80}}]}}]}}\n"
    ));
    let mutations = dplab::netpol::mutations(&world);
    let words = mutations
        .iter()
        .map(|m| format!("{} {}", m.name, m.words()));
    let words: Vec<String> = words.collect();
    assert_eq!(
        words,
        [
            "x/p: egress rule 1 removed",
            "x/p: egress rule 1 open to everyone",
            "x/p: egress rule 1 open on all ports",
        ]
    );
    let ask =
        |world: &World, port| verdict(world, workload(world, "a"), workload(world, "b"), port);
    let after = |number: usize| dplab::netpol::mutated(&world, &mutations[number]);
    assert_eq!(
        (ask(&world, 80), ask(&world, 81)),
        (Verdict::Allowed, Verdict::Denied)
    );
    assert_eq!(
        ask(&after(0), 80),
        Verdict::Denied,
        "the pod stays isolated"
    );
    assert_eq!(ask(&after(1), 81), Verdict::Denied);
    assert_eq!(ask(&after(2), 81), Verdict::Allowed);
}

#[test]
fn rules_of_clusterwide_policies_are_changed_too_and_those_by_domain_are_named() {
    let world = world(&format!(
        "{PODS}apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {{name: c}}\n\
         spec:\n  endpointSelector: {{}}\n  ingress: [{{toPorts: [{{ports: [{{port: \"80\"}}]}}]}}]\n  \
         ingressDeny: [{{fromEntities: [world]}}]\n---\n\
         apiVersion: networking.gke.io/v1alpha1\nkind: FQDNNetworkPolicy\n\
         metadata: {{name: out, namespace: x}}\n\
         spec: {{egress: [{{matches: [{{name: example.com}}]}}]}}\n"
    ));
    let mutations = dplab::netpol::mutations(&world);
    let words = mutations
        .iter()
        .map(|m| format!("{} {}", m.name, m.words()));
    assert_eq!(
        words.collect::<Vec<String>>(),
        [
            "c: ingress rule 1 removed",
            "c: ingress rule 1 open on all ports",
            "c: ingress rule 2 removed",
            "c: ingress rule 2 closed to everyone",
        ]
    );
    assert_eq!(dplab::netpol::by_domain(&world), ["x/out: egress rule 1"]);
    let ask = |number: usize, port| {
        let world = dplab::netpol::mutated(&world, &mutations[number]);
        let outside = Endpoint::Address([203, 0, 113, 9].into());
        let inside = workload(&world, "a");
        (
            verdict(
                &world,
                Endpoint::Node(NodePlace::Remote),
                inside.clone(),
                port,
            ),
            verdict(&world, outside, inside, port),
        )
    };
    assert_eq!(
        ask(0, 80),
        (Verdict::Denied, Verdict::Denied),
        "the pods stay isolated"
    );
    assert_eq!(ask(1, 81), (Verdict::Allowed, Verdict::Denied));
    assert_eq!(ask(2, 80), (Verdict::Allowed, Verdict::Allowed));
    assert_eq!(ask(3, 80), (Verdict::Denied, Verdict::Denied));
}

#[test]
fn the_metadata_server_is_sure_only_where_all_is_open() {
    let scene = |egress: &str| {
        world(&format!(
            "{PODS}apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, \
             namespace: x}}\nspec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{egress}]}}\n"
        ))
    };
    let ask = |egress: &str, port| {
        let world = scene(egress);
        let metadata = Endpoint::Address([169, 254, 169, 254].into());
        verdict(&world, workload(&world, "a"), metadata, port)
    };
    let block = "{to: [{ipBlock: {cidr: 169.254.169.254/32}}]}";
    assert_eq!(ask("{}", 80), Verdict::Allowed);
    assert_eq!(ask(block, 80), Verdict::Unknown(Reason::MetadataServer));
    assert_eq!(ask(block, 53), Verdict::Allowed, "DNS is another matter");
    assert_eq!(ask("{to: [{podSelector: {}}]}", 80), Verdict::Denied);
}

/// The API server never tells a Job's pods by other names than these two labels.
#[test]
fn the_pods_of_a_job_carry_its_name() {
    let world = world(&format!(
        "{PODS}
apiVersion: batch/v1
kind: Job
metadata: {{name: j, namespace: x}}
spec: {{template: {{metadata: {{labels: {{tier: t}}}}, spec: {{containers: []}}}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: x}}
spec:
  podSelector: {{matchLabels: {{app: a}}}}
  policyTypes: [Ingress]
  ingress: [{{from: [{{podSelector: {{matchLabels: {{batch.kubernetes.io/job-name: j}}}}}}]}}]
"
    ));
    let to_a = |from: &str| verdict(&world, workload(&world, from), workload(&world, "a"), 80);
    assert_eq!([to_a("j"), to_a("b")], [Verdict::Allowed, Verdict::Denied]);
}

/// What Cilium takes for a label's source ends in a colon; a dot belongs to the key.
#[test]
fn only_a_colon_ends_the_source_of_a_label() {
    let world = |key: &str| {
        world(&format!(
            "{PODS}
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {{name: c}}
spec:
  endpointSelector: {{matchLabels: {{\"{key}\": b}}}}
  ingress: [{{}}]
"
        ))
    };
    for (key, wanted) in [
        ("k8s:app", Verdict::Denied),
        ("any:app", Verdict::Denied),
        ("k8s.app", Verdict::Allowed),
    ] {
        let world = world(key);
        let got = verdict(&world, workload(&world, "a"), workload(&world, "b"), 80);
        assert_eq!(got, wanted, "{key}");
    }
}

#[test]
fn a_domain_has_ipv4_addresses() {
    for (block, wanted) in [
        ("0.0.0.0/0", Verdict::Allowed),
        ("::/0", Verdict::Unknown(Reason::DomainAddress)),
    ] {
        let world = world(&format!(
            "{PODS}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: x}}
spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: '{block}'}}}}]}}]}}
"
        ));
        let domain = Endpoint::Domain("example.com".to_owned());
        assert_eq!(
            verdict(&world, workload(&world, "a"), domain, 443),
            wanted,
            "{block}"
        );
    }
}

/// One pod always reaches itself; another pod of the same workload is another pod.
#[test]
fn replicas_of_a_workload_are_judged_as_pods_of_their_own() {
    let scene = |replicas: u32, ingress: &str| {
        world(&format!(
            "apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: raft}}
spec:
  replicas: {replicas}
  template: {{metadata: {{labels: {{app: raft}}}}, spec: {{containers: []}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p}}
spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: [{ingress}]}}
---
apiVersion: networking.gke.io/v1alpha1
kind: NetworkLogging
metadata: {{name: default}}
spec: {{cluster: {{allow: {{log: true}}, deny: {{log: true}}}}}}
"
        ))
    };
    let among = |world: &World| {
        let raft = || workload(world, "raft");
        let flow = Flow {
            source: raft(),
            destination: raft(),
            connection: tcp(7000),
        };
        let evaluator = Evaluator::new(world, Reading::DPV2);
        let events = evaluator.predict(&flow);
        let logged: Vec<Logged> = events.iter().map(|event| event.logged).collect();
        (evaluator.evaluate(&flow).verdict, logged)
    };
    let perhaps = Logged::Unknown(Doubt::Replicas);
    assert_eq!(among(&scene(1, "")), (Verdict::Allowed, vec![]));
    let (verdict, logged) = among(&scene(3, ""));
    assert_eq!(verdict, Verdict::Unknown(Reason::Replicas));
    assert!(logged.contains(&perhaps), "{logged:?}");
    let (verdict, logged) = among(&scene(3, "{from: [{podSelector: {}}]}"));
    assert_eq!(verdict, Verdict::Allowed);
    assert!(logged.contains(&perhaps), "{logged:?}");
}

#[test]
fn whatever_makes_several_pods_makes_replicas() {
    let controller = |kind: &str, spec: &str| {
        format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{{spec}template: \
             {{metadata: {{labels: {{app: a}}}}, spec: {{containers: []}}}}}}\n---\n"
        )
    };
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n\
                  spec: {maxReplicas: 4, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}\n";
    let replicated = |text: &str| world(text).workloads()[0].has_replicas();
    assert!(!replicated(&controller("Deployment", "")));
    assert!(!replicated(&controller("Deployment", "replicas: 1, ")));
    assert!(replicated(&controller("Deployment", "replicas: 2, ")));
    assert!(replicated(&controller("DaemonSet", "")));
    assert!(replicated(&(controller("Deployment", "") + scaler)));
}

/// What only one of two worlds speaks of is compared in both.
#[test]
fn a_policy_for_ipv6_closes_what_was_open_before() {
    let with = |policy: &str| world(&format!("{PODS}{policy}"));
    let policy = "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: x}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: '2001:db8::/32'}}]}]}
";
    let told = |before: &World, after: &World| {
        let changes = between(before, after, Reading::DPV2).into_iter();
        let words = |change: Change| {
            format!(
                "{} {} {}",
                change.kind.as_str(),
                change.source,
                change.destination
            )
        };
        changes.map(words).collect::<Vec<String>>()
    };
    let (open, closed) = (with(""), with(policy));
    let forward = told(&open, &closed);
    assert!(
        forward.iter().all(|line| line.starts_with("closed ")),
        "{forward:?}"
    );
    assert_eq!(
        forward.len(),
        2,
        "the other pod, and every other address: {forward:?}"
    );
    let back = told(&closed, &open);
    assert!(
        back.iter().all(|line| line.starts_with("opened ")),
        "{back:?}"
    );
    assert_eq!(back.len(), 2);
    assert_eq!(told(&open, &open), [""; 0]);
}
