//! The objects of a world: namespaces, workloads, Services and policies.

use std::fmt;
use std::net::IpAddr;

use crate::model::clusterwide::ClusterwideSpec;
use crate::model::fqdn::FqdnPolicySpec;
use crate::model::labels::Labels;
use crate::model::policy::{Direction, NetworkPolicySpec};
use crate::model::port::{Port, PortRef, Protocol};
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
    /// The pods never get ready, so that no Service leads to them whatever their labels.
    pub never_ready: bool,
    /// Several of its pods may run at once, whether they are known by name or not.
    pub replicated: bool,
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

    /// Whether a connection of its pods to its pods may lead to another pod.
    pub fn has_replicas(&self) -> bool {
        self.replicated || self.pods.len() > 1
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

/// Addresses that somebody put behind a Service, and the ports that they take connections at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The addresses.
    pub addresses: Vec<IpAddr>,
    /// Name, protocol and number of each port. A Service's port leads to the one of its name.
    pub ports: Vec<(Option<String>, Protocol, Port)>,
}

impl Endpoints {
    /// The number that a Service's port leads to; none if no port here has its name. Where no ports
    /// are given, it is the one that the Service itself says.
    pub fn port(&self, port: &ServicePort) -> Option<Port> {
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let same = |(own, protocol, _): &&(Option<String>, Protocol, Port)| {
            name(own) == name(&port.name) && *protocol == port.protocol
        };
        match (&port.target, self.ports.is_empty()) {
            (Some(PortRef::Number(number)), true) => Some(*number),
            (_, true) => Some(port.port),
            _ => self.ports.iter().find(same).map(|(_, _, number)| *number),
        }
    }
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
    /// Its own addresses in the cluster, where they are known.
    pub cluster_ips: Vec<IpAddr>,
    /// What it is another name of.
    pub external_name: Option<String>,
    /// Clients' addresses reach the pods unchanged (`externalTrafficPolicy: Local`).
    pub keeps_client_address: bool,
    /// What was put behind it by hand (Endpoints, EndpointSlices).
    pub endpoints: Vec<Endpoints>,
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
