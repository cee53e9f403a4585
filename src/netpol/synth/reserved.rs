//! What Google keeps in every cluster and pods ask without a call of their own.

use super::front::address;
use super::rule;
use crate::model::app::PodPort;
use crate::model::cluster::Cluster;
use crate::model::labels::NAMESPACE_NAME_LABEL;
use crate::model::policy::{Peer, Rule};
use crate::model::port::{Port, Protocol};
use crate::model::selector::Selector;
use crate::netpol::dns::{self, DnsPath};

/// Everywhere that the pods' DNS queries may be answered.
pub(super) fn dns(cluster: &Cluster) -> Rule {
    let peers = dns::to_allow(cluster).into_iter().filter_map(peer);
    let ports = ports(&[Protocol::Udp, Protocol::Tcp], &[53]);
    rule(Some(peers.collect()), &ports)
}

fn peer(path: DnsPath) -> Option<Peer> {
    match path {
        DnsPath::Pods(app) => Some(Peer::PodsIn {
            pods: Selector::labels([("k8s-app", app)]),
            namespaces: Selector::labels([(NAMESPACE_NAME_LABEL, "kube-system")]),
        }),
        DnsPath::Address(ip) => address(&format!("{ip}/32")),
    }
}

/// The metadata server, as GKE documents it for clusters with Dataplane V2 ("Restrict traffic to
/// Pods using network policies", Workload Identity Federation): 80 for metadata, 8080 for ALTS.
pub(super) fn metadata_server() -> Rule {
    let peers = address("169.254.169.254/32").into_iter().collect();
    rule(Some(peers), &ports(&[Protocol::Tcp], &[80, 8080]))
}

fn ports(protocols: &[Protocol], numbers: &[i64]) -> Vec<PodPort> {
    let numbers = numbers
        .iter()
        .filter_map(|number| Port::parse(*number).ok());
    let all = numbers.flat_map(|port| protocols.iter().map(move |protocol| (*protocol, port)));
    all.collect()
}
