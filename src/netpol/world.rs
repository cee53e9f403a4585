//! What there is to reason about: namespaces, workloads, Services and policies.
//!
//! A world is a plain value. It comes from a lab or from manifests, and nothing in it depends on
//! where it came from, except that policies and rules carry the place where they were written.

use std::fmt;
use std::net::IpAddr;

use indexmap::IndexMap;
use ipnet::IpNet;

use crate::model::clusterwide::ClusterwideSpec;
use crate::model::fqdn::FqdnPolicySpec;
use crate::model::labels::{Labels, NAMESPACE_NAME_LABEL};
use crate::model::logging::LoggingSpec;
use crate::model::policy::{Direction, NetworkPolicySpec};
use crate::model::port::{Port, PortName, PortRef, Protocol};
use crate::source::Span;

/// A namespace. Its labels always hold the one with its own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
    /// Where it was written; none if only other objects speak of it.
    pub span: Option<Span>,
}

impl Namespace {
    /// A namespace that only its name is known of.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            labels: Labels::new(),
            annotations: Labels::new(),
            span: None,
        }
    }
}

/// A port that a container declares. Only its name matters: undeclared ports are open as well.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContainerPort {
    /// The name, for policies and Services.
    pub name: Option<String>,
    /// The protocol.
    pub protocol: Protocol,
    /// The number.
    pub port: Port,
}

/// One pod that is known by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Its addresses.
    pub ips: Vec<IpAddr>,
}

/// Equal pods: those of one controller, or one bare pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Namespace of the pods.
    pub namespace: String,
    /// Name of the controller, or of the bare pod.
    pub name: String,
    /// Kind of the controller, or `Pod`.
    pub kind: String,
    /// Labels of the pods.
    pub labels: Labels,
    /// Ports that the pods declare.
    pub ports: Vec<ContainerPort>,
    /// Whether the pods share their node's network.
    pub host_network: bool,
    /// Service account of the pods.
    pub service_account: Option<String>,
    /// The pods that are known by name; none where only the controller is known.
    pub pods: Vec<Pod>,
    /// Where it was written.
    pub span: Option<Span>,
}

impl Workload {
    /// The number that the pods give a port name, for one protocol.
    pub fn named_port(&self, protocol: Protocol, name: &str) -> Option<Port> {
        self.ports
            .iter()
            .find(|port| port.protocol == protocol && port.name.as_deref() == Some(name))
            .map(|port| port.port)
    }

    /// The addresses of the pods that are known.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> {
        self.pods.iter().flat_map(|pod| pod.ips.iter().copied())
    }

    /// Whether two are the same to the reader: namespace, name and kind.
    pub fn same_name(&self, other: &Workload) -> bool {
        self.namespace == other.namespace && self.name == other.name && self.kind == other.kind
    }
}

impl fmt::Display for Workload {
    /// As `default/frontend[Deployment]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}[{}]", self.namespace, self.name, self.kind)
    }
}

/// How a Service is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ServiceType {
    /// At an address of the cluster.
    #[default]
    ClusterIp,
    /// At a port of every node as well.
    NodePort,
    /// At a load balancer's address as well.
    LoadBalancer,
    /// It is only another name.
    ExternalName,
}

/// One port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePort {
    /// Its name.
    pub name: Option<String>,
    /// Its protocol.
    pub protocol: Protocol,
    /// The Service's own port.
    pub port: Port,
    /// The pods' port; the same number if none.
    pub target: Option<PortRef>,
}

/// A Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Labels of the pods behind it; none if it has no selector.
    pub selector: Option<Labels>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// How it is reached.
    pub kind: ServiceType,
    /// It has no address of its own: its name leads to the pods.
    pub headless: bool,
    /// What it is another name of.
    pub external_name: Option<String>,
    /// Clients' addresses reach the pods unchanged (`externalTrafficPolicy: Local`).
    pub keeps_client_address: bool,
    /// Addresses behind it that were given by hand (Endpoints, EndpointSlices).
    pub endpoints: Vec<IpAddr>,
    /// Where it was written.
    pub span: Option<Span>,
}

/// What a policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySpec {
    /// A NetworkPolicy.
    Network(NetworkPolicySpec),
    /// An FQDNNetworkPolicy.
    Fqdn(FqdnPolicySpec),
    /// A CiliumClusterwideNetworkPolicy; it may hold several specs.
    Clusterwide(Vec<ClusterwideSpec>),
}

impl PolicySpec {
    /// The kind of object, as log entries name it.
    pub fn kind(&self) -> &'static str {
        match self {
            PolicySpec::Network(_) => "NetworkPolicy",
            PolicySpec::Fqdn(_) => "FQDNNetworkPolicy",
            PolicySpec::Clusterwide(_) => "CiliumClusterwideNetworkPolicy",
        }
    }
}

/// Where a policy's parts were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicySpans {
    /// The policy.
    pub policy: Option<Span>,
    /// Its ingress rules, in order; of a clusterwide policy those that allow, then those that deny.
    pub ingress: Vec<Span>,
    /// Its egress rules, likewise.
    pub egress: Vec<Span>,
}

impl PolicySpans {
    /// The place of a rule, counted from 1; the policy's where the rule's is not known.
    pub fn rule(&self, direction: Direction, number: usize) -> Option<Span> {
        let spans = match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        };
        let at = number.checked_sub(1)?;
        spans.get(at).copied().or(self.policy)
    }
}

/// A policy of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its namespace; none for a clusterwide one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its annotations.
    pub annotations: Labels,
    /// What it says.
    pub spec: PolicySpec,
    /// Where it was written.
    pub spans: PolicySpans,
}

impl Policy {
    /// A NetworkPolicy without annotations and places.
    pub fn network(
        namespace: impl Into<String>,
        name: impl Into<String>,
        spec: NetworkPolicySpec,
    ) -> Self {
        Self {
            namespace: Some(namespace.into()),
            name: name.into(),
            annotations: Labels::new(),
            spec: PolicySpec::Network(spec),
            spans: PolicySpans::default(),
        }
    }
}

impl fmt::Display for Policy {
    /// As `default/allow-frontend`, or the name alone where there is no namespace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

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

    /// Adds a workload.
    pub fn add_workload(&mut self, workload: Workload) -> WorkloadId {
        self.ensure_namespace(&workload.namespace);
        self.workloads.push(workload);
        WorkloadId(self.workloads.len() - 1)
    }

    /// Adds a Service.
    pub fn add_service(&mut self, service: Service) {
        self.ensure_namespace(&service.namespace);
        self.services.push(service);
    }

    /// Notes the addresses behind a Service; nothing happens if there is no such Service.
    pub fn add_endpoints(&mut self, namespace: &str, service: &str, ips: Vec<IpAddr>) {
        let is = |s: &&mut Service| s.namespace == namespace && s.name == service;
        if let Some(service) = self.services.iter_mut().find(is) {
            service.endpoints.extend(ips);
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

/// A port name, where it is one; names on disk are compared as they stand.
pub fn port_name(text: &str) -> Option<PortName> {
    PortName::parse(text).ok()
}
