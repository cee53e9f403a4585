//! Services and what stands behind them.

use std::net::IpAddr;

use super::fields::{Trouble, given};
use super::policies::port_ref;
use super::tree::Node;
use crate::model::port::{Port, Protocol};
use crate::netpol::world::{Endpoints, Service, ServicePort, ServiceType};

/// A Service.
pub(super) fn service(
    object: &Node,
    namespace: &str,
    name: &str,
    trouble: &mut Trouble,
) -> Option<Service> {
    let spec = trouble.map(object, "spec")?;
    let kind = match trouble.text(spec, "type").unwrap_or("ClusterIP") {
        "NodePort" => ServiceType::NodePort,
        "LoadBalancer" => ServiceType::LoadBalancer,
        "ExternalName" => ServiceType::ExternalName,
        _ => ServiceType::ClusterIp,
    };
    let selector = trouble.labels(spec, "selector");
    let ports = trouble.list(spec, "ports").unwrap_or(&[]);
    Some(Service {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        selector: selector.filter(|labels| !labels.is_empty()),
        ports: ports
            .iter()
            .filter_map(|port| service_port(port, trouble))
            .collect(),
        kind,
        headless: trouble.text(spec, "clusterIP") == Some("None"),
        cluster_ips: cluster_ips(spec),
        external_name: trouble.text(spec, "externalName").map(str::to_owned),
        keeps_client_address: trouble.text(spec, "externalTrafficPolicy") == Some("Local"),
        endpoints: Vec::new(),
        span: Some(object.span),
    })
}

/// `clusterIP` and `clusterIPs`; `None` is no address.
fn cluster_ips(spec: &Node) -> Vec<IpAddr> {
    let many = given(spec, "clusterIPs").map_or(&[][..], Node::items);
    let one = given(spec, "clusterIP").into_iter();
    let mut ips: Vec<IpAddr> = one
        .chain(many)
        .filter_map(|node| node.as_str()?.parse().ok())
        .collect();
    ips.sort_unstable();
    ips.dedup();
    ips
}

fn service_port(node: &Node, trouble: &mut Trouble) -> Option<ServicePort> {
    let protocol = trouble.text(node, "protocol").unwrap_or("TCP");
    let number = trouble.number(node, "port")?;
    let target = match given(node, "targetPort") {
        Some(found) => Some(port_ref(found, trouble)?),
        None => None,
    };
    Some(ServicePort {
        name: trouble.text(node, "name").map(str::to_owned),
        protocol: trouble.take(node.span, protocol.parse::<Protocol>())?,
        port: trouble.take(node.span, Port::parse(number))?,
        target,
    })
}

/// What an Endpoints object puts behind its Service.
pub(super) fn endpoints(object: &Node, trouble: &mut Trouble) -> Vec<Endpoints> {
    let subsets = given(object, "subsets").map_or(&[][..], Node::items);
    let set = |subset: &Node| {
        let addresses = given(subset, "addresses").map_or(&[][..], Node::items);
        let ips = addresses.iter().filter_map(|address| address.get("ip"));
        Endpoints {
            addresses: ips.filter_map(address).collect(),
            ports: end_ports(subset, trouble),
        }
    };
    subsets.iter().map(set).collect()
}

/// The Service of an EndpointSlice, and what it puts behind it.
pub(super) fn slice<'n>(
    object: &'n Node<'n>,
    trouble: &mut Trouble,
) -> Option<(&'n str, Endpoints)> {
    let labels = given(object, "metadata").and_then(|metadata| given(metadata, "labels"))?;
    let service = labels.get("kubernetes.io/service-name")?.as_str()?;
    let endpoints = given(object, "endpoints").map_or(&[][..], Node::items);
    let addresses = endpoints
        .iter()
        .flat_map(|endpoint| given(endpoint, "addresses").map_or(&[][..], Node::items));
    let behind = Endpoints {
        addresses: addresses.filter_map(address).collect(),
        ports: end_ports(object, trouble),
    };
    Some((service, behind))
}

fn address(node: &Node) -> Option<IpAddr> {
    node.as_str()?.parse().ok()
}

fn end_ports(node: &Node, trouble: &mut Trouble) -> Vec<(Option<String>, Protocol, Port)> {
    let ports = trouble.list(node, "ports").unwrap_or(&[]).iter();
    ports
        .filter_map(|port| service_port(port, trouble))
        .map(|port| (port.name, port.protocol, port.port))
        .collect()
}
