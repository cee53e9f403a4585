//! `cluster:` what GKE would refuse, some of it only after minutes, is found here at once.

use ipnet::Ipv4Net;

use super::cx::Cx;
use super::edge::{self, Wants};
use super::path::Path;
use super::{network, nodes};
use crate::diag::{Code, Diagnostic};
use crate::model::cluster::{
    AuthorizedNetwork, Cluster, ControlPlane, Dataplane, LoggingComponent, MonitoringComponent,
    ReleaseChannel,
};
use crate::model::location::{Location, REGIONS, zone_letters};
use crate::model::names::{
    ClusterName, GcpLabelKey, GcpLabelValue, LabName, ProjectId, ServiceAccountId,
};
use crate::model::time::TimeOfDay;
use crate::model::version::GkeVersion;
use crate::profile::At;
use crate::profile::raw::Texts;
use crate::profile::raw::cluster::{
    RawAuthorizedNetwork, RawCluster, RawControlPlane, RawDataplane, RawLoggingComponent, RawMode,
    RawMonitoringComponent, RawReleaseChannel,
};
use crate::source::Span;
use crate::suggest::nearest;

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
    let location = location(cx, &path, raw);
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
    let control_plane = control_plane(cx, &path, raw);
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
    let logging = logging(cx, &path, raw);
    let monitoring = monitoring(cx, &path, raw);
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

fn location(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster) -> Option<Location> {
    let written = raw.location.as_ref()?;
    let here = path.key("location");
    let location = cx.parse(&here, Some(written), Location::parse)?;
    if !location.is_known() {
        cx.push(&here, unknown_location(&location, written.span));
    }
    if matches!(
        raw.mode.as_ref().map(|mode| mode.value),
        Some(RawMode::Autopilot)
    ) && let Location::Zone { region, .. } = &location
    {
        let finding = Diagnostic::new(
            Code::Excluded,
            "an Autopilot cluster runs in a region, not in a zone",
        )
        .at(
            written.span,
            format!("expected a region such as `{region}`"),
        )
        .suggest(written.span, region.clone());
        cx.push(&here, finding);
    }
    Some(location)
}

fn unknown_location(location: &Location, span: Span) -> Diagnostic {
    let region = location.region();
    if REGIONS.contains(&region) {
        let zones: Vec<String> = zone_letters(region)
            .chars()
            .map(|letter| format!("{region}-{letter}"))
            .collect();
        let message = format!("`{location}` is not a known zone of `{region}`");
        return Diagnostic::new(Code::UnknownLocation, message)
            .at(span, format!("known are {}", crate::diag::one_of(&zones)));
    }
    let message = format!("`{region}` is not a known region");
    let finding = Diagnostic::new(Code::UnknownLocation, message);
    match nearest(region, REGIONS.iter().copied()) {
        Some(near) => {
            let meant = location.as_str().replacen(region, near, 1);
            finding
                .at(span, format!("did you mean `{meant}`?"))
                .suggest(span, meant)
        }
        None => finding.at(span, "expected a region such as `us-east1`"),
    }
    .help("regions are added several times a year: if it is new, this warning is out of date")
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

fn control_plane(cx: &mut Cx, path: &Path<'_>, cluster: &RawCluster) -> ControlPlane {
    let Some(raw) = cluster.control_plane.as_ref() else {
        return ControlPlane::default();
    };
    let here = path.key("controlPlane");
    let private = is(cluster.private_nodes.as_ref());
    let endpoint = raw
        .private_endpoint
        .as_ref()
        .filter(|endpoint| endpoint.value);
    if let (Some(endpoint), false) = (endpoint, private) {
        let message = "a private endpoint needs private nodes";
        let right = "expected `cluster.privateNodes: true` as well";
        cx.needs(&here.key("privateEndpoint"), message, endpoint.span, right);
    }
    ControlPlane {
        authorized_networks: authorized(cx, &here, raw, private),
        private_endpoint: endpoint.is_some(),
        range: control_plane_range(cx, &here, raw, private),
        dns_access: is(raw.dns_access.as_ref()),
    }
}

fn control_plane_range(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawControlPlane,
    private: bool,
) -> Option<Ipv4Net> {
    let written = raw.range.as_ref()?;
    let here = path.key("range");
    let range = network::ipv4(cx, &here, written)?;
    if range.prefix_len() != 28 {
        let message = format!("the control plane's range `{range}` is not a /28");
        let finding = Diagnostic::new(Code::BadRange, message).at(
            written.span,
            "expected exactly 16 addresses, such as `172.16.0.0/28`",
        );
        cx.push(&here, finding);
        return None;
    }
    if !private {
        let message = "a range for the control plane needs private nodes";
        cx.needs(
            &here,
            message,
            written.span,
            "leave this out, or make the nodes private",
        );
    }
    Some(range)
}

/// GKE takes at most this many. Source: GKE documentation, "Authorized networks", limits.
const MAX_AUTHORIZED: usize = 100;
const MAX_AUTHORIZED_PUBLIC: usize = 50;

fn authorized(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawControlPlane,
    private: bool,
) -> Option<Vec<AuthorizedNetwork>> {
    let given = raw.authorized_networks.as_ref()?;
    let here = path.key("authorizedNetworks");
    let (most, whose) = match private {
        true => (MAX_AUTHORIZED, "private nodes"),
        false => (MAX_AUTHORIZED_PUBLIC, "public nodes"),
    };
    if let Some(extra) = given.get(most) {
        let message = format!("a cluster with {whose} has at most {most} authorized networks");
        cx.push(
            &here,
            Diagnostic::new(Code::BadValue, message).at(extra.span, "one too many"),
        );
    }
    let each = given.iter().enumerate();
    let all = each.filter_map(|(index, raw)| authorized_network(cx, &here.index(index), raw));
    Some(all.collect())
}

fn authorized_network(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawAuthorizedNetwork,
) -> Option<AuthorizedNetwork> {
    let name = cx.line(&path.key("name"), raw.name.as_ref());
    let range = network::ipv4(cx, &path.key("range"), raw.range.as_ref()?)?;
    Some(AuthorizedNetwork { name, range })
}

fn logging(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster) -> Vec<LoggingComponent> {
    let Some(given) = raw.logging.as_ref() else {
        return vec![LoggingComponent::System, LoggingComponent::Workload];
    };
    let components = given.iter().map(|component| match component.value {
        RawLoggingComponent::System => LoggingComponent::System,
        RawLoggingComponent::Workload => LoggingComponent::Workload,
        RawLoggingComponent::ApiServer => LoggingComponent::ApiServer,
        RawLoggingComponent::Scheduler => LoggingComponent::Scheduler,
        RawLoggingComponent::ControllerManager => LoggingComponent::ControllerManager,
    });
    let components = sorted(components.collect());
    if let (Some(first), false) = (
        given.first(),
        components.contains(&LoggingComponent::System),
    ) {
        let message = "without `SYSTEM` the cluster sends no policy logs";
        without_system(cx, &path.key("logging"), message, first.span);
    }
    components
}

fn monitoring(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster) -> Vec<MonitoringComponent> {
    let Some(given) = raw.monitoring.as_ref() else {
        return vec![MonitoringComponent::System];
    };
    let components = given.iter().map(|component| match component.value {
        RawMonitoringComponent::System => MonitoringComponent::System,
        RawMonitoringComponent::ApiServer => MonitoringComponent::ApiServer,
        RawMonitoringComponent::Scheduler => MonitoringComponent::Scheduler,
        RawMonitoringComponent::ControllerManager => MonitoringComponent::ControllerManager,
        RawMonitoringComponent::Storage => MonitoringComponent::Storage,
        RawMonitoringComponent::Pod => MonitoringComponent::Pod,
        RawMonitoringComponent::Deployment => MonitoringComponent::Deployment,
        RawMonitoringComponent::Statefulset => MonitoringComponent::StatefulSet,
        RawMonitoringComponent::Daemonset => MonitoringComponent::DaemonSet,
        RawMonitoringComponent::Hpa => MonitoringComponent::Hpa,
        RawMonitoringComponent::Kubelet => MonitoringComponent::Kubelet,
        RawMonitoringComponent::Cadvisor => MonitoringComponent::Cadvisor,
    });
    let components = sorted(components.collect());
    if let (Some(first), false) = (
        given.first(),
        components.contains(&MonitoringComponent::System),
    ) {
        let message = "GKE takes no monitoring components without `SYSTEM`";
        without_system(cx, &path.key("monitoring"), message, first.span);
    }
    components
}

fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort();
    all.dedup();
    all
}

fn without_system(cx: &mut Cx, path: &Path<'_>, message: &str, at: Span) {
    cx.needs(path, message, at, "expected `SYSTEM` in the list");
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
