//! Policies that an application needs and no more, from its call graph.
//!
//! In each namespace one policy denies everything; then each workload gets one that lets in its
//! callers on its pods' ports, and lets it out to what it calls and to the cluster's DNS. Ways in
//! from outside are opened where a load balancer, an Ingress or a Gateway's route leads to the
//! workload, hosts outside are allowed by name, and Google's metadata server where the workload says
//! that it asks it.
//!
//! Minimal: without any one rule some call fails. Complete: every call works, and no other pair of
//! workloads is connected. Tests prove both by the evaluator, also for random applications.

mod calls;
mod front;
mod health;
mod notes;
mod pods;
mod reserved;

use std::collections::{BTreeMap, BTreeSet};

use self::calls::{Calls, ports_at, resolved};
use self::front::Front;
pub use self::notes::notes;
use crate::model::app::{App, PodPort};
use crate::model::cluster::Cluster;
use crate::model::edge::Way;
use crate::model::fqdn::{FqdnPolicySpec, FqdnPort, FqdnRule};
use crate::model::lab::{Policy, PolicySpec};
use crate::model::labels::Labels;
use crate::model::names::{DnsLabel, DnsSubdomain, NameError, SYSTEM_NAMESPACES};
use crate::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use crate::model::port::{PolicyPort, PortRef, Protocol};
use crate::model::selector::Selector;
use crate::model::text::Prose;
use crate::model::workload::Workload;

/// A policy that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its namespace.
    pub namespace: DnsLabel,
    /// What its name ends in.
    pub suffix: String,
    /// What it is for, a sentence.
    pub description: String,
    /// What it says.
    pub spec: PolicySpec,
}

/// The policies of an application, those of a cluster's DNS included. Pods on their node's network
/// get none: policies don't see them.
pub fn policies(app: &App, cluster: &Cluster) -> Vec<Made> {
    let ways = &app.edge().ways();
    let mut made = Vec::new();
    let calls = Calls::of(app);
    for namespace in namespaces(app) {
        if !is_system(namespace) {
            made.push(deny_all(namespace));
        }
        let here = app
            .workloads
            .iter()
            .filter(|one| one.namespace == *namespace);
        for workload in here.filter(|one| !one.host_network) {
            made.push(of_workload(&calls, workload, (cluster, ways)));
            made.extend(outside(app, workload));
        }
    }
    made
}

/// Whether a namespace holds what the cluster itself runs on, its DNS among it: there each workload
/// gets its own policy, but nothing else is closed.
pub fn is_system(namespace: &DnsLabel) -> bool {
    SYSTEM_NAMESPACES.contains(&namespace.as_str())
}

/// The same as policies of a lab, all named after one name.
///
/// # Errors
/// A name that gets too long, or that two policies would have: workloads may be called `deny-all`.
pub fn named(app: &App, cluster: &Cluster, name: &str) -> Result<Vec<Policy>, NameError> {
    let policy = |made: Made| {
        Ok(Policy {
            name: DnsSubdomain::parse(&format!("{name}-{}", made.suffix))?,
            namespace: made.namespace,
            description: Prose::parse(&made.description).unwrap_or_default(),
            labels: Labels::new(),
            annotations: Labels::new(),
            spec: made.spec,
        })
    };
    let made = policies(app, cluster).into_iter().map(policy);
    let made: Vec<Policy> = made.collect::<Result<_, _>>()?;
    let mut names = BTreeSet::new();
    let mut twice = made
        .iter()
        .filter(|one| !names.insert((&one.namespace, &one.name)));
    match twice.next() {
        Some(policy) => Err(NameError {
            text: policy.name.to_string(),
            what: "the name of two policies that are made from the calls",
            expected: "a workload whose name is not what another policy's name ends in",
        }),
        None => Ok(made),
    }
}

/// The namespaces that hold workloads, in the order in which they come; the application's own if
/// there are none.
fn namespaces(app: &App) -> Vec<&DnsLabel> {
    let mut all: Vec<&DnsLabel> = Vec::new();
    for workload in &app.workloads {
        if !all.contains(&&workload.namespace) {
            all.push(&workload.namespace);
        }
    }
    if all.is_empty() {
        all.push(&app.namespace);
    }
    all
}

fn deny_all(namespace: &DnsLabel) -> Made {
    Made {
        namespace: namespace.clone(),
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

fn of_workload(
    calls: &Calls<'_>,
    workload: &Workload,
    (cluster, ways): (&Cluster, &[Way]),
) -> Made {
    let app = calls.app;
    let edge = (ways, cluster.network.proxy_range());
    let ingress = ingress(calls, workload, front::of(app, workload, edge));
    let egress = egress(calls, workload, cluster);
    let name = &workload.name;
    let list = |rules: &[Rule]| (!rules.is_empty()).then(|| rules.to_vec());
    Made {
        namespace: workload.namespace.clone(),
        suffix: name.to_string(),
        description: format!("Who reaches {name}, and whom it reaches."),
        spec: PolicySpec::Network(NetworkPolicySpec {
            pod_selector: Some(pods::of(app, workload)),
            policy_types: Some(Direction::BOTH.to_vec()),
            ingress: list(&ingress),
            egress: list(&egress),
        }),
    }
}

/// Peers by the ports that they share, so that each rule says something that no other does.
type ByPorts = BTreeMap<Vec<PodPort>, Vec<Peer>>;

/// The ways in from outside, and the callers of a workload by the ports that they call.
fn ingress(calls: &Calls<'_>, workload: &Workload, front: Front) -> Vec<Rule> {
    let mut callers = ByPorts::new();
    for (caller, pods, led) in calls.each() {
        let mut ports = ports_at(workload, led);
        ports.retain(|port| !front.open.contains(port));
        if !ports.is_empty() && !caller.host_network {
            let peer = pods::peer(pods, &caller.namespace, &workload.namespace);
            callers.entry(ports).or_default().push(peer);
        }
    }
    front.rules().into_iter().chain(rules(callers)).collect()
}

fn egress(calls: &Calls<'_>, workload: &Workload, cluster: &Cluster) -> Vec<Rule> {
    let led = resolved(calls.app, workload);
    let mut targets = ByPorts::new();
    for (target, pods, _) in calls.each() {
        let ports = ports_at(target, &led);
        if !ports.is_empty() && !target.host_network {
            let peer = pods::peer(pods, &target.namespace, &workload.namespace);
            targets.entry(ports).or_default().push(peer);
        }
    }
    let mut all: Vec<Rule> = rules(targets);
    let asks = workload.metadata_server;
    if !workload.calls.is_empty() || !workload.outside.is_empty() || asks {
        all.push(reserved::dns(cluster));
    }
    if asks {
        all.push(reserved::metadata_server());
    }
    all
}

fn rules(by_ports: ByPorts) -> Vec<Rule> {
    let each = by_ports.into_iter();
    each.map(|(ports, peers)| rule(Some(peers), &ports))
        .collect()
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

/// Hosts outside the cluster, by their names; those with the same port stand together.
fn outside(app: &App, workload: &Workload) -> Option<Made> {
    let mut by_port = BTreeMap::new();
    for call in &workload.outside {
        let hosts: &mut Vec<_> = by_port.entry(call.port).or_default();
        if !hosts.contains(&call.host) {
            hosts.push(call.host.clone());
        }
    }
    let rules = by_port.into_iter().filter_map(|(port, hosts)| {
        let port = FqdnPort {
            protocol: Some(Protocol::Tcp),
            port: Some(port),
        };
        FqdnRule::parse(hosts, Some(vec![port])).ok()
    });
    let spec = FqdnPolicySpec::parse(Some(pods::of(app, workload)), rules.collect()).ok()?;
    Some(Made {
        namespace: workload.namespace.clone(),
        suffix: format!("{}-outside", workload.name),
        description: format!("Which hosts outside the cluster {} reaches.", workload.name),
        spec: PolicySpec::Fqdn(spec),
    })
}
