//! Ports behind Ingresses and Gateways: health checks and proxies come from known blocks, and all
//! of them must get in.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::check::lint::{Lint, placed};
use crate::diag::{Code, Diagnostic};
use crate::model::edge::{GOOGLE, Proxies, Way};
use crate::netpol::services::{Backend, Backends, backends};
use crate::netpol::world::{Service, ServicePort};
use crate::netpol::{Endpoint, Evaluation, Evaluator, Flow, Verdict};

/// Ways whose end is closed to some of those that come along them.
pub(super) fn of_ways(lint: &Lint<'_>, evaluator: &Evaluator<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for way in &lint.world.ways {
        let Some((service, port)) = end(lint, way) else {
            continue;
        };
        let Backends::Pods(pods) = backends(lint.world, service, port) else {
            continue;
        };
        let needed = blocks(lint, way);
        let closed = pods.iter().find_map(|pod| closed(evaluator, pod, &needed));
        if let Some((blocks, evaluation)) = closed {
            found.push(finding(lint, way, port, &blocks, &evaluation));
        }
    }
    found
}

/// The port of a Service that a way leads to.
fn end<'w>(lint: &Lint<'w>, way: &Way) -> Option<(&'w Service, &'w ServicePort)> {
    let service = lint.world.service(&way.namespace, &way.service)?;
    let means = |it: &&ServicePort| way.port.means(it.protocol, it.port, it.name.as_deref());
    Some((service, service.ports.iter().find(means)?))
}

/// Where connections along a way come from. Proxies of a subnet that isn't known are left out.
fn blocks(lint: &Lint<'_>, way: &Way) -> Vec<IpNet> {
    let google = GOOGLE.iter().filter_map(|block| block.parse().ok());
    let proxies = lint
        .world
        .proxies
        .filter(|_| way.proxies == Proxies::ProxySubnet);
    google.chain(proxies).collect()
}

/// The blocks that a pod doesn't let in, each judged by its first and its last address, and why.
fn closed(
    evaluator: &Evaluator<'_>,
    pod: &Backend,
    needed: &[IpNet],
) -> Option<(Vec<IpNet>, Evaluation)> {
    let from = |ip: IpAddr| {
        evaluator.evaluate(&Flow {
            source: Endpoint::Address(ip),
            destination: Endpoint::Workload(pod.workload),
            connection: pod.connection,
        })
    };
    let denied = |block: &IpNet| {
        let ends = [block.network(), block.broadcast()].into_iter().map(from);
        ends.into_iter().find(|it| it.verdict == Verdict::Denied)
    };
    let all = needed
        .iter()
        .filter_map(|block| Some((*block, denied(block)?)));
    let (blocks, why): (Vec<IpNet>, Vec<Evaluation>) = all.unzip();
    Some((blocks, why.into_iter().next()?))
}

fn finding(
    lint: &Lint<'_>,
    way: &Way,
    port: &ServicePort,
    blocks: &[IpNet],
    evaluation: &Evaluation,
) -> Diagnostic {
    let side = evaluation.ingress.as_ref();
    let policy = side.and_then(|side| lint.world.policy(*side.isolating.first()?));
    let span = policy.and_then(|policy| policy.spans.policy);
    let names: Vec<String> = blocks.iter().map(|block| format!("`{block}`")).collect();
    let names = names.join(", ");
    let message = format!(
        "the load balancer of `{}` doesn't get through to the Service `{}` on port {}",
        way.by, way.service, port.port
    );
    let finding = Diagnostic::new(Code::FrontDoorClosed, message);
    let label = format!("this policy isolates the pods, and no rule lets {names} in");
    placed(finding, span, &label).help(match way.proxies {
        Proxies::FrontEnds => {
            "a load balancer's connections and health checks come from `35.191.0.0/16` and \
             `130.211.0.0/22`, never from clients"
        }
        Proxies::ProxySubnet => {
            "a load balancer's health checks come from `35.191.0.0/16` and `130.211.0.0/22`, its \
             connections from the region's proxy-only subnet, never from clients"
        }
    })
}
