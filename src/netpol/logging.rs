//! What GKE network policy logging writes of a connection.
//!
//! One event is one end's verdict on one new connection: egress at the source, then, if that let
//! it pass, ingress at the destination. Which events become log entries is decided as GKE's
//! documentation of network policy logging says, and as Google's published agent does where the
//! documentation is silent. An entry is what *would be* written: the agent sums up denials over
//! five seconds and drops what exceeds its rate, so a prediction is never "one line an attempt".

mod filter;

pub use self::filter::{LogPlace, PodNames};
use super::Verdict;
use super::evaluate::{Evaluation, Evaluator, Flow, Side};
use super::peer::Endpoint;
use super::ports::Connection;
use super::world::{Policy, PolicyId, PolicySpec, WorkloadId, World};
use crate::model::logging::{ENABLE_DENY_LOGGING, ENABLE_LOGGING};
use crate::model::policy::Direction;

/// What an end did with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// It let it pass.
    Allow,
    /// It kept it out.
    Deny,
}

impl Disposition {
    /// The word in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Disposition::Allow => "allow",
            Disposition::Deny => "deny",
        }
    }
}

/// Whether an event is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Logged {
    /// It is.
    Yes,
    /// It is not.
    No(Silence),
    /// Nobody can say.
    Unknown(Doubt),
}

/// Why an event is not logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Silence {
    /// Logging of this kind of connection is off.
    Off,
    /// No policy selects the pod in this direction, so no policy allowed it.
    AllowedByDefault,
    /// Delegated, and none of the policies that allowed it is annotated.
    NoPolicyAnnotated,
    /// Delegated, and the namespace of the pod that denied it is not annotated.
    NamespaceNotAnnotated,
}

impl Silence {
    /// The reason, as a clause.
    pub fn as_str(self) -> &'static str {
        match self {
            Silence::Off => "logging of such connections is off",
            Silence::AllowedByDefault => {
                "no policy selects the pod in this direction, and what is allowed by default is \
                 not logged"
            }
            Silence::NoPolicyAnnotated => {
                "logging is delegated, and no policy that allows it has the annotation \
                 `policy.network.gke.io/enable-logging: \"true\"`"
            }
            Silence::NamespaceNotAnnotated => {
                "logging is delegated, and the namespace of the pod that denies it has no \
                 annotation `policy.network.gke.io/enable-deny-logging: \"true\"`"
            }
        }
    }
}

/// Why nobody can say whether an event is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// The verdict itself is not known.
    Verdict,
    /// Whether delegation looks at FQDNNetworkPolicy is not documented.
    DelegatedFqdn,
    /// It may be a pod's connection to itself, which makes no event.
    Replicas,
    /// SCTP is not promised to be served, let alone logged.
    Sctp,
}

impl Doubt {
    /// The reason, as a clause.
    pub fn as_str(self) -> &'static str {
        match self {
            Doubt::Verdict => "whether the connection is made is not known",
            Doubt::DelegatedFqdn => {
                "whether delegated logging looks at FQDNNetworkPolicy is not documented"
            }
            Doubt::Replicas => {
                "the connection may lead to the pod itself, of which there is no event"
            }
            Doubt::Sctp => "Dataplane V2 does not promise to serve SCTP",
        }
    }
}

/// One end's verdict on a connection, and whether it is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The pod's workload at which it happens.
    pub workload: WorkloadId,
    /// Egress at the source, ingress at the destination.
    pub direction: Direction,
    /// What the end does.
    pub disposition: Disposition,
    /// Whether it is logged.
    pub logged: Logged,
    /// The most policies that the entry can name. A live entry names some of them, at least one.
    /// Always empty for a denial: no single policy is responsible for one.
    pub policies: Vec<PolicyId>,
    /// Who opens the connection.
    pub source: Endpoint,
    /// Who takes it, behind a Service the pod.
    pub destination: Endpoint,
    /// Protocol and port at the destination.
    pub connection: Connection,
}

impl Evaluator<'_> {
    /// What happens at the ends of one connection, in order, and what of it is logged.
    pub fn predict(&self, flow: &Flow) -> Vec<Event> {
        let evaluation = self.evaluate(flow);
        predict(self.world(), flow, &evaluation)
    }

    /// What may happen at the ends of one connection: as [`predict`] says, but of a verdict that
    /// nobody knows both, that it is allowed and that it is denied, each with what is then logged.
    pub fn possible(&self, flow: &Flow) -> Vec<Event> {
        let evaluation = self.evaluate(flow);
        let sides = [&evaluation.egress, &evaluation.ingress];
        let mut events = Vec::new();
        for side in sides.into_iter().flatten() {
            let may_be: &[Disposition] = match side.verdict {
                Verdict::Allowed => &[Disposition::Allow],
                Verdict::Denied => &[Disposition::Deny],
                Verdict::Unknown(_) => &[Disposition::Allow, Disposition::Deny],
            };
            let each = may_be.iter();
            events.extend(each.map(|one| judged(self.world(), flow, side, *one)));
            if side.verdict == Verdict::Denied {
                break;
            }
        }
        events
    }
}

/// What happens at the ends of an evaluated connection.
///
/// A pod's connection to itself makes no event; where it may be one to another pod of the workload,
/// nobody can say. And an end that is a node or outside makes none.
pub fn predict(world: &World, flow: &Flow, evaluation: &Evaluation) -> Vec<Event> {
    let mut events = Vec::new();
    for side in [&evaluation.egress, &evaluation.ingress]
        .into_iter()
        .flatten()
    {
        events.push(event(world, flow, side));
        match side.verdict {
            Verdict::Denied => break,
            Verdict::Unknown(_) | Verdict::Allowed => {}
        }
    }
    events
}

fn event(world: &World, flow: &Flow, side: &Side) -> Event {
    let disposition = match side.verdict {
        Verdict::Denied => Disposition::Deny,
        _ => Disposition::Allow,
    };
    let event = judged(world, flow, side, disposition);
    let on = world.logging.allow.log() || world.logging.deny.log();
    match side.verdict {
        Verdict::Unknown(_) if on => Event {
            logged: Logged::Unknown(Doubt::Verdict),
            ..event
        },
        _ => event,
    }
}

/// The event of a side, had it judged so.
fn judged(world: &World, flow: &Flow, side: &Side, disposition: Disposition) -> Event {
    let (logged, policies) = match disposition {
        Disposition::Deny => (deny_logged(world, side), Vec::new()),
        Disposition::Allow => allow_logged(world, side),
    };
    let doubt = match flow.connection {
        _ if flow.source == flow.destination => Some(Doubt::Replicas),
        Connection::Port(crate::model::port::Protocol::Sctp, _) => Some(Doubt::Sctp),
        _ => None,
    };
    let silent = matches!(logged, Logged::No(_));
    Event {
        workload: side.workload,
        direction: side.direction,
        disposition,
        logged: doubt.filter(|_| !silent).map_or(logged, Logged::Unknown),
        policies,
        source: flow.source.clone(),
        destination: flow.destination.clone(),
        connection: flow.connection,
    }
}

fn deny_logged(world: &World, side: &Side) -> Logged {
    let action = world.logging.deny;
    let namespace = world
        .workload(side.workload)
        .and_then(|pod| world.namespace(&pod.namespace));
    let annotated =
        namespace.is_some_and(|ns| ns.annotations.get(ENABLE_DENY_LOGGING) == Some("true"));
    match (action.log(), action.delegate()) {
        (false, _) => Logged::No(Silence::Off),
        (true, true) if !annotated => Logged::No(Silence::NamespaceNotAnnotated),
        _ => Logged::Yes,
    }
}

fn allow_logged(world: &World, side: &Side) -> (Logged, Vec<PolicyId>) {
    let action = world.logging.allow;
    let mut policies = side.most_policies();
    if !action.log() {
        return (Logged::No(Silence::Off), policies);
    }
    if policies.is_empty() {
        return (Logged::No(Silence::AllowedByDefault), policies);
    }
    if !action.delegate() {
        return (Logged::Yes, policies);
    }
    policies.retain(|id| world.policy(*id).is_some_and(is_annotated));
    let fqdn = |id: &PolicyId| {
        let policy = world.policy(*id);
        policy.is_some_and(|policy| matches!(policy.spec, PolicySpec::Fqdn(_)))
    };
    let logged = if policies.is_empty() {
        Logged::No(Silence::NoPolicyAnnotated)
    } else if policies.iter().all(fqdn) {
        Logged::Unknown(Doubt::DelegatedFqdn)
    } else {
        Logged::Yes
    };
    (logged, policies)
}

fn is_annotated(policy: &Policy) -> bool {
    policy.annotations.get(ENABLE_LOGGING) == Some("true")
}
