//! Every kind of policy brought to one form: whom it selects, what it isolates, what it allows
//! and denies.
//!
//! The dialect's differences in what a policy *means* live here; those in what a peer *matches*
//! live in `peer`. Evaluating one flow and computing all pairs both stand on this form.

use super::dialect::{Dialect, Reading};
use super::peer::Party;
use super::ports::{ConnectionSet, PortSet};
use super::world::{Policy, PolicyId, PolicySpec, Workload, World};
use crate::model::cidr::IpBlock;
use crate::model::clusterwide::{CiliumPortRef, CiliumRule, ClusterwideSpec, Entity};
use crate::model::fqdn::{FqdnMatch, FqdnPolicySpec, FqdnRule};
use crate::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use crate::model::port::{Port, PortsMeant, Protocol};
use crate::model::selector::Selector;

/// What one policy does in one direction.
#[derive(Debug, Clone)]
pub(crate) struct Section<'w> {
    pub(crate) policy: PolicyId,
    pub(crate) direction: Direction,
    pub(crate) subject: Subject<'w>,
    /// Whether the selected pods are closed but for what rules allow.
    pub(crate) isolates: bool,
    pub(crate) rules: Vec<FlatRule<'w>>,
}

/// Whom a policy selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Subject<'w> {
    /// Pods of one namespace.
    Pods(&'w str, &'w Selector),
    /// Pods of all namespaces, in Cilium's words.
    Cilium(&'w Selector),
}

/// One rule that allows or denies.
#[derive(Debug, Clone)]
pub(crate) struct FlatRule<'w> {
    /// Counted from 1, as people do.
    pub(crate) number: usize,
    pub(crate) deny: bool,
    pub(crate) peers: Peers<'w>,
    pub(crate) ports: Ports<'w>,
    /// It says more than can be judged here.
    pub(crate) opaque: bool,
}

/// Who is meant by a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Peers<'w> {
    Everyone,
    /// Whom any of the tests matches.
    Any(Vec<Test<'w>>),
}

/// One test of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Test<'w> {
    Pods(Scope<'w>, &'w Selector),
    Block(&'w IpBlock),
    Domains(&'w [FqdnMatch]),
    Cilium(&'w Selector),
    Entity(Entity),
}

/// In which namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scope<'w> {
    Own(&'w str),
    Matching(&'w Selector),
}

/// Which ports a rule means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ports<'w> {
    All,
    Some(Vec<PortTest<'w>>),
}

/// One entry of a rule's ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PortTest<'w> {
    /// Ports of a protocol, or of any.
    Ports(Option<Protocol>, PortsMeant<'w>),
    Icmp,
}

impl<'w> Ports<'w> {
    /// The connections meant at a receiving end. Only a pod gives ports names.
    pub(crate) fn at(&self, receiver: Option<&Workload>) -> ConnectionSet {
        match self {
            Ports::All => ConnectionSet::all(),
            Ports::Some(tests) => tests.iter().fold(ConnectionSet::none(), |set, test| {
                set.union(&test.at(receiver))
            }),
        }
    }

    /// The names that a receiving end has to resolve.
    pub(crate) fn names(&self) -> impl Iterator<Item = (Option<Protocol>, &'w str)> {
        let tests: &[PortTest<'w>] = match self {
            Ports::All => &[],
            Ports::Some(tests) => tests,
        };
        tests.iter().filter_map(|test| match test {
            PortTest::Ports(protocol, PortsMeant::Name(name)) => Some((*protocol, name.as_str())),
            _ => None,
        })
    }
}

impl PortTest<'_> {
    fn at(&self, receiver: Option<&Workload>) -> ConnectionSet {
        let (protocol, meant) = match self {
            PortTest::Icmp => return ConnectionSet::icmp_only(),
            PortTest::Ports(protocol, meant) => (protocol, meant),
        };
        let mut set = ConnectionSet::none();
        for each in Protocol::ALL {
            if protocol.is_some_and(|only| only != each) {
                continue;
            }
            let ports = match meant {
                PortsMeant::Numbers(first, last) => PortSet::range(*first, *last),
                PortsMeant::Name(name) => receiver
                    .and_then(|pod| pod.named_port(each, name.as_str()))
                    .map_or_else(PortSet::none, |port| PortSet::range(port, port)),
            };
            set = set.union(&ConnectionSet::of(each, ports));
        }
        set
    }
}

impl Section<'_> {
    /// Whether the policy selects a pod.
    pub(crate) fn selects(&self, world: &World, pod: &Workload) -> bool {
        match self.subject {
            Subject::Pods(namespace, selector) => {
                pod.namespace == namespace && selector.matches(&pod.labels)
            }
            Subject::Cilium(selector) => super::peer::cilium_matches(selector, world, pod),
        }
    }
}

impl FlatRule<'_> {
    /// Whether the rule means a party.
    pub(crate) fn matches(
        &self,
        world: &World,
        reading: Reading,
        party: &Party<'_>,
    ) -> super::peer::Match {
        let matched = self.peers.matches(world, reading, party);
        if self.opaque && matched != super::peer::Match::No {
            return super::peer::Match::Perhaps(super::Reason::Opaque);
        }
        matched
    }
}

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
