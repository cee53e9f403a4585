//! What Google keeps in every cluster and pods ask without a call of their own.

use super::front::address;
use super::rule;
use crate::model::app::PodPort;
use crate::model::cluster::{Cluster, DnsProvider};
use crate::model::labels::NAMESPACE_NAME_LABEL;
use crate::model::policy::{Peer, Rule};
use crate::model::port::{Port, Protocol};
use crate::model::selector::Selector;

/// Everywhere that the pods' DNS queries may be answered. Sources: Kubernetes documentation, "Using
/// NodeLocal DNSCache", and GKE documentation, "Setting up NodeLocal DNSCache" and "Using Cloud DNS
/// for GKE".
pub(super) fn dns(cluster: &Cluster) -> Rule {
    let standard = cluster.standard();
    let provider = standard.map(|standard| standard.dns.provider);
    let node_local = standard.and_then(|standard| standard.dns.node_local_cache) != Some(false);
    let mut peers = Vec::new();
    if provider != Some(DnsProvider::CloudDns) {
        peers.push(dns_pods("kube-dns"));
    }
    if node_local {
        peers.push(dns_pods("node-local-dns"));
        peers.extend(address("169.254.20.10/32"));
    }
    if provider != Some(DnsProvider::KubeDns) {
        peers.extend(address("169.254.169.254/32"));
    }
    rule(Some(peers), &ports(&[Protocol::Udp, Protocol::Tcp], &[53]))
}

fn dns_pods(app: &str) -> Peer {
    Peer::PodsIn {
        pods: Selector::labels([("k8s-app", app)]),
        namespaces: Selector::labels([(NAMESPACE_NAME_LABEL, "kube-system")]),
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
