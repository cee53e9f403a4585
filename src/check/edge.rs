//! What Gateways, routes and Ingresses want of the cluster: an API that is on, and a subnet for
//! proxies where these are in the cluster's region.

use super::cx::Cx;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::edge::{self, INGRESS_CLASS, Proxies};
use crate::model::version::GkeVersion;
use crate::profile::raw::RawProfile;
use crate::profile::raw::app::{RawApp, RawIngress};
use crate::profile::raw::cluster::{RawCluster, RawMode};
use crate::profile::raw::object::RawObject;
use crate::source::Span;

/// What is wanted, and the first thing that wants it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wants {
    /// The Gateway API.
    pub(super) gateway_api: Option<Span>,
    /// A proxy-only subnet.
    pub(super) proxy_subnet: Option<Span>,
}

/// What the application wants.
pub(super) fn wants(raw: &RawProfile) -> Wants {
    let app = raw.app.as_ref();
    Wants {
        gateway_api: app.and_then(|app| gateways(app)),
        proxy_subnet: app.and_then(|app| regional(app)),
    }
}

fn gateways(app: &RawApp) -> Option<Span> {
    let gateways = app.gateways.iter().flatten().map(|one| one.span);
    let routes = app.http_routes.iter().flatten().map(|one| one.span);
    let grants = app.reference_grants.iter().flatten().map(|one| one.span);
    let objects = app.objects.iter().flatten();
    let objects = objects.filter(|RawObject(node)| edge::needs_gateway_api(&node.to_json()));
    let objects = objects.map(|RawObject(node)| node.span);
    gateways.chain(routes).chain(grants).chain(objects).next()
}

/// The first load balancer whose proxies are in the cluster's region.
fn regional(app: &RawApp) -> Option<Span> {
    let gateways = app.gateways.iter().flatten().map(|one| {
        let spec = one.spec.as_ref();
        (
            spec.and_then(|spec| edge::gateway_proxies(&spec.json)),
            one.span,
        )
    });
    let ingresses = app.ingresses.iter().flatten().map(|one| {
        let spec = one.spec.as_ref();
        let proxies = spec.and_then(|spec| edge::ingress_proxies(&spec.json, class(one)));
        (proxies, one.span)
    });
    let objects = app.objects.iter().flatten();
    let objects = objects.map(|RawObject(node)| (edge::proxies(&node.to_json()), node.span));
    let mut all = gateways.chain(ingresses).chain(objects);
    all.find(|(proxies, _)| *proxies == Some(Proxies::ProxySubnet))
        .map(|(_, span)| span)
}

fn class(ingress: &RawIngress) -> Option<&str> {
    let annotations = ingress.annotations.as_ref()?;
    let mut all = annotations.iter();
    let class = all.find(|(key, _)| key.value == INGRESS_CLASS);
    class.map(|(_, class)| class.value.as_str())
}

/// From which version on GKE serves Gateways and routes in the version v1. Source: GKE
/// documentation, "GatewayClass capabilities", CRD versions.
const GATEWAY_API_SINCE: GkeVersion = GkeVersion::full(29, 3, 0);

/// Whether the cluster serves the Gateway API.
pub(super) fn gateway_api(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawCluster,
    (version, wants): (Option<&GkeVersion>, Wants),
) -> bool {
    let mode = raw
        .mode
        .as_ref()
        .filter(|mode| mode.value == RawMode::Autopilot);
    let word = raw.gateway_api.as_ref();
    let here = path.key("gatewayApi");
    if let Some(off) = word.filter(|word| !word.value) {
        let (message, because) = match (wants.gateway_api, mode) {
            (Some(at), _) => (
                "the application needs the Gateway API",
                Some((at, "here, at first")),
            ),
            (None, Some(mode)) => (
                "Autopilot always serves the Gateway API",
                Some((mode.span, "the cluster is an Autopilot one")),
            ),
            (None, None) => return false,
        };
        cx.excluded(&here, message, off.span, "leave this out", because);
    }
    let wanted = word.filter(|word| word.value).map(|word| word.span);
    let wanted = wanted.or(wants.gateway_api);
    if let (Some(at), Some(version)) = (wanted, version)
        && version.is_before(&GATEWAY_API_SINCE)
    {
        let message = format!(
            "the Gateway API needs GKE {GATEWAY_API_SINCE}, the cluster is created with {version}"
        );
        let finding = Diagnostic::new(Code::VersionTooOld, message)
            .at(at, "expected a newer `cluster.version`, or none");
        cx.push(&path.key("version"), finding);
    }
    wanted.is_some() || mode.is_some()
}
