//! Lab -> world: what the policies and the logging of one stage meet.

use std::collections::BTreeMap;

use super::evaluate::{Evaluation, Evaluator, Flow};
use super::peer::Endpoint;
use super::ports::Connection;
use super::world::{
    ContainerPort, Namespace, Pod, Policy, PolicySpans, PolicySpec, Service, ServicePort,
    ServiceType, Workload, WorkloadId, World,
};
use crate::model::app::App;
use crate::model::lab::{self as lab, Lab};
use crate::model::logging::{ENABLE_DENY_LOGGING, ENABLE_LOGGING, LoggingSpec};
use crate::model::names::DnsLabel;
use crate::model::port::Protocol;
use crate::model::service as app_service;
use crate::model::stage::{Probe, Stage};
use crate::model::workload as app_workload;

/// Where the policies of a profile were written, by their names.
pub type Places = BTreeMap<String, PolicySpans>;

/// Kind of a probe's pod in a world: it has no controller.
const POD: &str = "Pod";

/// The world of a stage; without one, all policies are in force and logging is as the lab starts.
pub fn world(lab: &Lab, stage: Option<&Stage>, places: &Places) -> World {
    let mut world = World::new();
    namespaces(&mut world, lab, stage);
    workloads(&mut world, &lab.app);
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
    world.logging = logging(lab, stage);
    world
}

fn logging(lab: &Lab, stage: Option<&Stage>) -> LoggingSpec {
    stage.map_or(lab.logging, |stage| stage.logging)
}

fn namespaces(world: &mut World, lab: &Lab, stage: Option<&Stage>) {
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
    for name in stage.iter().flat_map(|stage| &stage.annotated_namespaces) {
        world.annotate_namespace(name.as_str(), ENABLE_DENY_LOGGING, "true");
    }
}

/// Puts an application's workloads and Services into a world.
pub fn workloads(world: &mut World, app: &App) {
    for workload in &app.workloads {
        world.add_workload(self::workload(workload));
    }
    for (workload, service) in app.services() {
        world.add_service(self::service(workload, service));
    }
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
    let name = policy.name.to_string();
    Policy {
        namespace: Some(policy.namespace.to_string()),
        annotations,
        spec: match &policy.spec {
            lab::PolicySpec::Network(spec) => PolicySpec::Network(spec.clone()),
            lab::PolicySpec::Fqdn(spec) => PolicySpec::Fqdn(spec.clone()),
        },
        spans: places.get(&name).cloned().unwrap_or_default(),
        name,
    }
}

/// The connection that a probe opens, on the port of the pods behind the Service.
pub fn flow(world: &World, _: &Lab, probe: &Probe) -> Option<Flow> {
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
        connection: Connection::Port(Protocol::Tcp, probe.target.pod_port),
    })
}

/// What becomes of a probe's connection.
pub fn evaluate(evaluator: &Evaluator<'_>, lab: &Lab, probe: &Probe) -> Option<Evaluation> {
    let flow = flow(evaluator.world(), lab, probe)?;
    Some(evaluator.evaluate(&flow))
}
