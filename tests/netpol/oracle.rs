//! The Kubernetes API text read as literally and as slowly as can be, as an oracle.
//!
//! Nothing of the evaluator is used here but the values it is given: matching of selectors,
//! addresses and ports is written out once more.

use std::net::IpAddr;

use dplab::model::labels::Labels;
use dplab::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use dplab::model::port::{PortRef, Protocol};
use dplab::model::selector::{Operator, Selector};
use dplab::netpol::{Connection, Dialect, PolicySpec, Workload, World};

/// One end as the oracle sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who<'w> {
    Pod(&'w Workload),
    /// A pod on its node's network.
    Host,
    Outside(IpAddr),
}

/// Yes, no, or nobody can say.
pub(crate) type Answer = Option<bool>;

fn any(answers: impl IntoIterator<Item = Answer>) -> Answer {
    let mut result = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            None => result = None,
            Some(false) => {}
        }
    }
    result
}

fn all(a: Answer, b: Answer) -> Answer {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, _) | (_, None) => None,
        _ => Some(true),
    }
}

/// "label selector requirements are ANDed"
fn selects(selector: &Selector, labels: &Labels) -> bool {
    let has = |key: &str, value: &str| labels.iter().any(|(k, v)| k == key && v == value);
    let there = |key: &str| labels.iter().any(|(k, _)| k == key);
    for (key, value) in selector.match_labels.iter().flat_map(Labels::iter) {
        if !has(key, value) {
            return false;
        }
    }
    for condition in selector.match_expressions.iter().flatten() {
        let key = condition.key();
        let listed = condition.values().iter().any(|value| has(key, value));
        let good = match condition.operator() {
            Operator::In => listed,
            Operator::NotIn => !there(key) || !listed,
            Operator::Exists => there(key),
            Operator::DoesNotExist => !there(key),
        };
        if !good {
            return false;
        }
    }
    true
}

fn in_net(ip: IpAddr, net: ipnet::IpNet) -> bool {
    let bits = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()) << 96,
        IpAddr::V6(ip) => ip.to_bits(),
    };
    let length = u32::from(net.prefix_len());
    let mask = if length == 0 {
        0
    } else {
        u128::MAX << (128 - length)
    };
    ip.is_ipv4() == net.addr().is_ipv4() && bits(ip) & mask == bits(net.addr()) & mask
}

pub(crate) struct Oracle<'w> {
    pub(crate) world: &'w World,
    pub(crate) dialect: Dialect,
}

impl Oracle<'_> {
    /// "a connection is allowed if both the egress policy on the source and the ingress policy on
    /// the destination allow it"
    pub(crate) fn allowed(&self, from: Who<'_>, to: Who<'_>, connection: Connection) -> Answer {
        let egress = self.direction(Direction::Egress, from, to, to, connection);
        let ingress = self.direction(Direction::Ingress, to, from, to, connection);
        all(egress, ingress)
    }

    fn direction(
        &self,
        direction: Direction,
        here: Who<'_>,
        peer: Who<'_>,
        receiver: Who<'_>,
        connection: Connection,
    ) -> Answer {
        let Who::Pod(pod) = here else {
            return Some(true);
        };
        let mut isolated = false;
        let mut answers = Vec::new();
        for policy in self.world.policies() {
            let PolicySpec::Network(spec) = &policy.spec else {
                panic!("only NetworkPolicy");
            };
            let namespace = policy.namespace.as_deref().expect("a namespace");
            let everything = Selector::default();
            let selector = spec.pod_selector.as_ref().unwrap_or(&everything);
            if pod.namespace != namespace || !selects(selector, &pod.labels) {
                continue;
            }
            if !self.in_force(spec, direction) {
                continue;
            }
            isolated = true;
            for rule in self.rules(spec, direction) {
                let peers = self.peers(rule, namespace, peer);
                answers.push(all(peers, Some(ports(rule, receiver, connection))));
            }
        }
        if !isolated {
            return Some(true);
        }
        match (any(answers), peer) {
            (Some(false), Who::Host) => None,
            (answer, _) => answer,
        }
    }

    /// "If policyTypes is not specified, it will default based on the existence of ingress or
    /// egress rules; policies that contain an egress section are assumed to affect egress, and all
    /// policies (whether or not they contain an ingress section) are assumed to affect ingress."
    fn in_force(&self, spec: &NetworkPolicySpec, direction: Direction) -> bool {
        let has_rules = !self.rules(spec, direction).is_empty();
        let types = spec.policy_types.clone().unwrap_or_default();
        if types.is_empty() {
            return direction == Direction::Ingress || has_rules;
        }
        types.contains(&direction) || (self.dialect == Dialect::Dpv2 && has_rules)
    }

    fn rules<'s>(&self, spec: &'s NetworkPolicySpec, direction: Direction) -> &'s [Rule] {
        match direction {
            Direction::Ingress => spec.ingress.as_deref(),
            Direction::Egress => spec.egress.as_deref(),
        }
        .unwrap_or(&[])
    }

    /// "If this field is empty or missing, this rule matches all sources."
    fn peers(&self, rule: &Rule, own: &str, peer: Who<'_>) -> Answer {
        match rule.peers.as_deref() {
            None | Some([]) => Some(true),
            Some(peers) => any(peers.iter().map(|one| self.peer(one, own, peer))),
        }
    }

    fn peer(&self, test: &Peer, own: &str, who: Who<'_>) -> Answer {
        let namespace_fits = |selector: &Selector, pod: &Workload| {
            let namespace = self.world.namespaces().find(|ns| ns.name == pod.namespace);
            selects(selector, &namespace.expect("a namespace").labels)
        };
        match (test, who) {
            (Peer::Pods(pods), Who::Pod(pod)) => {
                Some(pod.namespace == own && selects(pods, &pod.labels))
            }
            (Peer::Namespaces(namespaces), Who::Pod(pod)) => Some(namespace_fits(namespaces, pod)),
            (Peer::PodsIn { pods, namespaces }, Who::Pod(pod)) => {
                Some(namespace_fits(namespaces, pod) && selects(pods, &pod.labels))
            }
            (Peer::IpBlock(block), Who::Outside(ip)) => Some(holds(block, ip)),
            (Peer::IpBlock(_), Who::Host) => None,
            (Peer::IpBlock(block), Who::Pod(pod)) => match self.dialect {
                Dialect::Dpv2 => Some(false),
                Dialect::Strict => {
                    let ip = pod.pods.iter().flat_map(|pod| &pod.ips).next();
                    ip.map(|ip| holds(block, *ip))
                }
            },
            (_, Who::Host | Who::Outside(_)) => Some(false),
        }
    }
}

fn holds(block: &dplab::model::cidr::IpBlock, ip: IpAddr) -> bool {
    in_net(ip, block.cidr().net()) && !block.except().iter().any(|hole| in_net(ip, hole.net()))
}

/// "If this field is empty or missing, this rule matches all ports (traffic not restricted by
/// port)."
fn ports(rule: &Rule, receiver: Who<'_>, connection: Connection) -> bool {
    let Some(ports) = rule.ports.as_deref().filter(|ports| !ports.is_empty()) else {
        return true;
    };
    let Connection::Port(protocol, number) = connection else {
        return false;
    };
    ports.iter().any(|port| {
        if port.written_protocol().unwrap_or(Protocol::Tcp) != protocol {
            return false;
        }
        match port.port() {
            None => true,
            Some(PortRef::Number(first)) => {
                let last = port.end_port().unwrap_or(*first);
                (first.get()..=last.get()).contains(&number.get())
            }
            Some(PortRef::Name(name)) => match receiver {
                Who::Pod(pod) => pod
                    .ports
                    .iter()
                    .find(|p| p.protocol == protocol && p.name.as_deref() == Some(name.as_str()))
                    .is_some_and(|p| p.port == number),
                _ => false,
            },
        }
    })
}
