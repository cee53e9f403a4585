//! Who can reach whom: all pairs at once.
//!
//! Pods that no rule tells apart are one group. Groups that are alike as sources are one class of
//! sources, and likewise for destinations; the matrix is computed for classes only, and for each
//! class of sources only what its rules and its peers' rules speak of is looked at. So the cost
//! follows the size of the answer, not the square of the number of pods.

mod conns;
mod ends;
mod index;
mod rows;
mod sets;
mod sides;

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use self::conns::{ConnId, Conns};
use self::ends::Ends;
use self::index::Index;
use self::rows::{Matrix, Row};
use self::sets::{Classes, to_id};
use super::dialect::Reading;
use super::ports::ConnectionSet;
use super::ranges::IpRange;
use super::rules::sections;
use super::world::World;
use crate::model::policy::Direction;
use crate::model::port::Protocol;

/// One line or column of the matrix, as people name it.
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
    /// Addresses outside the cluster.
    Range(IpRange),
}

impl Peer {
    /// Whether it is outside the cluster.
    pub fn is_external(&self) -> bool {
        matches!(self, Peer::Range(_))
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
            Peer::Range(range) => range.fmt(f),
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
            Peer::Range(range) => Ranges(std::slice::from_ref(range)).serialize(serializer),
        }
    }
}

/// Ranges of addresses as JSON has them: `{"ranges": ["10.0.0.0-10.255.255.255"]}`.
#[derive(Debug, Clone, Copy)]
pub struct Ranges<'a>(pub &'a [IpRange]);

impl Serialize for Ranges<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<String> = self.0.iter().map(IpRange::to_string).collect();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("ranges", &texts)?;
        map.end()
    }
}

/// `{"all": true}`, or a list with `{"protocol": "TCP", "ports": [[80, 80]]}` for each protocol.
impl Serialize for ConnectionSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.has_all_ports() {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry("all", &true)?;
            return map.end();
        }
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
        if !self.passage.unknown.is_empty() {
            map.serialize_entry("unknown", &self.passage.unknown)?;
        }
        map.end()
    }
}

/// Who can reach whom.
///
/// Pods of one workload among themselves and addresses outside among themselves are left out.
/// What SCTP is worth on Dataplane V2 and other things that policies know nothing of are not held
/// against connections here: this is what the policies say.
#[derive(Debug, Clone)]
pub struct Reach {
    peers: Vec<Peer>,
    /// The classes of each peer's ends. Pods of one controller may differ in their labels.
    sources: Vec<Vec<u32>>,
    /// The peers of each class of destinations.
    peers_of_class: Vec<Vec<u32>>,
    /// The classes of each peer's ends as destinations.
    destinations: Vec<Vec<u32>>,
    rows: Vec<Row>,
    passages: Vec<Passage>,
    /// Unions of passages that came up where pods of one controller differ.
    mixed: BTreeMap<(u32, u32), u32>,
}

/// Computes who can reach whom.
pub fn reach(world: &World, reading: Reading) -> Reach {
    let sections = sections(world, reading);
    let ends = Ends::of(world, reading, &sections);
    let mut conns = Conns::new();
    let mut index = Index::new(world, &ends);
    let mut side = |direction| sides::sides(&sections, direction, &ends, &mut index, &mut conns);
    let egress = side(Direction::Egress);
    let ingress = side(Direction::Ingress);
    let sets = std::mem::take(&mut index.peer_sets);
    let classes = |own: &sides::Sides, other: &sides::Sides| {
        let key = |end: usize| own.of_end[end] as usize * 2 + usize::from(ends.is_node(end));
        let mut classes = Classes::by_key((0..ends.count()).map(key));
        for set in other.sets() {
            classes.split_by(&sets[set].yes);
            classes.split_by(&sets[set].perhaps);
        }
        classes
    };
    let sources = classes(&egress, &ingress);
    let destinations = classes(&ingress, &egress);
    let rows = rows::rows(
        &Matrix {
            ends: &ends,
            sets: &sets,
            egress: &egress,
            ingress: &ingress,
            sources: &sources,
            destinations: &destinations,
        },
        &mut conns,
    );
    Reach::assemble(world, &ends, &sources, &destinations, rows, &conns)
}

impl Reach {
    fn assemble(
        world: &World,
        ends: &Ends<'_>,
        sources: &Classes,
        destinations: &Classes,
        rows: Vec<Row>,
        conns: &Conns,
    ) -> Self {
        let mut named: BTreeMap<Peer, Vec<usize>> = BTreeMap::new();
        for (workload, group) in world.workloads().iter().zip(&ends.group_of) {
            let peer = Peer::Workload {
                namespace: workload.namespace.clone(),
                name: workload.name.clone(),
                kind: workload.kind.clone(),
            };
            named.entry(peer).or_default().push(*group as usize);
        }
        let first_range = ends.groups.len();
        for (at, range) in ends.ranges.iter().enumerate() {
            named.insert(Peer::Range(*range), vec![first_range + at]);
        }
        let of = |classes: &Classes, ends: &[usize]| {
            let mut found: Vec<u32> = ends.iter().map(|end| classes.of(*end)).collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        let mut reach = Self {
            sources: named.values().map(|ends| of(sources, ends)).collect(),
            destinations: named.values().map(|ends| of(destinations, ends)).collect(),
            peers: named.into_keys().collect(),
            peers_of_class: vec![Vec::new(); destinations.count()],
            rows,
            passages: conns.passages(),
            mixed: BTreeMap::new(),
        };
        for (peer, classes) in reach.destinations.iter().enumerate() {
            for class in classes {
                reach.peers_of_class[*class as usize].push(to_id(peer));
            }
        }
        reach.mix();
        reach
    }

    /// Where pods of one controller differ, the controller reaches what any of them reaches.
    fn mix(&mut self) {
        let plain = |classes: &Vec<u32>| classes.len() == 1;
        if self.sources.iter().all(plain) && self.destinations.iter().all(plain) {
            return;
        }
        loop {
            let mut wanted = Vec::new();
            for source in 0..self.peers.len() {
                self.walk(source, |_, unmixed| wanted.extend(unmixed));
            }
            if wanted.is_empty() {
                return;
            }
            for (a, b) in wanted {
                let union = self.passages[a as usize].union(&self.passages[b as usize]);
                let known = self.passages.iter().position(|passage| *passage == union);
                let id = known.unwrap_or_else(|| {
                    self.passages.push(union);
                    self.passages.len() - 1
                });
                self.mixed.insert((a, b), to_id(id));
            }
        }
    }

    /// Hands over what a source reaches: for each destination the number of a passage, or two
    /// numbers whose union has not been made yet.
    fn walk(&self, source: usize, mut each: impl FnMut(&[(u32, u32)], Option<(u32, u32)>)) {
        let mut found: Vec<(u32, u32)> = Vec::new();
        for class in &self.sources[source] {
            for (conn, classes) in &self.rows[*class as usize].parts {
                for class in classes.iter() {
                    let peers = &self.peers_of_class[class as usize];
                    found.extend(peers.iter().map(|peer| (*peer, conn.0)));
                }
            }
        }
        let external = self.peers[source].is_external();
        found.retain(|(peer, _)| {
            let other = *peer as usize;
            other != source && !(external && self.peers[other].is_external())
        });
        found.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(found.len());
        for (peer, passage) in found {
            match joined.last_mut() {
                Some((last, before)) if *last == peer => {
                    if *before != passage {
                        let key = ((*before).min(passage), passage.max(*before));
                        match self.mixed.get(&key) {
                            Some(union) => *before = *union,
                            None => each(&[], Some(key)),
                        }
                    }
                }
                _ => joined.push((peer, passage)),
            }
        }
        each(&joined, None);
    }

    /// The peers, workloads by name and then ranges going up.
    pub fn peers(&self) -> &[Peer] {
        &self.peers
    }

    /// What one peer reaches, by the numbers of peers, going up.
    pub fn from(&self, source: usize) -> Vec<(usize, &Passage)> {
        let mut found = Vec::new();
        if source < self.peers.len() {
            self.walk(source, |joined, _| {
                let each = joined.iter();
                found.extend(each.map(|(peer, p)| (*peer as usize, &self.passages[*p as usize])));
            });
        }
        found
    }

    /// Every pair between which something may pass, by source and destination.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        (0..self.peers.len()).flat_map(move |source| {
            let row = self.from(source).into_iter();
            row.map(move |(destination, passage)| Pair {
                source: &self.peers[source],
                destination: &self.peers[destination],
                passage,
            })
        })
    }

    /// How many pairs there are, without listing them.
    pub fn count(&self) -> usize {
        let mut count = 0;
        for source in 0..self.peers.len() {
            self.walk(source, |joined, _| count += joined.len());
        }
        count
    }

    /// What may pass between two peers; nothing if they are the same or both outside.
    pub fn between(&self, source: usize, destination: usize) -> Passage {
        let (Some(sources), Some(destinations)) =
            (self.sources.get(source), self.destinations.get(destination))
        else {
            return Passage::none();
        };
        let outside = self.peers[source].is_external() && self.peers[destination].is_external();
        let mut passage = Passage::none();
        for class in sources.iter().filter(|_| source != destination && !outside) {
            for (ConnId(conn), classes) in &self.rows[*class as usize].parts {
                if destinations.iter().any(|class| classes.contains(*class)) {
                    passage = passage.union(&self.passages[*conn as usize]);
                }
            }
        }
        passage
    }

    /// The number of a peer.
    pub fn find(&self, peer: &Peer) -> Option<usize> {
        self.peers.binary_search(peer).ok()
    }

    /// The numbers of the workloads with a name, of one namespace or of any.
    pub fn find_workloads(&self, namespace: Option<&str>, name: &str) -> Vec<usize> {
        let fits = |peer: &Peer| {
            matches!(peer, Peer::Workload { namespace: ns, name: own, .. }
                if own == name && namespace.is_none_or(|namespace| ns == namespace))
        };
        let found = self.peers.iter().enumerate();
        found
            .filter(|(_, peer)| fits(peer))
            .map(|(at, _)| at)
            .collect()
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

impl Conns {
    fn passages(&self) -> Vec<Passage> {
        let passage = |bounds: &conns::Bounds| Passage {
            allowed: bounds.sure.clone(),
            unknown: bounds.most.subtract(&bounds.sure),
        };
        self.iter().map(passage).collect()
    }
}
