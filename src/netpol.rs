//! Who can reach whom under network policies on GKE Dataplane V2, and what GKE logs of it.
//!
//! Pure: a [`World`] in, answers out. No file is read here, no clock, no global. One connection
//! with its reasons is [`evaluate()`]'s, all pairs at once are [`reach()`]'s; both stand on the same
//! reading of policies and peers, and a test holds them against each other.
//!
//! The rules are those of the Kubernetes API reference (networking.k8s.io/v1), of Cilium's
//! documentation where Dataplane V2 differs from it, and of GKE's documentation for what only
//! GKE has.

pub mod dialect;
pub mod diff;
pub mod dns;
pub mod evaluate;
pub(crate) mod hash;
mod inspect;
pub mod logging;
pub mod mutate;
mod peer;
pub mod ports;
pub mod ranges;
pub mod reach;
pub mod record;
mod rules;
pub mod services;
pub mod synth;
mod why;
pub mod world;

use std::fmt;

pub use dialect::{Dialect, HostNetwork, Reading};
pub use diff::{Change, ChangeKind, between, diff};
pub use evaluate::{Evaluation, Evaluator, Flow, Miss, RuleRef, Side, evaluate};
pub use logging::{Disposition, Doubt, Event, LogPlace, Logged, PodNames, predict};
pub use mutate::{Mutation, MutationKind, by_domain, mutated, mutations};
pub use peer::{Endpoint, NodePlace};
pub use ports::{Connection, ConnectionSet, PortSet};
pub use ranges::IpRange;
pub use reach::{Pair, Passage, Peer, Reach, reach, reach_beside};
pub use record::{LogRecord, compare};
pub use services::{Backend, Backends, ServiceError, ServiceEvaluation, ServicePortRef, backends};
pub use why::why;
pub use world::{Policy, PolicyId, PolicySpec, Service, Workload, WorkloadId, World};

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is made.
    Allowed,
    /// A policy keeps it from being made.
    Denied,
    /// Nobody can say offline.
    Unknown(Reason),
}

impl Verdict {
    /// Both must allow; one that denies is enough to deny.
    pub fn and(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Denied, _) | (_, Verdict::Denied) => Verdict::Denied,
            (Verdict::Unknown(reason), _) | (_, Verdict::Unknown(reason)) => {
                Verdict::Unknown(reason)
            }
            _ => Verdict::Allowed,
        }
    }

    /// The word that people and machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Allowed => "allowed",
            Verdict::Denied => "denied",
            Verdict::Unknown(_) => "unknown",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Unknown(reason) => write!(f, "unknown ({})", reason.code()),
            verdict => f.write_str(verdict.as_str()),
        }
    }
}

/// Why nobody can say offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// SCTP is an optional feature of Cilium.
    Sctp,
    /// An FQDNNetworkPolicy allows names, and an address may belong to one of them.
    Fqdn,
    /// An address block may hold the pod's address.
    PodAddress,
    /// An address block may hold the node's address.
    NodeAddress,
    /// An address block may hold the domain's address.
    DomainAddress,
    /// The node may be the pod's own.
    SameNode,
    /// The client's address may have been replaced by a node's.
    ClientAddress,
    /// It is not known where the control plane is.
    ControlPlane,
    /// A policy uses a feature that can't be judged here.
    Opaque,
    /// The metadata server's address may be judged before or after it is rewritten.
    MetadataServer,
    /// It is not known what is behind a Service.
    Backends,
    /// The pods behind a Service don't all get the same answer.
    MixedBackends,
    /// Policies keep a workload's pods from each other, and no pod from itself.
    Replicas,
    /// There is no such end.
    NoSuchEnd,
}

impl Reason {
    /// Stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Reason::Sctp => "sctp-on-dpv2",
            Reason::Fqdn => "fqdn",
            Reason::PodAddress => "pod-address",
            Reason::NodeAddress => "node-address",
            Reason::DomainAddress => "domain-address",
            Reason::SameNode => "same-node",
            Reason::ClientAddress => "client-address",
            Reason::ControlPlane => "control-plane",
            Reason::Opaque => "opaque-rule",
            Reason::MetadataServer => "metadata-server",
            Reason::Backends => "backends",
            Reason::MixedBackends => "mixed-backends",
            Reason::Replicas => "replicas",
            Reason::NoSuchEnd => "no-such-end",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Sctp => "Dataplane V2 does not promise to serve SCTP",
            Reason::Fqdn => "the address may belong to a name that an FQDNNetworkPolicy allows",
            Reason::PodAddress => "the pod's address is not known, and a rule allows addresses",
            Reason::NodeAddress => {
                "a rule allows addresses that may be a node's, and whether it then means the node \
                 depends on how GKE set Cilium up"
            }
            Reason::DomainAddress => "the domain's addresses are not known, and a rule allows some",
            Reason::SameNode => "a pod's own node always gets through, and this may be it",
            Reason::ClientAddress => {
                "a load balancer or node port may put a node's address in place of the client's"
            }
            Reason::ControlPlane => "the control plane's address is not known",
            Reason::Opaque => "a policy uses a feature that can't be judged offline",
            Reason::MetadataServer => {
                "reports disagree on whether policies see the metadata server's address or the \
                 node's that it is rewritten to"
            }
            Reason::Backends => "it is not known what is behind the Service",
            Reason::MixedBackends => "the pods behind the Service don't all get the same answer",
            Reason::Replicas => {
                "a pod always reaches itself, and policies keep it from the workload's other pods"
            }
            Reason::NoSuchEnd => "there is no such workload",
        })
    }
}
