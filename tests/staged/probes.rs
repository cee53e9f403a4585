//! Probes: what they open, where it is logged, and that they take nobody's traffic.

use dplab::model::port::{Port, Protocol};
use dplab::netpol::{Backends, Connection, Endpoint, Evaluator, Flow, Reading, Verdict, backends};
use dplab::staged::{self, Places};

use super::{read, text_of};

#[test]
fn log_entries_are_looked_for_in_both_directions_where_the_probe_is_isolated() {
    let direction = |policy: &str| {
        let text = format!(
            "\
app:
  workloads:
    - {{name: web, image: example.com/web, services: [{{ports: [{{port: 80}}]}}]}}
  objects:
    - {{apiVersion: v1, kind: Secret, metadata: {{name: a}}}}
{policy}
probes:
  - {{name: ping, from: {{image: example.com/curl}}, to: 'web:80', run: [curl, web]}}
stages:
  - {{name: open, expect: {{ping: {{verdict: allowed}}}}}}
"
        );
        let text = text_of(&read(&text).lab, "scripts/30-stage-1-open.sh");
        let line = text.lines().find(|line| line.contains("direction="));
        line.expect("a line").trim().to_owned()
    };
    let carried = "    - {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, \
                   metadata: {name: p}, spec: {podSelector: {}, egress: [{}]}}";
    assert_eq!(direction(""), "direction=ingress");
    assert_eq!(direction(carried), "direction=''");
}

const DNS: &str = "\
app:
  workloads:
    - name: dns
      image: example.com/dns
      ports: [{name: tcp, containerPort: 5353}, {name: udp, containerPort: 5354, protocol: UDP}]
      services:
        - ports:
            - {name: u, port: 53, protocol: UDP, targetPort: udp}
            - {name: t, port: 53, targetPort: tcp}
            - {name: only, port: 54, protocol: UDP, targetPort: udp}
    - {name: web, image: example.com/web, calls: ['dns:53']}
probes:
  - {name: as, from: {image: example.com/curl, as: dns}, to: 'dns:53', run: [dig]}
  - {name: like, from: {image: example.com/curl, labels: {app: dns}}, to: 'dns:54', run: [dig]}
  - {name: other, from: {image: example.com/curl}, to: 'dns:54', run: [dig]}
";

#[test]
fn a_probe_speaks_the_protocol_of_the_services_port() {
    let lab = read(DNS).lab;
    let world = staged::world(&lab, None, &Places::new());
    let flows = lab
        .probes
        .iter()
        .map(|probe| staged::flow(&world, &lab, probe));
    let told: Vec<String> = flows
        .map(|flow| flow.expect("both ends").connection.to_string())
        .collect();
    assert_eq!(told, ["TCP 5353", "UDP 5354", "UDP 5354"]);
}

#[test]
fn calls_of_a_port_with_two_protocols_are_let_through_on_both() {
    let lab = read(&format!("{DNS}policies: [{{name: least, from: calls}}]\n")).lab;
    let world = staged::world(&lab, None, &Places::new());
    let evaluator = Evaluator::new(&world, Reading::DPV2);
    let end = |name: &str| {
        let id = world.find_workloads(Some("default"), name).next();
        Endpoint::Workload(id.expect("a workload"))
    };
    let verdict = |protocol, number| {
        let connection = Connection::Port(protocol, Port::parse(number).expect("a port"));
        let (source, destination) = (end("web"), end("dns"));
        let flow = Flow {
            source,
            destination,
            connection,
        };
        evaluator.evaluate(&flow).verdict
    };
    assert_eq!(verdict(Protocol::Tcp, 5353), Verdict::Allowed);
    assert_eq!(verdict(Protocol::Udp, 5354), Verdict::Allowed);
    assert_eq!(verdict(Protocol::Udp, 5353), Verdict::Denied);
}

#[test]
fn a_probes_pod_takes_no_workloads_traffic_whatever_its_labels() {
    let lab = read(DNS).lab;
    let world = staged::world(&lab, None, &Places::new());
    let service = world.service("default", "dns").expect("a Service");
    let Backends::Pods(pods) = backends(&world, service, &service.ports[0]) else {
        panic!("no pods");
    };
    assert_eq!(pods.len(), 1, "the workload alone");
    let gated = |probe: &str| {
        let text = text_of(&lab, &format!("kubernetes/probes/{probe}.yaml"));
        text.contains("readinessGates:")
    };
    assert_eq!(
        (gated("as"), gated("like"), gated("other")),
        (true, true, false)
    );
}
