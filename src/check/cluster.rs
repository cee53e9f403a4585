//! `cluster:` what GKE would refuse, some of it only after minutes, is found here at once.

use super::cx::Cx;
use super::edge::{self, Wants};
use super::path::Path;
use super::{control_plane, location, network, nodes, observability};
use crate::diag::{Code, Diagnostic};
use crate::model::cluster::{Cluster, Dataplane, ReleaseChannel};
use crate::model::names::{
    ClusterName, GcpLabelKey, GcpLabelValue, LabName, ProjectId, ServiceAccountId,
};
use crate::model::time::TimeOfDay;
use crate::model::version::GkeVersion;
use crate::profile::At;
use crate::profile::raw::Texts;
use crate::profile::raw::cluster::{RawCluster, RawDataplane, RawMode, RawReleaseChannel};

/// The cluster of a profile.
pub(super) fn cluster(
    cx: &mut Cx,
    raw: &RawCluster,
    lab: Option<&LabName>,
    wants: Wants,
) -> Option<Cluster> {
    let root = Path::Root;
    let path = root.key("cluster");
    let project = cx.parse(&path.key("project"), raw.project.as_ref(), ProjectId::parse);
    let name = match &raw.name {
        Some(name) => cx.parse(&path.key("name"), Some(name), ClusterName::parse),
        None => lab.and_then(|lab| ClusterName::parse(lab.as_str()).ok()),
    };
    let location = location::location(cx, &path, raw);
    let version = cx.parse(
        &path.key("version"),
        raw.version.as_ref(),
        GkeVersion::parse,
    );
    let maintenance_start = raw.maintenance.as_ref().and_then(|maintenance| {
        let here = path.key("maintenance");
        cx.parse(
            &here.key("start"),
            maintenance.start.as_ref(),
            TimeOfDay::parse,
        )
    });
    old_enough(cx, &path, raw, version.as_ref());
    let dataplane = dataplane(cx, &path, raw.dataplane.as_ref(), version.as_ref());
    let control_plane = control_plane::control_plane(cx, &path, raw);
    let private_nodes = is(raw.private_nodes.as_ref());
    let mode = nodes::mode(cx, &path, raw, location.as_ref());
    // Names that only lead to other names must not hide what is wrong with those.
    let stand_in = ClusterName::parse("cluster").ok();
    let net_path = path.key("network");
    let net = name.as_ref().or(stand_in.as_ref()).and_then(|name| {
        let about = (name, private_nodes, wants.proxy_subnet);
        network::network(cx, &net_path, raw.network.as_ref(), about)
    });
    let gateway_api = edge::gateway_api(cx, &path, raw, (version.as_ref(), wants));
    let logging = observability::logging(cx, &path, raw);
    let monitoring = observability::monitoring(cx, &path, raw);
    let labels = labels(cx, &path.key("labels"), raw.labels.as_ref());
    let account = node_service_account(cx, &path, raw, name.as_ref());
    let cluster = Cluster {
        project: project?,
        name: name?,
        location: location?,
        mode: mode?,
        release_channel: release_channel(raw),
        version,
        maintenance_start,
        network: net?,
        control_plane,
        private_nodes,
        gateway_api,
        dataplane,
        logging,
        monitoring,
        node_service_account: account?,
        deletion_protection: is(raw.deletion_protection.as_ref()),
        labels,
    };
    together(cx, raw, &cluster);
    Some(cluster)
}

/// A switch that is off if not given.
pub(super) fn is(switch: Option<&At<bool>>) -> bool {
    switch.is_some_and(|switch| switch.value)
}

/// What can only be judged with the whole cluster before one's eyes.
fn together(cx: &mut Cx, raw: &RawCluster, cluster: &Cluster) {
    let plane = cluster.control_plane.range;
    let max_pods = cluster
        .standard()
        .map_or(nodes::AUTOPILOT_MAX_PODS, |s| s.max_pods_per_node);
    network::ranges(
        cx,
        raw,
        &cluster.network,
        plane,
        cluster.most_nodes(),
        max_pods,
    );
    nodes::together(cx, raw, cluster);
}

fn release_channel(raw: &RawCluster) -> ReleaseChannel {
    match raw.release_channel.as_ref().map(|channel| channel.value) {
        Some(RawReleaseChannel::Rapid) => ReleaseChannel::Rapid,
        Some(RawReleaseChannel::Regular) | None => ReleaseChannel::Regular,
        Some(RawReleaseChannel::Stable) => ReleaseChannel::Stable,
        Some(RawReleaseChannel::Extended) => ReleaseChannel::Extended,
    }
}

/// From which version on GKE runs Dataplane V2. Source: GKE documentation, "Using GKE Dataplane V2",
/// requirements.
const DATAPLANE_SINCE: GkeVersion = GkeVersion::full(20, 6, 700);
const AUTOPILOT_DATAPLANE_SINCE: GkeVersion = GkeVersion::full(22, 7, 1500);

fn old_enough(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster, version: Option<&GkeVersion>) {
    let autopilot = raw
        .mode
        .as_ref()
        .is_some_and(|m| m.value == RawMode::Autopilot);
    let since = match autopilot {
        true => AUTOPILOT_DATAPLANE_SINCE,
        false => DATAPLANE_SINCE,
    };
    let written = raw.version.as_ref().zip(version);
    if let Some((written, version)) = written.filter(|(_, version)| version.is_before(&since)) {
        let message =
            format!("Dataplane V2 needs GKE {since}, the cluster is created with {version}");
        let right = "expected a newer version, or none";
        let finding = Diagnostic::new(Code::VersionTooOld, message).at(written.span, right);
        cx.push(&path.key("version"), finding);
    }
}

/// From which version on GKE serves a feature. Source: GKE documentation, "Control communication
/// with FQDN network policies", "Cilium cluster-wide network policies", "Dataplane V2
/// observability".
const FQDN_SINCE: GkeVersion = GkeVersion::full(26, 4, 500);
const FQDN_SINCE_IN_27: GkeVersion = GkeVersion::full(27, 1, 400);
const CLUSTERWIDE_SINCE: GkeVersion = GkeVersion::full(28, 6, 1_095_000);
const METRICS_SINCE: GkeVersion = GkeVersion::full(28, 0, 0);

fn dataplane(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&At<RawDataplane>>,
    version: Option<&GkeVersion>,
) -> Dataplane {
    let Some(raw) = raw else {
        return Dataplane::default();
    };
    let here = path.key("dataplane");
    let in_27 = version.is_some_and(|version| !version.is_before(&GkeVersion::full(27, 0, 0)));
    let fqdn = if in_27 { FQDN_SINCE_IN_27 } else { FQDN_SINCE };
    let gates = [
        ("fqdnNetworkPolicy", &raw.fqdn_network_policy, fqdn),
        (
            "ciliumClusterwideNetworkPolicy",
            &raw.cilium_clusterwide_network_policy,
            CLUSTERWIDE_SINCE,
        ),
        ("metrics", &raw.metrics, METRICS_SINCE),
        ("flowObservability", &raw.flow_observability, METRICS_SINCE),
    ];
    for (key, switch, since) in gates {
        let Some(switch) = switch.as_ref().filter(|switch| switch.value) else {
            continue;
        };
        if let Some(version) = version.filter(|version| version.is_before(&since)) {
            let message =
                format!("`{key}` needs GKE {since}, the cluster is created with {version}");
            let finding = Diagnostic::new(Code::VersionTooOld, message)
                .at(switch.span, "expected a newer `cluster.version`, or none");
            cx.push(&here.key(key), finding);
        }
    }
    Dataplane {
        flow_observability: is(raw.flow_observability.as_ref()),
        fqdn_network_policy: is(raw.fqdn_network_policy.as_ref()),
        cilium_clusterwide_network_policy: is(raw.cilium_clusterwide_network_policy.as_ref()),
    }
}

/// Google Cloud takes at most this many labels on a resource.
const MAX_LABELS: usize = 64;

/// The label by which clean-up knows the lab's cluster.
const OWN_LABEL: &str = "dplab";

fn labels(cx: &mut Cx, path: &Path<'_>, raw: Option<&Texts>) -> Vec<(GcpLabelKey, GcpLabelValue)> {
    let mut labels = Vec::new();
    for (key, value) in raw.into_iter().flat_map(Texts::iter) {
        let here = path.key(&key.value);
        if key.value == OWN_LABEL {
            let message = "the label `dplab` always holds the lab's name: clean-up knows by it what to delete";
            cx.excluded(&here, message, key.span, "leave this out", None);
        }
        let name = cx.parse(&here, Some(key), GcpLabelKey::parse);
        let value = cx.parse(&here, Some(value), GcpLabelValue::parse);
        labels.extend(name.zip(value));
        if labels.len() == MAX_LABELS + 1 {
            let message = format!("a cluster has at most {MAX_LABELS} labels");
            cx.push(
                path,
                Diagnostic::new(Code::BadValue, message).at(key.span, "one too many"),
            );
        }
    }
    labels.sort();
    labels
}

/// The account's id: as given, or the cluster's name with `-nodes`, cut to what IAM takes.
fn node_service_account(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawCluster,
    cluster: Option<&ClusterName>,
) -> Option<ServiceAccountId> {
    if let Some(given) = &raw.node_service_account {
        let here = path.key("nodeServiceAccount");
        return cx.parse(&here, Some(given), ServiceAccountId::parse);
    }
    let name = cluster?.as_str();
    let stem = name[..name.len().min(24)].trim_end_matches('-');
    ServiceAccountId::parse(&format!("{stem}-nodes")).ok()
}
