//! `cluster.controlPlane:` who reaches it, and where it is.

use ipnet::Ipv4Net;

use super::cluster::is;
use super::cx::Cx;
use super::network;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::cluster::{AuthorizedNetwork, ControlPlane};
use crate::profile::raw::cluster::{RawAuthorizedNetwork, RawCluster, RawControlPlane};

pub(super) fn control_plane(cx: &mut Cx, path: &Path<'_>, cluster: &RawCluster) -> ControlPlane {
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
    if endpoint.is_some() {
        private_authorized(cx, &here, raw);
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

/// Ranges that no address of the internet lies in. Source: VPC documentation, "Valid IPv4 ranges".
const RESERVED: [&str; 11] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
];

/// From the internet nobody reaches a private endpoint, and GKE refuses to be told otherwise.
fn private_authorized(cx: &mut Cx, path: &Path<'_>, raw: &RawControlPlane) {
    let here = path.key("authorizedNetworks");
    let reserved: Vec<Ipv4Net> = RESERVED.iter().filter_map(|net| net.parse().ok()).collect();
    for (index, network) in raw.authorized_networks.iter().flatten().enumerate() {
        let Some(written) = &network.range else {
            continue;
        };
        let Ok(range) = written.value.parse::<Ipv4Net>() else {
            continue;
        };
        if !reserved.iter().any(|net| net.contains(&range)) {
            let message = format!("`{range}` is on the internet, and the endpoint is private");
            let because = raw.private_endpoint.as_ref();
            let because = because.map(|endpoint| (endpoint.span, "it is private here"));
            let right = "expected a private range, such as `10.0.0.0/8`";
            let here = here.index(index);
            cx.excluded(&here.key("range"), &message, written.span, right, because);
        }
    }
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
