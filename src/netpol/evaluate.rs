//! One connection: may it be made, and which rules decide.

mod side;

pub use self::side::{Miss, RuleRef, Side};
use super::dialect::{Dialect, Reading};
use super::peer::{Endpoint, Match, NodePlace, Party};
use super::ports::Connection;
use super::rules::{FlatRule, Section, sections};
use super::world::{Workload, World};
use super::{Reason, Verdict};
use crate::model::policy::Direction;
use crate::model::port::{Port, Protocol};

/// A connection to ask about, on the port of the receiving pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Who opens it.
    pub source: Endpoint,
    /// Who is to take it.
    pub destination: Endpoint,
    /// Protocol and port.
    pub connection: Connection,
}

/// What becomes of a connection, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// What becomes of it.
    pub verdict: Verdict,
    /// What the policies alone say, before anything is held against it that they know nothing of.
    pub by_policy: Verdict,
    /// Egress at the source, if it is a pod. It is judged first.
    pub egress: Option<Side>,
    /// Ingress at the destination, if it is a pod.
    pub ingress: Option<Side>,
    /// It is a pod's connection to itself, which nothing can keep it from.
    pub to_itself: bool,
}

/// Answers questions about one world.
#[derive(Debug, Clone)]
pub struct Evaluator<'w> {
    world: &'w World,
    reading: Reading,
    sections: Vec<Section<'w>>,
}

/// Evaluates one connection. For many, keep an [`Evaluator`].
pub fn evaluate(world: &World, reading: Reading, flow: &Flow) -> Evaluation {
    Evaluator::new(world, reading).evaluate(flow)
}

impl<'w> Evaluator<'w> {
    /// Prepares a world.
    pub fn new(world: &'w World, reading: Reading) -> Self {
        Self {
            world,
            reading,
            sections: sections(world, reading),
        }
    }

    /// The world.
    pub fn world(&self) -> &'w World {
        self.world
    }

    /// How it is read.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// Evaluates one connection: it needs the source's egress and the destination's ingress, on
    /// the same protocol and port. An end that is no pod has no say.
    pub fn evaluate(&self, flow: &Flow) -> Evaluation {
        let party = |end| Party::of(self.world, self.reading, end);
        let (Some(source), Some(destination)) = (party(&flow.source), party(&flow.destination))
        else {
            return Evaluation::of(Verdict::Unknown(Reason::NoSuchEnd));
        };
        let own = own_workload(&source, &destination);
        if own.is_some_and(|workload| !workload.has_replicas()) {
            return Evaluation {
                to_itself: true,
                ..Evaluation::of(Verdict::Allowed)
            };
        }
        let egress = self.side(Direction::Egress, &source, &destination, flow.connection);
        let ingress = self.side(Direction::Ingress, &destination, &source, flow.connection);
        let by_policy = [&egress, &ingress]
            .into_iter()
            .flatten()
            .fold(Verdict::Allowed, |all, side| all.and(side.verdict));
        let verdict = match (own, by_policy) {
            (Some(_), Verdict::Denied) => Verdict::Unknown(Reason::Replicas),
            _ => self.with_caveats(by_policy, &source, &destination, flow.connection),
        };
        Evaluation {
            verdict,
            by_policy,
            egress,
            ingress,
            to_itself: false,
        }
    }

    /// What policies know nothing of: SCTP is not a sure thing on Dataplane V2, and it is disputed
    /// whether the metadata server's address is judged before or after it is rewritten to a port
    /// of the node. Where both are allowed there is no doubt.
    fn with_caveats(
        &self,
        verdict: Verdict,
        source: &Party<'_>,
        destination: &Party<'_>,
        connection: Connection,
    ) -> Verdict {
        if self.reading.dialect != Dialect::Dpv2 {
            return verdict;
        }
        if matches!(connection, Connection::Port(Protocol::Sctp, _)) {
            return Verdict::Unknown(Reason::Sctp);
        }
        if verdict == Verdict::Allowed && is_metadata(destination, connection) {
            return self.metadata_on_node(source);
        }
        verdict
    }

    fn metadata_on_node(&self, source: &Party<'_>) -> Verdict {
        let node = Party::Node(NodePlace::Remote);
        let side = Port::parse(METADATA_PORT_OF_NODE)
            .ok()
            .and_then(|port| self.side(Direction::Egress, source, &node, Connection::tcp(port)));
        match side {
            Some(side) if side.verdict != Verdict::Allowed => {
                Verdict::Unknown(Reason::MetadataServer)
            }
            _ => Verdict::Allowed,
        }
    }

    fn side(
        &self,
        direction: Direction,
        here: &Party<'_>,
        peer: &Party<'_>,
        connection: Connection,
    ) -> Option<Side> {
        let (workload, pod) = here.pod()?;
        let receiver = match direction {
            Direction::Ingress => Some(pod),
            Direction::Egress => peer.pod().map(|(_, peer)| peer),
        };
        let mut side = Side::open(workload, direction);
        side.own_node = matches!(peer, Party::Node(NodePlace::Local));
        for section in &self.sections {
            if section.direction == direction && section.selects(self.world, pod) {
                self.apply(section, &mut side, peer, receiver, connection);
            }
        }
        side.verdict = side.judge(matches!(peer, Party::Node(NodePlace::Unknown)));
        Some(side)
    }

    fn apply(
        &self,
        section: &Section<'_>,
        side: &mut Side,
        peer: &Party<'_>,
        receiver: Option<&Workload>,
        connection: Connection,
    ) {
        if section.isolates && !side.isolating.contains(&section.policy) {
            side.isolating.push(section.policy);
        }
        for rule in &section.rules {
            let at = self.rule_ref(section, rule);
            let ports = rule.ports.at(receiver).contains(connection);
            match (rule.matches(self.world, self.reading, peer), ports) {
                (Match::Yes, true) if rule.deny => side.denying.push(at),
                (Match::Yes, true) => side.allowing.push(at),
                (Match::Perhaps(reason), true) => side.doubt(rule.deny, at, reason),
                (Match::No, true) => side.missed.push((at, Miss::Peer)),
                (Match::No, false) => side.missed.push((at, Miss::PeerAndPort)),
                (_, false) => side.missed.push((at, port_miss(rule, receiver))),
            }
        }
    }

    fn rule_ref(&self, section: &Section<'_>, rule: &FlatRule<'_>) -> RuleRef {
        let spans = self
            .world
            .policy(section.policy)
            .map(|policy| &policy.spans);
        RuleRef {
            policy: section.policy,
            direction: section.direction,
            number: rule.number,
            span: spans.and_then(|spans| spans.rule(section.direction, rule.number)),
        }
    }
}

impl Evaluation {
    fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            by_policy: verdict,
            egress: None,
            ingress: None,
            to_itself: false,
        }
    }

    /// The end that decides a connection that can't be made, egress first.
    pub fn denied_at(&self) -> Option<&Side> {
        [&self.egress, &self.ingress]
            .into_iter()
            .flatten()
            .find(|side| side.verdict == Verdict::Denied)
    }
}

/// The workload, where both ends are pods of one. They may be one pod, or two of its replicas.
fn own_workload<'w>(source: &Party<'w>, destination: &Party<'w>) -> Option<&'w Workload> {
    let ((source, workload), (destination, _)) = (source.pod()?, destination.pod()?);
    (source == destination).then_some(workload)
}

/// Where a node serves metadata to its pods (GKE documentation, Workload Identity Federation).
const METADATA_PORT_OF_NODE: i64 = 988;

fn is_metadata(destination: &Party<'_>, connection: Connection) -> bool {
    let address = matches!(destination, Party::Address(ip)
        if *ip == std::net::IpAddr::from([169, 254, 169, 254]));
    let port = matches!(connection, Connection::Port(Protocol::Tcp, port)
        if matches!(port.get(), 80 | 8080));
    address && port
}

fn port_miss(rule: &FlatRule<'_>, receiver: Option<&Workload>) -> Miss {
    let unresolved = |(protocol, name): (Option<Protocol>, &str)| {
        let resolves = |each: &Protocol| {
            protocol.is_none_or(|only| only == *each)
                && receiver.is_some_and(|pod| pod.named_port(*each, name).is_some())
        };
        !Protocol::ALL.iter().any(resolves)
    };
    if rule.ports.names().any(unresolved) {
        Miss::PortName
    } else {
        Miss::Port
    }
}
