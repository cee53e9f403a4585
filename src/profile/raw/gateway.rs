//! `app.gateways` and `app.referenceGrants`: load balancers in the words of the Gateway API. What
//! dplab must understand has a type, the rest is carried as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Texts;
use super::native::{Any, Native, RawSelector};
use crate::profile::at::At;
use crate::profile::whole::Whole;

/// A Gateway: a load balancer whose routes are objects of their own.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawGateway {
    /// Name of the Gateway.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its namespace; the application's if not given.
    pub namespace: Option<At<String>>,
    /// Its labels.
    pub labels: Option<Texts>,
    /// Its annotations, such as `networking.gke.io/certmap`.
    pub annotations: Option<Texts>,
    /// The spec, as Kubernetes writes it (gateway.networking.k8s.io/v1).
    #[schemars(required)]
    pub spec: Option<At<Whole<RawGatewaySpec>>>,
}

/// The spec of a Gateway.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawGatewaySpec {
    /// The kind of load balancer, such as `gke-l7-regional-external-managed`.
    #[schemars(required)]
    pub gateway_class_name: Option<At<String>>,
    /// What the Gateway listens on.
    #[schemars(required, length(min = 1))]
    pub listeners: Option<Vec<At<RawListener>>>,
    /// Addresses of the load balancer; it gets one if not given.
    pub addresses: Option<Vec<At<Native<Any>>>>,
    /// Labels and annotations of what is made for the Gateway.
    pub infrastructure: Option<At<Native<Any>>>,
}

/// What a Gateway listens on.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawListener {
    /// Name of the listener; a route's `sectionName`.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// The host that it answers for, such as `*.example.com`; any if not given.
    pub hostname: Option<At<String>>,
    /// Port of the load balancer.
    #[schemars(required)]
    pub port: Option<At<u16>>,
    /// Protocol.
    #[schemars(required)]
    pub protocol: Option<At<RawListenerProtocol>>,
    /// Certificates, for HTTPS.
    pub tls: Option<At<RawListenerTls>>,
    /// Which routes may stand behind it; those of the Gateway's own namespace if not given.
    pub allowed_routes: Option<At<RawAllowedRoutes>>,
}

/// A protocol that Gateways of GKE listen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RawListenerProtocol {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS, which ends at the load balancer.
    Https,
}

/// Certificates of a listener.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawListenerTls {
    /// `Terminate`: TLS ends at the load balancer.
    pub mode: Option<At<String>>,
    /// Secrets that hold certificates, which are yours to make.
    pub certificate_refs: Option<Vec<At<RawSecretRef>>>,
    /// Settings of the load balancer's own, such as `networking.gke.io/pre-shared-certs`.
    pub options: Option<Texts>,
}

/// A Secret.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawSecretRef {
    /// Name of the Secret.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its namespace; the Gateway's if not given.
    pub namespace: Option<At<String>>,
    /// Group of its kind; that of Kubernetes' own if not given.
    pub group: Option<At<String>>,
    /// Its kind; `Secret` if not given.
    pub kind: Option<At<String>>,
}

/// Which routes may stand behind a listener.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawAllowedRoutes {
    /// Their namespaces; the Gateway's own if not given.
    pub namespaces: Option<At<RawRouteNamespaces>>,
    /// Their kinds; those that fit the protocol if not given.
    pub kinds: Option<Vec<At<RawRouteKind>>>,
}

/// Namespaces whose routes may stand behind a listener.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawRouteNamespaces {
    /// Which; `Same` if not given.
    #[schemars(extend("default" = "Same"))]
    pub from: Option<At<RawFromNamespaces>>,
    /// Labels of the namespaces, with `Selector`.
    pub selector: Option<At<RawSelector>>,
}

/// Which namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawFromNamespaces {
    /// The Gateway's own.
    Same,
    /// All of them.
    All,
    /// Those that `selector` means.
    Selector,
}

/// A kind of route.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawRouteKind {
    /// Group of the kind; `gateway.networking.k8s.io` if not given.
    pub group: Option<At<String>>,
    /// The kind, such as `HTTPRoute`.
    #[schemars(required)]
    pub kind: Option<At<String>>,
}

/// A ReferenceGrant: lets objects of other namespaces name objects of its own.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawReferenceGrant {
    /// Name of the ReferenceGrant.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its namespace, whose objects may be named; the application's if not given.
    pub namespace: Option<At<String>>,
    /// Its labels.
    pub labels: Option<Texts>,
    /// Its annotations.
    pub annotations: Option<Texts>,
    /// The spec, as Kubernetes writes it (gateway.networking.k8s.io/v1beta1).
    #[schemars(required)]
    pub spec: Option<At<Whole<RawReferenceGrantSpec>>>,
}

/// The spec of a ReferenceGrant.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawReferenceGrantSpec {
    /// Whose references are allowed.
    #[schemars(required, length(min = 1))]
    pub from: Option<Vec<At<RawGrantFrom>>>,
    /// What may be named.
    #[schemars(required, length(min = 1))]
    pub to: Option<Vec<At<RawGrantTo>>>,
}

/// Objects of a kind in a namespace, which may name others.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawGrantFrom {
    /// Group of their kind, such as `gateway.networking.k8s.io`.
    #[schemars(required)]
    pub group: Option<At<String>>,
    /// Their kind, such as `HTTPRoute`.
    #[schemars(required)]
    pub kind: Option<At<String>>,
    /// Their namespace.
    #[schemars(required)]
    pub namespace: Option<At<String>>,
}

/// Objects of a kind, which may be named.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawGrantTo {
    /// Group of their kind; empty for Services and Secrets.
    #[schemars(required)]
    pub group: Option<At<String>>,
    /// Their kind, such as `Service`.
    #[schemars(required)]
    pub kind: Option<At<String>>,
    /// Name of the one that may be named; all of the kind if not given.
    pub name: Option<At<String>>,
}
