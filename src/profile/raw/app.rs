//! `app:` the application: workloads, and what stands beside them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Texts;
use super::gateway::{RawGateway, RawReferenceGrant};
use super::native::{IngressSpec, Native, PodSecurityContext, SecurityContext};
use super::object::RawObject;
use super::route::RawHttpRoute;
use super::workload::RawWorkload;
use crate::profile::at::At;

/// The application. `use` takes one from the catalogue; what is written beside it changes it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawApp {
    /// An application of the catalogue: `apps/NAME.yaml` beside the profile, or one that comes
    /// with dplab.
    pub r#use: Option<At<String>>,
    /// Where the application comes from.
    pub source: Option<At<String>>,
    /// Namespace of everything that names none of its own; `default` if not given.
    #[schemars(extend("default" = "default"))]
    pub namespace: Option<At<String>>,
    /// Namespaces that have labels or annotations, or that are there already. Any other namespace
    /// that something names is made without further ado.
    pub namespaces: Option<Vec<At<RawNamespace>>>,
    /// What every workload has unless it says otherwise.
    pub defaults: Option<At<RawDefaults>>,
    /// The workloads.
    pub workloads: Option<Vec<At<RawWorkload>>>,
    /// Service accounts that are more than a name. Any other that a workload names is made without
    /// further ado.
    pub service_accounts: Option<Vec<At<RawServiceAccount>>>,
    /// ConfigMaps.
    pub config_maps: Option<Vec<At<RawConfigMap>>>,
    /// Ingresses: ways in from outside over HTTP.
    pub ingresses: Option<Vec<At<RawIngress>>>,
    /// Gateways: load balancers whose routes are objects of their own.
    pub gateways: Option<Vec<At<RawGateway>>>,
    /// HTTPRoutes: which requests of a Gateway go to which Services.
    pub http_routes: Option<Vec<At<RawHttpRoute>>>,
    /// ReferenceGrants: which other namespaces may name this one's objects in their routes.
    pub reference_grants: Option<Vec<At<RawReferenceGrant>>>,
    /// Objects of any other kind, carried as they are. They are deployed with the application, so
    /// policies among them are in force at every stage.
    pub objects: Option<Vec<RawObject>>,
}

/// What every workload has unless it says otherwise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawDefaults {
    /// Rights of all containers of a pod, as Kubernetes writes them. If not given, what Pod
    /// Security `restricted` asks for; `{}` asks for nothing.
    pub pod_security_context: Option<At<Native<PodSecurityContext>>>,
    /// Rights of each container, as Kubernetes writes them. If not given, what Pod Security
    /// `restricted` asks for; `{}` asks for nothing.
    pub security_context: Option<At<Native<SecurityContext>>>,
    /// Labels of the workloads' and Services' own objects, `{}` for none; those of the selector if
    /// not given.
    pub object_labels: Option<Texts>,
}

/// A namespace.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawNamespace {
    /// Name of the namespace.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its labels, such as `pod-security.kubernetes.io/enforce: restricted`.
    pub labels: Option<Texts>,
    /// Its annotations.
    pub annotations: Option<Texts>,
    /// It is there already: the lab neither makes nor deletes it.
    pub existing: Option<At<bool>>,
}

/// A Kubernetes service account.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawServiceAccount {
    /// Name of the service account.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its namespace; the application's if not given.
    pub namespace: Option<At<String>>,
    /// Its labels.
    pub labels: Option<Texts>,
    /// Its annotations, such as `iam.gke.io/gcp-service-account`.
    pub annotations: Option<Texts>,
    /// It is there already: the lab doesn't make it.
    pub existing: Option<At<bool>>,
}

/// A ConfigMap.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawConfigMap {
    /// Name of the ConfigMap.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its namespace; the application's if not given.
    pub namespace: Option<At<String>>,
    /// Its labels.
    pub labels: Option<Texts>,
    /// Its annotations.
    pub annotations: Option<Texts>,
    /// Its entries.
    pub data: Option<Texts>,
}

/// An Ingress: a way in from outside over HTTP.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawIngress {
    /// Name of the Ingress.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Its namespace; the application's if not given.
    pub namespace: Option<At<String>>,
    /// Its labels.
    pub labels: Option<Texts>,
    /// Its annotations, such as `kubernetes.io/ingress.class: gce`.
    pub annotations: Option<Texts>,
    /// The spec, as Kubernetes writes it (networking.k8s.io/v1).
    #[schemars(required)]
    pub spec: Option<At<Native<IngressSpec>>>,
}
