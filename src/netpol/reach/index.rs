//! Finds the ends that a rule means without asking every one of them.

use std::rc::Rc;

use super::ends::Ends;
use super::sets::{IdSet, to_id};
use crate::model::labels::NAMESPACE_NAME_LABEL;
use crate::model::selector::{Operator, Selector};
use crate::netpol::dialect::Dialect;
use crate::netpol::hash::QuickMap;
use crate::netpol::peer::{Match, Party};
use crate::netpol::rules::{FlatRule, Peers, Scope, Section, Subject, Test};
use crate::netpol::world::World;

/// Whom a rule means, for sure and perhaps.
#[derive(Debug, Clone)]
pub(crate) struct PeerSet {
    pub(crate) yes: IdSet,
    pub(crate) perhaps: IdSet,
}

/// The ends that a test means, for sure and perhaps.
type YesAndPerhaps = (Vec<u32>, Vec<u32>);

/// Lists of groups by namespace and by label.
pub(crate) struct Index<'a, 'w> {
    world: &'w World,
    ends: &'a Ends<'w>,
    by_namespace: QuickMap<&'w str, Vec<u32>>,
    by_label: QuickMap<(&'w str, &'w str), Vec<u32>>,
    nodes: Vec<u32>,
    all: Vec<u32>,
    sets: QuickMap<(Peers<'w>, bool), usize>,
    tests: QuickMap<Test<'w>, Rc<YesAndPerhaps>>,
    pub(crate) peer_sets: Vec<PeerSet>,
}

impl<'a, 'w> Index<'a, 'w> {
    pub(crate) fn new(world: &'w World, ends: &'a Ends<'w>) -> Self {
        let mut index = Self {
            world,
            ends,
            by_namespace: QuickMap::default(),
            by_label: QuickMap::default(),
            nodes: Vec::new(),
            all: (0..to_id(ends.count())).collect(),
            sets: QuickMap::default(),
            tests: QuickMap::default(),
            peer_sets: Vec::new(),
        };
        for (number, (_, workload)) in ends.groups.iter().enumerate() {
            let id = to_id(number);
            if ends.is_node(number) {
                index.nodes.push(id);
                continue;
            }
            index
                .by_namespace
                .entry(&workload.namespace)
                .or_default()
                .push(id);
            for label in workload.labels.iter() {
                index.by_label.entry(label).or_default().push(id);
            }
        }
        index
    }

    /// The groups that a section selects.
    pub(crate) fn selected(&self, section: &Section<'w>) -> Vec<u32> {
        let candidates = match section.subject {
            Subject::Pods(namespace, selector) => self.candidates(Some(namespace), selector),
            Subject::Cilium(_) => self.groups(),
        };
        let selects = |id: &u32| match self.ends.party(*id as usize) {
            Party::Pod(_, pod) => section.selects(self.world, pod),
            _ => false,
        };
        candidates.iter().copied().filter(selects).collect()
    }

    /// The number of the set of ends that a rule means.
    pub(crate) fn peers(&mut self, rule: &FlatRule<'w>) -> usize {
        let key = (rule.peers.clone(), rule.opaque);
        if let Some(set) = self.sets.get(&key) {
            return *set;
        }
        let set = self.find(rule);
        let number = self.add(set);
        self.sets.insert(key, number);
        number
    }

    pub(crate) fn add(&mut self, set: PeerSet) -> usize {
        self.peer_sets.push(set);
        self.peer_sets.len() - 1
    }

    fn find(&mut self, rule: &FlatRule<'w>) -> PeerSet {
        let (mut yes, mut perhaps) = (Vec::new(), Vec::new());
        match &rule.peers {
            Peers::Everyone => yes.clone_from(&self.all),
            Peers::Any(tests) => {
                for test in tests {
                    let found = self.test(test);
                    yes.extend_from_slice(&found.0);
                    perhaps.extend_from_slice(&found.1);
                }
            }
        }
        if rule.opaque {
            perhaps.append(&mut yes);
        }
        for list in [&mut yes, &mut perhaps] {
            list.sort_unstable();
            list.dedup();
        }
        perhaps.retain(|id| yes.binary_search(id).is_err());
        let bound = self.ends.count();
        PeerSet {
            yes: IdSet::from_ids(yes, bound),
            perhaps: IdSet::from_ids(perhaps, bound),
        }
    }

    /// The ends that a test means for sure, and perhaps. Many rules share a test.
    fn test(&mut self, test: &Test<'w>) -> Rc<YesAndPerhaps> {
        if let Some(found) = self.tests.get(test) {
            return Rc::clone(found);
        }
        let (mut yes, mut perhaps) = (Vec::new(), Vec::new());
        for id in self.worth_asking(test) {
            let party = self.ends.party(id as usize);
            match test.matches(self.world, self.ends.reading, &party) {
                Match::Yes => yes.push(id),
                Match::Perhaps(_) => perhaps.push(id),
                Match::No => {}
            }
        }
        let found = Rc::new((yes, perhaps));
        self.tests.insert(*test, Rc::clone(&found));
        found
    }

    /// A superset of the ends that a test means.
    fn worth_asking(&self, test: &Test<'w>) -> Vec<u32> {
        match test {
            Test::Pods(Scope::Own(namespace), pods) => {
                self.candidates(Some(namespace), pods).to_vec()
            }
            Test::Pods(Scope::Matching(namespaces), pods) => {
                let by_label = self.candidates(None, pods);
                match self.in_namespaces(namespaces) {
                    Some(by_namespace) if by_namespace.len() < by_label.len() => by_namespace,
                    _ => by_label.to_vec(),
                }
            }
            Test::Block(block) => {
                let ranges = self.ends.ranges_in(block.cidr().net()).map(to_id);
                let pods = match self.ends.reading.dialect {
                    Dialect::Dpv2 => &self.nodes,
                    Dialect::Strict => self.groups(),
                };
                pods.iter().copied().chain(ranges).collect()
            }
            Test::Cilium(_) => self.groups().to_vec(),
            Test::Domains(_) | Test::Entity(_) => self.all.clone(),
        }
    }

    /// The groups of all namespaces that a selector matches; none if it matches every namespace,
    /// since then that says nothing.
    fn in_namespaces(&self, selector: &Selector) -> Option<Vec<u32>> {
        if selector.is_all() {
            return None;
        }
        let by_name =
            |(key, value): (&str, &str)| (key == NAMESPACE_NAME_LABEL).then(|| value.to_owned());
        if let Some(name) = selector.equalities().find_map(by_name) {
            return Some(list(self.by_namespace.get(name.as_str())).to_vec());
        }
        let matches = |name: &str| {
            let namespace = self.world.namespace(name);
            namespace.is_some_and(|namespace| selector.matches(&namespace.labels))
        };
        let matching = self.by_namespace.iter().filter(|(name, _)| matches(name));
        Some(matching.flat_map(|(_, groups)| groups).copied().collect())
    }

    fn groups(&self) -> &[u32] {
        &self.all[..self.ends.groups.len()]
    }

    /// The shortest list that holds every group which a selector can mean.
    fn candidates<'s>(&'s self, namespace: Option<&str>, selector: &'s Selector) -> &'s [u32] {
        let in_namespace = match namespace {
            Some(namespace) => list(self.by_namespace.get(namespace)),
            None => self.groups(),
        };
        let one_value = selector.expressions().iter().filter_map(|condition| {
            match (condition.operator(), condition.values()) {
                (Operator::In, [value]) => Some((condition.key(), value.as_str())),
                _ => None,
            }
        });
        selector
            .equalities()
            .chain(one_value)
            .map(|label| list(self.by_label.get(&label)))
            .chain([in_namespace])
            .min_by_key(|list| list.len())
            .unwrap_or(&[])
    }
}

fn list(found: Option<&Vec<u32>>) -> &[u32] {
    found.map_or(&[], Vec::as_slice)
}
