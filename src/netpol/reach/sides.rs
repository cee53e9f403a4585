//! What each end lets through, with equal ends sharing one description.

use super::conns::{ALL, ConnId, Conns, NONE};
use super::ends::Ends;
use super::index::{Index, PeerSet};
use super::sets::{IdSet, to_id};
use crate::model::policy::Direction;
use crate::netpol::hash::QuickMap;
use crate::netpol::ports::ConnectionSet;
use crate::netpol::rules::{FlatRule, Section};

/// One rule as it applies to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Clause {
    /// Number of the set of peers.
    pub(crate) set: usize,
    pub(crate) deny: bool,
    /// For peers that are meant for sure.
    pub(crate) sure: ConnId,
    /// For peers that are meant perhaps.
    pub(crate) perhaps: ConnId,
}

/// What an end lets through in one direction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub(crate) isolated: bool,
    pub(crate) clauses: Vec<Clause>,
}

impl Shape {
    /// What passes where no clause means the peer.
    pub(crate) fn otherwise(&self) -> ConnId {
        if self.isolated { NONE } else { ALL }
    }
}

/// The shapes of all ends in one direction.
#[derive(Debug)]
pub(crate) struct Sides {
    pub(crate) shapes: Vec<Shape>,
    /// The shape of each end; ends that are no pods have the first, which is open.
    pub(crate) of_end: Vec<u32>,
}

impl Sides {
    /// The sets of peers that the shapes speak of.
    pub(crate) fn sets(&self) -> Vec<usize> {
        let clauses = self.shapes.iter().flat_map(|shape| &shape.clauses);
        let mut sets: Vec<usize> = clauses.map(|clause| clause.set).collect();
        sets.sort_unstable();
        sets.dedup();
        sets
    }
}

pub(crate) fn sides<'w>(
    sections: &[Section<'w>],
    direction: Direction,
    ends: &Ends<'w>,
    index: &mut Index<'_, 'w>,
    conns: &mut Conns,
) -> Sides {
    let mut shapes: Vec<Shape> = vec![Shape::default(); ends.groups.len()];
    for section in sections.iter().filter(|s| s.direction == direction) {
        apply(section, ends, index, conns, &mut shapes);
    }
    let mut numbers: QuickMap<Shape, u32> = QuickMap::from_iter([(Shape::default(), 0)]);
    let mut distinct = vec![Shape::default()];
    let mut of_end = Vec::with_capacity(ends.count());
    for mut shape in shapes {
        shape.clauses.sort_unstable();
        shape.clauses.dedup();
        let next = to_id(distinct.len());
        let number = *numbers.entry(shape).or_insert_with_key(|shape| {
            distinct.push(shape.clone());
            next
        });
        of_end.push(number);
    }
    of_end.resize(ends.count(), 0);
    Sides {
        shapes: distinct,
        of_end,
    }
}

fn apply<'w>(
    section: &Section<'w>,
    ends: &Ends<'w>,
    index: &mut Index<'_, 'w>,
    conns: &mut Conns,
    shapes: &mut [Shape],
) {
    let selected = index.selected(section);
    if selected.is_empty() {
        return;
    }
    for id in &selected {
        shapes[*id as usize].isolated |= section.isolates;
    }
    for rule in &section.rules {
        let named = rule.ports.names().next().is_some();
        if named && section.direction == Direction::Ingress {
            let set = index.peers(rule);
            for id in &selected {
                let (_, pod) = ends.groups[*id as usize];
                let clause = clause(set, rule, rule.ports.at(Some(pod)), conns);
                shapes[*id as usize].clauses.extend(clause);
            }
            continue;
        }
        let clauses = if named {
            by_receiver(rule, ends, index, conns)
        } else {
            let set = index.peers(rule);
            clause(set, rule, rule.ports.at(None), conns)
                .into_iter()
                .collect()
        };
        for id in &selected {
            shapes[*id as usize].clauses.extend_from_slice(&clauses);
        }
    }
}

fn clause(
    set: usize,
    rule: &FlatRule<'_>,
    ports: ConnectionSet,
    conns: &mut Conns,
) -> Option<Clause> {
    (!ports.is_empty()).then(|| Clause {
        set,
        deny: rule.deny,
        perhaps: conns.perhaps(ports.clone()),
        sure: conns.exactly(ports),
    })
}

/// A port's name means another number at each receiving end, so the peers are parted by what
/// the names mean to them.
fn by_receiver<'w>(
    rule: &FlatRule<'w>,
    ends: &Ends<'w>,
    index: &mut Index<'_, 'w>,
    conns: &mut Conns,
) -> Vec<Clause> {
    let number = index.peers(rule);
    let found = index.peer_sets[number].clone();
    let mut parts: QuickMap<ConnectionSet, (Vec<u32>, Vec<u32>)> = QuickMap::default();
    let ports_at = |id: u32| {
        let party = ends.party(id as usize);
        rule.ports.at(party.pod().map(|(_, pod)| pod))
    };
    for id in found.yes.iter() {
        parts.entry(ports_at(id)).or_default().0.push(id);
    }
    for id in found.perhaps.iter() {
        parts.entry(ports_at(id)).or_default().1.push(id);
    }
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_unstable();
    let bound = ends.count();
    let clauses = parts.into_iter().filter_map(|(ports, (yes, perhaps))| {
        let set = index.add(PeerSet {
            yes: IdSet::from_ids(yes, bound),
            perhaps: IdSet::from_ids(perhaps, bound),
        });
        clause(set, rule, ports, conns)
    });
    clauses.collect()
}
