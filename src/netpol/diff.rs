//! What changes between two worlds: connections opened, closed, changed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::Serialize;

use super::Reading;
use super::ranges::IpRange;
use super::reach::{Passage, Peer, Reach, join_to, reach, reach_beside};
use super::world::World;

/// How a pair changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// Nothing passed before, and something does now.
    Opened,
    /// Something passed before, and nothing does now.
    Closed,
    /// Something passed before, and something else does now.
    Changed,
}

impl ChangeKind {
    /// The word that people and machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Opened => "opened",
            ChangeKind::Closed => "closed",
            ChangeKind::Changed => "changed",
        }
    }
}

/// A pair between which something else may pass now than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// How.
    pub kind: ChangeKind,
    /// Who opens connections.
    pub source: Peer,
    /// Who takes them.
    pub destination: Peer,
    /// What passed before.
    pub before: Passage,
    /// What passes now.
    pub after: Passage,
}

/// Compares who can reach whom in two worlds, on the addresses that either speaks of.
pub fn between(before: &World, after: &World, reading: Reading) -> Vec<Change> {
    let new = reach(after, reading);
    let old = reach_beside(&new, before, reading);
    match new.has_ipv6() == old.has_ipv6() {
        true => diff(&old, &new),
        false => diff(&old, &reach_beside(&old, after, reading)),
    }
}

/// Compares who can reach whom before and after. Both must be about the same addresses. Ranges of
/// addresses are cut on the boundaries of both; those that change alike at the same workload are one.
///
/// A peer that is in one world only has nothing pass in the other.
pub fn diff(before: &Reach, after: &Reach) -> Vec<Change> {
    let cuts = Cuts::of(before, after);
    let mut changes = Vec::new();
    for source in sources(before, after) {
        let (old, new) = (cuts.row(before, source), cuts.row(after, source));
        let pairs: BTreeSet<&(End, End)> = old.keys().chain(new.keys()).collect();
        let mut alike: BTreeMap<(&Passage, &Passage), Vec<&(End, End)>> = BTreeMap::new();
        for pair in pairs {
            let before = old.get(pair).copied().unwrap_or(NOTHING);
            let after = new.get(pair).copied().unwrap_or(NOTHING);
            if before != after {
                alike.entry((before, after)).or_default().push(pair);
            }
        }
        for ((before, after), pairs) in alike {
            changes.extend(grouped(&pairs, before, after));
        }
    }
    let key = |change: &Change| {
        (
            change.kind,
            change.source.clone(),
            change.destination.clone(),
        )
    };
    changes.sort_by_cached_key(key);
    changes
}

const NOTHING: &Passage = &Passage::none();

/// The workloads of both worlds, and none for everything outside: ranges are compared together,
/// since the same address may lie in another range before and after.
fn sources<'r>(before: &'r Reach, after: &'r Reach) -> Vec<Option<&'r Peer>> {
    let peers = before.sources().iter().chain(after.sources());
    let workloads: BTreeSet<&Peer> = peers.filter(|peer| !peer.is_external()).collect();
    workloads.into_iter().map(Some).chain([None]).collect()
}

/// An end as it is compared: a workload, or one range that neither world cuts further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End<'r> {
    Workload(&'r Peer),
    Range(IpRange),
}

type Row<'r> = BTreeMap<(End<'r>, End<'r>), &'r Passage>;

/// Pairs that change alike, as changes: all ranges that have the same workload at the other end
/// are one.
fn grouped(pairs: &[&(End<'_>, End<'_>)], before: &Passage, after: &Passage) -> Vec<Change> {
    let mut into: BTreeMap<&Peer, Vec<IpRange>> = BTreeMap::new();
    let mut out: BTreeMap<&Peer, Vec<IpRange>> = BTreeMap::new();
    let mut changes = Vec::new();
    for pair in pairs {
        match pair {
            (End::Range(range), End::Workload(peer)) => {
                join_to(into.entry(peer).or_default(), *range)
            }
            (End::Workload(peer), End::Range(range)) => {
                join_to(out.entry(peer).or_default(), *range)
            }
            (End::Workload(a), End::Workload(b)) => {
                changes.push(change((*a).clone(), (*b).clone(), before, after));
            }
            (End::Range(_), End::Range(_)) => {}
        }
    }
    let into = into
        .into_iter()
        .map(|(peer, r)| (Peer::External(r), peer.clone()));
    let out = out
        .into_iter()
        .map(|(peer, r)| (peer.clone(), Peer::External(r)));
    changes.extend(into.chain(out).map(|(a, b)| change(a, b, before, after)));
    changes
}

fn change(source: Peer, destination: Peer, before: &Passage, after: &Passage) -> Change {
    let kind = match (before.is_empty(), after.is_empty()) {
        (true, _) => ChangeKind::Opened,
        (_, true) => ChangeKind::Closed,
        _ => ChangeKind::Changed,
    };
    Change {
        kind,
        source,
        destination,
        before: before.clone(),
        after: after.clone(),
    }
}

/// The addresses at which a range of either world begins, or the one behind it.
struct Cuts(Vec<IpAddr>);

impl Cuts {
    fn of(before: &Reach, after: &Reach) -> Self {
        let sides = [
            before.sources(),
            before.destinations(),
            after.sources(),
            after.destinations(),
        ];
        let ranges = sides.into_iter().flatten().flat_map(|peer| match peer {
            Peer::External(ranges) => ranges.as_slice(),
            Peer::Workload { .. } => &[],
        });
        // The ranges of a side are everything, so where one ends another begins.
        let starts: BTreeSet<IpAddr> = ranges.map(|range| range.first()).collect();
        Self(starts.into_iter().collect())
    }

    fn cut<'r>(&self, peer: &'r Peer) -> Vec<End<'r>> {
        let Peer::External(ranges) = peer else {
            return vec![End::Workload(peer)];
        };
        let inside = |range: &IpRange| {
            let from = self.0.partition_point(|start| *start < range.first());
            let to = self.0.partition_point(|start| *start <= range.last());
            range.cut_at(self.0[from..to.max(from)].to_vec())
        };
        ranges.iter().flat_map(inside).map(End::Range).collect()
    }

    /// What a peer reaches, or everything outside does, with all ranges cut.
    fn row<'r>(&self, reach: &'r Reach, source: Option<&Peer>) -> Row<'r> {
        let numbers: Vec<usize> = match source {
            Some(peer) => reach.find(peer).into_iter().collect(),
            None => (0..reach.sources().len())
                .filter(|number| reach.sources()[*number].is_external())
                .collect(),
        };
        let mut row = Row::new();
        for number in numbers {
            let sources = self.cut(&reach.sources()[number]);
            for (destination, passage) in reach.from(number) {
                for to in self.cut(&reach.destinations()[destination]) {
                    row.extend(sources.iter().map(|from| ((*from, to), passage)));
                }
            }
        }
        row
    }
}
