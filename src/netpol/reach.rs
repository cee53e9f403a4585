//! Who can reach whom: all pairs at once.
//!
//! Pods that no rule tells apart are one group. Groups that are alike as sources are one class of
//! sources, and likewise for destinations; the matrix is computed for classes only, and for each
//! class of sources only what its rules and its peers' rules speak of is looked at. So the cost
//! follows the size of the answer, not the square of the number of pods.

mod axis;
mod conns;
mod ends;
mod index;
mod pair;
mod rows;
mod sets;
mod sides;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::axis::Axis;
pub(crate) use self::axis::join_to;
use self::conns::{ConnId, Conns};
use self::ends::Ends;
use self::index::Index;
pub use self::pair::{Pair, Passage, Peer};
use self::rows::{Matrix, Row};
use self::sets::{Classes, to_id};
use super::dialect::Reading;
use super::rules::sections;
use super::world::World;
use crate::model::policy::Direction;

/// Who can reach whom.
///
/// Pods of one workload among themselves and addresses outside among themselves are left out.
/// What SCTP is worth on Dataplane V2 and other things that policies know nothing of are not held
/// against connections here: this is what the policies say.
#[derive(Debug, Clone)]
pub struct Reach {
    sources: Axis,
    destinations: Axis,
    /// By class of sources.
    rows: Vec<Row>,
    passages: Vec<Passage>,
    /// Unions of passages that came up where pods of one controller differ.
    mixed: BTreeMap<(u32, u32), u32>,
}

/// A peer and a passage, or two passages.
type Numbers = (u32, u32);

/// Computes who can reach whom. Addresses of IPv6 come in where the world speaks of any.
pub fn reach(world: &World, reading: Reading) -> Reach {
    computed(world, reading, false)
}

/// The same, to be compared with another: on the addresses that the other is about.
pub fn reach_beside(other: &Reach, world: &World, reading: Reading) -> Reach {
    computed(world, reading, other.has_ipv6())
}

fn computed(world: &World, reading: Reading, ipv6: bool) -> Reach {
    let sections = sections(world, reading);
    let ends = Ends::of(world, reading, &sections, ipv6);
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
        let mut reach = Self {
            sources: Axis::new(&named, ends, sources),
            destinations: Axis::new(&named, ends, destinations),
            rows,
            passages: conns.passages(),
            mixed: BTreeMap::new(),
        };
        reach.mix();
        reach
    }

    /// Where pods of one controller differ, the controller reaches what any of them reaches.
    fn mix(&mut self) {
        if self.sources.is_plain() && self.destinations.is_plain() {
            return;
        }
        let mut numbers: HashMap<Passage, u32> = HashMap::new();
        for (number, passage) in self.passages.iter().enumerate() {
            numbers.entry(passage.clone()).or_insert(to_id(number));
        }
        loop {
            let mut wanted = BTreeSet::new();
            for source in 0..self.sources.peers.len() {
                wanted.extend(self.joined(source).1);
            }
            if wanted.is_empty() {
                return;
            }
            for (a, b) in wanted {
                let union = self.passages[a as usize].union(&self.passages[b as usize]);
                let next = to_id(self.passages.len());
                let number = *numbers.entry(union.clone()).or_insert(next);
                if number == next {
                    self.passages.push(union);
                }
                self.mixed.insert((a, b), number);
            }
        }
    }

    /// What a source reaches, by destination, as numbers of passages; and the pairs of passages
    /// whose union has not been made yet.
    fn joined(&self, source: usize) -> (Vec<Numbers>, Vec<Numbers>) {
        let mut joined: Vec<(u32, u32)> = Vec::new();
        let mut unmixed = Vec::new();
        for (peer, passage) in self.found(source) {
            match joined.last_mut() {
                Some((last, before)) if *last == peer => {
                    let key = ((*before).min(passage), passage.max(*before));
                    match self.mixed.get(&key) {
                        _ if *before == passage => {}
                        Some(union) => *before = *union,
                        None => unmixed.push(key),
                    }
                }
                _ => joined.push((peer, passage)),
            }
        }
        (joined, unmixed)
    }

    /// What the ends of a source reach, by destination; one may come several times.
    fn found(&self, source: usize) -> Vec<(u32, u32)> {
        let external = source >= self.sources.workloads;
        let allowed = |peer: u32| {
            let peer = peer as usize;
            if external {
                peer < self.destinations.workloads
            } else {
                peer != source
            }
        };
        let mut found: Vec<(u32, u32)> = Vec::new();
        for class in &self.sources.classes[source] {
            for (conn, classes) in &self.rows[*class as usize].parts {
                for class in classes.iter() {
                    let peers = &self.destinations.peers_of_class[class as usize];
                    let peers = peers.iter().filter(|peer| allowed(**peer));
                    found.extend(peers.map(|peer| (*peer, conn.0)));
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// Whether addresses of IPv6 are among the peers.
    pub fn has_ipv6(&self) -> bool {
        let peers = self.sources.peers.iter().chain(&self.destinations.peers);
        let ranges = peers.filter_map(|peer| match peer {
            Peer::External(ranges) => Some(ranges),
            Peer::Workload { .. } => None,
        });
        ranges.flatten().any(|range| range.first().is_ipv6())
    }

    /// Who opens connections: workloads by name, then what is outside.
    pub fn sources(&self) -> &[Peer] {
        &self.sources.peers
    }

    /// Who takes connections: the same workloads in the same order, then what is outside. Addresses
    /// may be told apart on one side that are one on the other.
    pub fn destinations(&self) -> &[Peer] {
        &self.destinations.peers
    }

    /// What a source reaches, by the numbers of destinations, going up.
    pub fn from(&self, source: usize) -> Vec<(usize, &Passage)> {
        if source >= self.sources.peers.len() {
            return Vec::new();
        }
        let joined = self.joined(source).0.into_iter();
        joined
            .map(|(peer, passage)| (peer as usize, &self.passages[passage as usize]))
            .collect()
    }

    /// Every pair between which something may pass, by source and destination.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        (0..self.sources.peers.len()).flat_map(move |source| {
            let row = self.from(source).into_iter();
            row.map(move |(destination, passage)| Pair {
                source: &self.sources.peers[source],
                destination: &self.destinations.peers[destination],
                passage,
            })
        })
    }

    /// How many pairs there are, without listing them.
    pub fn count(&self) -> usize {
        let sources = 0..self.sources.peers.len();
        if !self.sources.is_plain() || !self.destinations.is_plain() {
            return sources.map(|source| self.joined(source).0.len()).sum();
        }
        let workloads = to_id(self.destinations.workloads);
        let sizes: Vec<(usize, usize)> = self
            .destinations
            .peers_of_class
            .iter()
            .map(|peers| {
                (
                    peers.len(),
                    peers.iter().filter(|peer| **peer < workloads).count(),
                )
            })
            .collect();
        let of_row = |row: &Row| {
            let classes = row.parts.iter().flat_map(|(_, classes)| classes.iter());
            classes.fold((0, 0), |(all, inside), class| {
                let size = sizes[class as usize];
                (all + size.0, inside + size.1)
            })
        };
        let totals: Vec<(usize, usize)> = self.rows.iter().map(of_row).collect();
        sources
            .map(|source| {
                let class = self.sources.classes[source][0] as usize;
                if source >= self.sources.workloads {
                    return totals[class].1;
                }
                let own = self.destinations.classes[source][0];
                let to_itself = self.rows[class]
                    .parts
                    .iter()
                    .any(|part| part.1.contains(own));
                totals[class].0 - usize::from(to_itself)
            })
            .sum()
    }

    /// What may pass between two peers; nothing if they are the same or both outside.
    pub fn between(&self, source: usize, destination: usize) -> Passage {
        let (Some(sources), Some(destinations)) = (
            self.sources.classes.get(source),
            self.destinations.classes.get(destination),
        ) else {
            return Passage::none();
        };
        let outside =
            source >= self.sources.workloads && destination >= self.destinations.workloads;
        let same = source == destination && source < self.sources.workloads;
        let mut passage = Passage::none();
        for class in sources.iter().filter(|_| !same && !outside) {
            for (ConnId(conn), classes) in &self.rows[*class as usize].parts {
                if destinations.iter().any(|class| classes.contains(*class)) {
                    passage = passage.union(&self.passages[*conn as usize]);
                }
            }
        }
        passage
    }

    /// The number of a workload, which is the same on both sides.
    pub fn find(&self, peer: &Peer) -> Option<usize> {
        self.sources.peers[..self.sources.workloads]
            .binary_search(peer)
            .ok()
    }

    /// The numbers of the workloads with a name, of one namespace or of any.
    pub fn find_workloads(&self, namespace: Option<&str>, name: &str) -> Vec<usize> {
        let fits = |peer: &Peer| {
            matches!(peer, Peer::Workload { namespace: ns, name: own, .. }
                if own == name && namespace.is_none_or(|namespace| ns == namespace))
        };
        let found = self.sources.peers.iter().enumerate();
        found
            .filter(|(_, peer)| fits(peer))
            .map(|(at, _)| at)
            .collect()
    }

    /// The numbers of an address as a source and as a destination.
    pub fn find_address(&self, ip: std::net::IpAddr) -> Option<(usize, usize)> {
        let holds = |peer: &Peer| match peer {
            Peer::External(ranges) => ranges.iter().any(|range| range.contains(ip)),
            Peer::Workload { .. } => false,
        };
        let source = self.sources.peers.iter().position(holds)?;
        Some((source, self.destinations.peers.iter().position(holds)?))
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
