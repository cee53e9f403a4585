//! The GKE cluster. It always runs Dataplane V2 and is always VPC-native.

use ipnet::Ipv4Net;

use super::labels::Labels;
use super::location::Location;
use super::names::{
    ClusterName, GcpLabelKey, GcpLabelValue, MachineType, NodePoolName, ProjectId, ServiceAccountId,
};
use super::network::Network;
use super::text::Line;
use super::time::TimeOfDay;
use super::version::GkeVersion;

/// A GKE cluster and what it stands on.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// The project, which must exist.
    pub project: ProjectId,
    /// Name of the cluster.
    pub name: ClusterName,
    /// Region or zone; always a region with Autopilot.
    pub location: Location,
    /// Who looks after the nodes.
    pub mode: Mode,
    /// How soon the cluster gets new versions.
    pub release_channel: ReleaseChannel,
    /// Version to create the cluster with; the channel's default if none.
    pub version: Option<GkeVersion>,
    /// When the daily maintenance window of four hours opens; GKE chooses if none.
    pub maintenance_start: Option<TimeOfDay>,
    /// The VPC network.
    pub network: Network,
    /// Who reaches the control plane, and how.
    pub control_plane: ControlPlane,
    /// Nodes have no external addresses.
    pub private_nodes: bool,
    /// Gateways and their routes are served; Autopilot always does.
    pub gateway_api: bool,
    /// Features of Dataplane V2 that every cluster may have.
    pub dataplane: Dataplane,
    /// Components that send logs; sorted; never empty.
    pub logging: Vec<LoggingComponent>,
    /// Components that send metrics; sorted; never empty.
    pub monitoring: Vec<MonitoringComponent>,
    /// Service account of the nodes, made by the lab.
    pub node_service_account: ServiceAccountId,
    /// Terraform refuses to delete the cluster.
    pub deletion_protection: bool,
    /// Labels on the cluster, by key.
    pub labels: Vec<(GcpLabelKey, GcpLabelValue)>,
}

/// Who looks after the nodes.
#[derive(Debug, Clone)]
pub enum Mode {
    /// Node pools of one's own.
    Standard(Standard),
    /// Google runs the nodes.
    Autopilot,
}

/// What only a Standard cluster has.
#[derive(Debug, Clone)]
pub struct Standard {
    /// The node pools, at least one, in the order written.
    pub node_pools: Vec<NodePool>,
    /// Most pods a node may run, 8 to 256.
    pub max_pods_per_node: u32,
    /// Flow metrics; Autopilot always has them.
    pub dataplane_metrics: bool,
    /// Managed Prometheus; Autopilot always has it.
    pub managed_prometheus: bool,
    /// Workload Identity Federation; Autopilot always has it.
    pub workload_identity: bool,
    /// WireGuard from node to node.
    pub in_transit_encryption: bool,
    /// Traffic between pods of one node is shown to VPC flow logs; Autopilot always does.
    pub intra_node_visibility: bool,
    /// Which DNS the pods use.
    pub dns: Dns,
    /// Add-ons to enable; sorted.
    pub addons: Vec<Addon>,
}

/// Which DNS the pods use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dns {
    /// What answers the queries.
    pub provider: DnsProvider,
    /// NodeLocal DNSCache: on, off, or GKE's default for the version.
    pub node_local_cache: Option<bool>,
}

/// A group of equal nodes.
#[derive(Debug, Clone)]
pub struct NodePool {
    /// Name of the pool.
    pub name: NodePoolName,
    /// Machine type.
    pub machine_type: MachineType,
    /// How many nodes in each zone.
    pub size: PoolSize,
    /// Boot disk type.
    pub disk_type: DiskType,
    /// Boot disk size in GB, 10 to 65536.
    pub disk_size_gb: u32,
    /// Operating system.
    pub image_type: ImageType,
    /// Spot VMs.
    pub spot: bool,
    /// Labels on the Kubernetes nodes, by key.
    pub labels: Labels,
}

/// How many nodes a pool has in each zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolSize {
    /// Always as many.
    Fixed(u32),
    /// GKE decides, within bounds.
    Autoscaled {
        /// Fewest; also the number to start with, but at least one.
        min: u32,
        /// Most.
        max: u32,
    },
}

impl PoolSize {
    /// Nodes in each zone to start with.
    pub fn initial(self) -> u32 {
        match self {
            PoolSize::Fixed(nodes) => nodes,
            PoolSize::Autoscaled { min, .. } => min.max(1),
        }
    }

    /// Most nodes in each zone there can be.
    pub fn most(self) -> u32 {
        match self {
            PoolSize::Fixed(nodes) => nodes,
            PoolSize::Autoscaled { max, .. } => max,
        }
    }
}

/// Who reaches the control plane, and how.
#[derive(Debug, Clone, Default)]
pub struct ControlPlane {
    /// Addresses that may reach it; none: not restricted by address.
    pub authorized_networks: Option<Vec<AuthorizedNetwork>>,
    /// Reached from inside the VPC network only.
    pub private_endpoint: bool,
    /// A /28 for the control plane of older private clusters.
    pub range: Option<Ipv4Net>,
    /// Reached through its DNS name.
    pub dns_access: bool,
}

/// Addresses that may reach the control plane.
#[derive(Debug, Clone)]
pub struct AuthorizedNetwork {
    /// What these addresses are; may be empty.
    pub name: Line,
    /// The addresses; GKE takes IPv4 only.
    pub range: Ipv4Net,
}

/// Features of Dataplane V2 that Standard and Autopilot share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dataplane {
    /// Hubble relay and its command line.
    pub flow_observability: bool,
    /// FQDNNetworkPolicy is served.
    pub fqdn_network_policy: bool,
    /// CiliumClusterwideNetworkPolicy is served.
    pub cilium_clusterwide_network_policy: bool,
}

impl Cluster {
    /// What only a Standard cluster has.
    pub fn standard(&self) -> Option<&Standard> {
        match &self.mode {
            Mode::Standard(standard) => Some(standard),
            Mode::Autopilot => None,
        }
    }

    /// Most nodes that the cluster's pools can have together; unknown with Autopilot.
    pub fn most_nodes(&self) -> Option<u64> {
        let pools = &self.standard()?.node_pools;
        let per_zone: u64 = pools.iter().map(|pool| u64::from(pool.size.most())).sum();
        Some(per_zone * u64::from(self.location.node_zones()))
    }

    /// The name that `gcloud container clusters get-credentials` gives the kubectl context.
    pub fn context(&self) -> String {
        format!("gke_{}_{}_{}", self.project, self.location, self.name)
    }

    /// The node service account's e-mail address.
    pub fn node_service_account_email(&self) -> String {
        let id = &self.node_service_account;
        format!("{id}@{}.iam.gserviceaccount.com", self.project)
    }
}

/// Words that gcloud and Terraform spell in different ways.
macro_rules! words {
    ($( $(#[doc = $doc:literal])+ $name:ident { $( $(#[doc = $vdoc:literal])+ $variant:ident: $gcloud:literal, $terraform:literal; )+ } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[doc = $vdoc])+ $variant, )+ }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [$name] = &[$( $name::$variant ),+];

            /// As gcloud takes it.
            pub fn gcloud(self) -> &'static str {
                match self { $( $name::$variant => $gcloud ),+ }
            }

            /// As the GKE API and Terraform take it.
            pub fn terraform(self) -> &'static str {
                match self { $( $name::$variant => $terraform ),+ }
            }
        }
    )+ };
}

words! {
    /// How soon a cluster gets new versions.
    ReleaseChannel {
        /// The newest versions, before anyone else.
        Rapid: "rapid", "RAPID";
        /// Some months behind.
        Regular: "regular", "REGULAR";
        /// Versions that have proved themselves longest.
        Stable: "stable", "STABLE";
        /// As regular, a minor version kept up to 24 months.
        Extended: "extended", "EXTENDED";
    }

    /// Boot disk type.
    DiskType {
        /// Spinning disks.
        PdStandard: "pd-standard", "pd-standard";
        /// Solid state, balanced.
        PdBalanced: "pd-balanced", "pd-balanced";
        /// Solid state, fast.
        PdSsd: "pd-ssd", "pd-ssd";
        /// Hyperdisk, balanced.
        HyperdiskBalanced: "hyperdisk-balanced", "hyperdisk-balanced";
    }

    /// Operating system of nodes.
    ImageType {
        /// Container-Optimized OS.
        Cos: "COS_CONTAINERD", "COS_CONTAINERD";
        /// Ubuntu.
        Ubuntu: "UBUNTU_CONTAINERD", "UBUNTU_CONTAINERD";
    }

    /// What answers the pods' DNS queries.
    DnsProvider {
        /// kube-dns pods in the cluster.
        KubeDns: "kubedns", "PLATFORM_DEFAULT";
        /// Cloud DNS for GKE.
        CloudDns: "clouddns", "CLOUD_DNS";
    }

    /// A GKE add-on. The Terraform word is the block of `addons_config`.
    Addon {
        /// Backup for GKE.
        BackupRestore: "BackupRestore", "gke_backup_agent_config";
        /// Config Connector.
        ConfigConnector: "ConfigConnector", "config_connector_config";
        /// Persistent disks.
        GcePersistentDiskCsiDriver: "GcePersistentDiskCsiDriver", "gce_persistent_disk_csi_driver_config";
        /// Filestore.
        GcpFilestoreCsiDriver: "GcpFilestoreCsiDriver", "gcp_filestore_csi_driver_config";
        /// Cloud Storage as a file system.
        GcsFuseCsiDriver: "GcsFuseCsiDriver", "gcs_fuse_csi_driver_config";
        /// Horizontal pod autoscaling.
        HorizontalPodAutoscaling: "HorizontalPodAutoscaling", "horizontal_pod_autoscaling";
        /// Ingress by Google's load balancers.
        HttpLoadBalancing: "HttpLoadBalancing", "http_load_balancing";
    }

    /// A component that sends logs to Cloud Logging.
    LoggingComponent {
        /// GKE's own components, and policy logs.
        System: "SYSTEM", "SYSTEM_COMPONENTS";
        /// What the workloads print.
        Workload: "WORKLOAD", "WORKLOADS";
        /// The Kubernetes API server.
        ApiServer: "API_SERVER", "APISERVER";
        /// The scheduler.
        Scheduler: "SCHEDULER", "SCHEDULER";
        /// The controller manager.
        ControllerManager: "CONTROLLER_MANAGER", "CONTROLLER_MANAGER";
    }

    /// A component that sends metrics to Cloud Monitoring.
    MonitoringComponent {
        /// GKE's own components.
        System: "SYSTEM", "SYSTEM_COMPONENTS";
        /// The Kubernetes API server.
        ApiServer: "API_SERVER", "APISERVER";
        /// The scheduler.
        Scheduler: "SCHEDULER", "SCHEDULER";
        /// The controller manager.
        ControllerManager: "CONTROLLER_MANAGER", "CONTROLLER_MANAGER";
        /// Volumes.
        Storage: "STORAGE", "STORAGE";
        /// Pods' state.
        Pod: "POD", "POD";
        /// Deployments' state.
        Deployment: "DEPLOYMENT", "DEPLOYMENT";
        /// StatefulSets' state.
        StatefulSet: "STATEFULSET", "STATEFULSET";
        /// DaemonSets' state.
        DaemonSet: "DAEMONSET", "DAEMONSET";
        /// Horizontal pod autoscalers' state.
        Hpa: "HPA", "HPA";
        /// The kubelet.
        Kubelet: "KUBELET", "KUBELET";
        /// Containers' resource use.
        Cadvisor: "CADVISOR", "CADVISOR";
    }
}
