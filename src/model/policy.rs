//! NetworkPolicy (networking.k8s.io/v1) as Kubernetes defines it.
//!
//! What the API server would refuse can't be built. Absent and empty stay apart, and lists keep
//! their order, so that a policy is written again exactly as it was read.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::cidr::IpBlock;
use super::port::PolicyPort;
use super::selector::Selector;

/// What makes a peer impossible (Kubernetes API reference, NetworkPolicyPeer).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// None of the three forms.
    #[error(
        "a peer needs `podSelector`, `namespaceSelector` or `ipBlock`: `podSelector: {{}}` means \
         every pod of the namespace, and leaving the list out means everyone"
    )]
    Nothing,
    /// Addresses and selectors in one item.
    #[error("`ipBlock` can't stand beside a selector: make two items of it, and either may match")]
    BlockAndSelector,
}

/// A direction, seen from the pod that a policy selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Direction {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
}

impl Direction {
    /// Both.
    pub const BOTH: [Direction; 2] = [Direction::Ingress, Direction::Egress];

    /// The word in `policyTypes`.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Ingress => "Ingress",
            Direction::Egress => "Egress",
        }
    }

    /// The word in log entries and in running text.
    pub fn lower(self) -> &'static str {
        match self {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.lower())
    }
}

/// One item of `from` or `to`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Peer {
    /// Pods of the policy's own namespace.
    Pods(Selector),
    /// All pods of some namespaces.
    Namespaces(Selector),
    /// Some pods of some namespaces.
    PodsIn {
        /// Which pods.
        pods: Selector,
        /// Of which namespaces.
        namespaces: Selector,
    },
    /// Addresses.
    IpBlock(IpBlock),
}

impl Peer {
    /// A peer that Kubernetes accepts. A selector given as `null` is one not given.
    ///
    /// # Errors
    /// Exactly one form: selectors, or addresses.
    pub fn parse(
        pods: Option<Selector>,
        namespaces: Option<Selector>,
        block: Option<IpBlock>,
    ) -> Result<Self, PeerError> {
        match (pods, namespaces, block) {
            (None, None, None) => Err(PeerError::Nothing),
            (None, None, Some(block)) => Ok(Peer::IpBlock(block)),
            (_, _, Some(_)) => Err(PeerError::BlockAndSelector),
            (Some(pods), None, None) => Ok(Peer::Pods(pods)),
            (None, Some(namespaces), None) => Ok(Peer::Namespaces(namespaces)),
            (Some(pods), Some(namespaces), None) => Ok(Peer::PodsIn { pods, namespaces }),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Pods(pods) => write!(f, "pods {pods}"),
            Peer::Namespaces(namespaces) => write!(f, "pods of namespaces {namespaces}"),
            Peer::PodsIn { pods, namespaces } => {
                write!(f, "pods {pods} of namespaces {namespaces}")
            }
            Peer::IpBlock(block) => write!(f, "addresses {block}"),
        }
    }
}

impl Serialize for Peer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Peer::Pods(pods) => map.serialize_entry("podSelector", pods)?,
            Peer::Namespaces(ns) => map.serialize_entry("namespaceSelector", ns)?,
            Peer::PodsIn { pods, namespaces } => {
                map.serialize_entry("namespaceSelector", namespaces)?;
                map.serialize_entry("podSelector", pods)?;
            }
            Peer::IpBlock(block) => map.serialize_entry("ipBlock", block)?,
        }
        map.end()
    }
}

/// Allows what goes between the selected pods and any of the peers on any of the ports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// `from` or `to`: everyone if absent or empty.
    pub peers: Option<Vec<Peer>>,
    /// Ports of the receiving end: all if absent or empty.
    pub ports: Option<Vec<PolicyPort>>,
}

impl Rule {
    /// The peers; empty means everyone.
    pub fn peers(&self) -> &[Peer] {
        self.peers.as_deref().unwrap_or(&[])
    }

    /// The ports; empty means all.
    pub fn ports(&self) -> &[PolicyPort] {
        self.ports.as_deref().unwrap_or(&[])
    }
}

/// The spec of a NetworkPolicy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkPolicySpec {
    /// The pods of the policy's namespace that it isolates: every one if absent or `{}`.
    pub pod_selector: Option<Selector>,
    /// The directions that it isolates, as written.
    pub policy_types: Option<Vec<Direction>>,
    /// What may come in.
    pub ingress: Option<Vec<Rule>>,
    /// What may go out.
    pub egress: Option<Vec<Rule>>,
}

impl NetworkPolicySpec {
    /// Whether the policy isolates the selected pods in a direction, as Kubernetes reads it:
    /// without `policyTypes` always what comes in, and what goes out only if there are egress rules.
    pub fn isolates(&self, direction: Direction) -> bool {
        match self.policy_types.as_deref() {
            None | Some([]) => {
                direction == Direction::Ingress || !self.rules(Direction::Egress).is_empty()
            }
            Some(types) => types.contains(&direction),
        }
    }

    /// The rules written for a direction, whether in force or not.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        let rules = match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        };
        rules.as_deref().unwrap_or(&[])
    }

    /// The pods of its namespace that it selects.
    pub fn selector(&self) -> &Selector {
        const EVERYTHING: &Selector = &Selector::all();
        self.pod_selector.as_ref().unwrap_or(EVERYTHING)
    }
}

struct RuleOf<'a>(&'a Rule, Direction);

impl Serialize for RuleOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let peers = match self.1 {
            Direction::Ingress => "from",
            Direction::Egress => "to",
        };
        let mut map = serializer.serialize_map(None)?;
        if let Some(list) = &self.0.peers {
            map.serialize_entry(peers, list)?;
        }
        if let Some(list) = &self.0.ports {
            map.serialize_entry("ports", list)?;
        }
        map.end()
    }
}

impl Serialize for NetworkPolicySpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(selector) = &self.pod_selector {
            map.serialize_entry("podSelector", selector)?;
        }
        if let Some(types) = &self.policy_types {
            map.serialize_entry("policyTypes", types)?;
        }
        for (key, rules, direction) in [
            ("ingress", &self.ingress, Direction::Ingress),
            ("egress", &self.egress, Direction::Egress),
        ] {
            if let Some(rules) = rules {
                let rules: Vec<_> = rules.iter().map(|rule| RuleOf(rule, direction)).collect();
                map.serialize_entry(key, &rules)?;
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_has_exactly_one_form() {
        use crate::model::cidr::Cidr;
        let block = || {
            let cidr = Cidr::parse("10.0.0.0/8").expect("a block");
            Some(IpBlock::parse(cidr, None).expect("a block"))
        };
        let all = || Some(Selector::all());
        assert_eq!(Peer::parse(None, None, None), Err(PeerError::Nothing));
        assert_eq!(
            Peer::parse(all(), None, block()),
            Err(PeerError::BlockAndSelector)
        );
        assert!(Peer::parse(all(), all(), None).is_ok());
        assert!(Peer::parse(None, None, block()).is_ok());
    }

    #[test]
    fn absent_and_empty_stay_apart_when_written() {
        let spec = NetworkPolicySpec {
            pod_selector: Some(Selector::all()),
            policy_types: None,
            ingress: Some(vec![Rule {
                peers: Some(vec![]),
                ports: None,
            }]),
            egress: Some(vec![]),
        };
        let json = serde_json::to_string(&spec).expect("JSON");
        assert_eq!(
            json,
            r#"{"podSelector":{},"ingress":[{"from":[]}],"egress":[]}"#
        );
    }
}
