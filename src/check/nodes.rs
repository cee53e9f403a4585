//! `cluster.mode`, `cluster.nodePools` and what only one of the two modes has.

use super::app;
use super::cluster::is;
use super::cx::Cx;
use super::path::Path;
use crate::diag::{Code, Diagnostic, one_of};
use crate::model::cluster::{
    Addon, Cluster, DiskType, Dns, DnsProvider, ImageType, Mode, NodePool, PoolSize, Standard,
};
use crate::model::labels::Labels;
use crate::model::location::Location;
use crate::model::names::{MachineType, NodePoolName};
use crate::profile::At;
use crate::profile::raw::cluster::{
    RawCluster, RawDiskType, RawDns, RawDnsProvider, RawImageType, RawMode, RawNodePool,
};
use crate::source::Span;
use crate::suggest::nearest;

/// Most pods a node of an Autopilot cluster runs. Source: GKE documentation, "Quotas and limits".
pub(super) const AUTOPILOT_MAX_PODS: u32 = 32;
/// GKE's default. Source: GKE documentation, "Configure maximum Pods per node".
const STANDARD_MAX_PODS: u32 = 110;
/// Nodes of a lab that names no pools: small, and three in all.
const MACHINE_TYPE: &str = "e2-standard-2";
const DISK_SIZE_GB: u32 = 50;

/// The mode, with what belongs to it. What belongs to the other mode only is found.
pub(super) fn mode(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawCluster,
    location: Option<&Location>,
) -> Option<Mode> {
    let pools = node_pools(cx, path, raw, location);
    let max_pods = max_pods(cx, path, raw);
    let addons = addons(cx, path, raw);
    if let Some(mode) = raw
        .mode
        .as_ref()
        .filter(|mode| mode.value == RawMode::Autopilot)
    {
        not_with_autopilot(cx, path, raw, mode.span);
        return Some(Mode::Autopilot);
    }
    let dataplane = raw.dataplane.as_ref();
    let switch =
        |pick: &Option<At<bool>>, default: bool| pick.as_ref().map_or(default, |s| s.value);
    Some(Mode::Standard(Standard {
        node_pools: pools?,
        max_pods_per_node: max_pods?,
        dataplane_metrics: dataplane.is_some_and(|d| is(d.metrics.as_ref())),
        managed_prometheus: switch(&raw.managed_prometheus, true),
        workload_identity: switch(&raw.workload_identity, true),
        in_transit_encryption: dataplane.is_some_and(|d| is(d.in_transit_encryption.as_ref())),
        intra_node_visibility: dataplane.is_some_and(|d| is(d.intra_node_visibility.as_ref())),
        dns: dns(raw.dns.as_ref()),
        addons,
    }))
}

fn dns(raw: Option<&At<RawDns>>) -> Dns {
    let provider = raw.and_then(|dns| dns.provider.as_ref());
    Dns {
        provider: match provider.map(|provider| provider.value) {
            Some(RawDnsProvider::CloudDns) => DnsProvider::CloudDns,
            Some(RawDnsProvider::KubeDns) | None => DnsProvider::KubeDns,
        },
        node_local_cache: raw
            .and_then(|dns| dns.node_local_cache.as_ref())
            .map(|c| c.value),
    }
}

/// Source: GKE documentation, "Compare Autopilot and Standard clusters".
fn not_with_autopilot(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster, mode: Span) {
    let dataplane = raw.dataplane.as_ref();
    let on = |switch: Option<&At<bool>>| switch.filter(|s| s.value).map(|s| s.span);
    let off = |switch: Option<&At<bool>>| switch.filter(|s| !s.value).map(|s| s.span);
    let leave_out = "leave this out";
    let mut refuse = |key: &str, what: &str, at: Option<Span>| {
        if let Some(at) = at {
            let message = format!("an Autopilot cluster {what}");
            let because = Some((mode, "the cluster is an Autopilot cluster"));
            cx.excluded(&path.key(key), &message, at, leave_out, because);
        }
    };
    let first = |pools: &Vec<At<RawNodePool>>| pools.first().map(|pool| pool.span);
    refuse(
        "nodePools",
        "has no node pools of its own",
        raw.node_pools.as_ref().and_then(first),
    );
    refuse(
        "maxPodsPerNode",
        "chooses the pods per node itself",
        raw.max_pods_per_node.as_ref().map(|n| n.span),
    );
    refuse(
        "dns",
        "chooses its DNS itself",
        raw.dns.as_ref().map(|dns| dns.span),
    );
    refuse(
        "addons",
        "chooses its add-ons itself",
        raw.addons.as_ref().and_then(|a| a.first()).map(|a| a.span),
    );
    refuse(
        "managedPrometheus",
        "always has managed Prometheus",
        off(raw.managed_prometheus.as_ref()),
    );
    refuse(
        "workloadIdentity",
        "always has Workload Identity",
        off(raw.workload_identity.as_ref()),
    );
    refuse(
        "dataplane.inTransitEncryption",
        "has no in-transit encryption",
        on(dataplane.and_then(|d| d.in_transit_encryption.as_ref())),
    );
    refuse(
        "dataplane.intraNodeVisibility",
        "always shows traffic inside a node",
        off(dataplane.and_then(|d| d.intra_node_visibility.as_ref())),
    );
    refuse(
        "dataplane.metrics",
        "always has Dataplane V2 metrics",
        off(dataplane.and_then(|d| d.metrics.as_ref())),
    );
}

fn max_pods(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster) -> Option<u32> {
    let Some(given) = &raw.max_pods_per_node else {
        return Some(STANDARD_MAX_PODS);
    };
    in_bounds(cx, &path.key("maxPodsPerNode"), given, 8, 256)
}

/// A number within bounds.
pub(super) fn in_bounds(
    cx: &mut Cx,
    path: &Path<'_>,
    number: &At<u32>,
    min: u32,
    max: u32,
) -> Option<u32> {
    if (min..=max).contains(&number.value) {
        return Some(number.value);
    }
    let message = format!("{} is out of bounds", number.value);
    let finding = Diagnostic::new(Code::BadValue, message)
        .at(number.span, format!("expected {min} to {max}"));
    cx.push(path, finding);
    None
}

/// The add-ons asked for. Calico has an explanation of its own.
fn addons(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster) -> Vec<Addon> {
    let here = path.key("addons");
    let mut addons = Vec::new();
    for (index, written) in raw.addons.iter().flatten().enumerate() {
        let known = Addon::ALL
            .iter()
            .find(|addon| addon.gcloud() == written.value);
        match known {
            Some(addon) => addons.push(*addon),
            None => cx.push(&here.index(index), not_an_addon(written)),
        }
    }
    addons.sort();
    addons.dedup();
    addons
}

fn not_an_addon(written: &At<String>) -> Diagnostic {
    if written.value == "NetworkPolicy" {
        return Diagnostic::new(Code::Excluded, "the Calico add-on excludes Dataplane V2")
            .at(written.span, "leave this out")
            .help(
                "Dataplane V2 enforces network policies itself; GKE refuses a cluster with both",
            );
    }
    if written.value == "NodeLocalDNS" {
        return Diagnostic::new(Code::BadValue, "NodeLocal DNSCache is not switched on here").at(
            written.span,
            "expected `cluster.dns.nodeLocalCache: true` instead",
        );
    }
    let known: Vec<&str> = Addon::ALL.iter().map(|addon| addon.gcloud()).collect();
    let message = format!("there is no add-on `{}`", written.value);
    let finding = Diagnostic::new(Code::UnknownName, message)
        .at(written.span, format!("expected {}", one_of(&known)));
    match nearest(&written.value, known.iter().copied()) {
        Some(near) => finding.suggest(written.span, near),
        None => finding,
    }
}

fn node_pools(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawCluster,
    location: Option<&Location>,
) -> Option<Vec<NodePool>> {
    let here = path.key("nodePools");
    let given = raw.node_pools.as_deref().unwrap_or_default();
    if given.is_empty() {
        return default_pool(location?).map(|pool| vec![pool]);
    }
    cx.unique(
        &here,
        "a node pool",
        given.iter().map(|pool| pool.name.as_ref()),
    );
    let each = given.iter().enumerate();
    let pools: Vec<Option<NodePool>> = each
        .map(|(index, pool)| node_pool(cx, &here.index(index), pool))
        .collect();
    let pools: Vec<NodePool> = pools.into_iter().collect::<Option<_>>()?;
    if pools.iter().all(|pool| pool.size.initial() == 0) {
        let message = "the cluster has no nodes at all";
        let finding = Diagnostic::new(Code::BadValue, message).at(
            given.first()?.span,
            "expected `nodesPerZone: 1` or more in one of the pools",
        );
        cx.push(&here, finding);
    }
    Some(pools)
}

fn default_pool(location: &Location) -> Option<NodePool> {
    Some(NodePool {
        name: NodePoolName::parse("lab").ok()?,
        machine_type: MachineType::parse(MACHINE_TYPE).ok()?,
        size: PoolSize::Fixed(3 / location.node_zones()),
        disk_type: DiskType::PdBalanced,
        disk_size_gb: DISK_SIZE_GB,
        image_type: ImageType::Cos,
        spot: false,
        labels: Labels::new(),
    })
}

fn node_pool(cx: &mut Cx, path: &Path<'_>, raw: &RawNodePool) -> Option<NodePool> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), NodePoolName::parse);
    let machine_type = match &raw.machine_type {
        Some(given) => cx.parse(&path.key("machineType"), Some(given), MachineType::parse),
        None => MachineType::parse(MACHINE_TYPE).ok(),
    };
    let size = pool_size(cx, path, raw);
    let disk_size_gb = match &raw.disk_size_gb {
        Some(given) => in_bounds(cx, &path.key("diskSizeGb"), given, 10, 65_536),
        None => Some(DISK_SIZE_GB),
    };
    let disk_type = match raw.disk_type.as_ref().map(|disk| disk.value) {
        Some(RawDiskType::PdStandard) => DiskType::PdStandard,
        Some(RawDiskType::PdBalanced) | None => DiskType::PdBalanced,
        Some(RawDiskType::PdSsd) => DiskType::PdSsd,
        Some(RawDiskType::HyperdiskBalanced) => DiskType::HyperdiskBalanced,
    };
    let image_type = match raw.image_type.as_ref().map(|image| image.value) {
        Some(RawImageType::Cos) | None => ImageType::Cos,
        Some(RawImageType::Ubuntu) => ImageType::Ubuntu,
    };
    let labels = node_labels(cx, &path.key("labels"), raw);
    let machine_type = machine_type?;
    fitting_disk(cx, path, raw, disk_type, &machine_type);
    Some(NodePool {
        name: name?,
        machine_type,
        size: size?,
        disk_type,
        disk_size_gb: disk_size_gb?,
        image_type,
        spot: is(raw.spot.as_ref()),
        labels,
    })
}

/// Machine families that can't boot from a Hyperdisk. Source: Compute Engine documentation,
/// "About Hyperdisk", machine type support.
const NO_HYPERDISK: &[&str] = &["e2", "n1", "n2", "n2d", "t2a", "t2d"];

fn fitting_disk(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawNodePool,
    disk: DiskType,
    machine: &MachineType,
) {
    let family = machine.as_str().split('-').next().unwrap_or("");
    if let Some(written) = &raw.disk_type
        && disk == DiskType::HyperdiskBalanced
        && NO_HYPERDISK.contains(&family)
    {
        let message = format!("`{machine}` can't boot from a Hyperdisk");
        let because = raw
            .machine_type
            .as_ref()
            .map(|m| (m.span, "the machine type"));
        let right = "expected `pd-balanced`, or a newer machine family such as `n4`";
        cx.excluded(
            &path.key("diskType"),
            &message,
            written.span,
            right,
            because,
        );
    }
}

fn pool_size(cx: &mut Cx, path: &Path<'_>, raw: &RawNodePool) -> Option<PoolSize> {
    let Some(scaling) = &raw.autoscaling else {
        let Some(given) = &raw.nodes_per_zone else {
            return Some(PoolSize::Fixed(1));
        };
        let nodes = in_bounds(cx, &path.key("nodesPerZone"), given, 0, 1000);
        return nodes.map(PoolSize::Fixed);
    };
    if let Some(fixed) = &raw.nodes_per_zone {
        let message = "a pool has a fixed size or is autoscaled";
        let because = Some((scaling.span, "it is autoscaled"));
        cx.excluded(
            &path.key("nodesPerZone"),
            message,
            fixed.span,
            "remove one of the two",
            because,
        );
    }
    let here = path.key("autoscaling");
    let min = in_bounds(cx, &here.key("min"), scaling.min.as_ref()?, 0, 1000)?;
    let max_written = scaling.max.as_ref()?;
    let max = in_bounds(cx, &here.key("max"), max_written, 1, 1000)?;
    if min > max {
        let message = format!("`max` {max} is less than `min` {min}");
        let finding = Diagnostic::new(Code::BadValue, message)
            .at(max_written.span, format!("expected {min} or more"));
        cx.push(&here.key("max"), finding);
        return None;
    }
    Some(PoolSize::Autoscaled { min, max })
}

fn node_labels(cx: &mut Cx, path: &Path<'_>, raw: &RawNodePool) -> Labels {
    let mut labels = Labels::new();
    for (key, value) in raw.labels.iter().flat_map(|labels| labels.iter()) {
        app::label(cx, path, key, value, &mut labels);
    }
    labels
}

/// GKE encrypts from node to node in clusters up to this size. Source: GKE documentation,
/// "Encrypt your data in-transit with user-managed keys", limitations.
const MAX_ENCRYPTED_NODES: u64 = 500;

/// Nodes of a cluster with Dataplane V2, at most. Source: GKE documentation, "GKE Dataplane V2",
/// limitations.
const MAX_NODES: u64 = 7500;

fn not_too_many(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster, nodes: u64) {
    let first = raw.node_pools.as_ref().and_then(|pools| pools.first());
    if let (Some(first), true) = (first, nodes > MAX_NODES) {
        let message = format!(
            "a cluster with Dataplane V2 has up to {MAX_NODES} nodes, these pools can have {nodes}"
        );
        let finding =
            Diagnostic::new(Code::BadValue, message).at(first.span, "expected fewer nodes");
        cx.push(&path.key("nodePools"), finding);
    }
}

/// Nothing but managed Prometheus collects the metrics.
fn scraped(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster, standard: &Standard) {
    let metrics = raw.dataplane.as_ref().and_then(|d| d.metrics.as_ref());
    if let (Some(metrics), false) = (
        metrics.filter(|metrics| metrics.value),
        standard.managed_prometheus,
    ) {
        let message = "Dataplane V2 metrics need managed Prometheus, which collects them";
        let right = "expected `cluster.managedPrometheus: true`";
        let here = path.key("dataplane");
        cx.needs(&here.key("metrics"), message, metrics.span, right);
    }
}

/// What can only be judged with the whole cluster before one's eyes.
pub(super) fn together(cx: &mut Cx, raw: &RawCluster, cluster: &Cluster) {
    let Some(standard) = cluster.standard() else {
        return;
    };
    let root = Path::Root;
    let path = root.key("cluster");
    let nodes = cluster.most_nodes().unwrap_or(0);
    not_too_many(cx, &path, raw, nodes);
    scraped(cx, &path, raw, standard);
    let encryption = raw
        .dataplane
        .as_ref()
        .and_then(|d| d.in_transit_encryption.as_ref());
    if let Some(switch) = encryption.filter(|switch| switch.value && nodes > MAX_ENCRYPTED_NODES) {
        let message = format!(
            "GKE encrypts from node to node in clusters of up to {MAX_ENCRYPTED_NODES} nodes, this one can have {nodes}"
        );
        let here = path.key("dataplane");
        cx.excluded(
            &here.key("inTransitEncryption"),
            &message,
            switch.span,
            "expected fewer nodes",
            None,
        );
    }
    let connector = raw
        .addons
        .iter()
        .flatten()
        .find(|a| a.value == Addon::ConfigConnector.gcloud());
    if let (Some(addon), false) = (connector, standard.workload_identity) {
        let message = "Config Connector needs Workload Identity";
        let right = "expected `cluster.workloadIdentity: true`";
        cx.needs(&path.key("addons"), message, addon.span, right);
    }
}
