//! The cluster as gcloud scripts and Terraform need it.

use serde::Serialize;

use crate::model::cluster::{Addon, Cluster, DnsProvider, NodePool, PoolSize};
use crate::model::network::{NamedRange, Network};

/// A word that gcloud and the GKE API spell in their own ways.
#[derive(Debug, Clone, Serialize)]
pub struct Word {
    /// As gcloud takes it.
    pub gcloud: &'static str,
    /// As the GKE API and Terraform take it.
    pub terraform: &'static str,
}

macro_rules! word {
    ($value:expr) => {{
        let value = $value;
        Word {
            gcloud: value.gcloud(),
            terraform: value.terraform(),
        }
    }};
}

/// The cluster and what it stands on.
#[derive(Debug, Clone, Serialize)]
pub struct ClusterView {
    /// Project id.
    pub project: String,
    /// Cluster name.
    pub name: String,
    /// Region or zone.
    pub location: String,
    /// The region, also of a zone.
    pub region: String,
    /// Whether the location is a region.
    pub regional: bool,
    /// Autopilot rather than Standard.
    pub autopilot: bool,
    /// The release channel.
    pub release_channel: Word,
    /// Version to create with; empty: the channel's default.
    pub version: String,
    /// When the daily maintenance window opens, `HH:MM` in UTC; empty: GKE chooses.
    pub maintenance_start: String,
    /// The network.
    pub network: NetworkView,
    /// The Gateway API is to be switched on; Autopilot serves it anyway.
    pub gateway_api: bool,
    /// No external addresses on nodes.
    pub private_nodes: bool,
    /// Who reaches the control plane.
    pub control_plane: ControlPlaneView,
    /// Hubble relay.
    pub flow_observability: bool,
    /// Flow metrics.
    pub dataplane_metrics: bool,
    /// FQDNNetworkPolicy.
    pub fqdn_network_policy: bool,
    /// CiliumClusterwideNetworkPolicy.
    pub cilium_clusterwide_network_policy: bool,
    /// WireGuard between nodes.
    pub in_transit_encryption: bool,
    /// Traffic inside a node is shown to the VPC.
    pub intra_node_visibility: bool,
    /// Managed Prometheus.
    pub managed_prometheus: bool,
    /// Workload Identity.
    pub workload_identity: bool,
    /// Cloud DNS answers the pods.
    pub cloud_dns: bool,
    /// NodeLocal DNSCache is asked for (`on`), refused (`off`) or left to GKE (empty).
    pub node_local_cache: &'static str,
    /// `--addons` of gcloud, all words; empty: GKE's own default.
    pub addons: Vec<&'static str>,
    /// Add-on blocks of Terraform.
    pub addon_blocks: Vec<AddonBlock>,
    /// Most pods a node may run; 0 with Autopilot.
    pub max_pods_per_node: u32,
    /// Components that send logs.
    pub logging: Vec<Word>,
    /// Components that send metrics.
    pub monitoring: Vec<Word>,
    /// Id of the nodes' service account.
    pub node_service_account: String,
    /// Terraform refuses to delete the cluster.
    pub deletion_protection: bool,
    /// Labels of the cluster.
    pub labels: Vec<Pair>,
    /// The node pools; none with Autopilot.
    pub node_pools: Vec<NodePoolView>,
}

/// A block of Terraform's `addons_config`.
#[derive(Debug, Clone, Serialize)]
pub struct AddonBlock {
    /// Name of the block.
    pub name: &'static str,
    /// Name of the same field in Config Connector.
    pub kcc: String,
    /// The block's one attribute is `disabled` rather than `enabled`.
    pub negative: bool,
    /// Whether the add-on is on.
    pub on: bool,
}

/// A key and its value.
#[derive(Debug, Clone, Serialize)]
pub struct Pair {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

impl Pair {
    /// Pairs of anything that yields texts.
    pub fn all<K: ToString, V: ToString>(pairs: impl IntoIterator<Item = (K, V)>) -> Vec<Pair> {
        let pair = |(key, value): (K, V)| Pair {
            key: key.to_string(),
            value: value.to_string(),
        };
        pairs.into_iter().map(pair).collect()
    }
}

/// The VPC network.
#[derive(Debug, Clone, Serialize)]
pub struct NetworkView {
    /// The lab makes it and deletes it.
    pub own: bool,
    /// Name of the network.
    pub name: String,
    /// Name of the subnet.
    pub subnet: String,
    /// Addresses of the subnet; empty where the network exists already.
    pub subnet_range: String,
    /// Name of the pods' secondary range; empty: GKE makes one.
    pub pods: String,
    /// Addresses of the pods.
    pub pods_range: String,
    /// Name of the Services' secondary range; empty: GKE manages one.
    pub services: String,
    /// Addresses of the Services.
    pub services_range: String,
    /// Name of the proxy-only subnet that the lab makes; empty: none.
    pub proxy_subnet: String,
    /// Addresses of the proxy-only subnet that the lab makes or needs; empty: none.
    pub proxy_range: String,
    /// There is a Cloud NAT.
    pub nat: bool,
    /// Name of its router.
    pub router: String,
    /// Name of its gateway.
    pub gateway: String,
}

/// Who reaches the control plane, and how.
#[derive(Debug, Clone, Serialize)]
pub struct ControlPlaneView {
    /// Reached only from authorized networks.
    pub restricted: bool,
    /// Their addresses.
    pub authorized_networks: Vec<AuthorizedNetworkView>,
    /// Only from inside the VPC.
    pub private_endpoint: bool,
    /// The /28 of older private clusters; empty: none.
    pub range: String,
    /// Through its DNS name.
    pub dns_access: bool,
}

/// Addresses that may reach the control plane.
#[derive(Debug, Clone, Serialize)]
pub struct AuthorizedNetworkView {
    /// What they are.
    pub name: String,
    /// The addresses.
    pub range: String,
}

/// A node pool.
#[derive(Debug, Clone, Serialize)]
pub struct NodePoolView {
    /// Name of the pool.
    pub name: String,
    /// Machine type.
    pub machine_type: String,
    /// Nodes in each zone to start with.
    pub nodes_per_zone: u32,
    /// GKE decides how many there are.
    pub autoscaled: bool,
    /// Fewest in each zone.
    pub min_nodes: u32,
    /// Most in each zone.
    pub max_nodes: u32,
    /// Boot disk type.
    pub disk_type: &'static str,
    /// Boot disk size in GB.
    pub disk_size_gb: u32,
    /// Operating system.
    pub image_type: &'static str,
    /// Spot VMs.
    pub spot: bool,
    /// Labels of the Kubernetes nodes.
    pub labels: Vec<Pair>,
}

/// The view of a cluster.
pub fn cluster(cluster: &Cluster) -> ClusterView {
    let standard = cluster.standard();
    let flag = |pick: fn(&crate::model::cluster::Standard) -> bool| standard.is_some_and(pick);
    let dns = standard.map(|s| s.dns);
    let local = dns.and_then(|dns| dns.node_local_cache);
    ClusterView {
        project: cluster.project.to_string(),
        name: cluster.name.to_string(),
        location: cluster.location.to_string(),
        region: cluster.location.region().to_owned(),
        regional: cluster.location.zone().is_none(),
        autopilot: standard.is_none(),
        release_channel: word!(cluster.release_channel),
        version: cluster
            .version
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        maintenance_start: cluster
            .maintenance_start
            .map_or_else(String::new, |start| start.to_string()),
        network: network(&cluster.network),
        gateway_api: cluster.gateway_api && standard.is_some(),
        private_nodes: cluster.private_nodes,
        control_plane: control_plane(cluster),
        flow_observability: cluster.dataplane.flow_observability,
        dataplane_metrics: flag(|s| s.dataplane_metrics),
        fqdn_network_policy: cluster.dataplane.fqdn_network_policy,
        cilium_clusterwide_network_policy: cluster.dataplane.cilium_clusterwide_network_policy,
        in_transit_encryption: flag(|s| s.in_transit_encryption),
        intra_node_visibility: flag(|s| s.intra_node_visibility),
        managed_prometheus: flag(|s| s.managed_prometheus),
        workload_identity: flag(|s| s.workload_identity),
        cloud_dns: dns.is_some_and(|dns| dns.provider == DnsProvider::CloudDns),
        node_local_cache: match local {
            Some(true) => "on",
            Some(false) => "off",
            None => "",
        },
        addons: standard.map_or_else(Vec::new, |s| addons(&s.addons, local)),
        addon_blocks: standard.map_or_else(Vec::new, |s| addon_blocks(&s.addons, local)),
        max_pods_per_node: standard.map_or(0, |s| s.max_pods_per_node),
        logging: cluster.logging.iter().map(|c| word!(c)).collect(),
        monitoring: cluster.monitoring.iter().map(|c| word!(c)).collect(),
        node_service_account: cluster.node_service_account.to_string(),
        deletion_protection: cluster.deletion_protection,
        labels: Pair::all(cluster.labels.iter().map(|(key, value)| (key, value))),
        node_pools: standard
            .map_or_else(Vec::new, |s| s.node_pools.iter().map(node_pool).collect()),
    }
}

/// What GKE switches on by itself in a new Standard cluster. gcloud's `--addons` replaces the
/// whole set, so these have to be named beside any other.
const DEFAULT_ADDONS: [Addon; 3] = [
    Addon::GcePersistentDiskCsiDriver,
    Addon::HorizontalPodAutoscaling,
    Addon::HttpLoadBalancing,
];

/// gcloud's list: nothing where GKE's default is fine.
fn addons(wanted: &[Addon], node_local: Option<bool>) -> Vec<&'static str> {
    if wanted.is_empty() && node_local != Some(true) {
        return Vec::new();
    }
    let mut all: Vec<Addon> = wanted.iter().copied().chain(DEFAULT_ADDONS).collect();
    all.sort();
    all.dedup();
    let mut words: Vec<&str> = all.into_iter().map(Addon::gcloud).collect();
    if node_local == Some(true) {
        words.push("NodeLocalDNS");
    }
    words
}

/// Terraform's blocks: only for what was asked for, the rest stays GKE's default.
fn addon_blocks(wanted: &[Addon], node_local: Option<bool>) -> Vec<AddonBlock> {
    let asked = wanted.iter().map(|addon| AddonBlock {
        name: addon.terraform(),
        kcc: camel_case(addon.terraform()),
        negative: matches!(
            addon,
            Addon::HorizontalPodAutoscaling | Addon::HttpLoadBalancing
        ),
        on: true,
    });
    let cache = node_local.map(|on| AddonBlock {
        name: "dns_cache_config",
        kcc: camel_case("dns_cache_config"),
        negative: false,
        on,
    });
    asked.chain(cache).collect()
}

/// Kubernetes writes `dnsCacheConfig` where Terraform writes `dns_cache_config`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut whole, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        whole.push_str(&head.to_ascii_uppercase());
        whole.push_str(tail);
        whole
    })
}

fn network(network: &Network) -> NetworkView {
    let own = network.own();
    let name = |name: Option<&crate::model::names::ResourceName>| {
        name.map_or_else(String::new, ToString::to_string)
    };
    let range = |pick: fn(&crate::model::network::OwnNetwork) -> &NamedRange| {
        own.map_or_else(String::new, |own| pick(own).range.to_string())
    };
    let nat = own.and_then(|own| own.nat.as_ref());
    NetworkView {
        own: own.is_some(),
        name: network.name().to_string(),
        subnet: network.subnet().to_string(),
        subnet_range: range(|own| &own.subnet),
        pods: name(network.pods()),
        pods_range: range(|own| &own.pods),
        services: name(network.services()),
        services_range: range(|own| &own.services),
        proxy_subnet: name(own.and_then(|own| Some(&own.proxy_subnet.as_ref()?.name))),
        proxy_range: network
            .proxy_range()
            .map_or_else(String::new, |range| range.to_string()),
        nat: nat.is_some(),
        router: name(nat.map(|nat| &nat.router)),
        gateway: name(nat.map(|nat| &nat.gateway)),
    }
}

fn control_plane(cluster: &Cluster) -> ControlPlaneView {
    let plane = &cluster.control_plane;
    let networks = plane.authorized_networks.iter().flatten();
    ControlPlaneView {
        restricted: plane.authorized_networks.is_some(),
        authorized_networks: networks
            .map(|network| AuthorizedNetworkView {
                name: network.name.to_string(),
                range: network.range.to_string(),
            })
            .collect(),
        private_endpoint: plane.private_endpoint,
        range: plane
            .range
            .map_or_else(String::new, |range| range.to_string()),
        dns_access: plane.dns_access,
    }
}

fn node_pool(pool: &NodePool) -> NodePoolView {
    let (min_nodes, max_nodes) = match pool.size {
        PoolSize::Fixed(nodes) => (nodes, nodes),
        PoolSize::Autoscaled { min, max } => (min, max),
    };
    NodePoolView {
        name: pool.name.to_string(),
        machine_type: pool.machine_type.to_string(),
        nodes_per_zone: pool.size.initial(),
        autoscaled: matches!(pool.size, PoolSize::Autoscaled { .. }),
        min_nodes,
        max_nodes,
        disk_type: pool.disk_type.gcloud(),
        disk_size_gb: pool.disk_size_gb,
        image_type: pool.image_type.gcloud(),
        spot: pool.spot,
        labels: Pair::all(pool.labels.iter()),
    }
}
