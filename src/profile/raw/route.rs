//! `app.httpRoutes`: which requests go where, in the words of the Gateway API. What dplab must
//! understand has a type, the rest is carried as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Texts;
use super::native::{Any, Native};
use crate::profile::at::At;
use crate::profile::whole::Whole;

/// An HTTPRoute: which requests of a Gateway go to which Services.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawHttpRoute {
    /// Name of the HTTPRoute.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its namespace; the application's if not given.
    pub namespace: Option<At<String>>,
    /// Its labels.
    pub labels: Option<Texts>,
    /// Its annotations.
    pub annotations: Option<Texts>,
    /// The spec, as Kubernetes writes it (gateway.networking.k8s.io/v1).
    #[schemars(required)]
    pub spec: Option<At<Whole<RawHttpRouteSpec>>>,
}

/// The spec of an HTTPRoute.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawHttpRouteSpec {
    /// The Gateways that it stands behind.
    #[schemars(required, length(min = 1))]
    pub parent_refs: Option<Vec<At<RawParentRef>>>,
    /// Hosts that it answers for; those of the listeners if not given.
    pub hostnames: Option<Vec<At<String>>>,
    /// Which requests go where.
    pub rules: Option<Vec<At<RawRouteRule>>>,
}

/// A Gateway that a route stands behind.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawParentRef {
    /// Group of its kind; `gateway.networking.k8s.io` if not given.
    pub group: Option<At<String>>,
    /// Its kind; `Gateway` if not given.
    pub kind: Option<At<String>>,
    /// Its namespace; the route's if not given.
    pub namespace: Option<At<String>>,
    /// Its name.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Name of one of its listeners; all that allow the route if not given.
    pub section_name: Option<At<String>>,
    /// Port of its listeners; any if not given.
    pub port: Option<At<u16>>,
}

/// Requests, and where they go.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawRouteRule {
    /// Name of the rule.
    pub name: Option<At<String>>,
    /// The requests: those that fit any of these; all if not given.
    pub matches: Option<Vec<At<RawRouteMatch>>>,
    /// What is done with them on the way.
    pub filters: Option<Vec<At<RawRouteFilter>>>,
    /// Where they go.
    pub backend_refs: Option<Vec<At<RawBackendRef>>>,
    /// How long they may take.
    pub timeouts: Option<At<Native<Any>>>,
    /// Whether they are tried again.
    pub retry: Option<At<Native<Any>>>,
    /// Whether a client's requests go to the same pod.
    pub session_persistence: Option<At<Native<Any>>>,
}

/// Requests that fit all of what is given.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawRouteMatch {
    /// Their path.
    pub path: Option<At<RawPathMatch>>,
    /// Their headers.
    pub headers: Option<Vec<At<Native<Any>>>>,
    /// What stands behind the path's question mark.
    pub query_params: Option<Vec<At<Native<Any>>>>,
    /// Their method, such as `GET`.
    pub method: Option<At<String>>,
}

/// Paths of requests.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawPathMatch {
    /// How the path is compared; `PathPrefix` if not given.
    pub r#type: Option<At<RawPathMatchType>>,
    /// The path; `/` if not given.
    pub value: Option<At<String>>,
}

/// How a path is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawPathMatchType {
    /// It is this path.
    Exact,
    /// It begins with this path.
    PathPrefix,
    /// A regular expression fits it; not every load balancer takes these.
    RegularExpression,
}

/// What is done with requests on the way.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawRouteFilter {
    /// Which of the filters it is, such as `RequestRedirect`.
    #[schemars(required)]
    pub r#type: Option<At<String>>,
    /// Changes headers of requests.
    pub request_header_modifier: Option<At<Native<Any>>>,
    /// Changes headers of responses.
    pub response_header_modifier: Option<At<Native<Any>>>,
    /// Sends a copy of requests elsewhere.
    pub request_mirror: Option<At<RawRequestMirror>>,
    /// Sends clients elsewhere.
    pub request_redirect: Option<At<Native<Any>>>,
    /// Changes host or path of requests.
    pub url_rewrite: Option<At<Native<Any>>>,
    /// Which other sites may use it.
    pub cors: Option<At<Native<Any>>>,
    /// A filter of the load balancer's own.
    pub extension_ref: Option<At<Native<Any>>>,
}

/// Sends a copy of requests elsewhere.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawRequestMirror {
    /// Where the copies go.
    #[schemars(required)]
    pub backend_ref: Option<At<RawMirrorRef>>,
    /// How many of a hundred requests are copied; all if not given.
    pub percent: Option<At<u32>>,
    /// The same as a fraction.
    pub fraction: Option<At<Native<Any>>>,
}

/// A port of a Service that requests go to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawBackendRef {
    /// Group of its kind; that of Kubernetes' own if not given.
    pub group: Option<At<String>>,
    /// Its kind; `Service` if not given.
    pub kind: Option<At<String>>,
    /// Its namespace; the route's if not given.
    pub namespace: Option<At<String>>,
    /// Name of the Service.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its port, by number.
    pub port: Option<At<u16>>,
    /// Its share of the requests, beside those of the others; 1 if not given.
    pub weight: Option<At<u32>>,
    /// What is done with its requests on the way.
    pub filters: Option<Vec<At<RawRouteFilter>>>,
}

/// A port of a Service that copies of requests go to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawMirrorRef {
    /// Group of its kind; that of Kubernetes' own if not given.
    pub group: Option<At<String>>,
    /// Its kind; `Service` if not given.
    pub kind: Option<At<String>>,
    /// Its namespace; the route's if not given.
    pub namespace: Option<At<String>>,
    /// Name of the Service.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its port, by number.
    pub port: Option<At<u16>>,
}
