//! `cluster:` the GKE cluster, its network and its nodes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Texts;
use crate::profile::at::At;

/// A GKE cluster. It always runs Dataplane V2 and is always VPC-native.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawCluster {
    /// Id of the Google Cloud project, which must exist and have billing enabled.
    #[schemars(required)]
    pub project: Option<At<String>>,
    /// Name of the cluster; the lab's name if not given.
    pub name: Option<At<String>>,
    /// A region such as `us-east1` (three control planes, nodes in several zones) or a zone such
    /// as `us-east1-b` (one control plane, nodes in that zone).
    #[schemars(required)]
    pub location: Option<At<String>>,
    /// Standard: you choose the nodes. Autopilot: Google does.
    #[schemars(extend("default" = "standard"))]
    pub mode: Option<At<RawMode>>,
    /// How soon the cluster gets new versions.
    #[schemars(extend("default" = "regular"))]
    pub release_channel: Option<At<RawReleaseChannel>>,
    /// Kubernetes version to create the cluster with, such as `1.33` or `1.33.4-gke.1172000`;
    /// the channel's default if not given.
    pub version: Option<At<String>>,
    /// When GKE may work on the cluster; whenever it chooses if not given.
    pub maintenance: Option<At<RawMaintenance>>,
    /// The VPC network and its address ranges.
    pub network: Option<At<RawNetwork>>,
    /// Who reaches the control plane, and how.
    pub control_plane: Option<At<RawControlPlane>>,
    /// Nodes without external addresses. They reach the internet through Cloud NAT.
    #[schemars(extend("default" = false))]
    pub private_nodes: Option<At<bool>>,
    /// Node pools, for Standard clusters. One pool of three small nodes if not given.
    pub node_pools: Option<Vec<At<RawNodePool>>>,
    /// Most pods a node may run, 8 to 256. It sets how much of the pod range each node takes.
    #[schemars(extend("default" = 110))]
    pub max_pods_per_node: Option<At<u32>>,
    /// Features of Dataplane V2.
    pub dataplane: Option<At<RawDataplane>>,
    /// Which DNS the pods use.
    pub dns: Option<At<RawDns>>,
    /// Serve the Gateway API: Gateways and their routes. On where the lab has any of them, and
    /// always with Autopilot.
    pub gateway_api: Option<At<bool>>,
    /// GKE add-ons to enable, in gcloud's words. Calico (`NetworkPolicy`) is refused: Dataplane V2
    /// enforces policies itself.
    pub addons: Option<Vec<At<String>>>,
    /// Components that send logs to Cloud Logging. Policy logs need `SYSTEM`.
    #[schemars(extend("default" = ["SYSTEM", "WORKLOAD"]))]
    #[schemars(length(min = 1))]
    pub logging: Option<Vec<At<RawLoggingComponent>>>,
    /// Components that send metrics to Cloud Monitoring.
    #[schemars(extend("default" = ["SYSTEM"]))]
    #[schemars(length(min = 1))]
    pub monitoring: Option<Vec<At<RawMonitoringComponent>>>,
    /// Google Cloud Managed Service for Prometheus.
    #[schemars(extend("default" = true))]
    pub managed_prometheus: Option<At<bool>>,
    /// Let pods act as Google service accounts, and close the node's own credentials to them.
    #[schemars(extend("default" = true))]
    pub workload_identity: Option<At<bool>>,
    /// Service account of the nodes, made by the lab with the least roles that a node needs.
    pub node_service_account: Option<At<String>>,
    /// Refuse to delete the cluster by Terraform until this is turned off. Off for a lab.
    #[schemars(extend("default" = false))]
    pub deletion_protection: Option<At<bool>>,
    /// Labels on the cluster, for billing and search.
    pub labels: Option<Texts>,
}

/// Who looks after the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawMode {
    /// Node pools of your own.
    Standard,
    /// Google runs the nodes.
    Autopilot,
}

/// How soon the cluster gets new versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawReleaseChannel {
    /// The newest versions, before anyone else.
    Rapid,
    /// Some months behind; the usual choice.
    Regular,
    /// Versions that have proved themselves longest.
    Stable,
    /// As regular, and a minor version is kept up to 24 months.
    Extended,
}

/// When GKE may work on the cluster.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawMaintenance {
    /// When the daily window of four hours opens, such as `03:00`, in UTC.
    #[schemars(required)]
    pub start: Option<At<String>>,
}

/// The VPC network and its address ranges.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawNetwork {
    /// Name of the VPC network; `NAME-network` if not given, NAME being the cluster's.
    pub name: Option<At<String>>,
    /// The network and its subnet exist already: use them, create and delete nothing.
    #[schemars(extend("default" = false))]
    pub existing: Option<At<bool>>,
    /// The subnet, from which nodes get their addresses.
    pub subnet: Option<At<RawRange>>,
    /// The secondary range from which pods get their addresses.
    pub pods: Option<At<RawRange>>,
    /// The secondary range from which Services get their cluster addresses.
    pub services: Option<At<RawRange>>,
    /// The proxy-only subnet: addresses of the load balancers' proxies, for regional Gateways and
    /// Ingresses. The lab makes one if they are there. In a network that exists already, say its
    /// `range`.
    pub proxy_subnet: Option<At<RawRange>>,
    /// Cloud NAT, so that private nodes reach the internet. On where nodes are private.
    pub nat: Option<At<bool>>,
}

/// A named range of addresses.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawRange {
    /// Name of the range.
    pub name: Option<At<String>>,
    /// The addresses, as a CIDR block such as `10.0.0.0/22`.
    pub range: Option<At<String>>,
}

/// Who reaches the control plane, and how.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawControlPlane {
    /// Addresses that may reach the control plane. Anyone with credentials if not given.
    pub authorized_networks: Option<Vec<At<RawAuthorizedNetwork>>>,
    /// Reach the control plane from inside the VPC network only. Needs private nodes.
    #[schemars(extend("default" = false))]
    pub private_endpoint: Option<At<bool>>,
    /// A /28 block for the control plane of older private clusters; rarely needed today.
    pub range: Option<At<String>>,
    /// Reach the control plane through its DNS name, which needs no network path of yours.
    #[schemars(extend("default" = false))]
    pub dns_access: Option<At<bool>>,
}

/// Addresses that may reach the control plane.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawAuthorizedNetwork {
    /// What these addresses are.
    pub name: Option<At<String>>,
    /// A CIDR block such as `203.0.113.0/24`.
    #[schemars(required)]
    pub range: Option<At<String>>,
}

/// A group of equal nodes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawNodePool {
    /// Name of the pool.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Machine type, such as `e2-standard-4`.
    #[schemars(extend("default" = "e2-standard-2"))]
    pub machine_type: Option<At<String>>,
    /// Nodes in each zone; a regional cluster usually has three zones.
    #[schemars(extend("default" = 1))]
    pub nodes_per_zone: Option<At<u32>>,
    /// Let GKE change the number of nodes.
    pub autoscaling: Option<At<RawAutoscaling>>,
    /// Boot disk type.
    #[schemars(extend("default" = "pd-balanced"))]
    pub disk_type: Option<At<RawDiskType>>,
    /// Boot disk size in GB, 10 to 65536.
    #[schemars(extend("default" = 50))]
    pub disk_size_gb: Option<At<u32>>,
    /// Operating system of the nodes.
    #[schemars(extend("default" = "COS_CONTAINERD"))]
    pub image_type: Option<At<RawImageType>>,
    /// Spot VMs: much cheaper, taken back at any time.
    #[schemars(extend("default" = false))]
    pub spot: Option<At<bool>>,
    /// Labels on the Kubernetes nodes.
    pub labels: Option<Texts>,
}

/// Let GKE change the number of nodes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawAutoscaling {
    /// Fewest nodes in each zone.
    #[schemars(required)]
    pub min: Option<At<u32>>,
    /// Most nodes in each zone.
    #[schemars(required)]
    pub max: Option<At<u32>>,
}

/// Boot disk type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawDiskType {
    /// Spinning disks: cheapest.
    PdStandard,
    /// Solid state, balanced: GKE's default.
    PdBalanced,
    /// Solid state, fast.
    PdSsd,
    /// Hyperdisk, balanced; newer machine families only.
    HyperdiskBalanced,
}

/// Operating system of the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawImageType {
    /// Container-Optimized OS: GKE's default.
    #[serde(rename = "COS_CONTAINERD")]
    Cos,
    /// Ubuntu.
    #[serde(rename = "UBUNTU_CONTAINERD")]
    Ubuntu,
}

/// Features of Dataplane V2.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawDataplane {
    /// Flow metrics. Needs managed Prometheus to be collected.
    #[schemars(extend("default" = false))]
    pub metrics: Option<At<bool>>,
    /// Flow observability: Hubble relay and its command line.
    #[schemars(extend("default" = false))]
    pub flow_observability: Option<At<bool>>,
    /// Serve FQDNNetworkPolicy: egress by domain name.
    #[schemars(extend("default" = false))]
    pub fqdn_network_policy: Option<At<bool>>,
    /// Serve CiliumClusterwideNetworkPolicy: policies over all namespaces.
    #[schemars(extend("default" = false))]
    pub cilium_clusterwide_network_policy: Option<At<bool>>,
    /// Encrypt what goes from node to node (WireGuard). Standard clusters only.
    #[schemars(extend("default" = false))]
    pub in_transit_encryption: Option<At<bool>>,
    /// Show traffic between pods of one node to VPC flow logs and firewalls. Standard clusters
    /// only: Autopilot always does.
    #[schemars(extend("default" = false))]
    pub intra_node_visibility: Option<At<bool>>,
}

/// Which DNS the pods use.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawDns {
    /// What answers the pods' DNS queries.
    #[schemars(extend("default" = "kube-dns"))]
    pub provider: Option<At<RawDnsProvider>>,
    /// NodeLocal DNSCache: a DNS cache on every node. Always on with Autopilot.
    pub node_local_cache: Option<At<bool>>,
}

/// What answers the pods' DNS queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawDnsProvider {
    /// kube-dns pods in the cluster.
    KubeDns,
    /// Cloud DNS for GKE, outside the cluster.
    CloudDns,
}

/// A component that sends logs to Cloud Logging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RawLoggingComponent {
    /// GKE's own components, and policy logs.
    System,
    /// What the workloads print.
    Workload,
    /// The Kubernetes API server.
    ApiServer,
    /// The scheduler.
    Scheduler,
    /// The controller manager.
    ControllerManager,
}

/// A component that sends metrics to Cloud Monitoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RawMonitoringComponent {
    /// GKE's own components.
    System,
    /// The Kubernetes API server.
    ApiServer,
    /// The scheduler.
    Scheduler,
    /// The controller manager.
    ControllerManager,
    /// Volumes.
    Storage,
    /// Pods' state.
    Pod,
    /// Deployments' state.
    Deployment,
    /// StatefulSets' state.
    Statefulset,
    /// DaemonSets' state.
    Daemonset,
    /// Horizontal pod autoscalers' state.
    Hpa,
    /// The kubelet.
    Kubelet,
    /// Containers' resource use.
    Cadvisor,
}
