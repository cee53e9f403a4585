//! What changes between two worlds: connections opened, closed, changed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::Serialize;

use super::ranges::IpRange;
use super::reach::{Passage, Peer, Reach};

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

/// Compares who can reach whom before and after. Ranges of addresses are cut on the boundaries of
/// both, and those that change alike and lie side by side are joined.
///
/// A peer that is in one world only has nothing pass in the other.
pub fn diff(before: &Reach, after: &Reach) -> Vec<Change> {
    let cuts = Cuts::of(before, after);
    let mut changes = Vec::new();
    for source in sources(before, after) {
        let (old, new) = (cuts.row(before, source), cuts.row(after, source));
        let pairs: BTreeSet<&(Peer, Peer)> = old.keys().chain(new.keys()).collect();
        for pair in pairs {
            let passage = |row: &Row| row.get(pair).cloned().unwrap_or(Passage::none());
            changes.extend(change(pair, passage(&old), passage(&new)));
        }
    }
    joined(joined(changes, Side::Destination), Side::Source)
}

/// The workloads of both worlds, and none for everything outside: ranges are compared together,
/// since the same address may lie in another range before and after.
fn sources<'r>(before: &'r Reach, after: &'r Reach) -> Vec<Option<&'r Peer>> {
    let peers = before.peers().iter().chain(after.peers());
    let workloads: BTreeSet<&Peer> = peers.filter(|peer| !peer.is_external()).collect();
    workloads.into_iter().map(Some).chain([None]).collect()
}

type Row = BTreeMap<(Peer, Peer), Passage>;

fn change(pair: &(Peer, Peer), before: Passage, after: Passage) -> Option<Change> {
    let kind = match (before.is_empty(), after.is_empty()) {
        _ if before == after => return None,
        (true, _) => ChangeKind::Opened,
        (_, true) => ChangeKind::Closed,
        _ => ChangeKind::Changed,
    };
    Some(Change {
        kind,
        source: pair.0.clone(),
        destination: pair.1.clone(),
        before,
        after,
    })
}

/// The addresses at which a range of either world begins.
struct Cuts(Vec<IpAddr>);

impl Cuts {
    fn of(before: &Reach, after: &Reach) -> Self {
        let peers = before.peers().iter().chain(after.peers());
        let starts = peers.filter_map(|peer| match peer {
            Peer::Range(range) => Some(range.first()),
            Peer::Workload { .. } => None,
        });
        let distinct: BTreeSet<IpAddr> = starts.collect();
        Self(distinct.into_iter().collect())
    }

    fn cut(&self, peer: &Peer) -> Vec<Peer> {
        match peer {
            Peer::Workload { .. } => vec![peer.clone()],
            Peer::Range(range) => {
                let cut = range.cut_at(self.0.clone()).into_iter();
                cut.map(Peer::Range).collect()
            }
        }
    }

    /// What a peer reaches, or everything outside does, with all ranges cut.
    fn row(&self, reach: &Reach, source: Option<&Peer>) -> Row {
        let numbers: Vec<usize> = match source {
            Some(peer) => reach.find(peer).into_iter().collect(),
            None => (0..reach.peers().len())
                .filter(|number| reach.peers()[*number].is_external())
                .collect(),
        };
        let mut row = Row::new();
        for number in numbers {
            let sources = self.cut(&reach.peers()[number]);
            for (destination, passage) in reach.from(number) {
                for to in self.cut(&reach.peers()[destination]) {
                    for from in &sources {
                        row.insert((from.clone(), to.clone()), passage.clone());
                    }
                }
            }
        }
        row
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Source,
    Destination,
}

/// Joins ranges on one side that lie side by side and change alike.
fn joined(mut changes: Vec<Change>, side: Side) -> Vec<Change> {
    let ends = |change: &Change| match side {
        Side::Source => (change.destination.clone(), change.source.clone()),
        Side::Destination => (change.source.clone(), change.destination.clone()),
    };
    changes.sort_by_cached_key(ends);
    let mut result: Vec<Change> = Vec::with_capacity(changes.len());
    for change in changes {
        let joint = result.last().and_then(|last| join(last, &change, side));
        match (joint, result.last_mut()) {
            (Some(range), Some(last)) => match side {
                Side::Source => last.source = Peer::Range(range),
                Side::Destination => last.destination = Peer::Range(range),
            },
            _ => result.push(change),
        }
    }
    result.sort_by(|a, b| {
        (a.kind, &a.source, &a.destination).cmp(&(b.kind, &b.source, &b.destination))
    });
    result
}

fn join(last: &Change, next: &Change, side: Side) -> Option<IpRange> {
    let (own, fixed) = match side {
        Side::Source => (
            (&last.source, &next.source),
            (&last.destination, &next.destination),
        ),
        Side::Destination => (
            (&last.destination, &next.destination),
            (&last.source, &next.source),
        ),
    };
    let alike = fixed.0 == fixed.1
        && last.kind == next.kind
        && last.before == next.before
        && last.after == next.after;
    match own {
        (Peer::Range(first), Peer::Range(second)) if alike => first.joined(*second),
        _ => None,
    }
}
