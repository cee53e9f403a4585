//! `cluster.nodePools:` the nodes of a Standard cluster.

use super::app;
use super::cluster::is;
use super::cx::Cx;
use super::nodes::in_bounds;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::cluster::{DiskType, ImageType, NodePool, PoolSize};
use crate::model::labels::Labels;
use crate::model::location::Location;
use crate::model::names::{MachineType, NodePoolName};
use crate::profile::raw::cluster::{RawCluster, RawDiskType, RawImageType, RawNodePool};

/// Nodes of a lab that names no pools: small, and three in all.
const MACHINE_TYPE: &str = "e2-standard-2";
const DISK_SIZE_GB: u32 = 50;

/// The pools; one where none is given.
pub(super) fn pools(
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
    let machine_type = machine_type?;
    let disk_type = match raw.disk_type.as_ref().map(|disk| disk.value) {
        Some(RawDiskType::PdStandard) => DiskType::PdStandard,
        Some(RawDiskType::PdBalanced) => DiskType::PdBalanced,
        Some(RawDiskType::PdSsd) => DiskType::PdSsd,
        Some(RawDiskType::HyperdiskBalanced) => DiskType::HyperdiskBalanced,
        None if ONLY_HYPERDISK.contains(&family(&machine_type)) => DiskType::HyperdiskBalanced,
        None => DiskType::PdBalanced,
    };
    let image_type = match raw.image_type.as_ref().map(|image| image.value) {
        Some(RawImageType::Cos) | None => ImageType::Cos,
        Some(RawImageType::Ubuntu) => ImageType::Ubuntu,
    };
    let labels = node_labels(cx, &path.key("labels"), raw);
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

/// Machine families that boot from nothing else. Source: as above.
const ONLY_HYPERDISK: &[&str] = &[
    "a4", "c4", "c4a", "c4d", "h4d", "m4", "n4", "n4a", "n4d", "x4",
];

fn family(machine: &MachineType) -> &str {
    machine.as_str().split('-').next().unwrap_or("")
}

fn fitting_disk(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawNodePool,
    disk: DiskType,
    machine: &MachineType,
) {
    let Some(written) = &raw.disk_type else {
        return;
    };
    let family = family(machine);
    let (what, right) = match disk == DiskType::HyperdiskBalanced {
        true if NO_HYPERDISK.contains(&family) => (
            "can't boot from a Hyperdisk",
            "expected `pd-balanced`, or a newer machine family such as `n4`",
        ),
        false if ONLY_HYPERDISK.contains(&family) => (
            "boots from a Hyperdisk only",
            "expected `hyperdisk-balanced`, or leave this out",
        ),
        _ => return,
    };
    let message = format!("`{machine}` {what}");
    let because = raw.machine_type.as_ref();
    let because = because.map(|machine| (machine.span, "the machine type"));
    cx.excluded(
        &path.key("diskType"),
        &message,
        written.span,
        right,
        because,
    );
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

/// Whether GKE keeps a label's key for itself. Source: GKE API reference, NodeConfig.labels, and
/// Kubernetes documentation, "Well-Known Labels": what ends in `kubernetes.io` or `k8s.io` is reserved.
fn is_reserved(key: &str) -> bool {
    let prefix = key.split_once('/').map_or("", |(prefix, _)| prefix);
    let domain = |domain: &str| prefix == domain || prefix.ends_with(&format!(".{domain}"));
    ["kubernetes.io", "k8s.io", "cloud.google.com"]
        .into_iter()
        .any(domain)
}

fn node_labels(cx: &mut Cx, path: &Path<'_>, raw: &RawNodePool) -> Labels {
    let mut labels = Labels::new();
    for (key, value) in raw.labels.iter().flat_map(|labels| labels.iter()) {
        if is_reserved(&key.value) {
            let message = format!("`{}` is a label that GKE gives to nodes itself", key.value);
            let right = "expected a key of your own";
            cx.push(
                path,
                Diagnostic::new(Code::BadValue, message).at(key.span, right),
            );
        }
        app::label(cx, path, key, value, &mut labels);
    }
    labels
}
