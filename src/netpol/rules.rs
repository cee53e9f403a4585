//! Every kind of policy brought to one form: whom it selects, what it isolates, what it allows
//! and denies.
//!
//! The dialect's differences in what a policy *means* live here; those in what a peer *matches*
//! live in `peer`. Evaluating one flow and computing all pairs both stand on this form.

mod flatten;

pub(crate) use self::flatten::sections;
use super::dialect::Reading;
use super::peer::Party;
use super::ports::{ConnectionSet, PortSet};
use super::world::{PolicyId, Workload, World};
use crate::model::cidr::IpBlock;
use crate::model::clusterwide::Entity;
use crate::model::fqdn::FqdnMatch;
use crate::model::policy::Direction;
use crate::model::port::{PortsMeant, Protocol};
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
