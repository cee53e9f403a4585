//! One connection: may it be made, and which rules decide.

use super::dialect::{Dialect, Reading};
use super::peer::{Endpoint, Match, NodePlace, Party};
use super::ports::Connection;
use super::rules::{FlatRule, Section, sections};
use super::world::{PolicyId, Workload, WorkloadId, World};
use super::{Reason, Verdict};
use crate::model::policy::Direction;
use crate::model::port::Protocol;
use crate::source::Span;

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

/// A rule, for people to find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RuleRef {
    /// Its policy.
    pub policy: PolicyId,
    /// Its direction.
    pub direction: Direction,
    /// Its number, counted from 1.
    pub number: usize,
    /// Where it was written.
    pub span: Option<Span>,
}

/// Why a rule did not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Miss {
    /// It means other peers.
    Peer,
    /// It means other ports.
    Port,
    /// It means a port by a name that the receiving end does not give to any port.
    PortName,
    /// It means other peers and other ports.
    PeerAndPort,
}

impl Miss {
    /// The reason in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Miss::Peer => "it means other peers",
            Miss::Port => "it means other ports",
            Miss::PortName => "the receiving pod has no port of that name and protocol",
            Miss::PeerAndPort => "it means other peers and other ports",
        }
    }
}

/// What one end says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The pod's workload.
    pub workload: WorkloadId,
    /// Egress at the source, ingress at the destination.
    pub direction: Direction,
    /// What this end says.
    pub verdict: Verdict,
    /// Policies that isolate the pod in this direction; if none, everything may pass.
    pub isolating: Vec<PolicyId>,
    /// Rules that allow it.
    pub allowing: Vec<RuleRef>,
    /// Rules that deny it, which only clusterwide policies have.
    pub denying: Vec<RuleRef>,
    /// Rules that may match, nobody can say offline, and why.
    pub perhaps: Vec<(RuleRef, Reason)>,
    /// Rules that don't match, and why.
    pub missed: Vec<(RuleRef, Miss)>,
    /// The peer is the pod's own node, which is never kept out.
    pub own_node: bool,
    perhaps_allowing: Option<Reason>,
    perhaps_denying: Option<Reason>,
}

impl Side {
    fn open(workload: WorkloadId, direction: Direction) -> Self {
        Self {
            workload,
            direction,
            verdict: Verdict::Allowed,
            isolating: Vec::new(),
            allowing: Vec::new(),
            denying: Vec::new(),
            perhaps: Vec::new(),
            missed: Vec::new(),
            own_node: false,
            perhaps_allowing: None,
            perhaps_denying: None,
        }
    }

    fn doubt(&mut self, deny: bool, reason: Reason) {
        let doubt = if deny {
            &mut self.perhaps_denying
        } else {
            &mut self.perhaps_allowing
        };
        doubt.get_or_insert(reason);
    }

    /// Deny rules win; then one rule that allows is enough; a pod that nothing isolates takes
    /// everything. The pod's own node always gets through, so of a node that may be it nothing
    /// is denied for sure.
    fn judge(&self, may_be_own_node: bool) -> Verdict {
        let allowed = self.isolating.is_empty() || !self.allowing.is_empty();
        let verdict = match (allowed, self.perhaps_allowing, self.perhaps_denying) {
            _ if self.own_node => Verdict::Allowed,
            _ if !self.denying.is_empty() => Verdict::Denied,
            (true, _, Some(reason)) | (false, Some(reason), _) => Verdict::Unknown(reason),
            (true, _, None) => Verdict::Allowed,
            (false, None, _) => Verdict::Denied,
        };
        if verdict == Verdict::Denied && may_be_own_node {
            return Verdict::Unknown(Reason::SameNode);
        }
        verdict
    }
    /// The policies that allow it, each once, in the world's order.
    pub fn allowing_policies(&self) -> Vec<PolicyId> {
        let mut policies: Vec<PolicyId> = self.allowing.iter().map(|rule| rule.policy).collect();
        policies.sort_unstable();
        policies.dedup();
        policies
    }
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
        if is_same_pod(&source, &destination) {
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
        let verdict = self.with_caveats(by_policy, egress.as_ref(), &destination, flow.connection);
        Evaluation {
            verdict,
            by_policy,
            egress,
            ingress,
            to_itself: false,
        }
    }

    /// What policies know nothing of: SCTP is not a sure thing on Dataplane V2, and it is disputed
    /// whether the metadata server's address is judged before or after it is rewritten.
    fn with_caveats(
        &self,
        verdict: Verdict,
        egress: Option<&Side>,
        destination: &Party<'_>,
        connection: Connection,
    ) -> Verdict {
        if self.reading.dialect != Dialect::Dpv2 {
            return verdict;
        }
        if matches!(connection, Connection::Port(Protocol::Sctp, _)) {
            return Verdict::Unknown(Reason::Sctp);
        }
        let isolated = egress.is_some_and(|side| !side.isolating.is_empty());
        if verdict == Verdict::Allowed && isolated && is_metadata(destination, connection) {
            return Verdict::Unknown(Reason::MetadataServer);
        }
        verdict
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
                (Match::Perhaps(reason), true) => {
                    side.doubt(rule.deny, reason);
                    side.perhaps.push((at, reason));
                }
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

/// Replicas of one workload can't be told apart, so a workload's connection to itself is taken
/// for a pod's to itself.
fn is_same_pod(source: &Party<'_>, destination: &Party<'_>) -> bool {
    match (source.pod(), destination.pod()) {
        (Some((source, _)), Some((destination, _))) => source == destination,
        _ => false,
    }
}

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
