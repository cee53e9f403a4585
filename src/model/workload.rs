//! Workloads: pods of one kind and what makes them.

use serde_json::Value as Json;

use super::fqdn::FqdnMatch;
use super::labels::Labels;
use super::names::{DnsLabel, DnsSubdomain, EnvName, ImageRef, ServiceName};
use super::port::{Port, PortName, Protocol};
use super::schedule::Schedule;
use super::service::Service;

/// Pods of one kind, with their Services and their service account.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Name of the object.
    pub name: DnsLabel,
    /// What makes the pods.
    pub kind: WorkloadKind,
    /// Namespace of the pods and of their Services.
    pub namespace: DnsLabel,
    /// Labels by which the pods are found; at least one.
    pub selector: Labels,
    /// Labels of the pods, those of the selector first.
    pub labels: Labels,
    /// Annotations of the pods.
    pub annotations: Labels,
    /// Labels of the object.
    pub object_labels: Labels,
    /// Annotations of the object.
    pub object_annotations: Labels,
    /// How many pods; Kubernetes makes one if not given.
    pub replicas: Option<u32>,
    /// Service account, made by the lab; the namespace's `default` if none.
    pub service_account: Option<DnsSubdomain>,
    /// Its pods ask Google's metadata server.
    pub metadata_server: bool,
    /// Containers that run to their end first, in order.
    pub init_containers: Vec<Container>,
    /// The main container.
    pub container: Container,
    /// Containers beside the main one.
    pub sidecars: Vec<Container>,
    /// `securityContext` of the pod, as Kubernetes writes it; none: nothing is asked for.
    pub security_context: Option<Json>,
    /// Volumes of the pod, as Kubernetes writes them.
    pub volumes: Vec<Json>,
    /// The pods share their node's network.
    pub host_network: bool,
    /// Seconds that the pod gets to stop.
    pub termination_grace_period_seconds: Option<u32>,
    /// `restartPolicy`, where it is written out.
    pub restart_policy: Option<RestartPolicy>,
    /// More pods under load.
    pub autoscaling: Option<Autoscaling>,
    /// How many pods an orderly eviction leaves.
    pub disruption_budget: Option<DisruptionBudget>,
    /// The Services in front of it.
    pub services: Vec<Service>,
    /// Whom it calls, by Service and port.
    pub calls: Vec<Call>,
    /// Whom it calls outside the cluster.
    pub outside: Vec<OutsideCall>,
    /// What is laid over the object.
    pub patch: Option<Json>,
}

/// What makes pods, with what only that has.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkloadKind {
    /// Any number of equal pods.
    Deployment,
    /// Pods with names and volumes of their own.
    StatefulSet {
        /// The Service that names the pods; may be empty.
        service_name: String,
        /// Volumes that each pod gets for itself, as Kubernetes writes them.
        claims: Vec<Json>,
    },
    /// A pod on each node.
    DaemonSet,
    /// Pods that run to their end.
    Job,
    /// A Job now and then.
    CronJob {
        /// When.
        schedule: Schedule,
    },
}

impl WorkloadKind {
    /// Kubernetes' word.
    pub fn as_str(&self) -> &'static str {
        match self {
            WorkloadKind::Deployment => "Deployment",
            WorkloadKind::StatefulSet { .. } => "StatefulSet",
            WorkloadKind::DaemonSet => "DaemonSet",
            WorkloadKind::Job => "Job",
            WorkloadKind::CronJob { .. } => "CronJob",
        }
    }

    /// Group and version of the kind.
    pub fn api_version(&self) -> &'static str {
        match self {
            WorkloadKind::Job | WorkloadKind::CronJob { .. } => "batch/v1",
            _ => "apps/v1",
        }
    }

    /// Whether the pods run on until they are stopped.
    pub fn runs_on(&self) -> bool {
        !matches!(self, WorkloadKind::Job | WorkloadKind::CronJob { .. })
    }
}

/// Whether stopped containers are started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartPolicy {
    /// Always.
    Always,
    /// Only if they failed.
    OnFailure,
    /// Never.
    Never,
}

impl RestartPolicy {
    /// Kubernetes' word.
    pub fn as_str(self) -> &'static str {
        match self {
            RestartPolicy::Always => "Always",
            RestartPolicy::OnFailure => "OnFailure",
            RestartPolicy::Never => "Never",
        }
    }
}

/// More pods under load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Autoscaling {
    /// Fewest pods; none: Kubernetes' default.
    pub min: Option<u32>,
    /// Most pods.
    pub max: u32,
    /// Percent of the requested CPU that the pods are to use.
    pub cpu: Option<u32>,
    /// Percent of the requested memory that the pods are to use.
    pub memory: Option<u32>,
}

/// How many pods an orderly eviction leaves: a number, or a share such as `50%`.
#[derive(Debug, Clone, PartialEq)]
pub enum DisruptionBudget {
    /// Pods that must be left.
    MinAvailable(Json),
    /// Pods that may be missing.
    MaxUnavailable(Json),
}

/// A container.
#[derive(Debug, Clone)]
pub struct Container {
    /// Name of the container.
    pub name: DnsLabel,
    /// The image.
    pub image: ImageRef,
    /// When the image is pulled; none: Kubernetes' default.
    pub pull_policy: Option<&'static str>,
    /// `restartPolicy` of an init container.
    pub restart_policy: Option<RestartPolicy>,
    /// What it runs instead of the image's entry point.
    pub command: Vec<String>,
    /// Arguments of the command.
    pub args: Vec<String>,
    /// Ports on which it listens.
    pub ports: Vec<ContainerPort>,
    /// Environment variables, in the order written.
    pub env: Vec<(EnvName, EnvValue)>,
    /// `envFrom`, as Kubernetes writes it.
    pub env_from: Vec<Json>,
    /// `startupProbe`, as Kubernetes writes it.
    pub startup_probe: Option<Json>,
    /// `readinessProbe`, as Kubernetes writes it.
    pub readiness_probe: Option<Json>,
    /// `livenessProbe`, as Kubernetes writes it.
    pub liveness_probe: Option<Json>,
    /// `resources`, as Kubernetes writes them.
    pub resources: Option<Json>,
    /// `securityContext` of the container, as Kubernetes writes it; none: nothing is asked for.
    pub security_context: Option<Json>,
    /// `volumeMounts`, as Kubernetes writes them.
    pub volume_mounts: Vec<Json>,
    /// What is laid over the container.
    pub patch: Option<Json>,
}

/// The value of an environment variable.
#[derive(Debug, Clone, PartialEq)]
pub enum EnvValue {
    /// The value itself.
    Text(String),
    /// Where it comes from, as Kubernetes' `valueFrom` writes it.
    From(Json),
}

/// A port on which a container listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerPort {
    /// Its name, for Services and policies.
    pub name: Option<PortName>,
    /// Its number.
    pub number: Port,
    /// The port on the node's own address, if there is one.
    pub host_port: Option<Port>,
    /// Its protocol.
    pub protocol: Protocol,
}

/// An edge of the call graph: a port of a Service. It exists in the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Namespace of the Service.
    pub namespace: DnsLabel,
    /// Name of the Service.
    pub service: ServiceName,
    /// The Service's port.
    pub port: Port,
}

/// A host outside the cluster, by its domain name or a pattern of such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideCall {
    /// The host.
    pub host: FqdnMatch,
    /// Its TCP port.
    pub port: Port,
}

impl Workload {
    /// Whether several of its pods may run at once.
    pub fn has_replicas(&self) -> bool {
        let many = self.replicas.is_some_and(|count| count > 1);
        let scaled = self
            .autoscaling
            .as_ref()
            .is_some_and(|scaled| scaled.max > 1);
        many || scaled || matches!(self.kind, WorkloadKind::DaemonSet)
    }

    /// The containers that run as long as the pod: the main one, those beside it, and init
    /// containers that run on.
    pub fn running(&self) -> impl Iterator<Item = &Container> {
        let runs_on = |one: &&Container| one.restart_policy == Some(RestartPolicy::Always);
        let init = self.init_containers.iter().filter(runs_on);
        [&self.container]
            .into_iter()
            .chain(&self.sidecars)
            .chain(init)
    }

    /// The number that the pods give a port name, for one protocol.
    pub fn named_port(&self, protocol: Protocol, name: &str) -> Option<Port> {
        let mut ports = self.running().flat_map(|container| &container.ports);
        let is = |port: &&ContainerPort| {
            port.protocol == protocol && port.name.as_ref().is_some_and(|n| n.as_str() == name)
        };
        ports.find(is).map(|port| port.number)
    }
}
