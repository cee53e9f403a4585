//! `cluster.network`: names, ranges that must not overlap, ranges that must be large enough.

mod proxy;

use ipnet::Ipv4Net;

use super::cx::Cx;
use super::path::Path;
use crate::diag::{Code, Diagnostic, Severity};
use crate::model::names::{ClusterName, ResourceName};
use crate::model::network::{self, ExistingNetwork, NamedRange, Nat, Network, OwnNetwork};
use crate::profile::At;
use crate::profile::raw::cluster::{RawCluster, RawNetwork, RawRange};
use crate::source::Span;

/// Ranges of a lab that names none. Source of the sizes: GKE documentation, "VPC-native clusters".
const SUBNET: &str = "10.0.0.0/20";
const PODS: &str = "10.4.0.0/14";
const SERVICES: &str = "10.0.32.0/20";

/// What a network must know of its cluster: its name, whether its nodes have no external addresses,
/// and what wants a proxy-only subnet.
pub(super) type About<'a> = (&'a ClusterName, bool, Option<Span>);

/// The network of a cluster.
pub(super) fn network(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&At<RawNetwork>>,
    about: About<'_>,
) -> Option<Network> {
    let empty = RawNetwork::default();
    let raw = raw.map_or(&empty, |raw| &raw.value);
    if raw.existing.as_ref().is_some_and(|existing| existing.value) {
        return existing(cx, path, raw, about.2).map(Network::Existing);
    }
    own(cx, path, raw, about).map(Network::Own)
}

fn existing(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawNetwork,
    wanted: Option<Span>,
) -> Option<ExistingNetwork> {
    let at = raw.existing.as_ref()?.span;
    for (key, given) in [("nat", raw.nat.as_ref().map(|nat| nat.span))] {
        if let Some(span) = given {
            let message = "the lab can't give a network that exists already a Cloud NAT";
            let because = Some((at, "the network exists already"));
            cx.excluded(&path.key(key), message, span, "leave this out", because);
        }
    }
    for (key, range) in [
        ("subnet", &raw.subnet),
        ("pods", &raw.pods),
        ("services", &raw.services),
    ] {
        if let Some(given) = range.as_ref().and_then(|range| range.range.as_ref()) {
            let message = "a network that exists already has its addresses already";
            let because = Some((at, "the network exists already"));
            let here = path.key(key);
            cx.excluded(
                &here.key("range"),
                message,
                given.span,
                "leave this out",
                because,
            );
        }
    }
    let name = required(cx, path, raw.name.as_ref(), "name", at);
    let subnet = raw.subnet.as_ref().and_then(|subnet| subnet.name.as_ref());
    let subnet = required(cx, &path.key("subnet"), subnet, "name", at);
    let optional = |cx: &mut Cx, key: &str, range: &Option<At<RawRange>>| {
        let name = range.as_ref().and_then(|range| range.name.as_ref());
        let here = path.key(key);
        cx.parse(&here.key("name"), name, ResourceName::parse)
    };
    let pods = optional(cx, "pods", &raw.pods);
    let services = optional(cx, "services", &raw.services);
    distinct(cx, path, raw, pods.as_ref(), services.as_ref());
    let here = path.key("proxySubnet");
    let proxy_range = proxy::existing(cx, &here, raw.proxy_subnet.as_ref(), (at, wanted));
    Some(ExistingNetwork {
        name: name?,
        subnet: subnet?,
        pods,
        services,
        proxy_range,
    })
}

/// The two secondary ranges of a subnet need names of their own.
fn distinct(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawNetwork,
    pods: Option<&ResourceName>,
    services: Option<&ResourceName>,
) {
    if pods.is_none() || pods != services {
        return;
    }
    let name = |range: &Option<At<RawRange>>| {
        let range = range.as_ref()?;
        range.name.as_ref().map(|name| name.span)
    };
    let (Some(at), first) = (name(&raw.services).or(name(&raw.pods)), name(&raw.pods)) else {
        return;
    };
    let message = "the ranges of pods and Services have the same name";
    let finding = Diagnostic::new(Code::DuplicateName, message).at(at, "expected another name");
    let finding = match first {
        Some(first) if first != at => finding.and(first, "the pods' range"),
        _ => finding,
    };
    let here = path.key("services");
    cx.push(&here.key("name"), finding);
}

fn required(
    cx: &mut Cx,
    path: &Path<'_>,
    name: Option<&At<String>>,
    key: &str,
    existing: Span,
) -> Option<ResourceName> {
    let here = path.key(key);
    if name.is_none() {
        let message = format!("a network that exists already needs `{here}`");
        cx.needs(&here, &message, existing, "name the network and its subnet");
    }
    cx.parse(&here, name, ResourceName::parse)
}

fn own(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawNetwork,
    (cluster, private, wanted): About<'_>,
) -> Option<OwnNetwork> {
    let name = match &raw.name {
        Some(name) => cx.parse(&path.key("name"), Some(name), ResourceName::parse),
        None => ResourceName::parse(&format!("{cluster}-network")).ok(),
    };
    let subnet_name = format!("{cluster}-nodes");
    let subnet = range(
        cx,
        &path.key("subnet"),
        raw.subnet.as_ref(),
        &subnet_name,
        SUBNET,
    );
    let pods = range(cx, &path.key("pods"), raw.pods.as_ref(), "pods", PODS);
    let services = range(
        cx,
        &path.key("services"),
        raw.services.as_ref(),
        "services",
        SERVICES,
    );
    if let (Some(pods), Some(services)) = (&pods, &services) {
        distinct(cx, path, raw, Some(&pods.name), Some(&services.name));
    }
    let taken = [&subnet, &pods, &services].map(|range| range.as_ref().map(|it| it.range));
    let here = path.key("proxySubnet");
    let about = (cluster, wanted);
    let nodes = subnet.as_ref().map(|subnet| &subnet.name);
    let others = (nodes, taken.as_slice());
    let proxy_subnet = proxy::own(cx, &here, raw.proxy_subnet.as_ref(), about, others);
    if let (Some(nat), true) = (&raw.nat, private)
        && !nat.value
    {
        let message = "private nodes need Cloud NAT to pull images from outside Google Cloud";
        let because = None;
        cx.excluded(
            &path.key("nat"),
            message,
            nat.span,
            "expected `true`, or leave this out",
            because,
        );
    }
    let nat = private || raw.nat.as_ref().is_some_and(|nat| nat.value);
    let nat = nat.then(|| nat_of(cluster)).flatten();
    Some(OwnNetwork {
        name: name?,
        subnet: subnet?,
        pods: pods?,
        services: services?,
        proxy_subnet,
        nat,
    })
}

fn nat_of(cluster: &ClusterName) -> Option<Nat> {
    Some(Nat {
        router: ResourceName::parse(&format!("{cluster}-router")).ok()?,
        gateway: ResourceName::parse(&format!("{cluster}-nat")).ok()?,
    })
}

fn range(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&At<RawRange>>,
    name: &str,
    default: &str,
) -> Option<NamedRange> {
    let given = raw.and_then(|raw| raw.name.as_ref());
    let name = match given {
        Some(given) => cx.parse(&path.key("name"), Some(given), ResourceName::parse),
        None => ResourceName::parse(name).ok(),
    };
    let addresses = match raw.and_then(|raw| raw.range.as_ref()) {
        Some(given) => ipv4(cx, &path.key("range"), given),
        None => default.parse().ok(),
    };
    Some(NamedRange {
        name: name?,
        range: addresses?,
    })
}

/// An IPv4 range with no bits set behind its prefix.
pub(super) fn ipv4(cx: &mut Cx, path: &Path<'_>, text: &At<String>) -> Option<Ipv4Net> {
    let Ok(net) = text.value.parse::<Ipv4Net>() else {
        let message = format!("`{}` is not a range of IPv4 addresses", text.value);
        let right = "expected a CIDR block such as `10.0.0.0/20`";
        cx.push(
            path,
            Diagnostic::new(Code::BadRange, message).at(text.span, right),
        );
        return None;
    };
    if net.addr() != net.network() {
        let message = format!("`{}` starts inside its block", text.value);
        let right = format!("the block starts at `{}`", net.network());
        let finding = Diagnostic::new(Code::BadRange, message)
            .at(text.span, right)
            .suggest(text.span, net.trunc().to_string());
        cx.push(path, finding);
        return None;
    }
    Some(net)
}

/// What must hold between the ranges, and between the ranges and the nodes.
pub(super) fn ranges(
    cx: &mut Cx,
    raw: &RawCluster,
    network: &Network,
    control_plane: Option<Ipv4Net>,
    most_nodes: Option<u64>,
    max_pods_per_node: u32,
) {
    let Some(own) = network.own() else { return };
    let raw_network = raw.network.as_ref();
    let given = |pick: fn(&RawNetwork) -> &Option<At<RawRange>>| {
        let range = pick(raw_network?).as_ref()?;
        Some(range.range.as_ref().map_or(range.span, |range| range.span))
    };
    let whole = raw.location.as_ref().map(|location| location.span);
    let otherwise = raw_network.map(|network| network.span).or(whole);
    let (subnet, pods) = (given(|n| &n.subnet), given(|n| &n.pods));
    let services = given(|n| &n.services);
    let plane = raw
        .control_plane
        .as_ref()
        .and_then(|plane| plane.range.as_ref());
    let all = [
        ("subnet", Some(own.subnet.range), subnet),
        ("pods", Some(own.pods.range), pods),
        ("services", Some(own.services.range), services),
        (
            "proxySubnet",
            network.proxy_range(),
            given(|n| &n.proxy_subnet),
        ),
        ("controlPlane", control_plane, plane.map(|range| range.span)),
    ];
    overlaps(cx, &all, otherwise);
    reserved(cx, &all);
    let (subnet, pods) = (subnet.or(otherwise), pods.or(otherwise));
    if let Some(subnet) = subnet {
        // Autopilot makes the nodes, but no fewer than one.
        enough_nodes(cx, own, subnet, most_nodes.unwrap_or(1));
    }
    not_too_large(cx, "pods", pods, own.pods.range, LARGEST_PODS);
    not_too_large(
        cx,
        "services",
        services,
        own.services.range,
        LARGEST_SERVICES,
    );
    if let Some(pods) = pods {
        enough_pods(cx, own, pods, most_nodes, max_pods_per_node);
    }
    if let (Some(span), 29..) = (services, own.services.range.prefix_len()) {
        let message = format!("`{}` is too small for Services", own.services.range);
        too_small(
            cx,
            "services",
            span,
            message,
            "expected a /28 or larger, such as a /20",
        );
    }
}

/// The largest range of Pods that is known to be taken. No public source says whether GKE refuses a
/// larger one, so that is a warning.
const LARGEST_PODS: (u8, Severity) = (9, Severity::Warning);
/// The largest range of Services. Source: GKE's own answer to a larger one, "Services CIDR range is
/// smaller than minimum (14 < 16)", as told in rancher/rancher#32207.
const LARGEST_SERVICES: (u8, Severity) = (16, Severity::Error);

const fn block(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(std::net::Ipv4Addr::new(a, b, c, d), prefix)
}

/// Addresses that no range may hold, and whose they are. Source: VPC documentation, "Prohibited
/// IPv4 subnet ranges"; GKE documentation, "VPC-native clusters", IP ranges to avoid.
const RESERVED: [(Ipv4Net, &str); 7] = [
    (
        block(169, 254, 0, 0, 16),
        "link-local addresses, which Google Cloud uses itself",
    ),
    (
        block(172, 17, 0, 0, 16),
        "addresses that every node uses for its own bridge",
    ),
    (
        block(0, 0, 0, 0, 8),
        "addresses that mean the network itself",
    ),
    (
        block(127, 0, 0, 0, 8),
        "addresses that mean the machine itself",
    ),
    (block(224, 0, 0, 0, 4), "multicast addresses"),
    (
        block(199, 36, 153, 4, 30),
        "addresses of restricted Google Access",
    ),
    (
        block(199, 36, 153, 8, 30),
        "addresses of Private Google Access",
    ),
];

type Named = (&'static str, Option<Ipv4Net>, Option<Span>);

fn share(one: &Ipv4Net, other: &Ipv4Net) -> bool {
    one.contains(other) || other.contains(one)
}

/// Where one of the two is written, the finding stands there, and else where it could be.
fn overlaps(cx: &mut Cx, ranges: &[Named], otherwise: Option<Span>) {
    for (index, (key, one, at)) in ranges.iter().enumerate() {
        for (other_key, other, other_at) in &ranges[..index] {
            let (Some(one), Some(other)) = (one, other) else {
                continue;
            };
            if !share(one, other) {
                continue;
            }
            let (written, span, also) = match (at, other_at) {
                (Some(at), also) => (*key, *at, *also),
                (None, Some(at)) => (*other_key, *at, None),
                (None, None) => match otherwise {
                    Some(at) => (*key, at, None),
                    None => continue,
                },
            };
            cx.push(
                &cluster_path(written),
                overlap(one, other, key, other_key, span, also),
            );
        }
    }
}

fn overlap(
    one: &Ipv4Net,
    other: &Ipv4Net,
    key: &str,
    other_key: &str,
    span: Span,
    also: Option<Span>,
) -> Diagnostic {
    let message = format!("`{one}` of `{key}` overlaps `{other}` of `{other_key}`");
    let finding =
        Diagnostic::new(Code::RangesOverlap, message).at(span, "expected a range of its own");
    match also {
        Some(also) if also != span => finding.and(also, format!("`{other}`")),
        _ => finding,
    }
}

/// Of a range as large as the internet, the first part that is taken is enough to tell.
fn reserved(cx: &mut Cx, ranges: &[Named]) {
    for (key, range, at) in ranges {
        let (Some(range), Some(at)) = (range, at) else {
            continue;
        };
        let taken = RESERVED.iter().find(|(block, _)| share(block, range));
        if let Some((block, whose)) = taken {
            let message = format!("`{range}` holds {whose}");
            let finding = Diagnostic::new(Code::RangesOverlap, message)
                .at(*at, format!("expected a range outside `{block}`"));
            cx.push(&cluster_path(key), finding);
        }
    }
}

fn not_too_large(
    cx: &mut Cx,
    key: &'static str,
    at: Option<Span>,
    range: Ipv4Net,
    (largest, severity): (u8, Severity),
) {
    if let (Some(at), true) = (at, range.prefix_len() < largest) {
        let is = match severity {
            Severity::Error => "is",
            _ => "may be",
        };
        let message = format!("`{range}` {is} larger than GKE takes for `{key}`");
        let mut finding = Diagnostic::new(Code::BadRange, message)
            .at(at, format!("expected a /{largest} or smaller"));
        finding.severity = severity;
        cx.push(&cluster_path(key), finding);
    }
}

fn cluster_path(key: &'static str) -> Path<'static> {
    const CLUSTER: Path<'static> = Path::Key(&Path::Root, "cluster");
    const NETWORK: Path<'static> = Path::Key(&CLUSTER, "network");
    match key {
        "controlPlane" => Path::Key(&CLUSTER, key),
        _ => Path::Key(&NETWORK, key),
    }
}

fn enough_nodes(cx: &mut Cx, own: &OwnNetwork, span: Span, nodes: u64) {
    let room = network::nodes_of_subnet(own.subnet.range.prefix_len());
    if room < nodes {
        let message = format!(
            "the subnet `{}` has addresses for {room} nodes, the node pools can have {nodes}",
            own.subnet.range
        );
        let right = "expected a larger subnet or fewer nodes";
        too_small(cx, "subnet", span, message, right);
    }
}

fn enough_pods(cx: &mut Cx, own: &OwnNetwork, span: Span, nodes: Option<u64>, max_pods: u32) {
    let room = network::nodes_of_pod_range(own.pods.range.prefix_len(), max_pods);
    let nodes = nodes.unwrap_or(1);
    if room < nodes {
        let block = network::pod_block(max_pods);
        let message = format!(
            "the pod range `{}` has room for {room} nodes of {max_pods} pods (a /{block} each), the node pools can have {nodes}",
            own.pods.range
        );
        let right = "expected a larger range, fewer nodes or fewer pods per node";
        too_small(cx, "pods", span, message, right);
    }
}

fn too_small(cx: &mut Cx, key: &'static str, span: Span, message: String, right: &str) {
    let finding = Diagnostic::new(Code::RangeTooSmall, message).at(span, right);
    cx.push(&cluster_path(key), finding);
}
