//! What there is to reason about: namespaces, workloads, Services and policies.
//!
//! A world is a plain value. It comes from a lab or from manifests, and nothing in it depends on
//! where it came from, except that policies and rules carry the place where they were written.

mod objects;

use indexmap::IndexMap;
use ipnet::IpNet;

pub use self::objects::{
    ContainerPort, Endpoints, Namespace, Pod, Policy, PolicySpans, PolicySpec, Service,
    ServicePort, ServiceType, Workload,
};
use crate::model::edge::Way;
use crate::model::labels::{JOB_NAME_LABELS, NAMESPACE_NAME_LABEL};
use crate::model::logging::LoggingSpec;

/// A workload of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkloadId(pub usize);

/// A policy of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(pub usize);

/// Everything that decides who can reach whom and what is logged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct World {
    namespaces: IndexMap<String, Namespace>,
    workloads: Vec<Workload>,
    services: Vec<Service>,
    policies: Vec<Policy>,
    /// The NetworkLogging object; as in a new cluster, nothing is logged, by default.
    pub logging: LoggingSpec,
    /// Addresses of nodes, where they are known.
    pub nodes: Vec<IpNet>,
    /// Where load balancers for HTTP lead to.
    pub ways: Vec<Way>,
    /// Addresses of the proxy-only subnet, where they are known.
    pub proxies: Option<IpNet>,
}

impl World {
    /// An empty world.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a namespace, or replaces what was known of it.
    ///
    /// The label with its name is immutable in a cluster, so it is set whatever was written.
    pub fn add_namespace(&mut self, mut namespace: Namespace) {
        namespace
            .labels
            .insert(NAMESPACE_NAME_LABEL, namespace.name.clone());
        self.namespaces.insert(namespace.name.clone(), namespace);
    }

    fn ensure_namespace(&mut self, name: &str) {
        if !self.namespaces.contains_key(name) {
            self.add_namespace(Namespace::named(name));
        }
    }

    /// Adds a workload. A Job's controller labels its pods with the Job's name.
    /// Source: Kubernetes documentation, "Well-known labels", `batch.kubernetes.io/job-name`.
    pub fn add_workload(&mut self, mut workload: Workload) -> WorkloadId {
        self.ensure_namespace(&workload.namespace);
        // A name that ends so is the beginning of one that the API server makes up.
        if workload.kind == "Job" && !workload.name.ends_with('-') {
            for key in JOB_NAME_LABELS {
                workload.labels.insert(key, workload.name.as_str());
            }
        }
        self.workloads.push(workload);
        WorkloadId(self.workloads.len() - 1)
    }

    /// Adds a Service.
    pub fn add_service(&mut self, service: Service) {
        self.ensure_namespace(&service.namespace);
        self.services.push(service);
    }

    /// Notes what is behind a Service; nothing happens if there is no such Service.
    pub fn add_endpoints(&mut self, namespace: &str, service: &str, behind: Endpoints) {
        let is = |s: &&mut Service| s.namespace == namespace && s.name == service;
        if let Some(service) = self.services.iter_mut().find(is) {
            service.endpoints.push(behind);
        }
    }

    /// Adds a policy.
    pub fn add_policy(&mut self, policy: Policy) -> PolicyId {
        if let Some(namespace) = &policy.namespace {
            self.ensure_namespace(&namespace.clone());
        }
        self.policies.push(policy);
        PolicyId(self.policies.len() - 1)
    }

    /// Takes all policies away, or keeps those that a condition holds for.
    pub fn retain_policies(&mut self, keep: impl FnMut(&Policy) -> bool) {
        self.policies.retain(keep);
    }

    /// The namespaces, in the order in which they were met.
    pub fn namespaces(&self) -> impl Iterator<Item = &Namespace> {
        self.namespaces.values()
    }

    /// A namespace by its name.
    pub fn namespace(&self, name: &str) -> Option<&Namespace> {
        self.namespaces.get(name)
    }

    /// A namespace by its name, to change it; it is made if it isn't there.
    pub fn annotate_namespace(&mut self, name: &str, key: &str, value: &str) {
        self.ensure_namespace(name);
        if let Some(namespace) = self.namespaces.get_mut(name) {
            namespace.annotations.insert(key, value);
        }
    }

    /// The workloads.
    pub fn workloads(&self) -> &[Workload] {
        &self.workloads
    }

    /// A workload.
    pub fn workload(&self, id: WorkloadId) -> Option<&Workload> {
        self.workloads.get(id.0)
    }

    /// The workloads with a name, of one namespace or of any; several if kinds or labels differ.
    pub fn find_workloads<'w>(
        &'w self,
        namespace: Option<&'w str>,
        name: &'w str,
    ) -> impl Iterator<Item = WorkloadId> + 'w {
        let fits = move |w: &Workload| {
            namespace.is_none_or(|namespace| w.namespace == namespace)
                && (w.name == name || w.pods.iter().any(|pod| pod.name == name))
        };
        let found = self.workloads.iter().enumerate();
        found
            .filter(move |(_, w)| fits(w))
            .map(|(id, _)| WorkloadId(id))
    }

    /// The Services.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// A Service by its name.
    pub fn service(&self, namespace: &str, name: &str) -> Option<&Service> {
        self.services
            .iter()
            .find(|service| service.namespace == namespace && service.name == name)
    }

    /// The policies.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// A policy.
    pub fn policy(&self, id: PolicyId) -> Option<&Policy> {
        self.policies.get(id.0)
    }

    /// A policy, to change it.
    pub fn policy_mut(&mut self, id: PolicyId) -> Option<&mut Policy> {
        self.policies.get_mut(id.0)
    }

    /// Whether anything in it speaks of IPv6.
    pub fn has_ipv6(&self) -> bool {
        self.workloads
            .iter()
            .flat_map(Workload::ips)
            .any(|ip| ip.is_ipv6())
            || self.nodes.iter().any(|net| net.addr().is_ipv6())
    }
}
