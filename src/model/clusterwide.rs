//! CiliumClusterwideNetworkPolicy (cilium.io/v2), as far as GKE serves it: layers 3 and 4.
//!
//! Cilium's words mean other things than Kubernetes' own: an empty rule allows nothing, an empty
//! list of peers matches nobody, and deny rules win over everything that allows.

use std::fmt;
use std::str::FromStr;

use super::cidr::IpBlock;
use super::policy::Direction;
use super::port::{Port, PortName, Protocol};
use super::selector::Selector;

/// What makes a clusterwide policy impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClusterwideError {
    /// An entity that does not exist.
    #[error(
        "`{0}` is no entity of Cilium: `all`, `cluster`, `world`, `host`, `remote-node` and others are"
    )]
    Entity(String),
    /// A protocol that does not exist.
    #[error("`{0}` is no protocol of a Cilium policy: `TCP`, `UDP`, `SCTP` or `ANY` is")]
    Protocol(String),
    /// No pods are selected.
    #[error("a clusterwide policy needs `endpointSelector`: `{{}}` selects every pod")]
    NoSelector,
}

/// A group of peers that Cilium knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// Everyone.
    All,
    /// Every pod and node of the cluster.
    Cluster,
    /// Everything outside the cluster.
    World,
    /// Everything outside the cluster, over IPv4.
    WorldIpv4,
    /// Everything outside the cluster, over IPv6.
    WorldIpv6,
    /// The node that the pod runs on.
    Host,
    /// The other nodes.
    RemoteNode,
    /// The control plane.
    KubeApiserver,
    /// Pods that Cilium does not manage.
    Unmanaged,
    /// Pods whose labels are not known yet.
    Init,
    /// Cilium's own health checks.
    Health,
    /// Cilium's own ingress.
    Ingress,
    /// Nobody.
    None,
}

impl FromStr for Entity {
    type Err = ClusterwideError;

    fn from_str(word: &str) -> Result<Self, ClusterwideError> {
        Ok(match word {
            "all" => Entity::All,
            "cluster" => Entity::Cluster,
            "world" => Entity::World,
            "world-ipv4" => Entity::WorldIpv4,
            "world-ipv6" => Entity::WorldIpv6,
            "host" => Entity::Host,
            "remote-node" => Entity::RemoteNode,
            "kube-apiserver" => Entity::KubeApiserver,
            "unmanaged" => Entity::Unmanaged,
            "init" => Entity::Init,
            "health" => Entity::Health,
            "ingress" => Entity::Ingress,
            "none" => Entity::None,
            _ => return Err(ClusterwideError::Entity(word.to_owned())),
        })
    }
}

/// Which port of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CiliumPortRef {
    /// From the first to the last.
    Numbers(Port, Port),
    /// The port that each pod gives this name.
    Name(PortName),
}

/// One port of `toPorts`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CiliumPort {
    /// The protocol; any if none.
    pub protocol: Option<Protocol>,
    /// The port.
    pub port: CiliumPortRef,
}

impl CiliumPort {
    /// Reads `TCP`, `UDP`, `SCTP` or `ANY`.
    ///
    /// # Errors
    /// [`ClusterwideError::Protocol`].
    pub fn protocol(word: &str) -> Result<Option<Protocol>, ClusterwideError> {
        if word.is_empty() || word.eq_ignore_ascii_case("ANY") {
            return Ok(None);
        }
        word.to_ascii_uppercase()
            .parse()
            .map(Some)
            .map_err(|_| ClusterwideError::Protocol(word.to_owned()))
    }
}

/// One rule that allows or denies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct CiliumRule {
    /// `fromEndpoints` or `toEndpoints`. An empty list matches nobody.
    pub endpoints: Option<Vec<Selector>>,
    /// `fromEntities` or `toEntities`. An empty list matches nobody.
    pub entities: Option<Vec<Entity>>,
    /// `fromCIDR`, `fromCIDRSet` or their counterparts. An empty list matches nobody.
    pub blocks: Option<Vec<IpBlock>>,
    /// `toPorts`; all ports if absent or empty.
    pub ports: Option<Vec<CiliumPort>>,
    /// `icmps` is given: only ICMP, beside `ports`.
    pub icmps: bool,
    /// Fields that narrow the rule in a way that can't be judged here, by their names.
    pub opaque: Vec<String>,
}

impl CiliumRule {
    /// Whether it says anything about peers.
    pub fn names_peers(&self) -> bool {
        self.endpoints.is_some() || self.entities.is_some() || self.blocks.is_some()
    }

    /// Whether it says anything at all; a rule that doesn't allows nothing.
    pub fn is_empty(&self) -> bool {
        !self.names_peers() && self.ports.is_none() && !self.icmps && self.opaque.is_empty()
    }
}

/// The spec of a CiliumClusterwideNetworkPolicy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterwideSpec {
    /// The pods that it selects, in all namespaces.
    pub endpoint_selector: Selector,
    /// What may come in.
    pub ingress: Option<Vec<CiliumRule>>,
    /// What may go out.
    pub egress: Option<Vec<CiliumRule>>,
    /// What may not come in, whatever else allows it.
    pub ingress_deny: Option<Vec<CiliumRule>>,
    /// What may not go out, whatever else allows it.
    pub egress_deny: Option<Vec<CiliumRule>>,
    /// `enableDefaultDeny.ingress`.
    pub default_deny_ingress: Option<bool>,
    /// `enableDefaultDeny.egress`.
    pub default_deny_egress: Option<bool>,
}

impl ClusterwideSpec {
    /// The rules that allow in a direction.
    pub fn allows(&self, direction: Direction) -> &[CiliumRule] {
        let rules = match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        };
        rules.as_deref().unwrap_or(&[])
    }

    /// The rules that deny in a direction.
    pub fn denies(&self, direction: Direction) -> &[CiliumRule] {
        let rules = match direction {
            Direction::Ingress => &self.ingress_deny,
            Direction::Egress => &self.egress_deny,
        };
        rules.as_deref().unwrap_or(&[])
    }

    /// Whether it isolates the selected pods in a direction: if it has rules for it, unless
    /// `enableDefaultDeny` says otherwise.
    pub fn isolates(&self, direction: Direction) -> bool {
        let said = match direction {
            Direction::Ingress => self.default_deny_ingress,
            Direction::Egress => self.default_deny_egress,
        };
        let has_rules = !self.allows(direction).is_empty() || !self.denies(direction).is_empty();
        said.unwrap_or(has_rules)
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Entity::All => "all",
            Entity::Cluster => "cluster",
            Entity::World => "world",
            Entity::WorldIpv4 => "world-ipv4",
            Entity::WorldIpv6 => "world-ipv6",
            Entity::Host => "host",
            Entity::RemoteNode => "remote-node",
            Entity::KubeApiserver => "kube-apiserver",
            Entity::Unmanaged => "unmanaged",
            Entity::Init => "init",
            Entity::Health => "health",
            Entity::Ingress => "ingress",
            Entity::None => "none",
        })
    }
}
