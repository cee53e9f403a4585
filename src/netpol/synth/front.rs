//! The ways in from outside: load balancers, node ports, Ingresses and routes of Gateways.

use serde_json::Value as Json;

use super::rule;
use crate::model::app::{App, PodPort};
use crate::model::cidr::{Cidr, IpBlock};
use crate::model::names::DnsLabel;
use crate::model::policy::{Peer, Rule};
use crate::model::service::{Service, ServicePort, ServiceType};
use crate::model::workload::Workload;

/// Where Google's proxies and health checks come from. Source: Cloud Load Balancing
/// documentation, "Health checks overview", probe IP ranges.
const GOOGLE: [&str; 2] = ["35.191.0.0/16", "130.211.0.0/22"];

/// The ports of a workload's pods that outsiders reach, by where they come from.
#[derive(Debug, Default)]
pub(super) struct Front {
    /// From anywhere. A load balancer may send a connection over another node, whose address takes
    /// the place of the client's and which no selector and no block of addresses means.
    pub(super) open: Vec<PodPort>,
    /// From blocks of addresses, with their ports.
    blocks: Vec<(Vec<String>, Vec<PodPort>)>,
}

/// The ways in to a workload.
pub(super) fn of(app: &App, workload: &Workload) -> Front {
    let mut front = Front::default();
    for service in behind(app, workload) {
        for port in &service.ports {
            front.service(service, App::pod_ports(workload, port));
        }
    }
    for (service, port) in fronted(app, &workload.namespace) {
        if service.selects(&workload.labels) {
            let google = GOOGLE.map(str::to_owned).to_vec();
            front.from(google, App::pod_ports(workload, port));
        }
    }
    front.tidy();
    front
}

/// The Services that a workload's pods stand behind.
fn behind<'a>(app: &'a App, workload: &'a Workload) -> impl Iterator<Item = &'a Service> {
    let all = app.services();
    let here = all.filter(|(owner, _)| owner.namespace == workload.namespace);
    let services = here.map(|(_, service)| service);
    services.filter(|service| service.selects(&workload.labels))
}

impl Front {
    fn service(&mut self, service: &Service, ports: Vec<PodPort>) {
        match (service.kind, service.external_traffic_policy) {
            (ServiceType::ClusterIp, _) => {}
            (_, Some("Local")) if service.source_ranges.is_empty() => {
                self.from(vec!["0.0.0.0/0".to_owned()], ports);
            }
            (_, Some("Local")) => self.from(service.source_ranges.clone(), ports),
            _ => self.open.extend(ports),
        }
    }

    fn from(&mut self, blocks: Vec<String>, ports: Vec<PodPort>) {
        match self.blocks.iter_mut().find(|(known, _)| *known == blocks) {
            Some((_, known)) => known.extend(ports),
            None => self.blocks.push((blocks, ports)),
        }
    }

    /// Sorts, and leaves out what is said already.
    fn tidy(&mut self) {
        self.open.sort();
        self.open.dedup();
        for (_, ports) in &mut self.blocks {
            ports.retain(|port| !self.open.contains(port));
            ports.sort();
            ports.dedup();
        }
        let anywhere = |blocks: &[String]| blocks == ["0.0.0.0/0"];
        let all = self.blocks.iter().find(|(blocks, _)| anywhere(blocks));
        let covered = all.map_or_else(Vec::new, |(_, ports)| ports.clone());
        for (blocks, ports) in &mut self.blocks {
            ports.retain(|port| anywhere(blocks) || !covered.contains(port));
        }
        self.blocks.retain(|(_, ports)| !ports.is_empty());
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        let open = (!self.open.is_empty()).then(|| rule(None, &self.open));
        let blocks = self.blocks.iter().map(|(blocks, ports)| {
            let peers = blocks.iter().filter_map(|block| address(block));
            rule(Some(peers.collect()), ports)
        });
        open.into_iter().chain(blocks).collect()
    }
}

/// A block of addresses as a peer.
pub(super) fn address(cidr: &str) -> Option<Peer> {
    let block = IpBlock::parse(Cidr::parse(cidr).ok()?, None).ok()?;
    Some(Peer::IpBlock(block))
}

/// The ports of Services of a namespace that an Ingress or a Gateway's route leads to.
fn fronted<'a>(app: &'a App, namespace: &DnsLabel) -> Vec<(&'a Service, &'a ServicePort)> {
    let mut backends: Vec<Backend<'a>> = Vec::new();
    for ingress in app
        .ingresses
        .iter()
        .filter(|one| one.namespace == *namespace)
    {
        collect(&ingress.spec, &ingress_backend, &mut backends);
    }
    let routes = app.objects.iter().map(|object| &object.json);
    let is_route = |object: &&Json| {
        let group = object["apiVersion"].as_str().unwrap_or_default();
        group.starts_with("gateway.networking.k8s.io/") && object["kind"] == "HTTPRoute"
    };
    for route in routes.filter(is_route) {
        // It is carried as it is, so it lands where Kubernetes puts what names no namespace.
        let home = route["metadata"]["namespace"].as_str();
        if home.unwrap_or("default") == namespace.as_str() {
            collect(&route["spec"], &route_backend, &mut backends);
        }
    }
    let mut found = Vec::new();
    for backend in backends {
        let Some((_, service)) = app.service(namespace, backend.service) else {
            continue;
        };
        let ports = service.ports.iter().filter(|port| backend.means(port));
        found.extend(ports.map(|port| (service, port)));
    }
    found
}

/// A port of a Service, as an Ingress or a route names it.
struct Backend<'a> {
    service: &'a str,
    port: &'a Json,
}

impl Backend<'_> {
    fn means(&self, port: &ServicePort) -> bool {
        let named = port.name.as_ref().map(|name| name.as_str());
        match self.port {
            Json::Number(number) => number.as_u64() == Some(port.port.get().into()),
            Json::String(name) => named == Some(name.as_str()),
            _ => false,
        }
    }
}

fn ingress_backend(map: &Json) -> Option<Backend<'_>> {
    let service = map.get("service")?;
    let port = service.get("port")?;
    Some(Backend {
        service: service.get("name")?.as_str()?,
        port: port.get("number").or_else(|| port.get("name"))?,
    })
}

fn route_backend(map: &Json) -> Option<Backend<'_>> {
    let kind = map.get("kind").and_then(Json::as_str).unwrap_or("Service");
    let elsewhere = map.get("namespace").is_some();
    let backend = Backend {
        service: map.get("name")?.as_str()?,
        port: map.get("port")?,
    };
    (kind == "Service" && !elsewhere).then_some(backend)
}

/// Every backend anywhere below a value.
fn collect<'a>(
    value: &'a Json,
    read: &dyn Fn(&'a Json) -> Option<Backend<'a>>,
    found: &mut Vec<Backend<'a>>,
) {
    match value {
        Json::Object(map) => {
            found.extend(read(value));
            map.values().for_each(|value| collect(value, read, found));
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, read, found)),
        _ => {}
    }
}
