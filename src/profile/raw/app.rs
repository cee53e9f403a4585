//! `app:` the application: workloads, their Services, and who calls whom.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Texts;
use super::native::{
    ContainerProbe, Native, PodSecurityContext, Resources, SecurityContext, Volume, VolumeMount,
};
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
    /// Namespace of the workloads; `default` if not given.
    #[schemars(extend("default" = "default"))]
    pub namespace: Option<At<String>>,
    /// What every workload has unless it says otherwise.
    pub defaults: Option<At<RawDefaults>>,
    /// The workloads.
    pub workloads: Option<Vec<At<RawWorkload>>>,
}

/// What every workload has unless it says otherwise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawDefaults {
    /// Rights of all containers of a pod, as Kubernetes writes them.
    pub pod_security_context: Option<At<Native<PodSecurityContext>>>,
    /// Rights of each container, as Kubernetes writes them.
    pub security_context: Option<At<Native<SecurityContext>>>,
}

/// A Deployment, with its Services and its service account.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawWorkload {
    /// Name of the workload. Its pods carry the label `app` with this value.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Container image.
    #[schemars(required)]
    pub image: Option<At<String>>,
    /// Name of the container; `main` if not given.
    #[schemars(extend("default" = "main"))]
    pub container: Option<At<String>>,
    /// How many pods; Kubernetes makes one if not given.
    pub replicas: Option<At<u32>>,
    /// Kubernetes service account, made by the lab; the namespace's `default` if not given.
    pub service_account: Option<At<String>>,
    /// Further labels of the pods, beside `app`.
    pub labels: Option<Texts>,
    /// Annotations of the pods.
    pub annotations: Option<Texts>,
    /// What the container runs instead of the image's entry point.
    pub command: Option<Vec<At<String>>>,
    /// Arguments of the command.
    pub args: Option<Vec<At<String>>>,
    /// Ports on which the container listens. Policies count these, not the Services' ports.
    pub ports: Option<Vec<At<RawContainerPort>>>,
    /// Environment variables.
    pub env: Option<Texts>,
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
    /// Volumes of the pod.
    pub volumes: Option<Vec<At<Native<Volume>>>>,
    /// Where the container sees them.
    pub volume_mounts: Option<Vec<At<Native<VolumeMount>>>>,
    /// Containers that run to their end before the main one starts.
    pub init_containers: Option<Vec<At<RawInitContainer>>>,
    /// Seconds that the pod gets to stop.
    pub termination_grace_period_seconds: Option<At<u32>>,
    /// Whether stopped containers are started again; Kubernetes knows only `Always` here.
    pub restart_policy: Option<At<RawRestartPolicy>>,
    /// The Services in front of the workload.
    pub services: Option<Vec<At<RawService>>>,
    /// Whom it calls: `service:port` in the cluster, `https://host` or `tcp://host:port` outside.
    /// A host may be a pattern such as `*.googleapis.com`.
    pub calls: Option<Vec<At<String>>>,
}

/// Whether stopped containers are started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawRestartPolicy {
    /// Always.
    Always,
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

/// A container that runs to its end before the main one starts.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawInitContainer {
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
    /// Environment variables.
    pub env: Option<Texts>,
    /// CPU and memory.
    pub resources: Option<At<Native<Resources>>>,
    /// Rights of the container, instead of the application's defaults.
    pub security_context: Option<At<Native<SecurityContext>>>,
    /// Where the container sees the pod's volumes.
    pub volume_mounts: Option<Vec<At<Native<VolumeMount>>>>,
}

/// A Service in front of a workload.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawService {
    /// Name of the Service; the workload's if not given.
    pub name: Option<At<String>>,
    /// How it is reached; `ClusterIP` if not given.
    #[schemars(extend("default" = "ClusterIP"))]
    pub r#type: Option<At<RawServiceType>>,
    /// Its ports.
    #[schemars(required, length(min = 1))]
    pub ports: Option<Vec<At<RawServicePort>>>,
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

/// A port of a Service.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawServicePort {
    /// Name of the port.
    pub name: Option<At<String>>,
    /// The port on which callers find the Service.
    #[schemars(required)]
    pub port: Option<At<u16>>,
    /// The pod's port behind it; the same number if not given. Policies count this one.
    pub target_port: Option<At<u16>>,
    /// TCP if not given.
    #[schemars(extend("default" = "TCP"))]
    pub protocol: Option<At<RawProtocol>>,
}
