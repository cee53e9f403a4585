//! What ingress policies on GKE forget: the way in from outside, and its health checks.

mod edge;

use std::net::IpAddr;

use super::{Lint, placed};
use crate::diag::{Code, Diagnostic};
use crate::model::port::Port;
use crate::netpol::services::{Backends, backends};
use crate::netpol::world::ServiceType;
use crate::netpol::{
    Connection, Endpoint, Evaluation, Evaluator, Flow, NodePlace, Verdict, WorkloadId,
};

/// Services whose pods don't let those in that come from outside.
pub(super) fn front_doors(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let evaluator = Evaluator::new(lint.world, lint.facts.reading);
    let mut found = of_services(lint, &evaluator);
    found.extend(edge::of_ways(lint, &evaluator));
    found
}

/// Services for the outside whose pods let nobody from outside in.
fn of_services(lint: &Lint<'_>, evaluator: &Evaluator<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for service in lint.world.services() {
        if !matches!(
            service.kind,
            ServiceType::LoadBalancer | ServiceType::NodePort
        ) {
            continue;
        }
        for port in &service.ports {
            let Backends::Pods(pods) = backends(lint.world, service, port) else {
                continue;
            };
            let closed = pods
                .iter()
                .find_map(|pod| closed(lint, evaluator, pod.workload, pod.connection));
            if let Some(evaluation) = closed {
                found.push(closed_door(lint, &service.name, port.port, &evaluation));
            }
        }
    }
    found
}

/// Why nobody gets in; none if anybody may.
fn closed(
    lint: &Lint<'_>,
    evaluator: &Evaluator<'_>,
    workload: WorkloadId,
    connection: Connection,
) -> Option<Evaluation> {
    let from = |source| {
        evaluator.evaluate(&Flow {
            source,
            destination: Endpoint::Workload(workload),
            connection,
        })
    };
    let node = from(Endpoint::Node(NodePlace::Remote));
    let blocks = lint.world.policies().iter().flat_map(blocks_of);
    let mut outside = blocks.chain([IpAddr::from([203, 0, 113, 1])]);
    let anybody = outside.any(|ip| from(Endpoint::Address(ip)).verdict != Verdict::Denied);
    (node.verdict == Verdict::Denied && !anybody).then_some(node)
}

/// An address of each block that a policy lets in.
fn blocks_of(policy: &crate::netpol::Policy) -> Vec<IpAddr> {
    use crate::model::policy::{Direction, Peer};
    let crate::netpol::PolicySpec::Network(spec) = &policy.spec else {
        return Vec::new();
    };
    let peers = spec
        .rules(Direction::Ingress)
        .iter()
        .flat_map(|rule| rule.peers());
    peers
        .filter_map(|peer| match peer {
            Peer::IpBlock(block) => Some(block.cidr().net().broadcast()),
            _ => None,
        })
        .collect()
}

fn closed_door(lint: &Lint<'_>, service: &str, port: Port, evaluation: &Evaluation) -> Diagnostic {
    let side = evaluation.ingress.as_ref();
    let policy = side.and_then(|side| lint.world.policy(*side.isolating.first()?));
    let message =
        format!("nobody from outside gets through the Service `{service}` on port {port}");
    let span = policy.and_then(|policy| policy.spans.policy);
    let finding = Diagnostic::new(Code::FrontDoorClosed, message);
    placed(
        finding,
        span,
        "this policy isolates the pods, and no rule lets the outside in",
    )
    .help(
        "health checks of Google's load balancers come from `35.191.0.0/16` and `130.211.0.0/22`, \
         clients from their own addresses or a node's",
    )
}
