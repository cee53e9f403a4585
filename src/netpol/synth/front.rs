//! The ways in from outside: load balancers, node ports, Ingresses and routes of Gateways.

use ipnet::Ipv4Net;

use super::{health, rule};
use crate::model::app::{App, PodPort};
use crate::model::cidr::{Cidr, IpBlock};
use crate::model::edge::{GOOGLE, Proxies, Way, WayPort};
use crate::model::policy::{Peer, Rule};
use crate::model::port::Protocol;
use crate::model::service::{Service, ServicePort, ServiceType};
use crate::model::workload::Workload;

/// The ports of a workload's pods that outsiders reach, by where they come from.
#[derive(Debug, Default)]
pub(super) struct Front {
    /// From anywhere. A load balancer may send a connection over another node, whose address takes
    /// the place of the client's and which no selector and no block of addresses means.
    pub(super) open: Vec<PodPort>,
    /// From blocks of addresses, with their ports.
    blocks: Vec<(Vec<String>, Vec<PodPort>)>,
}

/// The ways from the edge to Services, and the addresses of the proxy-only subnet.
type Edge<'a> = (&'a [Way], Option<Ipv4Net>);

/// The ways in to a workload.
pub(super) fn of(app: &App, workload: &Workload, edge: Edge<'_>) -> Front {
    let mut front = Front::default();
    for service in behind(app, workload) {
        for port in &service.ports {
            front.service(service, App::pod_ports(workload, port));
        }
    }
    for (port, blocks) in fronted(app, workload, edge) {
        front.from(blocks, vec![port]);
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

/// The ports of a workload's pods that Ingresses and Gateways lead to, and the blocks of addresses
/// that their load balancers' connections come from. One that only the lab's proxies may use isn't
/// known where the lab has no proxy-only subnet.
fn fronted(
    app: &App,
    workload: &Workload,
    (ways, proxies): Edge<'_>,
) -> Vec<(PodPort, Vec<String>)> {
    let mut found: Vec<(PodPort, Vec<String>)> = Vec::new();
    for way in ways
        .iter()
        .filter(|way| way.namespace == workload.namespace.as_str())
    {
        let service = app.service(&workload.namespace, &way.service);
        let Some((_, service)) = service.filter(|(_, it)| it.selects(&workload.labels)) else {
            continue;
        };
        let mut blocks = GOOGLE.map(str::to_owned).to_vec();
        if way.proxies == Proxies::ProxySubnet {
            blocks.extend(proxies.map(|range| range.to_string()));
        }
        let ports = service.ports.iter().filter(|port| means(&way.port, port));
        for port in ports.flat_map(|port| App::pod_ports(workload, port)) {
            match found.iter_mut().find(|(known, _)| *known == port) {
                Some((_, known)) if known.len() < blocks.len() => known.clone_from(&blocks),
                Some(_) => {}
                None => found.push((port, blocks.clone())),
            }
        }
        for port in health::ports(app, &way.namespace, service) {
            let port = (Protocol::Tcp, port);
            if found.iter().all(|(known, _)| *known != port) {
                found.push((port, GOOGLE.map(str::to_owned).to_vec()));
            }
        }
    }
    found
}

/// Whether a way leads to this port of its Service.
fn means(way: &WayPort, port: &ServicePort) -> bool {
    let name = port.name.as_ref().map(|name| name.as_str());
    way.means(port.protocol, port.port, name)
}
