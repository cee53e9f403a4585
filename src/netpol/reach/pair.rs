//! Peers as people name them, and what may pass between two of them; both as JSON has them.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::model::port::Protocol;
use crate::netpol::ports::ConnectionSet;
use crate::netpol::ranges::IpRange;

/// One line or column of the matrix, as people name it. In JSON a workload is
/// `{"namespace", "name", "kind"}` and what is outside `{"ranges": ["10.0.0.0-10.255.255.255"]}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// The pods of a controller, or one bare pod.
    Workload {
        /// Their namespace.
        namespace: String,
        /// Name of the controller or of the pod.
        name: String,
        /// Kind of the controller, or `Pod`.
        kind: String,
    },
    /// Addresses outside the cluster that nothing tells apart, in ranges going up.
    External(Vec<IpRange>),
}

impl Peer {
    /// Whether it is outside the cluster.
    pub fn is_external(&self) -> bool {
        matches!(self, Peer::External(_))
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Workload {
                namespace,
                name,
                kind,
            } => write!(f, "{namespace}/{name}[{kind}]"),
            Peer::External(ranges) => {
                let texts: Vec<String> = ranges.iter().map(IpRange::to_string).collect();
                f.write_str(&texts.join(","))
            }
        }
    }
}

impl Serialize for Peer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Peer::Workload {
                namespace,
                name,
                kind,
            } => {
                let mut map = serializer.serialize_map(Some(3))?;
                map.serialize_entry("namespace", namespace)?;
                map.serialize_entry("name", name)?;
                map.serialize_entry("kind", kind)?;
                map.end()
            }
            Peer::External(ranges) => {
                let texts: Vec<String> = ranges.iter().map(IpRange::to_string).collect();
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("ranges", &texts)?;
                map.end()
            }
        }
    }
}

/// A list with `{"protocol": "TCP", "ports": [[80, 80]]}` for each protocol, also where that is
/// everything: a reader that adds up ports needs no second form.
impl Serialize for ConnectionSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for protocol in Protocol::ALL {
            let ports = self.ports(protocol);
            if !ports.is_empty() {
                let ranges: Vec<[u16; 2]> = ports.ranges().iter().map(|r| [r.0, r.1]).collect();
                list.serialize_element(&ProtocolPorts {
                    protocol,
                    ports: &ranges,
                })?;
            }
        }
        list.end()
    }
}

#[derive(serde::Serialize)]
struct ProtocolPorts<'a> {
    protocol: Protocol,
    ports: &'a [[u16; 2]],
}

/// What may pass between two peers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Passage {
    /// What passes.
    pub allowed: ConnectionSet,
    /// What nobody can say offline.
    pub unknown: ConnectionSet,
}

/// Two peers and what may pass from the first to the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair<'r> {
    /// Who opens connections.
    pub source: &'r Peer,
    /// Who takes them.
    pub destination: &'r Peer,
    /// What may pass.
    pub passage: &'r Passage,
}

impl Serialize for Pair<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("source", self.source)?;
        map.serialize_entry("destination", self.destination)?;
        map.serialize_entry("connections", &self.passage.allowed)?;
        if self.passage.allowed.has_all_ports() {
            map.serialize_entry("all", &true)?;
        }
        if !self.passage.unknown.is_empty() {
            map.serialize_entry("unknown", &self.passage.unknown)?;
        }
        map.end()
    }
}

impl Passage {
    /// Nothing.
    pub const fn none() -> Self {
        Self {
            allowed: ConnectionSet::none(),
            unknown: ConnectionSet::none(),
        }
    }

    /// Whether nothing passes for sure.
    pub fn is_empty(&self) -> bool {
        self.allowed.is_empty() && self.unknown.is_empty()
    }

    /// What either lets through.
    pub fn union(&self, other: &Self) -> Self {
        let allowed = self.allowed.union(&other.allowed);
        let unknown = self.unknown.union(&other.unknown).subtract(&allowed);
        Self { allowed, unknown }
    }
}
