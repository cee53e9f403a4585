//! Services: policies see the pod behind one, and the pod's port, never the Service's own.

use std::net::IpAddr;

use super::evaluate::{Evaluation, Evaluator, Flow};
use super::peer::{Endpoint, NodePlace};
use super::ports::Connection;
use super::world::{Service, ServicePort, ServiceType, Workload, WorkloadId, World};
use super::{Reason, Verdict};
use crate::model::port::{Port, PortRef, Protocol};

/// What is behind one port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backends {
    /// Pods, each with the port that connections arrive at.
    Pods(Vec<Backend>),
    /// Addresses given by hand, each with the port.
    Addresses(Vec<(IpAddr, Connection)>),
    /// Another name, outside the cluster.
    Name(String, Connection),
    /// Nobody knows: the Service selects no pods, and no addresses are given.
    Unknown,
}

/// Pods behind a Service, and the port that connections arrive at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Backend {
    /// The pods.
    pub workload: WorkloadId,
    /// Protocol and port of the pods.
    pub connection: Connection,
}

/// Which port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServicePortRef {
    /// By its number.
    Number(Port),
    /// By its name.
    Name(String),
}

/// What was asked of a Service does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// No such Service.
    #[error("there is no Service `{name}` in the namespace `{namespace}`")]
    NoService {
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
    },
    /// No such port.
    #[error("the Service `{name}` has no port `{port}`: it has {known}")]
    NoPort {
        /// The Service.
        name: String,
        /// What was asked for.
        port: String,
        /// What there is.
        known: String,
    },
}

impl Service {
    /// One of its ports. What is only another name has every number, whatever it declares.
    ///
    /// # Errors
    /// [`ServiceError::NoPort`].
    pub fn port(
        &self,
        wanted: &ServicePortRef,
        protocol: Protocol,
    ) -> Result<ServicePort, ServiceError> {
        if let (ServiceType::ExternalName, ServicePortRef::Number(port)) = (self.kind, wanted) {
            return Ok(ServicePort {
                name: None,
                protocol,
                port: *port,
                target: None,
            });
        }
        let fits = |port: &&ServicePort| match wanted {
            ServicePortRef::Number(number) => port.port == *number && port.protocol == protocol,
            ServicePortRef::Name(name) => port.name.as_ref() == Some(name),
        };
        self.ports.iter().find(fits).cloned().ok_or_else(|| {
            let known = self
                .ports
                .iter()
                .map(|p| format!("{} {}", p.protocol, p.port));
            ServiceError::NoPort {
                name: self.name.clone(),
                port: match wanted {
                    ServicePortRef::Number(number) => number.to_string(),
                    ServicePortRef::Name(name) => name.clone(),
                },
                known: known.collect::<Vec<_>>().join(", "),
            }
        })
    }

    /// Whether the pods of a workload stand behind it.
    pub fn selects(&self, workload: &Workload) -> bool {
        let selector = self.selector.iter().flat_map(|labels| labels.iter());
        self.selector.is_some()
            && workload.namespace == self.namespace
            && selector
                .into_iter()
                .all(|(k, v)| workload.labels.get(k) == Some(v))
    }
}

/// The number that pods mean by a Service's target port. A Service without an address of its own is
/// only a name for its pods, so its own number is theirs.
/// Source: Kubernetes documentation, "Headless Services".
fn target(service: &Service, port: &ServicePort, workload: &Workload) -> Option<Port> {
    match &port.target {
        _ if service.headless => Some(port.port),
        None => Some(port.port),
        Some(PortRef::Number(number)) => Some(*number),
        Some(PortRef::Name(name)) => workload.named_port(port.protocol, name.as_str()),
    }
}

/// Resolves a port of a Service. Pods that never get ready or don't have the named target port are
/// left out.
pub fn backends(world: &World, service: &Service, port: &ServicePort) -> Backends {
    if let (ServiceType::ExternalName, Some(name)) = (service.kind, &service.external_name) {
        return Backends::Name(name.clone(), Connection::Port(port.protocol, port.port));
    }
    if service.selector.is_some() {
        let pods = world.workloads().iter().enumerate();
        let behind = pods.filter(|(_, one)| service.selects(one) && !one.never_ready);
        let resolved = behind.filter_map(|(index, workload)| {
            Some(Backend {
                workload: WorkloadId(index),
                connection: Connection::Port(port.protocol, target(service, port, workload)?),
            })
        });
        return Backends::Pods(resolved.collect());
    }
    if service.endpoints.is_empty() {
        return Backends::Unknown;
    }
    Backends::Addresses(addresses(service, port))
}

/// What was put behind a Service by hand, at the port that connections arrive at.
fn addresses(service: &Service, port: &ServicePort) -> Vec<(IpAddr, Connection)> {
    let sets = service.endpoints.iter().filter_map(|set| {
        let number = match service.headless {
            true => port.port,
            false => set.port(port)?,
        };
        let connection = Connection::Port(port.protocol, number);
        Some(set.addresses.iter().map(move |ip| (*ip, connection)))
    });
    sets.flatten().collect()
}

/// What becomes of a connection to a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEvaluation {
    /// The one answer, if all backends agree on it.
    pub verdict: Verdict,
    /// The answer for each backend.
    pub backends: Vec<(Flow, Evaluation)>,
}

impl Evaluator<'_> {
    /// Evaluates a connection to a port of a Service, for each backend.
    ///
    /// From outside, a load balancer or a node port may put a node's address in place of the
    /// client's, unless the Service says `externalTrafficPolicy: Local`; Kubernetes does not define
    /// whether that happens before policies are looked at. So both must agree, or nobody can say.
    ///
    /// # Errors
    /// If there is no such Service or no such port.
    pub fn evaluate_service(
        &self,
        source: &Endpoint,
        service: (&str, &str),
        port: &ServicePortRef,
        protocol: Protocol,
    ) -> Result<ServiceEvaluation, ServiceError> {
        let (namespace, name) = service;
        let found = self.world().service(namespace, name);
        let service = found.ok_or_else(|| ServiceError::NoService {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })?;
        let port = service.port(port, protocol)?;
        let flows = flows(source, backends(self.world(), service, &port));
        let backends: Vec<(Flow, Evaluation)> = flows
            .into_iter()
            .map(|flow| {
                let evaluation = self.evaluate_behind(service, &flow);
                (flow, evaluation)
            })
            .collect();
        Ok(ServiceEvaluation {
            verdict: agreed(&backends),
            backends,
        })
    }

    fn evaluate_behind(&self, service: &Service, flow: &Flow) -> Evaluation {
        let mut evaluation = self.evaluate(flow);
        let outside = matches!(flow.source, Endpoint::Address(_) | Endpoint::Domain(_));
        let rewrites = matches!(
            service.kind,
            ServiceType::NodePort | ServiceType::LoadBalancer
        );
        if outside && rewrites && !service.keeps_client_address {
            let as_node = self.evaluate(&Flow {
                source: Endpoint::Node(NodePlace::Remote),
                ..flow.clone()
            });
            if as_node.verdict != evaluation.verdict {
                evaluation.verdict = Verdict::Unknown(Reason::ClientAddress);
            }
        }
        evaluation
    }
}

fn flows(source: &Endpoint, backends: Backends) -> Vec<Flow> {
    let flow = |destination, connection| Flow {
        source: source.clone(),
        destination,
        connection,
    };
    match backends {
        Backends::Pods(pods) => pods
            .into_iter()
            .map(|pod| flow(Endpoint::Workload(pod.workload), pod.connection))
            .collect(),
        Backends::Addresses(ips) => ips
            .into_iter()
            .map(|(ip, connection)| flow(Endpoint::Address(ip), connection))
            .collect(),
        Backends::Name(name, connection) => vec![flow(Endpoint::Domain(name), connection)],
        Backends::Unknown => Vec::new(),
    }
}

fn agreed(backends: &[(Flow, Evaluation)]) -> Verdict {
    let mut verdicts = backends.iter().map(|(_, evaluation)| evaluation.verdict);
    let Some(first) = verdicts.next() else {
        return Verdict::Unknown(Reason::Backends);
    };
    if verdicts.all(|verdict| verdict == first) {
        first
    } else {
        Verdict::Unknown(Reason::MixedBackends)
    }
}
