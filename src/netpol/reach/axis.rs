//! The two sides of the matrix: which peers there are, and of which classes.

use std::collections::BTreeMap;

use super::ends::Ends;
use super::pair::Peer;
use super::sets::{Classes, to_id};
use crate::netpol::ranges::IpRange;

/// The peers on one side of the matrix: workloads by name, then what is outside.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) peers: Vec<Peer>,
    /// How many of the peers are workloads. They are the same on both sides.
    pub(super) workloads: usize,
    /// The classes of each peer's ends. Pods of one controller may differ in their labels.
    pub(super) classes: Vec<Vec<u32>>,
    /// The peers of each class.
    pub(super) peers_of_class: Vec<Vec<u32>>,
}

impl Axis {
    pub(super) fn new(
        names: &BTreeMap<Peer, Vec<usize>>,
        ends: &Ends<'_>,
        classes: &Classes,
    ) -> Self {
        let mut peers: Vec<Peer> = names.keys().cloned().collect();
        let class_of = |end: &usize| classes.of(*end);
        let mut of_peer: Vec<Vec<u32>> = names
            .values()
            .map(|ends| distinct(ends.iter().map(class_of).collect()))
            .collect();
        let mut outside: BTreeMap<u32, Vec<IpRange>> = BTreeMap::new();
        for (end, range) in (ends.groups.len()..).zip(&ends.ranges) {
            join_to(outside.entry(classes.of(end)).or_default(), *range);
        }
        let mut outside: Vec<(u32, Vec<IpRange>)> = outside.into_iter().collect();
        outside.sort_by(|a, b| a.1.cmp(&b.1));
        for (class, ranges) in outside {
            peers.push(Peer::External(ranges));
            of_peer.push(vec![class]);
        }
        let mut peers_of_class = vec![Vec::new(); classes.count()];
        for (peer, classes) in of_peer.iter().enumerate() {
            for class in classes {
                peers_of_class[*class as usize].push(to_id(peer));
            }
        }
        Self {
            peers,
            workloads: names.len(),
            classes: of_peer,
            peers_of_class,
        }
    }

    pub(super) fn is_plain(&self) -> bool {
        self.classes.iter().all(|classes| classes.len() == 1)
    }
}

fn distinct(mut classes: Vec<u32>) -> Vec<u32> {
    classes.sort_unstable();
    classes.dedup();
    classes
}

/// Adds a range behind others, as one with the last if they touch.
pub(crate) fn join_to(ranges: &mut Vec<IpRange>, range: IpRange) {
    let joint = ranges.last().and_then(|last| last.joined(range));
    match (joint, ranges.last_mut()) {
        (Some(joint), Some(last)) => *last = joint,
        _ => ranges.push(range),
    }
}
