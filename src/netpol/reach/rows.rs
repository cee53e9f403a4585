//! The matrix itself: for each class of sources, which classes of destinations it reaches how.

use super::conns::{ALL, ConnId, Conns, NONE};
use super::ends::Ends;
use super::index::PeerSet;
use super::sets::{Classes, IdSet, to_id};
use super::sides::{Clause, Sides};
use crate::netpol::hash::QuickMap;

/// The destinations of one class of sources, by what they take.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) parts: Vec<(ConnId, IdSet)>,
}

/// Everything that is needed to compute rows.
pub(crate) struct Matrix<'a, 'w> {
    pub(crate) ends: &'a Ends<'w>,
    pub(crate) sets: &'a [PeerSet],
    pub(crate) egress: &'a Sides,
    pub(crate) ingress: &'a Sides,
    pub(crate) sources: &'a Classes,
    pub(crate) destinations: &'a Classes,
}

/// What rules have said so far about one thing.
#[derive(Debug, Clone, Copy)]
struct Said {
    allow: ConnId,
    deny: ConnId,
}

/// What rules said about things by number, emptied in no time.
struct Ledger {
    said: Vec<Said>,
    round: Vec<u32>,
    now: u32,
    touched: Vec<u32>,
}

impl Ledger {
    fn new(bound: usize) -> Self {
        let nothing = Said {
            allow: NONE,
            deny: NONE,
        };
        Self {
            said: vec![nothing; bound],
            round: vec![0; bound],
            now: 1,
            touched: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.now += 1;
        self.touched.clear();
    }

    fn add(&mut self, about: u32, deny: bool, what: ConnId, conns: &mut Conns) {
        let at = about as usize;
        if self.round[at] != self.now {
            self.round[at] = self.now;
            self.touched.push(about);
            self.said[at] = Said {
                allow: NONE,
                deny: NONE,
            };
        }
        let said = &mut self.said[at];
        let side = if deny {
            &mut said.deny
        } else {
            &mut said.allow
        };
        *side = conns.union(*side, what);
    }

    fn get(&self, about: u32) -> Option<Said> {
        let at = about as usize;
        (self.round[at] == self.now).then(|| self.said[at])
    }
}

/// A clause that speaks of a class, and what it adds to which shape.
#[derive(Debug, Clone, Copy)]
struct Use {
    shape: u32,
    deny: bool,
    what: ConnId,
}

struct Rows<'a, 'w> {
    matrix: &'a Matrix<'a, 'w>,
    /// For each class of sources, the sets of the ingress rules that it is in.
    sets_of_source: Vec<Vec<u32>>,
    /// For each of these sets, the clauses that use it.
    uses: Vec<Vec<Use>>,
    /// For each ingress shape, the classes of destinations that have it.
    classes_of_shape: Vec<Vec<u32>>,
    open_shapes: Vec<u32>,
    shape_of_class: Vec<u32>,
    node_class: Vec<bool>,
    node_classes: Vec<u32>,
    from: Ledger,
    to: Ledger,
    buckets: Vec<(ConnId, Vec<u32>)>,
    bucket_of: QuickMap<ConnId, usize>,
}

/// All rows, by class of sources.
pub(crate) fn rows(matrix: &Matrix<'_, '_>, conns: &mut Conns) -> Vec<Row> {
    let mut rows = Rows::new(matrix);
    let members = matrix.sources.members();
    let mut order: Vec<(u32, usize, u32)> = members
        .iter()
        .enumerate()
        .filter_map(|(class, ends)| {
            let end = *ends.first()?;
            Some((matrix.egress.of_end[end as usize], class, end))
        })
        .collect();
    order.sort_unstable();
    let mut result = vec![Row::default(); members.len()];
    let mut shape_now = None;
    for (shape, class, end) in order {
        if shape_now != Some(shape) {
            rows.read_egress(shape, conns);
            shape_now = Some(shape);
        }
        result[class] = rows.row(class, end, shape, conns);
    }
    result
}

impl<'a, 'w> Rows<'a, 'w> {
    fn new(matrix: &'a Matrix<'a, 'w>) -> Self {
        let destinations = matrix.destinations;
        let mut classes_of_shape = vec![Vec::new(); matrix.ingress.shapes.len()];
        let mut shape_of_class = vec![0; destinations.count()];
        let mut node_class = vec![false; destinations.count()];
        for (class, ends) in destinations.members().iter().enumerate() {
            if let Some(end) = ends.first() {
                let shape = matrix.ingress.of_end[*end as usize];
                classes_of_shape[shape as usize].push(to_id(class));
                shape_of_class[class] = shape;
                node_class[class] = matrix.ends.is_node(*end as usize);
            }
        }
        let (sets_of_source, uses) = uses(matrix);
        let open_shapes = matrix.ingress.shapes.iter().enumerate();
        let open_shapes = open_shapes.filter(|(_, shape)| !shape.isolated);
        let node_classes = node_class.clone().into_iter().enumerate();
        let node_classes = node_classes.filter(|(_, node)| *node);
        Self {
            matrix,
            sets_of_source,
            uses,
            classes_of_shape,
            open_shapes: open_shapes.map(|(shape, _)| to_id(shape)).collect(),
            shape_of_class,
            node_classes: node_classes.map(|(class, _)| to_id(class)).collect(),
            node_class,
            from: Ledger::new(destinations.count()),
            to: Ledger::new(matrix.ingress.shapes.len()),
            buckets: Vec::new(),
            bucket_of: QuickMap::default(),
        }
    }

    /// What a shape's egress rules say of each class of destinations.
    fn read_egress(&mut self, shape: u32, conns: &mut Conns) {
        self.from.clear();
        for clause in &self.matrix.egress.shapes[shape as usize].clauses {
            let set = &self.matrix.sets[clause.set];
            for (ids, what) in [(&set.yes, clause.sure), (&set.perhaps, clause.perhaps)] {
                for class in self.matrix.destinations.inside(ids) {
                    self.from.add(class, clause.deny, what, conns);
                }
            }
        }
    }

    fn row(&mut self, class: usize, end: u32, shape: u32, conns: &mut Conns) -> Row {
        self.to.clear();
        for set in &self.sets_of_source[class] {
            for usage in &self.uses[*set as usize] {
                self.to.add(usage.shape, usage.deny, usage.what, conns);
            }
        }
        let from_node = self.matrix.ends.is_node(end as usize);
        let egress = &self.matrix.egress.shapes[shape as usize];
        if egress.isolated {
            for class in self.from.touched.clone() {
                self.pair(class, NONE, from_node, conns);
            }
            for at in 0..self.node_classes.len() {
                let class = self.node_classes[at];
                if self.from.get(class).is_none() {
                    self.pair(class, NONE, from_node, conns);
                }
            }
        } else {
            self.row_of_open_source(from_node, conns);
        }
        self.take_row()
    }

    /// Only shapes that are open, and those that a rule which means the source belongs to, can let
    /// it in; a node may be any pod's own.
    fn row_of_open_source(&mut self, from_node: bool, conns: &mut Conns) {
        let shapes: Vec<u32> = if from_node {
            (0..to_id(self.classes_of_shape.len())).collect()
        } else {
            let isolated = |shape: &&u32| self.matrix.ingress.shapes[**shape as usize].isolated;
            let touched = self.to.touched.iter().filter(isolated);
            self.open_shapes.iter().chain(touched).copied().collect()
        };
        for shape in shapes {
            for at in 0..self.classes_of_shape[shape as usize].len() {
                let class = self.classes_of_shape[shape as usize][at];
                self.pair(class, ALL, from_node, conns);
            }
        }
    }

    /// Puts what passes to one class of destinations into its bucket.
    fn pair(&mut self, class: u32, otherwise: ConnId, from_node: bool, conns: &mut Conns) {
        let mut out = passes(self.from.get(class), otherwise, conns);
        if self.node_class[class as usize] && out != ALL {
            out = conns.at_most_all(out);
        }
        let shape = self.shape_of_class[class as usize];
        let closed = self.matrix.ingress.shapes[shape as usize].otherwise();
        let mut into = passes(self.to.get(shape), closed, conns);
        if from_node && into != ALL {
            into = conns.at_most_all(into);
        }
        let both = conns.intersect(out, into);
        if conns.get(both).most.is_empty() {
            return;
        }
        let next = self.buckets.len();
        let at = *self.bucket_of.entry(both).or_insert(next);
        if at == next {
            self.buckets.push((both, Vec::new()));
        }
        self.buckets[at].1.push(class);
    }

    fn take_row(&mut self) -> Row {
        self.bucket_of.clear();
        let bound = self.matrix.destinations.count();
        let parts = self
            .buckets
            .drain(..)
            .map(|(conn, classes)| (conn, IdSet::from_ids(classes, bound)))
            .collect();
        Row { parts }
    }
}

/// Deny wins over allow; where nothing isolates, everything is allowed first.
fn passes(said: Option<Said>, otherwise: ConnId, conns: &mut Conns) -> ConnId {
    match said {
        None => otherwise,
        Some(said) => {
            let allowed = conns.union(otherwise, said.allow);
            conns.without(allowed, said.deny)
        }
    }
}

/// Turns "shape uses set" round into "source class is in set, set is used by shapes".
fn uses(matrix: &Matrix<'_, '_>) -> (Vec<Vec<u32>>, Vec<Vec<Use>>) {
    let mut halves: QuickMap<(usize, bool), u32> = QuickMap::default();
    let mut uses: Vec<Vec<Use>> = Vec::new();
    let mut sets_of_source = vec![Vec::new(); matrix.sources.count()];
    for (shape, description) in matrix.ingress.shapes.iter().enumerate() {
        for clause in &description.clauses {
            for perhaps in [false, true] {
                let ids = half(matrix, clause, perhaps);
                if ids.is_empty() {
                    continue;
                }
                let number = *halves.entry((clause.set, perhaps)).or_insert_with(|| {
                    let number = to_id(uses.len());
                    uses.push(Vec::new());
                    for class in matrix.sources.inside(ids) {
                        sets_of_source[class as usize].push(number);
                    }
                    number
                });
                uses[number as usize].push(Use {
                    shape: to_id(shape),
                    deny: clause.deny,
                    what: if perhaps { clause.perhaps } else { clause.sure },
                });
            }
        }
    }
    (sets_of_source, uses)
}

fn half<'a>(matrix: &Matrix<'a, '_>, clause: &Clause, perhaps: bool) -> &'a IdSet {
    let set = &matrix.sets[clause.set];
    if perhaps { &set.perhaps } else { &set.yes }
}
