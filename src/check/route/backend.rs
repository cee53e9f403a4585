//! Backends of a route: ports of Services that are there, and may be named from here.

use super::Route;
use crate::check::app::{Written, services};
use crate::check::cx::{Cx, unknown_name};
use crate::check::grant::{self, Reference};
use crate::check::objects;
use crate::check::path::Path;
use crate::diag::{Code, Diagnostic, one_of};
use crate::profile::At;
use crate::profile::raw::app::RawApp;
use crate::profile::raw::route::{RawBackendRef, RawMirrorRef};
use crate::profile::raw::workload::RawProtocol;

/// What a route names.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    kind: Option<&'a At<String>>,
    namespace: Option<&'a At<String>>,
    name: Option<&'a At<String>>,
    port: Option<&'a At<u16>>,
}

/// The same words of each raw type.
macro_rules! target {
    ($raw:expr) => {
        Target {
            kind: $raw.kind.as_ref(),
            namespace: $raw.namespace.as_ref(),
            name: $raw.name.as_ref(),
            port: $raw.port.as_ref(),
        }
    };
}

impl<'a> From<&'a RawBackendRef> for Target<'a> {
    fn from(raw: &'a RawBackendRef) -> Self {
        target!(raw)
    }
}

impl<'a> From<&'a RawMirrorRef> for Target<'a> {
    fn from(raw: &'a RawMirrorRef) -> Self {
        target!(raw)
    }
}

/// A backend that a route names. Kinds other than Services are GKE's own affair.
pub(super) fn check(cx: &mut Cx, path: &Path<'_>, route: &Route<'_>, raw: Target<'_>) {
    let Some(name) = raw.name else { return };
    let kind = raw.kind.filter(|kind| kind.value != "Service");
    if let Some(kind) = kind {
        if kind.value == "ServiceImport" {
            let message = "a ServiceImport needs several clusters of a fleet";
            let right = "expected a Service of this cluster, or leave this out";
            cx.needs(&path.key("kind"), message, kind.span, right);
        }
        return;
    }
    let given = raw.namespace;
    let namespace = given.map_or(route.namespace, |given| &given.value);
    let reference = Reference {
        from: ("HTTPRoute", route.namespace),
        to: ("", "Service", name),
        namespace: given,
    };
    grant::check(cx, &path.key("namespace"), route.app, &reference);
    let Some(port) = raw.port else {
        let message = format!("a route needs the port of the Service `{}`", name.value);
        return cx.needs(
            &path.key("port"),
            &message,
            name.span,
            "expected `port` beside it",
        );
    };
    let app = route.app;
    if app.workloads.as_ref().is_none_or(Vec::is_empty) && app.r#use.is_some() {
        // The application that is used can't be read, and that is a finding of its own.
        return;
    }
    match ports(app, namespace, &name.value) {
        None => cx.push(&path.key("name"), no_service(app, namespace, name)),
        Some(known) if !known.contains(&port.value) => {
            let message = format!("the Service `{}` has no port {}", name.value, port.value);
            let known: Vec<String> = known.iter().map(u16::to_string).collect();
            let finding = Diagnostic::new(Code::UnknownName, message)
                .at(port.span, format!("expected {}", one_of(&known)));
            cx.push(&path.key("port"), finding);
        }
        Some(_) => {}
    }
}

/// The TCP ports of a Service of the profile, also of one that is carried as it is.
fn ports(app: &RawApp, namespace: &str, name: &str) -> Option<Vec<u16>> {
    let is = |one: &Written<'_>| one.namespace == namespace && one.name.value == name;
    if let Some(found) = services(app).find(is) {
        let ports = found.service.ports.iter().flatten();
        let tcp = ports.filter(|port| {
            let protocol = port.protocol.as_ref();
            protocol.is_none_or(|protocol| protocol.value == RawProtocol::Tcp)
        });
        return Some(
            tcp.filter_map(|port| Some(port.port.as_ref()?.value))
                .collect(),
        );
    }
    let mut carried = objects::of_kind(app, "Service", namespace);
    let carried = carried.find(|object| object["metadata"]["name"] == name)?;
    let ports = carried["spec"]["ports"].as_array().into_iter().flatten();
    let number = |port: &serde_json::Value| u16::try_from(port["port"].as_u64()?).ok();
    Some(ports.filter_map(number).collect())
}

fn no_service(app: &RawApp, namespace: &str, name: &At<String>) -> Diagnostic {
    let elsewhere = services(app).find(|one| one.name.value == name.value);
    if let Some(other) = elsewhere {
        let message = format!(
            "there is no Service `{}` in the namespace `{namespace}`",
            name.value
        );
        let right = format!("expected `namespace: {}` beside it", other.namespace);
        return Diagnostic::new(Code::UnknownName, message).at(name.span, right);
    }
    let all: Vec<&str> = services(app).map(|one| one.name.value.as_str()).collect();
    unknown_name("Service", &name.value, name.span, &all)
}
