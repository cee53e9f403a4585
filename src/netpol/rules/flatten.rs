//! Each kind of policy -> the one form.

use super::{FlatRule, Peers, PortTest, Ports, Scope, Section, Subject, Test};
use crate::model::clusterwide::{CiliumPortRef, CiliumRule, ClusterwideSpec};
use crate::model::fqdn::{FqdnPolicySpec, FqdnRule};
use crate::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use crate::model::port::{Port, PortsMeant};
use crate::model::selector::Selector;
use crate::netpol::dialect::{Dialect, Reading};
use crate::netpol::world::{Policy, PolicyId, PolicySpec, World};

/// Every policy of a world in one form.
pub(crate) fn sections(world: &World, reading: Reading) -> Vec<Section<'_>> {
    let mut sections = Vec::with_capacity(world.policies().len());
    for (index, policy) in world.policies().iter().enumerate() {
        let id = PolicyId(index);
        for direction in Direction::BOTH {
            sections.extend(section(id, policy, direction, reading.dialect));
        }
    }
    sections
}

fn section(
    id: PolicyId,
    policy: &Policy,
    direction: Direction,
    dialect: Dialect,
) -> Vec<Section<'_>> {
    let namespace = policy.namespace.as_deref().unwrap_or("default");
    let one = match &policy.spec {
        PolicySpec::Network(spec) => network(id, namespace, spec, direction, dialect),
        PolicySpec::Fqdn(spec) => fqdn(id, namespace, spec, direction),
        PolicySpec::Clusterwide(specs) => return clusterwide(id, specs, direction),
    };
    one.into_iter().collect()
}

/// Kubernetes ignores rules of a direction that `policyTypes` doesn't name. Cilium turns them
/// into rules all the same, and rules isolate (cilium/cilium#48703).
fn network<'w>(
    policy: PolicyId,
    namespace: &'w str,
    spec: &'w NetworkPolicySpec,
    direction: Direction,
    dialect: Dialect,
) -> Option<Section<'w>> {
    let rules = spec.rules(direction);
    let in_force = spec.isolates(direction) || (dialect == Dialect::Dpv2 && !rules.is_empty());
    in_force.then(|| Section {
        policy,
        direction,
        subject: Subject::Pods(namespace, spec.selector()),
        isolates: true,
        rules: numbered(rules.iter().map(|rule| network_rule(rule, namespace))),
    })
}

fn numbered<'w>(rules: impl Iterator<Item = FlatRule<'w>>) -> Vec<FlatRule<'w>> {
    rules
        .enumerate()
        .map(|(index, rule)| FlatRule {
            number: index + 1,
            ..rule
        })
        .collect()
}

fn network_rule<'w>(rule: &'w Rule, namespace: &'w str) -> FlatRule<'w> {
    let peers = match rule.peers() {
        [] => Peers::Everyone,
        peers => Peers::Any(peers.iter().map(|peer| test(peer, namespace)).collect()),
    };
    let ports = match rule.ports() {
        [] => Ports::All,
        ports => {
            let tests = ports
                .iter()
                .map(|port| PortTest::Ports(Some(port.protocol()), port.meant()));
            Ports::Some(tests.collect())
        }
    };
    FlatRule {
        number: 0,
        deny: false,
        peers,
        ports,
        opaque: false,
    }
}

fn test<'w>(peer: &'w Peer, namespace: &'w str) -> Test<'w> {
    const ALL: &Selector = &Selector::all();
    match peer {
        Peer::Pods(pods) => Test::Pods(Scope::Own(namespace), pods),
        Peer::Namespaces(namespaces) => Test::Pods(Scope::Matching(namespaces), ALL),
        Peer::PodsIn { pods, namespaces } => Test::Pods(Scope::Matching(namespaces), pods),
        Peer::IpBlock(block) => Test::Block(block),
    }
}

/// An FQDNNetworkPolicy isolates egress and adds to what NetworkPolicies allow.
fn fqdn<'w>(
    policy: PolicyId,
    namespace: &'w str,
    spec: &'w FqdnPolicySpec,
    direction: Direction,
) -> Option<Section<'w>> {
    const ALL: &Selector = &Selector::all();
    (direction == Direction::Egress).then(|| Section {
        policy,
        direction,
        subject: Subject::Pods(namespace, spec.pod_selector.as_ref().unwrap_or(ALL)),
        isolates: true,
        rules: numbered(spec.egress().iter().map(fqdn_rule)),
    })
}

fn fqdn_rule(rule: &FqdnRule) -> FlatRule<'_> {
    let ports = match rule.ports.as_deref() {
        None | Some([]) => Ports::All,
        Some(ports)
            if ports
                .iter()
                .any(|p| p.protocol.is_none() && p.port.is_none()) =>
        {
            Ports::All
        }
        Some(ports) => {
            let tests = ports.iter().map(|port| {
                let first = port.port.unwrap_or(Port::MIN);
                let last = port.port.unwrap_or(Port::MAX);
                PortTest::Ports(port.protocol, PortsMeant::Numbers(first, last))
            });
            Ports::Some(tests.collect())
        }
    };
    FlatRule {
        number: 0,
        deny: false,
        peers: Peers::Any(vec![Test::Domains(rule.matches())]),
        ports,
        opaque: false,
    }
}

fn clusterwide(
    policy: PolicyId,
    specs: &[ClusterwideSpec],
    direction: Direction,
) -> Vec<Section<'_>> {
    let mut next = 1;
    let mut sections = Vec::new();
    for spec in specs {
        let allows = spec.allows(direction).iter().map(|rule| (rule, false));
        let denies = spec.denies(direction).iter().map(|rule| (rule, true));
        let rules: Vec<FlatRule<'_>> = allows
            .chain(denies)
            .zip(next..)
            .map(|((rule, deny), number)| cilium_rule(rule, deny, number))
            .collect();
        next += rules.len();
        let isolates = spec.isolates(direction);
        if isolates || !rules.is_empty() {
            sections.push(Section {
                policy,
                direction,
                subject: Subject::Cilium(&spec.endpoint_selector),
                isolates,
                rules,
            });
        }
    }
    sections
}

/// In Cilium an empty rule means nobody, and a rule of ports alone means everyone.
fn cilium_rule(rule: &CiliumRule, deny: bool, number: usize) -> FlatRule<'_> {
    let peers = if rule.names_peers() || rule.is_empty() {
        let endpoints = rule.endpoints.iter().flatten().map(Test::Cilium);
        let entities = rule.entities.iter().flatten().copied().map(Test::Entity);
        let blocks = rule.blocks.iter().flatten().map(Test::Block);
        Peers::Any(endpoints.chain(entities).chain(blocks).collect())
    } else {
        Peers::Everyone
    };
    FlatRule {
        number,
        deny,
        peers,
        ports: cilium_ports(rule),
        opaque: !rule.opaque.is_empty(),
    }
}

fn cilium_ports(rule: &CiliumRule) -> Ports<'_> {
    let icmp = rule.icmps.then_some(PortTest::Icmp);
    match rule.ports.as_deref() {
        None | Some([]) => icmp.map_or(Ports::All, |icmp| Ports::Some(vec![icmp])),
        Some(ports) => {
            let tests = ports.iter().map(|port| {
                let meant = match &port.port {
                    CiliumPortRef::Numbers(first, last) => PortsMeant::Numbers(*first, *last),
                    CiliumPortRef::Name(name) => PortsMeant::Name(name),
                };
                PortTest::Ports(port.protocol, meant)
            });
            Ports::Some(tests.chain(icmp).collect())
        }
    }
}
