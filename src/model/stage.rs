//! Probes and stages: what the lab tries out, and in which order.

use super::labels::Labels;
use super::logging::LoggingSpec;
use super::names::{DnsLabel, DnsSubdomain, ImageRef, ServiceName};
use super::port::Port;
use super::text::{Line, Prose};

/// A connection that the lab tries out.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Name of the probe.
    pub name: DnsLabel,
    /// What it shows; may be empty.
    pub description: Prose,
    /// Where it comes from.
    pub source: ProbeSource,
    /// Where it goes.
    pub target: ProbeTarget,
    /// The command, at least one word.
    pub run: Vec<String>,
    /// What it prints when it got through.
    pub prints: Option<Line>,
    /// Seconds after which the connection counts as denied.
    pub timeout_seconds: u32,
    /// Another probe that must still get through.
    pub control: Option<DnsLabel>,
}

/// The pod that a probe runs in.
#[derive(Debug, Clone)]
pub struct ProbeSource {
    /// Name of the pod.
    pub pod: DnsLabel,
    /// Namespace of the pod.
    pub namespace: DnsLabel,
    /// Image that holds the command.
    pub image: ImageRef,
    /// The workload whose labels it takes.
    pub stands_for: Option<DnsLabel>,
    /// Labels of the pod, the workload's included.
    pub labels: Labels,
}

/// Where a probe's connection goes: a port of a Service of the application.
#[derive(Debug, Clone)]
pub struct ProbeTarget {
    /// The Service.
    pub service: ServiceName,
    /// The Service's port.
    pub port: Port,
    /// Namespace of the Service and its pods.
    pub namespace: DnsLabel,
    /// The workload behind it.
    pub workload: DnsLabel,
    /// The pod's port, which is the one that policies and logs count.
    pub pod_port: Port,
}

/// One step of the lab: the whole state of policies and logging in it, and what is expected.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Name of the stage.
    pub name: DnsLabel,
    /// A heading.
    pub title: Line,
    /// What it shows and why; may be empty.
    pub description: Prose,
    /// Policies in force, by name, in the order they came.
    pub policies: Vec<DnsSubdomain>,
    /// Policies that came with this stage.
    pub new_policies: Vec<DnsSubdomain>,
    /// The policy logging in force.
    pub logging: LoggingSpec,
    /// Whether this stage changed the logging.
    pub new_logging: bool,
    /// Namespaces whose denied connections are logged where that is delegated.
    pub annotated_namespaces: Vec<DnsLabel>,
    /// Policies whose allowed connections are logged where that is delegated.
    pub annotated_policies: Vec<DnsSubdomain>,
    /// What each probe is expected to do.
    pub expectations: Vec<Expectation>,
}

/// What a probe is expected to do.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The probe.
    pub probe: DnsLabel,
    /// Whether the connection gets through.
    pub allowed: bool,
    /// Whether policy logging writes an entry for it; not asserted if none.
    pub logged: Option<bool>,
}
