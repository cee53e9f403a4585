//! Policies and rules that do nothing, or not what they seem to.

use super::{Lint, LintKind, Scene};
use crate::model::policy::{Direction, NetworkPolicySpec};
use crate::model::port::{PortRef, Protocol};
use crate::netpol::diff::diff;
use crate::netpol::mutate::{MutationKind, mutated, mutations};
use crate::netpol::peer::{Match, Party};
use crate::netpol::reach::reach;
use crate::netpol::rules::{FlatRule, Peers, Ports, Section, Test};
use crate::netpol::world::{PolicyId, PolicySpec, Service, Workload, WorkloadId};

/// Beyond this many rules nobody waits for each to be tried.
const MOST_RULES_TRIED: usize = 300;

pub(super) fn lint(scene: &Scene<'_>, found: &mut Vec<Lint>) {
    for (index, policy) in scene.world.policies().iter().enumerate() {
        let id = PolicyId(index);
        if let PolicySpec::Network(spec) = &policy.spec {
            written(scene, id, spec, found);
        }
        selection(scene, id, found);
    }
    for section in &scene.sections {
        for rule in &section.rules {
            one_rule(scene, section, rule, found);
        }
    }
    redundant(scene, found);
}

/// What can be seen from the policy alone.
fn written(scene: &Scene<'_>, id: PolicyId, spec: &NetworkPolicySpec, found: &mut Vec<Lint>) {
    let name = scene
        .world
        .policy(id)
        .map(ToString::to_string)
        .unwrap_or_default();
    let types = spec.policy_types.as_deref().unwrap_or(&[]);
    if types.is_empty() {
        let message = if spec.egress.as_ref().is_some_and(Vec::is_empty) {
            format!("`{name}` leaves out `policyTypes`, and its empty `egress` isolates nothing")
        } else {
            format!("`{name}` leaves out `policyTypes`, so what it isolates hangs on its rules")
        };
        let lint = scene.of_policy(LintKind::PolicyTypesOmitted, id, message);
        found.push(lint.help("write `policyTypes` out"));
    }
    for direction in Direction::BOTH {
        if !spec.isolates(direction) && !spec.rules(direction).is_empty() {
            let message = format!(
                "`{name}` has {direction} rules and doesn't name `{}` in `policyTypes`: the API \
                 says that they are ignored, and Dataplane V2 enforces them",
                direction.as_str()
            );
            let lint = scene.of_policy(LintKind::UnnamedDirection, id, message);
            found.push(lint.help("name the direction, or take its rules away"));
        }
    }
    let open = |direction: &Direction| {
        let all =
            |rule: &crate::model::policy::Rule| rule.peers().is_empty() && rule.ports().is_empty();
        spec.rules(*direction).iter().any(all)
    };
    let isolated = Direction::BOTH.into_iter().filter(|d| spec.isolates(*d));
    if isolated.clone().next().is_some() && isolated.clone().all(|direction| open(&direction)) {
        let message = format!("`{name}` allows everything that it isolates");
        found.push(scene.of_policy(LintKind::VacuousPolicy, id, message));
    }
}

fn selection(scene: &Scene<'_>, id: PolicyId, found: &mut Vec<Lint>) {
    let name = scene
        .world
        .policy(id)
        .map(ToString::to_string)
        .unwrap_or_default();
    let own = || scene.sections.iter().filter(|section| section.policy == id);
    let selected: Vec<&Workload> = own()
        .flat_map(|s| scene.selected(s))
        .map(|(_, w)| w)
        .collect();
    if own().next().is_some() && selected.is_empty() {
        let message = format!("`{name}` selects no pod");
        found.push(scene.of_policy(LintKind::SelectsNoPod, id, message));
    }
    if let Some(host) = selected.iter().find(|workload| workload.host_network) {
        let message = format!(
            "`{name}` selects `{host}`, which is on its node's network: no policy isolates it"
        );
        found.push(scene.of_policy(LintKind::HostNetworkSelected, id, message));
    }
}

fn one_rule(scene: &Scene<'_>, section: &Section<'_>, rule: &FlatRule<'_>, found: &mut Vec<Lint>) {
    let at = (section, rule);
    if let Peers::Any(tests) = &rule.peers {
        for test in tests {
            one_test(scene, at, test, found);
        }
    }
    port_names(scene, at, found);
    service_ports(scene, at, found);
    if let Some(PolicySpec::Network(spec)) = scene.world.policy(section.policy).map(|p| &p.spec)
        && let Some(written) = spec.rules(section.direction).get(rule.number - 1)
        && written
            .ports()
            .iter()
            .any(|port| port.written_protocol().is_none())
    {
        let message = "has a port without `protocol`: it means TCP only";
        found.push(scene.of_rule(LintKind::ProtocolOmitted, at, message));
    }
}

type At<'s, 'w> = (&'s Section<'w>, &'s FlatRule<'w>);

fn one_test(scene: &Scene<'_>, at: At<'_, '_>, test: &Test<'_>, found: &mut Vec<Lint>) {
    match test {
        Test::Block(block) => {
            let net = block.cidr().net();
            let touches = |other: &ipnet::IpNet| net.contains(other) || other.contains(&net);
            let whole = net.prefix_len() == 0;
            let inside = scene.ranges.pods.iter().chain(&scene.world.nodes);
            if !whole && inside.clone().any(touches) {
                let message = format!(
                    "allows `{block}`, where pods or nodes have their addresses: on Dataplane V2 \
                     an address block never matches a pod"
                );
                found.push(scene.of_rule(LintKind::BlockHoldsPods, at, &message));
            }
            if !whole && scene.ranges.services.iter().any(touches) {
                let message = format!(
                    "allows `{block}`, where Services have their addresses: policies see the pod \
                     behind a Service, never the Service's address"
                );
                found.push(scene.of_rule(LintKind::BlockHoldsServices, at, &message));
            }
        }
        Test::Pods(..) | Test::Cilium(_) => {
            let matches = |workload: &Workload| {
                let party = Party::workload(scene.reading, WorkloadId(0), workload);
                test.matches(scene.world, scene.reading, &party) != Match::No
            };
            if !scene.world.workloads().iter().any(matches) {
                let message = "has a peer that matches no pod";
                found.push(scene.of_rule(LintKind::PeerMatchesNothing, at, message));
            }
        }
        Test::Domains(_) | Test::Entity(_) => {}
    }
}

/// The pods at the receiving end of a rule.
fn receivers<'w>(scene: &Scene<'w>, (section, rule): At<'_, '_>) -> Vec<&'w Workload> {
    match section.direction {
        Direction::Ingress => scene
            .selected(section)
            .map(|(_, workload)| workload)
            .collect(),
        Direction::Egress => {
            let means = |workload: &&Workload| {
                let party = Party::workload(scene.reading, WorkloadId(0), workload);
                rule.matches(scene.world, scene.reading, &party) != Match::No
            };
            scene.world.workloads().iter().filter(means).collect()
        }
    }
}

fn port_names(scene: &Scene<'_>, at: At<'_, '_>, found: &mut Vec<Lint>) {
    for (protocol, name) in at.1.ports.names() {
        let protocol = protocol.unwrap_or(Protocol::Tcp);
        let pods = receivers(scene, at);
        let mut numbers: Vec<_> = pods
            .iter()
            .map(|pod| pod.named_port(protocol, name))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let message = match numbers.as_slice() {
            [Some(_)] => continue,
            [] | [None] => format!("names the {protocol} port `{name}`, which no pod there has"),
            [None, Some(_)] => {
                format!("names the {protocol} port `{name}`, which not every pod there has")
            }
            _ => format!("names the {protocol} port `{name}`, which is not the same everywhere"),
        };
        found.push(scene.of_rule(LintKind::PortName, at, &message));
    }
}

/// A rule that allows a Service's own port, where the pods behind the Service listen on another
/// one that the rule leaves closed.
fn service_ports(scene: &Scene<'_>, at: At<'_, '_>, found: &mut Vec<Lint>) {
    let Ports::Some(_) = &at.1.ports else { return };
    let pods = receivers(scene, at);
    for service in scene.world.services() {
        for pod in pods.iter().filter(|pod| is_behind(service, pod)) {
            let allowed = at.1.ports.at(Some(pod));
            for port in &service.ports {
                let target = match &port.target {
                    Some(PortRef::Number(number)) => *number,
                    _ => continue,
                };
                let set = allowed.ports(port.protocol);
                if set.contains(port.port) && !set.contains(target) {
                    let message = format!(
                        "allows port {}, which is the Service `{}`'s own: its pods listen on {target}",
                        port.port, service.name
                    );
                    let lint = scene.of_rule(LintKind::ServicePort, at, &message);
                    if !found.contains(&lint) {
                        found.push(lint);
                    }
                }
            }
        }
    }
}

fn is_behind(service: &Service, pod: &Workload) -> bool {
    let selector = service.selector.iter().flat_map(|labels| labels.iter());
    service.selector.is_some()
        && service.namespace == pod.namespace
        && selector
            .into_iter()
            .all(|(key, value)| pod.labels.get(key) == Some(value))
}

/// Rules whose loss changes nothing.
fn redundant(scene: &Scene<'_>, found: &mut Vec<Lint>) {
    let removals: Vec<_> = mutations(scene.world)
        .into_iter()
        .filter(|mutation| mutation.kind == MutationKind::Remove)
        .collect();
    if removals.len() > MOST_RULES_TRIED {
        return;
    }
    let before = reach(scene.world, scene.reading);
    for removal in removals {
        let after = reach(&mutated(scene.world, &removal), scene.reading);
        if diff(&before, &after).is_empty() {
            let name = scene.world.policy(removal.policy).map(ToString::to_string);
            let message = format!(
                "{} rule {} of `{}` could be taken away without any change",
                removal.direction,
                removal.rule,
                name.unwrap_or_default()
            );
            found.push(Lint {
                span: removal.span,
                ..scene.of_policy(LintKind::RedundantRule, removal.policy, message)
            });
        }
    }
}
