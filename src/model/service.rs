//! Services: the names and ports by which workloads are reached.

use serde_json::Value as Json;

use super::labels::Labels;
use super::names::ServiceName;
use super::port::{Port, PortName, PortRef, Protocol};

/// A Service in front of a workload, in the workload's namespace.
#[derive(Debug, Clone)]
pub struct Service {
    /// Name of the Service.
    pub name: ServiceName,
    /// How it is reached.
    pub kind: ServiceType,
    /// It has no address of its own.
    pub headless: bool,
    /// Its ports, at least one.
    pub ports: Vec<ServicePort>,
    /// Labels of the pods behind it.
    pub selector: Labels,
    /// Labels of the object.
    pub labels: Labels,
    /// Annotations of the object.
    pub annotations: Labels,
    /// `externalTrafficPolicy`; none: Kubernetes' default.
    pub external_traffic_policy: Option<&'static str>,
    /// `internalTrafficPolicy`; none: Kubernetes' default.
    pub internal_traffic_policy: Option<&'static str>,
    /// `sessionAffinity`; none: Kubernetes' default.
    pub session_affinity: Option<&'static str>,
    /// `loadBalancerSourceRanges`.
    pub source_ranges: Vec<String>,
    /// `publishNotReadyAddresses`; none: Kubernetes' default.
    pub publish_not_ready: Option<bool>,
    /// What is laid over the object.
    pub patch: Option<Json>,
}

/// How a Service is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceType {
    /// From inside the cluster.
    ClusterIp,
    /// Also on a port of every node.
    NodePort,
    /// Also from outside, by a load balancer.
    LoadBalancer,
}

impl ServiceType {
    /// Kubernetes' word.
    pub fn as_str(self) -> &'static str {
        match self {
            ServiceType::ClusterIp => "ClusterIP",
            ServiceType::NodePort => "NodePort",
            ServiceType::LoadBalancer => "LoadBalancer",
        }
    }
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePort {
    /// Its name.
    pub name: Option<PortName>,
    /// The port that callers use.
    pub port: Port,
    /// The pods' port behind it, which is the one that policies count.
    pub target_port: PortRef,
    /// Its protocol.
    pub protocol: Protocol,
    /// The port on every node, if it is given.
    pub node_port: Option<Port>,
    /// What is spoken there; may be empty.
    pub app_protocol: String,
}

impl Service {
    /// Whether pods with these labels stand behind it.
    pub fn selects(&self, labels: &Labels) -> bool {
        let mut wanted = self.selector.iter();
        !self.selector.is_empty() && wanted.all(|(key, value)| labels.get(key) == Some(value))
    }

    /// Its ports of a number: one a protocol, TCP first.
    pub fn ports_of(&self, number: Port) -> Vec<&ServicePort> {
        let ports = self.ports.iter().filter(|port| port.port == number);
        let mut ports: Vec<&ServicePort> = ports.collect();
        ports.sort_by_key(|port| port.protocol);
        ports
    }

    /// Whether it has a load balancer of its own.
    pub fn faces_outside(&self) -> bool {
        self.kind == ServiceType::LoadBalancer
    }

    /// Whether Google makes it a load balancer that only the network can reach.
    pub fn is_internal(&self) -> bool {
        const WORDS: [&str; 2] = [
            "networking.gke.io/load-balancer-type",
            "cloud.google.com/load-balancer-type",
        ];
        let says = |key| self.annotations.get(key);
        WORDS.iter().any(|key| says(key) == Some("Internal"))
    }
}
