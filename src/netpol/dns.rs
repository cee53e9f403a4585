//! Whether a pod can look names up: a connection by name begins with a question to the DNS.
//!
//! Where the DNS answers depends on the cluster: kube-dns pods; with NodeLocal DNSCache on Dataplane
//! V2 the `node-local-dns` pods, to which the Service's address is redirected before policies are
//! looked at; with Cloud DNS the metadata server's address (GKE documentation, "Setting up
//! NodeLocal DNSCache" and "Using Cloud DNS for GKE").

use std::net::{IpAddr, Ipv4Addr};

use super::dialect::Reading;
use super::evaluate::{Evaluation, Evaluator, Flow};
use super::peer::Endpoint;
use super::ports::Connection;
use super::world::{Workload, WorkloadId, World};
use super::{Reason, Verdict};
use crate::model::cluster::{Cluster, DnsProvider};
use crate::model::labels::Labels;
use crate::model::port::{Port, Protocol};

/// Where DNS queries of pods may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsPath {
    /// Pods in `kube-system` with this value of the label `k8s-app`.
    Pods(&'static str),
    /// An address.
    Address(Ipv4Addr),
}

const KUBE_DNS: DnsPath = DnsPath::Pods("kube-dns");
const NODE_LOCAL: DnsPath = DnsPath::Pods("node-local-dns");
const CLOUD_DNS: DnsPath = DnsPath::Address(Ipv4Addr::new(169, 254, 169, 254));
/// The cache's own address on each node (Kubernetes documentation, "Using NodeLocal DNSCache").
const CACHE_ADDRESS: DnsPath = DnsPath::Address(Ipv4Addr::new(169, 254, 20, 10));

/// Everywhere that queries may be answered where nothing is known of the cluster.
pub const ANYWHERE: &[DnsPath] = &[KUBE_DNS, NODE_LOCAL, CLOUD_DNS];

/// Where queries may be answered in a cluster on Dataplane V2; several where GKE decides.
pub fn paths(cluster: &Cluster) -> Vec<DnsPath> {
    let Some(standard) = cluster.standard() else {
        return ANYWHERE.to_vec();
    };
    let behind = match standard.dns.provider {
        DnsProvider::KubeDns => KUBE_DNS,
        DnsProvider::CloudDns => CLOUD_DNS,
    };
    match standard.dns.node_local_cache {
        Some(true) => vec![NODE_LOCAL],
        Some(false) => vec![behind],
        None => vec![behind, NODE_LOCAL],
    }
}

/// What policies must let pods ask to be on the safe side: where queries may be answered, what
/// stands behind the cache while a node has none, and the cache's own address.
pub fn to_allow(cluster: &Cluster) -> Vec<DnsPath> {
    let standard = cluster.standard();
    let provider = standard.map(|standard| standard.dns.provider);
    let no_cache = standard.and_then(|standard| standard.dns.node_local_cache) == Some(false);
    let all = [KUBE_DNS, NODE_LOCAL, CACHE_ADDRESS, CLOUD_DNS];
    let needed = |path: &DnsPath| match *path {
        KUBE_DNS => provider != Some(DnsProvider::CloudDns),
        CLOUD_DNS => provider != Some(DnsProvider::KubeDns),
        _ => !no_cache,
    };
    all.into_iter().filter(needed).collect()
}

/// Whether a pod can look names up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lookup {
    /// Wherever the DNS answers, the pod may ask there.
    Allowed,
    /// It hangs on where the DNS answers, or nobody can say.
    Perhaps,
    /// Wherever the DNS answers, the pod may not ask there.
    Denied,
}

/// A world with the DNS in it.
#[derive(Debug, Clone)]
pub struct Resolver {
    world: World,
    ends: Vec<Endpoint>,
    reading: Reading,
}

impl Resolver {
    /// Puts the DNS into a world; the numbers of its workloads stay what they are.
    pub fn new(world: &World, reading: Reading, paths: &[DnsPath]) -> Self {
        let mut world = world.clone();
        let ends = paths.iter().map(|path| match path {
            DnsPath::Pods(app) => Endpoint::Workload(world.add_workload(pods(app))),
            DnsPath::Address(ip) => Endpoint::Address(IpAddr::V4(*ip)),
        });
        Self {
            ends: ends.collect(),
            world,
            reading,
        }
    }

    /// The world with the DNS in it, where the ends of queries are found.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Answers for many pods.
    pub fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(&self.world, self.reading)
    }

    /// What becomes of a pod's queries, for each place that may answer.
    pub fn queries(
        &self,
        evaluator: &Evaluator<'_>,
        source: WorkloadId,
        protocol: Protocol,
    ) -> Vec<(Flow, Evaluation)> {
        let Ok(port) = Port::parse(53) else {
            return Vec::new();
        };
        let ends = self.ends.iter();
        ends.map(|end| {
            let flow = Flow {
                source: Endpoint::Workload(source),
                destination: end.clone(),
                connection: Connection::Port(protocol, port),
            };
            let evaluation = evaluator.evaluate(&flow);
            (flow, evaluation)
        })
        .collect()
    }

    /// Whether a pod can ask.
    pub fn lookup(
        &self,
        evaluator: &Evaluator<'_>,
        source: WorkloadId,
        protocol: Protocol,
    ) -> Lookup {
        let queries = self.queries(evaluator, source, protocol);
        let all = |wanted: fn(Verdict) -> bool| {
            queries
                .iter()
                .all(|(_, evaluation)| wanted(at_source(evaluation)))
        };
        if all(|verdict| verdict == Verdict::Allowed) {
            Lookup::Allowed
        } else if all(|verdict| verdict == Verdict::Denied) {
            Lookup::Denied
        } else {
            Lookup::Perhaps
        }
    }
}

/// What the source's own policies say. The DNS lets everybody in, and its addresses belong to no
/// domain that an FQDNNetworkPolicy may allow.
fn at_source(evaluation: &Evaluation) -> Verdict {
    match evaluation.egress.as_ref().map(|side| side.verdict) {
        Some(Verdict::Unknown(Reason::Fqdn)) => Verdict::Denied,
        Some(verdict) => verdict,
        None => Verdict::Allowed,
    }
}

fn pods(app: &str) -> Workload {
    let mut labels = Labels::new();
    labels.insert("k8s-app", app);
    Workload {
        namespace: "kube-system".to_owned(),
        name: app.to_owned(),
        kind: "Deployment".to_owned(),
        labels,
        ports: Vec::new(),
        host_network: false,
        service_account: None,
        never_ready: false,
        replicated: false,
        pods: Vec::new(),
        span: None,
    }
}
