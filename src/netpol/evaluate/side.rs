//! What one end of a connection says, and why.

use crate::model::policy::Direction;
use crate::netpol::world::{PolicyId, WorkloadId};
use crate::netpol::{Reason, Verdict};
use crate::source::Span;

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
    /// Policies that may allow it.
    doubtful: Vec<PolicyId>,
}

impl Side {
    pub(super) fn open(workload: WorkloadId, direction: Direction) -> Self {
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
            doubtful: Vec::new(),
        }
    }

    pub(super) fn doubt(&mut self, deny: bool, rule: RuleRef, reason: Reason) {
        let doubt = if deny {
            &mut self.perhaps_denying
        } else {
            self.doubtful.push(rule.policy);
            &mut self.perhaps_allowing
        };
        doubt.get_or_insert(reason);
        self.perhaps.push((rule, reason));
    }

    /// Deny rules win; then one rule that allows is enough; a pod that nothing isolates takes
    /// everything. The pod's own node always gets through, so of a node that may be it nothing
    /// is denied for sure.
    pub(super) fn judge(&self, may_be_own_node: bool) -> Verdict {
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

    /// The policies that allow it or may do so, each once, in the world's order.
    pub fn most_policies(&self) -> Vec<PolicyId> {
        let sure = self.allowing.iter().map(|rule| rule.policy);
        let mut policies: Vec<PolicyId> = sure.chain(self.doubtful.iter().copied()).collect();
        policies.sort_unstable();
        policies.dedup();
        policies
    }
}
