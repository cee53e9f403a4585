//! Lab -> world: what the policies and the logging of one stage meet.
//!
//! A lab's own words become a world one by one. The objects that it carries as they are become part
//! of the world by the reader of manifests, as far as that understands them; what it doesn't
//! understand is told by the checks.

mod places;

pub use places::Places;

use ipnet::IpNet;

use crate::manifest;
use crate::model::app::App;
use crate::model::lab::{self as lab, Lab};
use crate::model::logging::{ENABLE_DENY_LOGGING, ENABLE_LOGGING, LoggingSpec};
use crate::model::names::DnsLabel;
use crate::model::port::Protocol;
use crate::model::service as app_service;
use crate::model::stage::{Probe, ProbeTarget, Stage};
use crate::model::workload as app_workload;
use crate::netpol::world::{
    ContainerPort, Namespace, Pod, Policy, PolicySpans, PolicySpec, Service, ServicePort,
    ServiceType, Workload, WorkloadId,
};
use crate::netpol::{Connection, Endpoint, Evaluation, Evaluator, Flow, World};

/// Kind of a probe's pod in a world: it has no controller.
const POD: &str = "Pod";

/// The world of a stage; without one, all policies are in force and logging is as the lab starts.
pub fn world(lab: &Lab, stage: Option<&Stage>, places: &Places) -> World {
    let mut world = World::new();
    namespaces(&mut world, lab);
    workloads(&mut world, &lab.app);
    carried(&mut world, lab, places);
    world.ways = lab.app.edge().ways();
    world.proxies = lab.cluster.network.proxy_range().map(IpNet::V4);
    for probe in &lab.probes {
        world.add_workload(probe_pod(probe));
    }
    for policy in &lab.policies {
        let in_force = stage.is_none_or(|stage| stage.policies.contains(&policy.name));
        if in_force {
            let logged = stage.is_some_and(|s| s.annotated_policies.contains(&policy.name));
            world.add_policy(self::policy(policy, logged, places));
        }
    }
    for name in stage.iter().flat_map(|stage| &stage.annotated_namespaces) {
        world.annotate_namespace(name.as_str(), ENABLE_DENY_LOGGING, "true");
    }
    world.logging = logging(lab, stage);
    world
}

fn logging(lab: &Lab, stage: Option<&Stage>) -> LoggingSpec {
    stage.map_or(lab.logging, |stage| stage.logging)
}

fn namespaces(world: &mut World, lab: &Lab) {
    for name in lab.namespaces() {
        world.add_namespace(Namespace::named(name.as_str()));
    }
    for own in &lab.app.namespaces {
        world.add_namespace(Namespace {
            labels: own.labels.clone(),
            annotations: own.annotations.clone(),
            ..Namespace::named(own.name.as_str())
        });
    }
}

/// Puts an application's workloads and Services into a world.
fn workloads(world: &mut World, app: &App) {
    for workload in &app.workloads {
        world.add_workload(self::workload(workload));
    }
    for (workload, service) in app.services() {
        world.add_service(self::service(workload, service));
    }
}

/// Puts the objects in that are carried as they are. They are deployed with the application, so
/// their policies are in force at every stage.
fn carried(world: &mut World, lab: &Lab, places: &Places) {
    let found = manifest::of_values(lab.app.objects.iter().map(|object| &object.json));
    // Of a namespace that other objects only speak of, the lab knows as much.
    let made = found.namespaces().filter(|one| one.span.is_some());
    for namespace in made {
        world.add_namespace(Namespace {
            span: places.namespace(&namespace.name),
            ..namespace.clone()
        });
    }
    for workload in found.workloads() {
        world.add_workload(Workload {
            span: places.workload(workload),
            ..workload.clone()
        });
    }
    for service in found.services() {
        world.add_service(Service {
            span: places.service(service),
            ..service.clone()
        });
    }
    for policy in found.policies() {
        world.add_policy(Policy {
            spans: places.policy(policy),
            ..policy.clone()
        });
    }
    world.nodes.extend(found.nodes);
}

fn workload(workload: &app_workload::Workload) -> Workload {
    let ports = workload.running().flat_map(|container| &container.ports);
    let ports = ports.map(|port| ContainerPort {
        name: port.name.as_ref().map(ToString::to_string),
        protocol: port.protocol,
        port: port.number,
    });
    Workload {
        namespace: workload.namespace.to_string(),
        name: workload.name.to_string(),
        kind: workload.kind.as_str().to_owned(),
        labels: workload.labels.clone(),
        ports: ports.collect(),
        host_network: workload.host_network,
        service_account: workload.service_account.as_ref().map(ToString::to_string),
        never_ready: false,
        replicated: workload.has_replicas(),
        pods: Vec::new(),
        span: None,
    }
}

fn probe_pod(probe: &Probe) -> Workload {
    let name = probe.source.pod.to_string();
    Workload {
        namespace: probe.source.namespace.to_string(),
        kind: POD.to_owned(),
        labels: probe.source.labels.clone(),
        ports: Vec::new(),
        host_network: false,
        service_account: None,
        never_ready: true,
        replicated: false,
        pods: vec![Pod {
            name: name.clone(),
            ips: Vec::new(),
        }],
        name,
        span: None,
    }
}

fn service(workload: &app_workload::Workload, service: &app_service::Service) -> Service {
    let ports = service.ports.iter().map(|port| ServicePort {
        name: port.name.as_ref().map(ToString::to_string),
        protocol: port.protocol,
        port: port.port,
        target: Some(port.target_port.clone()),
    });
    Service {
        namespace: workload.namespace.to_string(),
        name: service.name.to_string(),
        selector: Some(service.selector.clone()),
        ports: ports.collect(),
        kind: match service.kind {
            app_service::ServiceType::ClusterIp => ServiceType::ClusterIp,
            app_service::ServiceType::NodePort => ServiceType::NodePort,
            app_service::ServiceType::LoadBalancer => ServiceType::LoadBalancer,
        },
        headless: service.headless,
        cluster_ips: Vec::new(),
        external_name: None,
        keeps_client_address: service.external_traffic_policy == Some("Local"),
        endpoints: Vec::new(),
        span: None,
    }
}

fn policy(policy: &lab::Policy, logged: bool, places: &Places) -> Policy {
    let mut annotations = policy.annotations.clone();
    if logged {
        annotations.insert(ENABLE_LOGGING, "true");
    }
    let mut made = Policy {
        name: policy.name.to_string(),
        namespace: Some(policy.namespace.to_string()),
        annotations,
        spec: match &policy.spec {
            lab::PolicySpec::Network(spec) => PolicySpec::Network(spec.clone()),
            lab::PolicySpec::Fqdn(spec) => PolicySpec::Fqdn(spec.clone()),
        },
        spans: PolicySpans::default(),
    };
    made.spans = places.policy(&made);
    made
}

/// The connection that a probe opens, on the port of the pods behind the Service.
pub fn flow(world: &World, lab: &Lab, probe: &Probe) -> Option<Flow> {
    let find = |is_pod: bool, namespace: &DnsLabel, name: &DnsLabel| {
        let is = |w: &Workload| {
            let same = w.namespace == namespace.as_str() && w.name == name.as_str();
            same && (w.kind == POD) == is_pod
        };
        let at = world.workloads().iter().position(is)?;
        Some(Endpoint::Workload(WorkloadId(at)))
    };
    let (from, to) = (&probe.source, &probe.target);
    Some(Flow {
        source: find(true, &from.namespace, &from.pod)?,
        destination: find(false, &to.namespace, &to.workload)?,
        connection: Connection::Port(protocol(lab, to), to.pod_port),
    })
}

/// The protocol of the Service's port; TCP where it has that number for several.
fn protocol(lab: &Lab, to: &ProbeTarget) -> Protocol {
    let service = lab.app.service(&to.namespace, to.service.as_str());
    let ports = service.map_or_else(Vec::new, |(_, service)| service.ports_of(to.port));
    ports.first().map_or(Protocol::Tcp, |port| port.protocol)
}

/// What becomes of a probe's connection.
pub fn evaluate(evaluator: &Evaluator<'_>, lab: &Lab, probe: &Probe) -> Option<Evaluation> {
    let flow = flow(evaluator.world(), lab, probe)?;
    Some(evaluator.evaluate(&flow))
}
