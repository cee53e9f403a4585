//! Where the parts of a lab's world were written, so that a verdict can name the line that decides.

use std::collections::BTreeMap;

use crate::netpol::World;
use crate::netpol::world::{Policy, PolicySpans, Service, Workload};
use crate::source::Span;

/// Kind, namespace and name: what tells objects apart. Policies over all namespaces have none.
type Key = (String, Option<String>, String);

/// Places by what stands there; a place that is not known is simply not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    policies: BTreeMap<Key, PolicySpans>,
    others: BTreeMap<Key, Span>,
}

impl Places {
    /// No places.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes where a policy stands, unless that is known already.
    pub fn add_policy(&mut self, kind: &str, namespace: &str, name: &str, spans: PolicySpans) {
        let key = key(kind, Some(namespace), name);
        self.policies.entry(key).or_insert(spans);
    }

    /// Notes the places of everything in a world that has one.
    pub fn add_world(&mut self, world: &World) {
        for policy in world.policies() {
            let spans = policy.spans.clone();
            self.policies.entry(of_policy(policy)).or_insert(spans);
        }
        let workloads = world.workloads().iter().map(|w| (of_workload(w), w.span));
        let services = world.services().iter().map(|s| (of_service(s), s.span));
        let namespaces = world.namespaces();
        let namespaces = namespaces.map(|n| (of_namespace(&n.name), n.span));
        for (key, span) in workloads.chain(services).chain(namespaces) {
            if let Some(span) = span {
                self.others.entry(key).or_insert(span);
            }
        }
    }

    /// The places of a policy and its rules.
    pub fn policy(&self, policy: &Policy) -> PolicySpans {
        let found = self.policies.get(&of_policy(policy));
        found.cloned().unwrap_or_default()
    }

    /// The place of a workload.
    pub fn workload(&self, workload: &Workload) -> Option<Span> {
        self.others.get(&of_workload(workload)).copied()
    }

    /// The place of a Service.
    pub fn service(&self, service: &Service) -> Option<Span> {
        self.others.get(&of_service(service)).copied()
    }

    /// The place of a namespace's own object.
    pub fn namespace(&self, name: &str) -> Option<Span> {
        self.others.get(&of_namespace(name)).copied()
    }
}

fn key(kind: &str, namespace: Option<&str>, name: &str) -> Key {
    let namespace = namespace.map(str::to_owned);
    (kind.to_owned(), namespace, name.to_owned())
}

fn of_policy(policy: &Policy) -> Key {
    let namespace = policy.namespace.as_deref();
    key(policy.spec.kind(), namespace, &policy.name)
}

fn of_workload(workload: &Workload) -> Key {
    key(&workload.kind, Some(&workload.namespace), &workload.name)
}

fn of_service(service: &Service) -> Key {
    key("Service", Some(&service.namespace), &service.name)
}

fn of_namespace(name: &str) -> Key {
    key("Namespace", None, name)
}
