//! FQDNNetworkPolicy specs in `policies:`, refused where GKE would refuse them.

use super::container::port_number;
use super::cx::Cx;
use super::path::Path;
use super::policy::{list, optional, selector};
use crate::model::fqdn::{FqdnMatch, FqdnPolicySpec, FqdnPort, FqdnRule};
use crate::model::port::Protocol;
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::policy::{
    RawFqdnMatch, RawFqdnPort, RawFqdnProtocol, RawFqdnRule, RawFqdnSpec, RawPolicy,
};

/// Whether the cluster serves these policies: also known where the rest of it has mistakes.
pub(super) fn switched_on(raw: &RawProfile) -> bool {
    let cluster = raw.cluster.as_ref();
    let dataplane = cluster.and_then(|cluster| cluster.dataplane.as_ref());
    let switch = dataplane.and_then(|dataplane| dataplane.fqdn_network_policy.as_ref());
    switch.is_some_and(|switch| switch.value)
}

/// A cluster that doesn't serve the kind has no place for the object.
pub(super) fn served(cx: &mut Cx, path: &Path<'_>, raw: &At<RawPolicy>, on: bool) {
    if !on {
        let at = raw.name.as_ref().map_or(raw.span, |name| name.span);
        let message = "a policy by domain name needs a cluster that serves them";
        let right = "expected `cluster.dataplane.fqdnNetworkPolicy: true` as well";
        cx.needs(path, message, at, right);
    }
}

/// The spec of an FQDNNetworkPolicy.
pub(super) fn spec(cx: &mut Cx, path: &Path<'_>, raw: &At<RawFqdnSpec>) -> Option<FqdnPolicySpec> {
    let here = path.key("podSelector");
    let pods = optional(raw.pod_selector.as_ref(), |raw| selector(cx, &here, raw));
    let egress = list(cx, &path.key("egress"), raw.egress.as_ref(), rule);
    let parsed = FqdnPolicySpec::parse(pods?, egress??);
    cx.fits(path, raw.span, parsed)
}

fn rule(cx: &mut Cx, path: &Path<'_>, raw: &At<RawFqdnRule>) -> Option<FqdnRule> {
    let matches = list(cx, &path.key("matches"), raw.matches.as_ref(), host);
    let ports = list(cx, &path.key("ports"), raw.ports.as_ref(), port);
    let parsed = FqdnRule::parse(matches??, ports?);
    cx.fits(path, raw.span, parsed)
}

fn host(cx: &mut Cx, path: &Path<'_>, raw: &At<RawFqdnMatch>) -> Option<FqdnMatch> {
    let name = raw.name.as_ref().map(|name| name.value.as_str());
    let pattern = raw.pattern.as_ref().map(|pattern| pattern.value.as_str());
    cx.fits(path, raw.span, FqdnMatch::parse(name, pattern))
}

fn port(cx: &mut Cx, path: &Path<'_>, raw: &At<RawFqdnPort>) -> Option<FqdnPort> {
    let here = path.key("port");
    let port = optional(raw.port.as_ref(), |port| port_number(cx, &here, Some(port)));
    let protocol = raw.protocol.as_ref().map(|protocol| protocol.value);
    Some(FqdnPort {
        protocol: match protocol {
            Some(RawFqdnProtocol::Tcp) => Some(Protocol::Tcp),
            Some(RawFqdnProtocol::Udp) => Some(Protocol::Udp),
            Some(RawFqdnProtocol::All) | None => None,
        },
        port: port?,
    })
}
