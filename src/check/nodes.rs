//! `cluster.mode`, `cluster.nodePools` and what only one of the two modes has.

use super::cluster::is;
use super::cx::Cx;
use super::path::Path;
use super::pools;
use crate::diag::{Code, Diagnostic, one_of};
use crate::model::cluster::{Addon, Cluster, Dns, DnsProvider, Mode, Standard};
use crate::model::location::Location;
use crate::profile::At;
use crate::profile::raw::cluster::{RawCluster, RawDns, RawDnsProvider, RawMode, RawNodePool};
use crate::source::Span;
use crate::suggest::nearest;

/// Most pods a node of an Autopilot cluster runs. Source: GKE documentation, "Quotas and limits".
pub(super) const AUTOPILOT_MAX_PODS: u32 = 32;
/// GKE's default. Source: GKE documentation, "Configure maximum Pods per node".
const STANDARD_MAX_PODS: u32 = 110;
/// The mode, with what belongs to it. What belongs to the other mode only is found.
pub(super) fn mode(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawCluster,
    location: Option<&Location>,
) -> Option<Mode> {
    let pools = pools::pools(cx, path, raw, location);
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
