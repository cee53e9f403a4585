//! Gateways, their routes, and what lets these name objects of other namespaces.

use serde_json::Value as Json;

use super::edge::Proxies;
use super::labels::Labels;
use super::names::{DnsLabel, DnsSubdomain};
use super::port::Port;

/// A kind of load balancer that GKE makes for a Gateway of one cluster. Source: GKE documentation,
/// "GatewayClass capabilities".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayClass {
    /// External, all over the world.
    GlobalExternal,
    /// External, all over the world, as it was first: the classic load balancer.
    ClassicExternal,
    /// External, in the cluster's region.
    RegionalExternal,
    /// From inside the network only, in the cluster's region.
    RegionalInternal,
}

impl GatewayClass {
    /// Every class, the usual one first.
    pub const ALL: [GatewayClass; 4] = [
        GatewayClass::GlobalExternal,
        GatewayClass::RegionalExternal,
        GatewayClass::RegionalInternal,
        GatewayClass::ClassicExternal,
    ];

    /// What the names of classes for several clusters end in. Their Gateways need a fleet.
    pub const SEVERAL_CLUSTERS: &'static str = "-mc";

    /// GKE's word.
    pub fn as_str(self) -> &'static str {
        match self {
            GatewayClass::GlobalExternal => "gke-l7-global-external-managed",
            GatewayClass::ClassicExternal => "gke-l7-gxlb",
            GatewayClass::RegionalExternal => "gke-l7-regional-external-managed",
            GatewayClass::RegionalInternal => "gke-l7-rilb",
        }
    }

    /// The class with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// Where its proxies are.
    pub fn proxies(self) -> Proxies {
        match self {
            GatewayClass::GlobalExternal | GatewayClass::ClassicExternal => Proxies::FrontEnds,
            GatewayClass::RegionalExternal | GatewayClass::RegionalInternal => Proxies::ProxySubnet,
        }
    }
}

/// Name, namespace, labels and annotations of an object.
#[derive(Debug, Clone)]
pub struct Meta {
    /// Name of the object.
    pub name: DnsSubdomain,
    /// Its namespace.
    pub namespace: DnsLabel,
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
}

/// A Gateway.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Its name, namespace, labels and annotations.
    pub meta: Meta,
    /// The kind of load balancer.
    pub class: GatewayClass,
    /// What it listens on, at least one.
    pub listeners: Vec<Listener>,
    /// Its spec, as Kubernetes writes it.
    pub spec: Json,
}

/// What a Gateway listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// Port of the load balancer.
    pub port: Port,
    /// HTTPS rather than HTTP.
    pub https: bool,
}

/// An HTTPRoute.
#[derive(Debug, Clone)]
pub struct HttpRoute {
    /// Its name, namespace, labels and annotations.
    pub meta: Meta,
    /// Its spec, as Kubernetes writes it.
    pub spec: Json,
}

/// A ReferenceGrant.
#[derive(Debug, Clone)]
pub struct ReferenceGrant {
    /// Its name, namespace, labels and annotations.
    pub meta: Meta,
    /// Its spec, as Kubernetes writes it.
    pub spec: Json,
}
