//! Workloads that nothing protects, and those that can't find anybody.

use super::{Lint, LintKind, Scene};
use crate::model::policy::Direction;
use crate::model::port::{Port, Protocol};
use crate::netpol::peer::{Match, Party};
use crate::netpol::rules::{Section, Test};
use crate::netpol::world::{Workload, WorkloadId};
use crate::netpol::{Connection, rules::Peers};

pub(super) fn lint(scene: &Scene<'_>, found: &mut Vec<Lint>) {
    for (index, workload) in scene.world.workloads().iter().enumerate() {
        let id = WorkloadId(index);
        if scene.reading.is_node(workload) {
            continue;
        }
        for direction in Direction::BOTH {
            let isolating: Vec<&Section<'_>> = isolating(scene, workload, direction);
            if isolating.is_empty() {
                let message = format!("no policy isolates the {direction} of `{workload}`");
                found.push(scene.of_workload(LintKind::Unprotected, id, message));
            } else if direction == Direction::Egress {
                found.extend(dns(scene, id, workload, &isolating));
            }
        }
    }
}

fn isolating<'s, 'w>(
    scene: &'s Scene<'w>,
    workload: &Workload,
    direction: Direction,
) -> Vec<&'s Section<'w>> {
    let isolates = |section: &&Section<'_>| {
        section.isolates && section.direction == direction && section.selects(scene.world, workload)
    };
    scene.sections.iter().filter(isolates).collect()
}

/// Where the answers come from, depending on the cluster's DNS: kube-dns, the cache on the node, or
/// Cloud DNS (GKE documentation, "Service discovery and DNS" and "NodeLocal DNSCache").
fn dns(
    scene: &Scene<'_>,
    id: WorkloadId,
    workload: &Workload,
    sections: &[&Section<'_>],
) -> Option<Lint> {
    let over = |protocol| allows_dns(scene, sections, protocol);
    let message = match (over(Protocol::Udp), over(Protocol::Tcp)) {
        (true, true) => return None,
        (false, _) => format!(
            "`{workload}` may not ask DNS: its egress is isolated, and no rule allows port 53"
        ),
        (true, false) => {
            format!("`{workload}` may ask DNS over UDP only: long answers need TCP port 53")
        }
    };
    let lint = scene.of_workload(LintKind::NoDns, id, message);
    Some(lint.help(
        "allow UDP and TCP port 53 to the pods `k8s-app: kube-dns` and `k8s-app: node-local-dns` of \
         `kube-system`, and to 169.254.20.10/32 and 169.254.169.254/32",
    ))
}

fn allows_dns(scene: &Scene<'_>, sections: &[&Section<'_>], protocol: Protocol) -> bool {
    let Ok(port) = Port::parse(53) else {
        return false;
    };
    let connection = Connection::Port(protocol, port);
    let mut rules = sections.iter().flat_map(|section| &section.rules);
    rules.any(|rule| {
        !rule.deny && rule.ports.at(None).contains(connection) && may_mean_dns(scene, &rule.peers)
    })
}

/// Whether peers may hold a DNS server. Its pods are seldom among the manifests, so a selector of
/// another namespace's pods is taken for one.
fn may_mean_dns(scene: &Scene<'_>, peers: &Peers<'_>) -> bool {
    let Peers::Any(tests) = peers else {
        return true;
    };
    let link_local = [[169, 254, 20, 10], [169, 254, 169, 254]].map(|ip| Party::Address(ip.into()));
    let means = |party: &Party<'_>| peers.matches(scene.world, scene.reading, party) == Match::Yes;
    let elsewhere = |test: &Test<'_>| {
        matches!(
            test,
            Test::Pods(crate::netpol::rules::Scope::Matching(_), _) | Test::Cilium(_)
        )
    };
    let own = |test: &Test<'_>| {
        matches!(
            test,
            Test::Pods(crate::netpol::rules::Scope::Own("kube-system"), _)
        )
    };
    link_local.iter().any(means) || tests.iter().any(|test| elsewhere(test) || own(test))
}
