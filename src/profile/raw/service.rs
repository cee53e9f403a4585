//! `services:` of a workload: the names and ports by which others reach it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Texts;
use super::native::{Any, Native};
use super::policy::RawPortRef;
use super::workload::RawProtocol;
use crate::profile::at::At;

/// A Service in front of a workload.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawService {
    /// Name of the Service; the workload's if not given.
    pub name: Option<At<String>>,
    /// How it is reached; `ClusterIP` if not given.
    #[schemars(extend("default" = "ClusterIP"))]
    pub r#type: Option<At<RawServiceType>>,
    /// It has no address of its own: its name leads to the pods themselves.
    pub headless: Option<At<bool>>,
    /// Its ports.
    #[schemars(required)]
    pub ports: Option<Vec<At<RawServicePort>>>,
    /// Labels of the pods behind it; the workload's selector if not given.
    pub selector: Option<Texts>,
    /// Labels of the object, `{}` for none; the workload's selector if not given.
    pub labels: Option<Texts>,
    /// Annotations of the object, such as `networking.gke.io/load-balancer-type: Internal`.
    pub annotations: Option<Texts>,
    /// Whether traffic from outside may take a detour over another node, which hides the client's
    /// address; `Cluster` if not given.
    pub external_traffic_policy: Option<At<RawTrafficPolicy>>,
    /// Whether traffic from inside may go to another node; `Cluster` if not given.
    pub internal_traffic_policy: Option<At<RawTrafficPolicy>>,
    /// Whether a client always meets the same pod; `None` if not given.
    pub session_affinity: Option<At<RawSessionAffinity>>,
    /// Who may come in from outside, by a load balancer: blocks of addresses.
    pub load_balancer_source_ranges: Option<Vec<At<String>>>,
    /// The names of pods that aren't ready are known as well.
    pub publish_not_ready_addresses: Option<At<bool>>,
    /// Fields of the object that dplab has no word for, laid over it as a JSON merge patch.
    pub patch: Option<At<Native<Any>>>,
}

/// How a Service is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawServiceType {
    /// From inside the cluster.
    #[serde(rename = "ClusterIP")]
    ClusterIp,
    /// Also on a port of every node.
    NodePort,
    /// Also from outside, by a load balancer.
    LoadBalancer,
}

/// Which pods traffic may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawTrafficPolicy {
    /// Any.
    Cluster,
    /// Those of the node that it reached.
    Local,
}

/// Whether a client always meets the same pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawSessionAffinity {
    /// By its address.
    #[serde(rename = "ClientIP")]
    ClientIp,
    /// No.
    None,
}

/// A port of a Service.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawServicePort {
    /// Name of the port.
    pub name: Option<At<String>>,
    /// The port on which callers find the Service.
    #[schemars(required)]
    pub port: Option<At<u16>>,
    /// The pods' port behind it, by number or by the container port's name; the same number if not
    /// given. Policies count this one.
    pub target_port: Option<At<RawPortRef>>,
    /// TCP if not given.
    #[schemars(extend("default" = "TCP"))]
    pub protocol: Option<At<RawProtocol>>,
    /// The port on every node, if it isn't to be chosen by Kubernetes.
    pub node_port: Option<At<u16>>,
    /// What is spoken there, such as `HTTP2`, for load balancers.
    pub app_protocol: Option<At<String>>,
}
