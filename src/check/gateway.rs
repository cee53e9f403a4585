//! `app.gateways`: what GKE's Gateway controller would refuse, or never come to an end with.

use super::apart::{Apart, written};
use super::app::{each, namespace_of_object, unique};
use super::container::port_number;
use super::cx::{Cx, unknown_name};
use super::grant::{self, Reference};
use super::path::Path;
use super::policy;
use crate::diag::{Code, Diagnostic};
use crate::model::edge::GATEWAY_GROUP;
use crate::model::gateway::{Gateway, GatewayClass, Listener};
use crate::model::names::HostPattern;
use crate::profile::At;
use crate::profile::raw::app::RawApp;
use crate::profile::raw::gateway::{
    RawFromNamespaces, RawGateway, RawGatewaySpec, RawListener, RawListenerProtocol, RawListenerTls,
};

/// The annotation by which a Gateway takes its certificates from Certificate Manager.
const CERTIFICATE_MAP: &str = "networking.gke.io/certmap";

/// The Gateways.
pub(super) fn gateways(
    cx: &mut Cx,
    path: &Path<'_>,
    app: &RawApp,
    apart: &Apart<'_>,
) -> Option<Vec<Gateway>> {
    let all = app.gateways.iter().flatten();
    let named = all.map(|one| {
        let namespace = namespace_of_object(one.namespace.as_ref(), app);
        (namespace, one.name.as_ref())
    });
    unique(cx, path, "a Gateway", named);
    each(cx, path, app.gateways.as_ref(), |cx, path, raw| {
        gateway(cx, path, raw, (app, apart))
    })
}

fn gateway(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawGateway,
    (app, apart): (&RawApp, &Apart<'_>),
) -> Option<Gateway> {
    let meta = apart.meta(cx, path, written!(raw));
    let spec = raw.spec.as_ref()?;
    let here = path.key("spec");
    let class = class(cx, &here.key("gatewayClassName"), spec);
    let listeners = listeners(cx, &here.key("listeners"), raw, spec);
    secrets(cx, &here.key("listeners"), raw, app);
    Some(Gateway {
        meta: meta?,
        class: class?,
        listeners: listeners?,
        spec: spec.json.clone(),
    })
}

fn class(cx: &mut Cx, path: &Path<'_>, spec: &RawGatewaySpec) -> Option<GatewayClass> {
    let written = spec.gateway_class_name.as_ref()?;
    let class = GatewayClass::from_name(&written.value);
    if class.is_some() {
        return class;
    }
    let one = written.value.strip_suffix(GatewayClass::SEVERAL_CLUSTERS);
    if let Some(one) = one.filter(|one| one.starts_with("gke-l7-")) {
        let message = format!("`{}` is for several clusters of a fleet", written.value);
        let finding = Diagnostic::new(Code::Needs, message)
            .at(written.span, "expected a class for one cluster");
        cx.push(
            path,
            match GatewayClass::from_name(one) {
                Some(_) => finding.suggest(written.span, one),
                None => finding,
            },
        );
        return None;
    }
    let known = GatewayClass::ALL.map(GatewayClass::as_str);
    let finding = unknown_name("GatewayClass", &written.value, written.span, &known);
    let help = "a Gateway of a controller that isn't GKE's can stand in `app.objects`";
    cx.push(path, finding.help(help));
    None
}

fn listeners(
    cx: &mut Cx,
    path: &Path<'_>,
    gateway: &RawGateway,
    spec: &RawGatewaySpec,
) -> Option<Vec<Listener>> {
    let given = spec.listeners.as_deref().unwrap_or_default();
    cx.unique(
        path,
        "a listener",
        given.iter().map(|one| one.name.as_ref()),
    );
    distinct(cx, path, given);
    let map = gateway.annotations.as_ref();
    let certified = map.is_some_and(|all| all.iter().any(|(key, _)| key.value == CERTIFICATE_MAP));
    each(cx, path, spec.listeners.as_ref(), |cx, path, raw| {
        listener(cx, path, raw, certified)
    })
}

fn listener(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &At<RawListener>,
    certified: bool,
) -> Option<Listener> {
    let port = port_number(cx, &path.key("port"), raw.port.as_ref());
    let host = raw.hostname.as_ref();
    cx.parse(&path.key("hostname"), host, HostPattern::parse);
    let protocol = raw.protocol.as_ref()?;
    let https = protocol.value == RawListenerProtocol::Https;
    if https && !certified && raw.tls.as_ref().is_none_or(|tls| !has_certificate(tls)) {
        let message = "HTTPS needs a certificate";
        let right = "expected `tls` with `certificateRefs`, or with `options` that name one";
        let at = raw.tls.as_ref().map_or(protocol.span, |tls| tls.span);
        cx.needs(&path.key("tls"), message, at, right);
    }
    let mode = raw.tls.as_ref().and_then(|tls| tls.mode.as_ref());
    if let Some(mode) = mode.filter(|mode| mode.value != "Terminate") {
        let message = format!("GKE's Gateways don't know the mode `{}`", mode.value);
        let finding = Diagnostic::new(Code::BadValue, message);
        let here = path.key("tls");
        cx.push(
            &here.key("mode"),
            finding.at(mode.span, "expected `Terminate`"),
        );
    }
    allowed(cx, &path.key("allowedRoutes"), raw);
    Some(Listener { port: port?, https })
}

fn has_certificate(tls: &RawListenerTls) -> bool {
    let refs = tls.certificate_refs.as_ref().is_some_and(|r| !r.is_empty());
    refs || tls
        .options
        .as_ref()
        .is_some_and(|all| all.iter().count() > 0)
}

/// A selector and the word that asks for it stand together.
fn allowed(cx: &mut Cx, path: &Path<'_>, raw: &RawListener) {
    let namespaces = raw.allowed_routes.as_ref();
    let Some(raw) = namespaces.and_then(|allowed| allowed.namespaces.as_ref()) else {
        return;
    };
    let here = path.key("namespaces");
    let from = raw.from.as_ref();
    let asked = from.filter(|from| from.value == RawFromNamespaces::Selector);
    match (asked, &raw.selector) {
        (Some(from), None) => {
            let message = "`from: Selector` needs a `selector`";
            let right = "expected `selector` beside it";
            cx.needs(&here.key("selector"), message, from.span, right);
        }
        (None, Some(selector)) => {
            let message = "a `selector` has no effect without `from: Selector`";
            let because = from.map(|from| (from.span, "this says which namespaces"));
            let here = here.key("selector");
            cx.excluded(
                &here,
                message,
                selector.span,
                "leave one of the two out",
                because,
            );
        }
        _ => {}
    }
    if let Some(selector) = &raw.selector {
        policy::selector(cx, &here.key("selector"), selector);
    }
}

/// A port has one protocol, and each host once. Source: Gateway API reference, "Listener".
fn distinct(cx: &mut Cx, path: &Path<'_>, given: &[At<RawListener>]) {
    let host = |one: &RawListener| one.hostname.as_ref().map(|host| host.value.clone());
    let protocol = |one: &RawListener| one.protocol.as_ref().map(|it| it.value);
    for (index, one) in given.iter().enumerate() {
        let Some(port) = &one.port else { continue };
        let same = |other: &&At<RawListener>| {
            let same_port = other.port.as_ref().is_some_and(|p| p.value == port.value);
            same_port && (protocol(other) != protocol(one) || host(other) == host(one))
        };
        let Some(first) = given.iter().take(index).find(same) else {
            continue;
        };
        let message = format!("a listener has the port {} already", port.value);
        let mut finding = Diagnostic::new(Code::DuplicateName, message)
            .at(port.span, "expected another port, or another host");
        if let Some(first) = &first.port {
            finding = finding.and(first.span, "it stands here first");
        }
        cx.push(&path.index(index).key("port"), finding);
    }
}

/// Certificates in other namespaces are for those that these let in.
fn secrets(cx: &mut Cx, path: &Path<'_>, raw: &RawGateway, app: &RawApp) {
    let listeners = raw.spec.as_ref().and_then(|spec| spec.listeners.as_ref());
    for (index, listener) in listeners.into_iter().flatten().enumerate() {
        let refs = listener
            .tls
            .as_ref()
            .and_then(|tls| tls.certificate_refs.as_ref());
        for (number, secret) in refs.into_iter().flatten().enumerate() {
            let (here, name) = (path.index(index), secret.name.as_ref());
            let (here, Some(name)) = (here.key("tls"), name) else {
                continue;
            };
            let here = here.key("certificateRefs");
            let reference = Reference {
                from: ("Gateway", namespace_of_object(raw.namespace.as_ref(), app)),
                to: ("", "Secret", name),
                namespace: secret.namespace.as_ref(),
            };
            grant::check(cx, &here.index(number).key("namespace"), app, &reference);
        }
    }
}

/// Whether a kind and its group are those of a Gateway, as they are without a word.
pub(super) fn is_gateway(group: Option<&At<String>>, kind: Option<&At<String>>) -> bool {
    group.is_none_or(|group| group.value == GATEWAY_GROUP)
        && kind.is_none_or(|kind| kind.value == "Gateway")
}
