//! Kubernetes YAML or JSON -> a [`World`].
//!
//! Text is handed in; nothing here opens a file. Every object is accounted for: it is in the
//! world, or among the problems, or in the list of what was not read. A policy that the API server
//! would refuse is a problem and never a guess.

mod documents;
mod fields;
mod findings;
mod gke;
mod object;
mod policies;
pub mod problem;
mod quick;
mod services;
mod tree;
mod workloads;

use std::num::NonZeroUsize;

pub use problem::{Problem, Unread, What};

use serde_json::Value as Json;

use self::object::{Item, Items};
use self::tree::Node;
use crate::model::edge::Edge;
use crate::netpol::hash::{QuickMap, hash_of};
use crate::netpol::world::{Endpoints, Policy, Service, Workload, World};
use crate::parallel::spawn;
use crate::profile::yaml;
use crate::source::{SourceId, SourceMap, Span};

/// What manifests hold.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Everything that has a say in who reaches whom.
    pub world: World,
    /// What is wrong, in the order met.
    pub problems: Vec<Problem>,
    /// Objects that have no say, or that nothing is known of.
    pub unread: Vec<Unread>,
}

impl Found {
    /// Whether something was left out because it is wrong.
    pub fn failed(&self) -> bool {
        let severe = |problem: &Problem| problem.what.severity() == crate::diag::Severity::Error;
        self.problems.iter().any(severe)
    }
}

/// Reads manifests, in the order given.
pub fn read(sources: &SourceMap, ids: &[SourceId]) -> Found {
    let mut pieces = Vec::new();
    for id in ids {
        let text = sources.get(*id).map_or("", |source| source.text());
        pieces.extend(
            documents::split(text)
                .into_iter()
                .map(|at| Piece { id: *id, text, at }),
        );
    }
    let mut gathered = Gathered::default();
    for items in in_parallel(&pieces) {
        gathered.add(items);
    }
    gathered.finish()
}

/// Reads objects that a profile carries, each at its place there.
pub fn of_nodes<'n>(nodes: impl IntoIterator<Item = &'n yaml::Node>) -> Found {
    let mut items = Items::default();
    for node in nodes {
        items.read(&Node::of_profile(node), None);
    }
    gathered(items)
}

/// The world of objects that stand nowhere: what is wrong with them is not told, and their places
/// in it say only that there was an object.
pub fn of_values<'j>(values: impl IntoIterator<Item = &'j Json>) -> World {
    let nowhere = Span::from_parts(0, 0, 0);
    let mut items = Items::default();
    for value in values {
        items.read(&Node::of_value(value, nowhere), None);
    }
    gathered(items).world
}

fn gathered(items: Items) -> Found {
    let mut gathered = Gathered::default();
    gathered.add(items);
    gathered.finish()
}

/// One document of a text.
struct Piece<'t> {
    id: SourceId,
    text: &'t str,
    at: std::ops::Range<usize>,
}

/// Below this many bytes a thread costs more than it gives.
const WORTH_A_THREAD: usize = 64 << 10;

/// Reads pieces on as many threads as there are processors; the result is in the order of the
/// pieces, whoever read them.
fn in_parallel(pieces: &[Piece<'_>]) -> Vec<Items> {
    let bytes: usize = pieces.iter().map(|piece| piece.at.len()).sum();
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = processors.min(bytes / WORTH_A_THREAD).max(1);
    let shares = shares(pieces, bytes.div_ceil(threads).max(1));
    if shares.len() < 2 {
        return vec![read_all(pieces)];
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = shares
            .iter()
            .map(|share| (spawn(scope, || read_all(share)), *share))
            .collect();
        running
            .into_iter()
            .map(|(thread, share)| thread.join().unwrap_or_else(|_| read_all(share)))
            .collect()
    })
}

/// Cuts the pieces into runs of about equal size.
fn shares<'p, 't>(pieces: &'p [Piece<'t>], size: usize) -> Vec<&'p [Piece<'t>]> {
    let mut shares = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, piece) in pieces.iter().enumerate() {
        bytes += piece.at.len();
        if bytes >= size {
            shares.push(&pieces[start..=index]);
            (start, bytes) = (index + 1, 0);
        }
    }
    if start < pieces.len() {
        shares.push(&pieces[start..]);
    }
    shares
}

fn read_all(pieces: &[Piece<'_>]) -> Items {
    let mut items = Items::default();
    for piece in pieces {
        match documents::read(piece.text, piece.id, piece.at.clone()) {
            Ok(document) => {
                items.ambiguous = document.in_full;
                let nodes = document.nodes.iter();
                nodes.for_each(|node| items.read(node, None));
            }
            Err(diagnostic) => items.problems.push(Problem {
                span: diagnostic
                    .primary
                    .as_ref()
                    .map_or(Span::new(piece.id, piece.at.clone()), |label| label.span),
                what: What::Yaml(diagnostic),
                object: String::new(),
            }),
        }
    }
    items
}

/// A world in the making, with what is needed to see objects that come twice.
#[derive(Default)]
struct Gathered {
    found: Found,
    workloads: Vec<Workload>,
    /// Numbers of workloads by the hash of namespace, kind and name; several where labels differ.
    by_name: QuickMap<u64, Vec<usize>>,
    policies: Vec<Policy>,
    policy_by_name: QuickMap<(&'static str, Option<String>, String), usize>,
    services: Vec<Service>,
    service_by_name: QuickMap<(String, String), usize>,
    endpoints: Vec<(String, String, Endpoints)>,
    /// Namespace, kind and name of workloads with an autoscaler.
    scaled: Vec<(String, String, String)>,
    /// Ingresses, Gateways and routes.
    edge: Vec<Json>,
}

impl Gathered {
    fn add(&mut self, items: Items) {
        self.found.problems.extend(items.problems);
        for item in items.items {
            match item {
                Item::Namespace(namespace) => self.found.world.add_namespace(namespace),
                Item::Workload(workload) => self.add_workload(workload),
                Item::Service(service) => self.add_service(service),
                Item::Endpoints(ns, name, behind) => {
                    let each = behind
                        .into_iter()
                        .map(|set| (ns.clone(), name.clone(), set));
                    self.endpoints.extend(each);
                }
                Item::Policy(policy) => self.add_policy(policy),
                Item::Logging(logging) => self.found.world.logging = logging,
                Item::Node(addresses) => self.found.world.nodes.extend(addresses),
                Item::Edge(object) => self.edge.push(object),
                Item::Scaled(ns, kind, name) => self.scaled.push((ns, kind, name)),
                Item::Unread(unread) => self.found.unread.push(unread),
            }
        }
    }

    /// Equal pods of one controller are one workload. A controller that comes with its pods
    /// takes them in; a controller that comes twice counts as it came last.
    fn add_workload(&mut self, workload: Workload) {
        let key = hash_of([&workload.namespace, &workload.kind, &workload.name]);
        let known = self.by_name.entry(key).or_default();
        let equal = known
            .iter()
            .find(|at| are_equal(&self.workloads[**at], &workload));
        if let Some(at) = equal {
            self.workloads[*at].pods.extend(workload.pods);
            return;
        }
        let again = known
            .iter()
            .find(|at| is_again(&self.workloads[**at], &workload));
        if let Some(at) = again {
            let first = std::mem::replace(&mut self.workloads[*at], workload);
            let object = format!("{} {}/{}", first.kind, first.namespace, first.name);
            let twice = (first.span, self.workloads[*at].span);
            self.found.problems.extend(twice_problem(twice, object));
            return;
        }
        known.push(self.workloads.len());
        self.workloads.push(workload);
    }

    fn add_service(&mut self, service: Service) {
        let key = (service.namespace.clone(), service.name.clone());
        let next = self.services.len();
        let at = *self.service_by_name.entry(key).or_insert(next);
        if at == next {
            self.services.push(service);
            return;
        }
        let object = format!("Service {}/{}", service.namespace, service.name);
        let first = std::mem::replace(&mut self.services[at], service);
        let twice = (first.span, self.services[at].span);
        self.found.problems.extend(twice_problem(twice, object));
    }

    fn add_policy(&mut self, policy: Policy) {
        let key = (
            policy.spec.kind(),
            policy.namespace.clone(),
            policy.name.clone(),
        );
        let next = self.policies.len();
        let at = *self.policy_by_name.entry(key).or_insert(next);
        if at == next {
            self.policies.push(policy);
            return;
        }
        let object = format!("{} {policy}", policy.spec.kind());
        let first = std::mem::replace(&mut self.policies[at], policy);
        let twice = (first.spans.policy, self.policies[at].spans.policy);
        self.found.problems.extend(twice_problem(twice, object));
    }

    fn finish(mut self) -> Found {
        for (namespace, kind, name) in &self.scaled {
            let key = hash_of([namespace, kind, name]);
            for at in self.by_name.get(&key).into_iter().flatten() {
                self.workloads[*at].replicated = true;
            }
        }
        let world = &mut self.found.world;
        for workload in self.workloads {
            world.add_workload(workload);
        }
        for service in self.services {
            world.add_service(service);
        }
        for policy in self.policies {
            world.add_policy(policy);
        }
        for (namespace, name, behind) in self.endpoints {
            world.add_endpoints(&namespace, &name, behind);
        }
        let mut edge = Edge::default();
        self.edge.iter().for_each(|object| edge.object(object));
        self.found.world.ways = edge.ways();
        self.found
    }
}

/// Whether a policy could not tell the pods of two workloads apart.
fn are_equal(a: &Workload, b: &Workload) -> bool {
    a.same_name(b)
        && a.labels == b.labels
        && a.ports == b.ports
        && a.host_network == b.host_network
        && a.service_account == b.service_account
}

/// Whether both are the same controller, or the same pod.
fn is_again(a: &Workload, b: &Workload) -> bool {
    let pods = |workload: &Workload| {
        workload
            .pods
            .iter()
            .map(|p| p.name.clone())
            .collect::<Vec<_>>()
    };
    a.same_name(b) && pods(a) == pods(b)
}

fn twice_problem(places: (Option<Span>, Option<Span>), object: String) -> Option<Problem> {
    let (first, second) = (places.0?, places.1?);
    Some(Problem {
        what: What::Twice { first },
        span: second,
        object,
    })
}
