//! The application: workloads, their Services, and who calls whom.

use serde_json::Value as Json;

use super::fqdn::FqdnMatch;
use super::labels::Labels;
use super::names::{DnsLabel, DnsSubdomain, EnvName, ImageRef, ServiceName};
use super::port::{Port, PortName, Protocol};
use super::text::Line;

/// The application.
#[derive(Debug, Clone)]
pub struct App {
    /// Where it comes from, in a sentence; may be empty.
    pub source: Line,
    /// Namespace of the workloads.
    pub namespace: DnsLabel,
    /// The workloads in the order written.
    pub workloads: Vec<Workload>,
}

/// A Deployment, with its Services and its service account.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Name of the Deployment.
    pub name: DnsLabel,
    /// Labels of the pods, `app` first; the selector is `app` alone.
    pub labels: Labels,
    /// Annotations of the pods.
    pub annotations: Labels,
    /// How many pods; Kubernetes makes one if not given.
    pub replicas: Option<u32>,
    /// Service account, made by the lab; the namespace's `default` if none.
    pub service_account: Option<DnsSubdomain>,
    /// Containers that run to their end first, in order.
    pub init_containers: Vec<Container>,
    /// The main container.
    pub container: Container,
    /// `securityContext` of the pod, as Kubernetes writes it.
    pub security_context: Option<Json>,
    /// Volumes of the pod, as Kubernetes writes them.
    pub volumes: Vec<Json>,
    /// Seconds that the pod gets to stop.
    pub termination_grace_period_seconds: Option<u32>,
    /// `restartPolicy: Always` is written out.
    pub restart_always: bool,
    /// The Services in front of it.
    pub services: Vec<Service>,
    /// Whom it calls, by Service and port.
    pub calls: Vec<Call>,
    /// Whom it calls outside the cluster.
    pub outside: Vec<OutsideCall>,
}

/// A container.
#[derive(Debug, Clone)]
pub struct Container {
    /// Name of the container.
    pub name: DnsLabel,
    /// The image.
    pub image: ImageRef,
    /// What it runs instead of the image's entry point.
    pub command: Vec<String>,
    /// Arguments of the command.
    pub args: Vec<String>,
    /// Ports on which it listens.
    pub ports: Vec<ContainerPort>,
    /// Environment variables, in the order written.
    pub env: Vec<(EnvName, String)>,
    /// `readinessProbe`, as Kubernetes writes it.
    pub readiness_probe: Option<Json>,
    /// `livenessProbe`, as Kubernetes writes it.
    pub liveness_probe: Option<Json>,
    /// `resources`, as Kubernetes writes them.
    pub resources: Option<Json>,
    /// `securityContext` of the container, as Kubernetes writes it.
    pub security_context: Option<Json>,
    /// `volumeMounts`, as Kubernetes writes them.
    pub volume_mounts: Vec<Json>,
}

/// A port on which a container listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerPort {
    /// Its name, for Services and policies.
    pub name: Option<PortName>,
    /// Its number.
    pub number: Port,
    /// Its protocol.
    pub protocol: Protocol,
}

/// A Service in front of a workload.
#[derive(Debug, Clone)]
pub struct Service {
    /// Name of the Service.
    pub name: ServiceName,
    /// How it is reached.
    pub kind: ServiceType,
    /// Its ports, at least one.
    pub ports: Vec<ServicePort>,
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
    /// The pod's port behind it, which is the one that policies count.
    pub target_port: Port,
    /// Its protocol.
    pub protocol: Protocol,
}

/// An edge of the call graph: a port of a Service. It exists in the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
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

impl App {
    /// The workload with this name.
    pub fn workload(&self, name: &str) -> Option<&Workload> {
        self.workloads.iter().find(|w| w.name.as_str() == name)
    }

    /// A Service, the workload behind it.
    pub fn service(&self, name: &str) -> Option<(&Workload, &Service)> {
        self.workloads.iter().find_map(|workload| {
            let service = workload.services.iter().find(|s| s.name.as_str() == name)?;
            Some((workload, service))
        })
    }

    /// The Services that face outside.
    pub fn load_balancers(&self) -> impl Iterator<Item = &Service> {
        self.workloads
            .iter()
            .flat_map(|workload| &workload.services)
            .filter(|service| service.kind == ServiceType::LoadBalancer)
    }
}
