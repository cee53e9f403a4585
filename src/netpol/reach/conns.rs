//! Connection sets by number: the same few sets come up for millions of pairs.

use super::sets::to_id;
use crate::netpol::hash::QuickMap;
use crate::netpol::ports::ConnectionSet;

/// What is allowed for sure, and what is allowed at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Bounds {
    pub(crate) sure: ConnectionSet,
    pub(crate) most: ConnectionSet,
}

impl Bounds {
    fn exactly(set: ConnectionSet) -> Self {
        Self {
            most: set.clone(),
            sure: set,
        }
    }

    fn combine(
        &self,
        other: &Self,
        op: fn(&ConnectionSet, &ConnectionSet) -> ConnectionSet,
    ) -> Self {
        Self {
            sure: op(&self.sure, &other.sure),
            most: op(&self.most, &other.most),
        }
    }
}

/// A pair of bounds by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConnId(pub(crate) u32);

/// Nothing, for sure.
pub(crate) const NONE: ConnId = ConnId(0);
/// Everything, for sure.
pub(crate) const ALL: ConnId = ConnId(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Op {
    Union,
    Intersect,
    /// The first without the second: what may be denied is no longer sure.
    Without,
}

/// All bounds that came up, and what was made of them.
#[derive(Debug, Clone)]
pub(crate) struct Conns {
    all: Vec<Bounds>,
    ids: QuickMap<Bounds, ConnId>,
    done: QuickMap<(Op, ConnId, ConnId), ConnId>,
}

impl Conns {
    pub(crate) fn new() -> Self {
        let mut conns = Self {
            all: Vec::new(),
            ids: QuickMap::default(),
            done: QuickMap::default(),
        };
        conns.intern(Bounds::exactly(ConnectionSet::none()));
        conns.intern(Bounds::exactly(ConnectionSet::all()));
        conns
    }

    fn intern(&mut self, bounds: Bounds) -> ConnId {
        if let Some(id) = self.ids.get(&bounds) {
            return *id;
        }
        let id = ConnId(to_id(self.all.len()));
        self.all.push(bounds.clone());
        self.ids.insert(bounds, id);
        id
    }

    pub(crate) fn exactly(&mut self, set: ConnectionSet) -> ConnId {
        self.intern(Bounds::exactly(set))
    }

    pub(crate) fn perhaps(&mut self, set: ConnectionSet) -> ConnId {
        self.intern(Bounds {
            sure: ConnectionSet::none(),
            most: set,
        })
    }

    /// The same for sure, and everything at most.
    pub(crate) fn at_most_all(&mut self, id: ConnId) -> ConnId {
        let sure = self.get(id).sure.clone();
        self.intern(Bounds {
            sure,
            most: ConnectionSet::all(),
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Bounds> {
        self.all.iter()
    }

    pub(crate) fn get(&self, id: ConnId) -> &Bounds {
        &self.all[id.0 as usize]
    }

    pub(crate) fn union(&mut self, a: ConnId, b: ConnId) -> ConnId {
        match (a, b) {
            (NONE, other) | (other, NONE) => other,
            (ALL, _) | (_, ALL) => ALL,
            _ if a == b => a,
            _ => self.apply(Op::Union, a.min(b), a.max(b)),
        }
    }

    pub(crate) fn intersect(&mut self, a: ConnId, b: ConnId) -> ConnId {
        match (a, b) {
            (ALL, other) | (other, ALL) => other,
            (NONE, _) | (_, NONE) => NONE,
            _ if a == b => a,
            _ => self.apply(Op::Intersect, a.min(b), a.max(b)),
        }
    }

    pub(crate) fn without(&mut self, a: ConnId, b: ConnId) -> ConnId {
        if b == NONE {
            return a;
        }
        self.apply(Op::Without, a, b)
    }

    fn apply(&mut self, op: Op, a: ConnId, b: ConnId) -> ConnId {
        if let Some(done) = self.done.get(&(op, a, b)) {
            return *done;
        }
        let (left, right) = (self.get(a), self.get(b));
        let bounds = match op {
            Op::Union => left.combine(right, ConnectionSet::union),
            Op::Intersect => left.combine(right, ConnectionSet::intersect),
            Op::Without => Bounds {
                sure: left.sure.subtract(&right.most),
                most: left.most.subtract(&right.sure),
            },
        };
        let id = self.intern(bounds);
        self.done.insert((op, a, b), id);
        id
    }
}
