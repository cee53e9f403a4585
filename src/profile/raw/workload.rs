//! `app.workloads:` pods and what makes them.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::Texts;
use super::native::{
    Any, ContainerProbe, EnvFrom, EnvSource, Native, PodSecurityContext, Resources,
    SecurityContext, Volume, VolumeClaimTemplate, VolumeMount,
};
use super::policy::RawPortRef;
use super::service::RawService;
use crate::profile::at::At;
use crate::profile::keyed::Keyed;

/// Pods of one kind, with their Services and their service account.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawWorkload {
    /// Name of the workload. Its pods carry the label `app` with this value, unless `selector`
    /// says otherwise.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// What makes the pods; `Deployment` if not given.
    #[schemars(extend("default" = "Deployment"))]
    pub kind: Option<At<RawWorkloadKind>>,
    /// Namespace of the workload and its Services; the application's if not given.
    pub namespace: Option<At<String>>,
    /// Container image.
    #[schemars(required)]
    pub image: Option<At<String>>,
    /// Name of the container; `main` if not given.
    #[schemars(extend("default" = "main"))]
    pub container: Option<At<String>>,
    /// How many pods; Kubernetes makes one if not given.
    pub replicas: Option<At<u32>>,
    /// When a CronJob runs, such as `*/5 * * * *`.
    pub schedule: Option<At<String>>,
    /// The headless Service that names a StatefulSet's pods; its first Service if not given.
    pub service_name: Option<At<String>>,
    /// Kubernetes service account, made by the lab; the namespace's `default` if not given.
    pub service_account: Option<At<String>>,
    /// The pods ask Google's metadata server, as they do with Workload Identity. Policies made
    /// from calls let them.
    pub metadata_server: Option<At<bool>>,
    /// Labels by which the workload, its Services and policies find its pods, instead of `app`.
    pub selector: Option<Texts>,
    /// Further labels of the pods, beside `app` or the selector's.
    pub labels: Option<Texts>,
    /// Annotations of the pods.
    pub annotations: Option<Texts>,
    /// Labels of the workload's own object, `{}` for none; those of the selector if not given.
    pub object_labels: Option<Texts>,
    /// Annotations of the workload's own object.
    pub object_annotations: Option<Texts>,
    /// What the container runs instead of the image's entry point.
    pub command: Option<Vec<At<String>>>,
    /// Arguments of the command.
    pub args: Option<Vec<At<String>>>,
    /// Ports on which the container listens. Policies count these, not the Services' ports.
    pub ports: Option<Vec<At<RawContainerPort>>>,
    /// Environment variables: a text, or where the value comes from.
    pub env: Option<Keyed<At<RawEnv>>>,
    /// ConfigMaps and Secrets whose entries become environment variables.
    pub env_from: Option<Vec<At<Native<EnvFrom>>>>,
    /// When the image is pulled.
    pub image_pull_policy: Option<At<RawPullPolicy>>,
    /// How the kubelet asks whether the container has started.
    pub startup_probe: Option<At<Native<ContainerProbe>>>,
    /// How the kubelet asks whether the container can take traffic.
    pub readiness_probe: Option<At<Native<ContainerProbe>>>,
    /// How the kubelet asks whether the container is alive.
    pub liveness_probe: Option<At<Native<ContainerProbe>>>,
    /// CPU and memory.
    pub resources: Option<At<Native<Resources>>>,
    /// Rights of the container, instead of the application's defaults.
    pub security_context: Option<At<Native<SecurityContext>>>,
    /// Rights of all containers of the pod, instead of the application's defaults.
    pub pod_security_context: Option<At<Native<PodSecurityContext>>>,
    /// Volumes of the pod. Secrets are yours to make: a profile only names them.
    pub volumes: Option<Vec<At<Native<Volume>>>>,
    /// Where the container sees them.
    pub volume_mounts: Option<Vec<At<Native<VolumeMount>>>>,
    /// Volumes that each pod of a StatefulSet gets for itself.
    pub volume_claim_templates: Option<Vec<At<Native<VolumeClaimTemplate>>>>,
    /// Containers that run to their end before the main one starts.
    pub init_containers: Option<Vec<At<RawContainer>>>,
    /// Containers that run beside the main one.
    pub sidecars: Option<Vec<At<RawContainer>>>,
    /// The pods share their node's network. Policies don't see them then.
    pub host_network: Option<At<bool>>,
    /// Seconds that the pod gets to stop.
    pub termination_grace_period_seconds: Option<At<u32>>,
    /// Whether stopped containers are started again; `OnFailure` in a Job if not given.
    pub restart_policy: Option<At<RawRestartPolicy>>,
    /// More pods under load: makes a HorizontalPodAutoscaler. Leave `replicas` out then.
    pub autoscaling: Option<At<RawPodAutoscaling>>,
    /// How many pods an orderly eviction leaves: makes a PodDisruptionBudget.
    pub disruption_budget: Option<At<RawDisruptionBudget>>,
    /// The Services in front of the workload.
    pub services: Option<Vec<At<RawService>>>,
    /// Whom it calls: `service:port` or `service.namespace:port` in the cluster, `https://host` or
    /// `tcp://host:port` outside. A host may be a pattern such as `*.googleapis.com`.
    pub calls: Option<Vec<At<String>>>,
    /// Fields of the object that dplab has no word for, laid over it as a JSON merge patch: maps
    /// merge, lists are replaced, `null` takes away.
    pub patch: Option<At<Native<Any>>>,
    /// Fields of the main container that dplab has no word for, laid over it in the same way.
    pub container_patch: Option<At<Native<Any>>>,
}

/// What makes pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawWorkloadKind {
    /// Any number of equal pods.
    Deployment,
    /// Pods with names and volumes of their own.
    StatefulSet,
    /// A pod on each node.
    DaemonSet,
    /// Pods that run to their end.
    Job,
    /// A Job now and then.
    CronJob,
}

/// Whether stopped containers are started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawRestartPolicy {
    /// Always. An init container with this runs on beside the main one.
    Always,
    /// Only if they failed.
    OnFailure,
    /// Never.
    Never,
}

/// When an image is pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawPullPolicy {
    /// Each time.
    Always,
    /// If the node doesn't have it.
    IfNotPresent,
    /// Never.
    Never,
}

/// A port on which a container listens.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawContainerPort {
    /// Name of the port, for Services and policies.
    pub name: Option<At<String>>,
    /// The port's number.
    #[schemars(required)]
    pub container_port: Option<At<u16>>,
    /// The same port on the node's own address.
    pub host_port: Option<At<u16>>,
    /// TCP if not given.
    #[schemars(extend("default" = "TCP"))]
    pub protocol: Option<At<RawProtocol>>,
}

/// A transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RawProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

/// A container beside the main one, or before it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawContainer {
    /// Name of the container.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Container image.
    #[schemars(required)]
    pub image: Option<At<String>>,
    /// What it runs instead of the image's entry point.
    pub command: Option<Vec<At<String>>>,
    /// Arguments of the command.
    pub args: Option<Vec<At<String>>>,
    /// Ports on which the container listens.
    pub ports: Option<Vec<At<RawContainerPort>>>,
    /// Environment variables: a text, or where the value comes from.
    pub env: Option<Keyed<At<RawEnv>>>,
    /// ConfigMaps and Secrets whose entries become environment variables.
    pub env_from: Option<Vec<At<Native<EnvFrom>>>>,
    /// When the image is pulled.
    pub image_pull_policy: Option<At<RawPullPolicy>>,
    /// `Always` in an init container: it runs on beside the main one.
    pub restart_policy: Option<At<RawRestartPolicy>>,
    /// How the kubelet asks whether the container has started.
    pub startup_probe: Option<At<Native<ContainerProbe>>>,
    /// How the kubelet asks whether the container can take traffic.
    pub readiness_probe: Option<At<Native<ContainerProbe>>>,
    /// How the kubelet asks whether the container is alive.
    pub liveness_probe: Option<At<Native<ContainerProbe>>>,
    /// CPU and memory.
    pub resources: Option<At<Native<Resources>>>,
    /// Rights of the container, instead of the application's defaults.
    pub security_context: Option<At<Native<SecurityContext>>>,
    /// Where the container sees the pod's volumes.
    pub volume_mounts: Option<Vec<At<Native<VolumeMount>>>>,
    /// Fields of the container that dplab has no word for, laid over it as a JSON merge patch.
    pub patch: Option<At<Native<Any>>>,
}

/// More pods under load.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawPodAutoscaling {
    /// Fewest pods; 1 if not given.
    pub min: Option<At<u32>>,
    /// Most pods.
    #[schemars(required)]
    pub max: Option<At<u32>>,
    /// Percent of the requested CPU that the pods are to use.
    pub cpu: Option<At<u32>>,
    /// Percent of the requested memory that the pods are to use.
    pub memory: Option<At<u32>>,
}

/// How many pods an orderly eviction leaves; exactly one of the two.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawDisruptionBudget {
    /// Pods that must be left: a number, or a share such as `50%`.
    pub min_available: Option<At<RawPortRef>>,
    /// Pods that may be missing: a number, or a share such as `50%`.
    pub max_unavailable: Option<At<RawPortRef>>,
}

/// The value of an environment variable, or where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawEnv {
    /// The value.
    Text(String),
    /// Where the value comes from, as Kubernetes' `valueFrom` writes it.
    From(serde_json::Value),
}

impl<'de> Deserialize<'de> for RawEnv {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EnvVisitor;
        impl<'de> Visitor<'de> for EnvVisitor {
            type Value = RawEnv;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or where the value comes from")
            }

            fn visit_str<E>(self, text: &str) -> Result<RawEnv, E> {
                Ok(RawEnv::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawEnv, A::Error> {
                let value = serde_json::Value::deserialize(MapAccessDeserializer::new(map))?;
                Ok(RawEnv::From(value))
            }
        }
        deserializer.deserialize_any(EnvVisitor)
    }
}

impl JsonSchema for RawEnv {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Env".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = EnvSource::json_schema(generator);
        schema.insert("type".into(), serde_json::json!(["object", "string"]));
        schema
    }
}
