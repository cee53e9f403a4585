//! `parentRefs` of a route: Gateways that are there and let it in.

use super::Route;
use crate::check::app::namespace_of_object;
use crate::check::cx::{Cx, unknown_name};
use crate::check::gateway::is_gateway;
use crate::check::objects;
use crate::check::path::Path;
use crate::check::policy;
use crate::diag::{Code, Diagnostic, one_of};
use crate::model::edge::GATEWAY_GROUP;
use crate::model::labels::{Labels, NAMESPACE_NAME_LABEL};
use crate::model::names::HostPattern;
use crate::profile::At;
use crate::profile::raw::app::RawApp;
use crate::profile::raw::gateway::{
    RawFromNamespaces, RawGateway, RawListener, RawRouteKind, RawRouteNamespaces,
};
use crate::profile::raw::route::RawParentRef;

/// A Gateway that a route names.
pub(super) fn check(cx: &mut Cx, path: &Path<'_>, route: &Route<'_>, raw: &At<RawParentRef>) {
    let Some(name) = &raw.name else { return };
    if !is_gateway(raw.group.as_ref(), raw.kind.as_ref()) {
        let kind = raw.kind.as_ref().or(raw.group.as_ref());
        let at = kind.map_or(raw.span, |kind| kind.span);
        let message = "GKE's routes stand behind Gateways only";
        let finding = Diagnostic::new(Code::BadValue, message);
        return cx.push(&path.key("kind"), finding.at(at, "expected `Gateway`"));
    }
    let given = raw.namespace.as_ref();
    let namespace = given.map_or(route.namespace, |given| &given.value);
    let found = gateways(route.app).find(|(ns, other, _)| *ns == namespace && *other == name.value);
    let Some((_, _, gateway)) = found else {
        let mut carried = objects::of_kind(route.app, "Gateway", namespace);
        if !carried.any(|object| object["metadata"]["name"] == name.value) {
            cx.push(&path.key("name"), no_gateway(route.app, namespace, name));
        }
        return;
    };
    let listeners = gateway
        .spec
        .as_ref()
        .and_then(|spec| spec.listeners.as_ref());
    let listeners: Vec<&At<RawListener>> = listeners.into_iter().flatten().collect();
    if let Some(meant) = meant(cx, path, raw, name, &listeners) {
        lets_in(cx, path, route, (name, namespace), &meant);
    }
}

/// The profile's Gateways with their namespaces and names.
fn gateways(app: &RawApp) -> impl Iterator<Item = (&str, &str, &RawGateway)> {
    app.gateways.iter().flatten().filter_map(|gateway| {
        let namespace = namespace_of_object(gateway.namespace.as_ref(), app);
        Some((
            namespace,
            gateway.name.as_ref()?.value.as_str(),
            &gateway.value,
        ))
    })
}

fn no_gateway(app: &RawApp, namespace: &str, name: &At<String>) -> Diagnostic {
    let elsewhere = gateways(app).find(|(_, other, _)| *other == name.value);
    match elsewhere {
        Some((other, ..)) => {
            let message = format!(
                "there is no Gateway `{}` in the namespace `{namespace}`",
                name.value
            );
            Diagnostic::new(Code::UnknownName, message).at(
                name.span,
                format!("expected `namespace: {other}` beside it"),
            )
        }
        None => {
            let all: Vec<&str> = gateways(app).map(|(_, name, _)| name).collect();
            unknown_name("Gateway", &name.value, name.span, &all)
        }
    }
}

/// The listeners that a reference means: all, or those of a name or a port.
fn meant<'a>(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawParentRef,
    gateway: &At<String>,
    listeners: &[&'a At<RawListener>],
) -> Option<Vec<&'a At<RawListener>>> {
    let mut meant = listeners.to_vec();
    if let Some(section) = &raw.section_name {
        let named = |one: &&'a At<RawListener>| Some((one.name.as_ref()?.value.as_str(), *one));
        let known = listeners.iter().filter_map(named);
        meant = vec![cx.lookup(&path.key("sectionName"), "listener", section, known)?];
    }
    if let Some(port) = &raw.port {
        let is = |one: &&At<RawListener>| one.port.as_ref().is_some_and(|p| p.value == port.value);
        meant.retain(is);
        if meant.is_empty() {
            let ports = listeners.iter().filter_map(|one| one.port.as_ref());
            let known: Vec<String> = ports.map(|port| port.value.to_string()).collect();
            let message = match &raw.section_name {
                Some(section) => format!("the listener `{}` has another port", section.value),
                None => format!(
                    "the Gateway `{}` has no listener on port {}",
                    gateway.value, port.value
                ),
            };
            let finding = Diagnostic::new(Code::UnknownName, message)
                .at(port.span, format!("expected {}", one_of(&known)));
            cx.push(&path.key("port"), finding);
            return None;
        }
    }
    Some(meant)
}

/// One of the listeners at least must take routes of this kind, namespace and host.
fn lets_in(
    cx: &mut Cx,
    path: &Path<'_>,
    route: &Route<'_>,
    (name, home): (&At<String>, &str),
    listeners: &[&At<RawListener>],
) {
    let all = listeners.iter().copied();
    let open: Vec<&At<RawListener>> = all.filter(|one| takes(route, home, one)).collect();
    let finding = match (open.first(), listeners.first()) {
        (Some(_), _) if open.iter().any(|one| answers(route, one)) => return,
        (Some(open), _) => other_hosts(route, name, open),
        (None, Some(closed)) => not_let_in(route, name, closed),
        (None, None) => return,
    };
    cx.push(&path.key("name"), finding);
}

fn not_let_in(route: &Route<'_>, gateway: &At<String>, listener: &At<RawListener>) -> Diagnostic {
    let message = format!(
        "the Gateway `{}` takes no HTTPRoute of the namespace `{}`",
        gateway.value, route.namespace
    );
    let allowed = listener.allowed_routes.as_ref();
    let at = allowed.map_or(listener.span, |it| it.span);
    let right = "expected a listener whose `allowedRoutes` let it in";
    Diagnostic::new(Code::Needs, message)
        .at(gateway.span, right)
        .and(at, "this one takes others")
}

fn other_hosts(route: &Route<'_>, gateway: &At<String>, listener: &At<RawListener>) -> Diagnostic {
    let message = format!(
        "no listener of the Gateway `{}` answers for the route's hosts",
        gateway.value
    );
    let hosts = route.spec.hostnames.as_deref().unwrap_or_default();
    let at = hosts.first().map_or(gateway.span, |host| host.span);
    let finding = Diagnostic::new(Code::Excluded, message).at(at, "expected one of its hosts");
    match &listener.hostname {
        Some(host) => finding.and(host.span, "this one answers for others"),
        None => finding,
    }
}

fn takes(route: &Route<'_>, home: &str, listener: &RawListener) -> bool {
    let allowed = listener.allowed_routes.as_ref();
    let kinds = allowed.and_then(|allowed| allowed.kinds.as_ref());
    let is = |kind: &At<RawRouteKind>| {
        let group = kind.group.as_ref();
        group.is_none_or(|group| group.value == GATEWAY_GROUP)
            && kind
                .kind
                .as_ref()
                .is_some_and(|kind| kind.value == "HTTPRoute")
    };
    let kind = kinds.is_none_or(|kinds| kinds.is_empty() || kinds.iter().any(is));
    let namespaces = allowed.and_then(|allowed| allowed.namespaces.as_ref());
    kind && namespaces.map_or(route.namespace == home, |raw| means(route, home, raw))
}

fn means(route: &Route<'_>, home: &str, raw: &RawRouteNamespaces) -> bool {
    match raw.from.as_ref().map(|from| from.value) {
        Some(RawFromNamespaces::All) => true,
        Some(RawFromNamespaces::Same) | None => route.namespace == home,
        Some(RawFromNamespaces::Selector) => {
            // What is wrong with the selector is said where the Gateway is looked at.
            let mut aside = Cx::default();
            let selector = raw.selector.as_ref();
            let read = selector.and_then(|raw| policy::selector(&mut aside, &Path::Root, raw));
            read.is_none_or(|selector| selector.matches(&labels(route)))
        }
    }
}

/// The labels of a route's namespace, as far as the profile says them.
fn labels(route: &Route<'_>) -> Labels {
    let mut labels = Labels::new();
    let own = route.app.namespaces.iter().flatten();
    let own = own.filter(|own| {
        own.name
            .as_ref()
            .is_some_and(|n| n.value == route.namespace)
    });
    for (key, value) in own
        .filter_map(|own| own.labels.as_ref())
        .flat_map(|all| all.iter())
    {
        labels.insert(&key.value, &value.value);
    }
    labels.insert(NAMESPACE_NAME_LABEL, route.namespace);
    labels
}

/// Whether a listener answers for one of the route's hosts. A name that is none is a finding
/// already.
fn answers(route: &Route<'_>, listener: &RawListener) -> bool {
    let Some(own) = &listener.hostname else {
        return true;
    };
    let hosts = route.spec.hostnames.as_deref().unwrap_or_default();
    let Ok(own) = HostPattern::parse(&own.value) else {
        return true;
    };
    let meets =
        |host: &At<String>| HostPattern::parse(&host.value).map_or(true, |it| it.meets(&own));
    hosts.is_empty() || hosts.iter().any(meets)
}
