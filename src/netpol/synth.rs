//! Policies that an application needs and no more, from its call graph.
//!
//! One policy denies everything; then each workload gets one that lets in its callers on its pods'
//! ports, and lets it out to what it calls and to the cluster's DNS. Outside hosts are allowed by
//! name. Where DNS answers depends on the cluster: Kubernetes documentation, "Using NodeLocal
//! DNSCache", and GKE documentation, "Setting up NodeLocal DNSCache" and "Using Cloud DNS for GKE".

use std::collections::BTreeMap;

use crate::model::app::{App, ServiceType, Workload};
use crate::model::cidr::{Cidr, IpBlock};
use crate::model::cluster::{Cluster, DnsProvider};
use crate::model::fqdn::{FqdnPolicySpec, FqdnPort, FqdnRule};
use crate::model::lab::PolicySpec;
use crate::model::labels::NAMESPACE_NAME_LABEL;
use crate::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use crate::model::port::{PolicyPort, Port, PortRef, Protocol};
use crate::model::selector::Selector;

/// A policy that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// What its name ends in.
    pub suffix: String,
    /// What it is for, a sentence.
    pub description: String,
    /// What it says.
    pub spec: PolicySpec,
}

/// The policies of an application, those of a cluster's DNS included.
pub fn policies(app: &App, cluster: &Cluster) -> Vec<Made> {
    let mut made = vec![deny_all()];
    for workload in &app.workloads {
        made.push(of_workload(app, workload, cluster));
        made.extend(outside(workload));
    }
    made
}

fn deny_all() -> Made {
    Made {
        suffix: "deny-all".to_owned(),
        description: "Nothing comes in and nothing goes out unless another policy allows it."
            .to_owned(),
        spec: PolicySpec::Network(NetworkPolicySpec {
            pod_selector: Some(Selector::all()),
            policy_types: Some(Direction::BOTH.to_vec()),
            ingress: None,
            egress: None,
        }),
    }
}

fn of_workload(app: &App, workload: &Workload, cluster: &Cluster) -> Made {
    let ingress = ingress(app, workload);
    let egress = egress(app, workload, cluster);
    let name = &workload.name;
    let list = |rules: &[Rule]| (!rules.is_empty()).then(|| rules.to_vec());
    Made {
        suffix: name.to_string(),
        description: format!("Who reaches {name}, and whom it reaches."),
        spec: PolicySpec::Network(NetworkPolicySpec {
            pod_selector: Some(pods(workload)),
            policy_types: Some(Direction::BOTH.to_vec()),
            ingress: list(&ingress),
            egress: list(&egress),
        }),
    }
}

fn pods(workload: &Workload) -> Selector {
    Selector::labels([("app", workload.name.as_str())])
}

/// A port of pods.
type PodPort = (Protocol, Port);

/// The callers of a workload by the ports that they call, and the way in from outside.
fn ingress(app: &App, workload: &Workload) -> Vec<Rule> {
    let mut front = Vec::new();
    for service in &workload.services {
        if service.kind != ServiceType::ClusterIp {
            // The load balancer's traffic comes with a client's or a node's address, which no
            // selector matches, so the ports are open to everyone.
            front.extend(
                service
                    .ports
                    .iter()
                    .map(|port| (port.protocol, port.target_port)),
            );
        }
    }
    front.sort();
    front.dedup();
    let mut by_ports: BTreeMap<Vec<PodPort>, Vec<Peer>> = BTreeMap::new();
    for caller in &app.workloads {
        let mut ports = called(app, caller, workload);
        ports.retain(|port| !front.contains(port));
        if !ports.is_empty() {
            by_ports
                .entry(ports)
                .or_default()
                .push(Peer::Pods(pods(caller)));
        }
    }
    let open = (!front.is_empty()).then(|| rule(None, &front));
    let callers = by_ports
        .iter()
        .map(|(ports, peers)| rule(Some(peers.clone()), ports));
    open.into_iter().chain(callers).collect()
}

/// The pod ports of `target` that `caller` calls, sorted.
fn called(app: &App, caller: &Workload, target: &Workload) -> Vec<PodPort> {
    let mut ports = Vec::new();
    for call in &caller.calls {
        let Some((behind, service)) = app.service(call.service.as_str()) else {
            continue;
        };
        if behind.name == target.name {
            let same = service.ports.iter().filter(|port| port.port == call.port);
            ports.extend(same.map(|port| (port.protocol, port.target_port)));
        }
    }
    ports.sort();
    ports.dedup();
    ports
}

fn egress(app: &App, workload: &Workload, cluster: &Cluster) -> Vec<Rule> {
    let mut by_ports: BTreeMap<Vec<PodPort>, Vec<Peer>> = BTreeMap::new();
    for target in &app.workloads {
        let ports = called(app, workload, target);
        if !ports.is_empty() && target.name != workload.name {
            by_ports
                .entry(ports)
                .or_default()
                .push(Peer::Pods(pods(target)));
        }
    }
    let mut rules: Vec<Rule> = by_ports
        .iter()
        .map(|(ports, peers)| rule(Some(peers.clone()), ports))
        .collect();
    if !rules.is_empty() || !workload.outside.is_empty() {
        rules.push(dns(cluster));
    }
    rules
}

fn rule(peers: Option<Vec<Peer>>, ports: &[PodPort]) -> Rule {
    let port = |(protocol, port): &PodPort| {
        PolicyPort::parse(Some(*protocol), Some(PortRef::Number(*port)), None).ok()
    };
    Rule {
        peers,
        ports: Some(ports.iter().filter_map(port).collect()),
    }
}

/// Everywhere that the pods' DNS queries may be answered.
fn dns(cluster: &Cluster) -> Rule {
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
    let port = Port::parse(53).ok();
    let ports: Vec<PodPort> = [Protocol::Udp, Protocol::Tcp]
        .into_iter()
        .filter_map(|protocol| Some((protocol, port?)))
        .collect();
    rule(Some(peers), &ports)
}

fn dns_pods(app: &str) -> Peer {
    Peer::PodsIn {
        pods: Selector::labels([("k8s-app", app)]),
        namespaces: Selector::labels([(NAMESPACE_NAME_LABEL, "kube-system")]),
    }
}

fn address(cidr: &str) -> Option<Peer> {
    let block = IpBlock::parse(Cidr::parse(cidr).ok()?, None).ok()?;
    Some(Peer::IpBlock(block))
}

/// Hosts outside the cluster, by their names.
fn outside(workload: &Workload) -> Option<Made> {
    let rules: Vec<FqdnRule> = workload
        .outside
        .iter()
        .filter_map(|call| {
            let port = FqdnPort {
                protocol: Some(Protocol::Tcp),
                port: Some(call.port),
            };
            FqdnRule::parse(vec![call.host.clone()], Some(vec![port])).ok()
        })
        .collect();
    let spec = FqdnPolicySpec::parse(Some(pods(workload)), rules).ok()?;
    Some(Made {
        suffix: format!("{}-outside", workload.name),
        description: format!("Which hosts outside the cluster {} reaches.", workload.name),
        spec: PolicySpec::Fqdn(spec),
    })
}
