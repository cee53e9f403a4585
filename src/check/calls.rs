//! `calls:` who calls whom: every call leads somewhere.

use std::net::IpAddr;

use super::app::{Written, namespace_of, services};
use super::cx::{Cx, unknown_name_before};
use super::path::Path;
use crate::diag::{Code, Diagnostic, one_of};
use crate::model::fqdn::FqdnMatch;
use crate::model::names::{DnsLabel, ServiceName};
use crate::model::port::Port;
use crate::model::workload::{Call, OutsideCall};
use crate::profile::At;
use crate::profile::raw::app::RawApp;
use crate::profile::raw::workload::RawWorkload;

/// Calls into the cluster and out of it.
pub(super) fn calls(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawWorkload,
    app: &RawApp,
) -> (Vec<Call>, Vec<OutsideCall>) {
    let here = path.key("calls");
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for (index, written) in raw.calls.iter().flatten().enumerate() {
        let here = here.index(index);
        match written.value.split_once("://") {
            Some((scheme, host)) => outside.extend(outside_call(cx, &here, written, scheme, host)),
            None => inside.extend(endpoint(cx, &here, written, (app, namespace_of(raw, app)))),
        }
    }
    (inside, outside)
}

/// `https://host`, `http://host` or `tcp://host`, each with `:port` where it isn't the usual one.
fn outside_call(
    cx: &mut Cx,
    path: &Path<'_>,
    written: &At<String>,
    scheme: &str,
    host: &str,
) -> Option<OutsideCall> {
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (host, usual_port(scheme)),
    };
    let known = usual_port(scheme).is_some() || scheme == "tcp";
    let port = port.and_then(|port: i64| Port::parse(port).ok());
    let (true, Some(port)) = (known, port) else {
        let message = format!("`{}` is not a host and its port", written.value);
        let finding = Diagnostic::new(Code::BadValue, message).at(
            written.span,
            "expected such as `https://www.example.com` or `tcp://db.example.com:5432`",
        );
        cx.push(path, finding);
        return None;
    };
    if host.parse::<IpAddr>().is_ok() {
        let message = format!("`{host}` is an address, and no name that a policy could allow");
        let finding = Diagnostic::new(Code::BadValue, message)
            .at(
                written.span,
                "expected a name, such as `https://www.example.com`",
            )
            .help("allow an address by a policy of its own, with an `ipBlock`");
        cx.push(path, finding);
        return None;
    }
    let parsed = match host.contains('*') {
        true => FqdnMatch::parse(None, Some(host)),
        false => FqdnMatch::parse(Some(host), None),
    };
    let host = cx.fits(path, written.span, parsed)?;
    Some(OutsideCall { host, port })
}

fn usual_port(scheme: &str) -> Option<i64> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// Reads `service:port` or `service.namespace:port` and finds both in the application as written.
/// A Service without a namespace is sought in the one given, as a cluster's DNS does.
pub(super) fn endpoint(
    cx: &mut Cx,
    path: &Path<'_>,
    written: &At<String>,
    (app, here): (&RawApp, &str),
) -> Option<Call> {
    let Some((name, namespace, port)) = parts(&written.value) else {
        let message = format!("`{}` is not a Service and its port", written.value);
        let finding = Diagnostic::new(Code::BadValue, message).at(
            written.span,
            "expected `service:port`, such as `redis-cart:6379`",
        );
        cx.push(path, finding);
        return None;
    };
    let namespace = namespace.unwrap_or(here);
    let none = app.workloads.as_ref().is_none_or(Vec::is_empty);
    if none && app.r#use.is_some() {
        // The application that is used can't be read, and that is a finding of its own.
        return None;
    }
    let is = |one: &Written<'_>| one.namespace == namespace && one.name.value == name;
    let Some(found) = services(app).find(is) else {
        cx.push(path, no_service(app, written, name, here));
        return None;
    };
    let ports = found.service.ports.iter().flatten();
    let ports: Vec<u16> = ports
        .filter_map(|port| Some(port.port.as_ref()?.value))
        .collect();
    if !ports.contains(&port.get()) {
        let known: Vec<String> = ports.iter().map(u16::to_string).collect();
        let message = format!("the Service `{name}` has no port {port}");
        let finding = Diagnostic::new(Code::UnknownName, message)
            .at(written.span, format!("expected {}", one_of(&known)))
            .and(found.service.span, "the Service");
        cx.push(path, finding);
        return None;
    }
    Some(Call {
        namespace: DnsLabel::parse(namespace).ok()?,
        service: ServiceName::parse(name).ok()?,
        port,
    })
}

/// Service, namespace and port of a call.
fn parts(text: &str) -> Option<(&str, Option<&str>, Port)> {
    let (host, port) = text.rsplit_once(':')?;
    let port = Port::parse(port.parse().ok()?).ok()?;
    match host.split_once('.') {
        None => Some((host, None, port)),
        Some((name, rest)) => {
            let namespace = rest.strip_suffix(".svc.cluster.local").unwrap_or(rest);
            let namespace = namespace.strip_suffix(".svc").unwrap_or(namespace);
            Some((name, Some(namespace), port))
        }
    }
}

/// Names what there is, in other namespaces with these.
fn no_service(app: &RawApp, written: &At<String>, name: &str, here: &str) -> Diagnostic {
    let (host, rest) = match written.value.rfind(':') {
        Some(colon) => written.value.split_at(colon),
        None => (name, ""),
    };
    let full = |one: Written<'_>| match one.namespace == here {
        true => one.name.value.clone(),
        false => format!("{}.{}", one.name.value, one.namespace),
    };
    let known: Vec<String> = services(app).map(full).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    unknown_name_before(rest, "Service", host, written.span, &known)
}
