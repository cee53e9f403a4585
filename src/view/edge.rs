//! The ways in from outside, as the scripts wait for them and show them.

use serde::Serialize;
use serde_json::Value as Json;

use super::scripts::ObjectRef;
use crate::model::app::{App, Ingress};
use crate::model::edge::{
    GATEWAY_GROUP, INGRESS_CLASS, Proxies, ingress_proxies, needs_gateway_api,
};
use crate::model::gateway::{Gateway, GatewayClass, Meta};
use crate::model::service::Service;
use crate::model::workload::Workload;

/// Gateways, their routes, and the kinds that must be served before they can be made.
#[derive(Debug, Clone, Serialize)]
pub struct EdgeView {
    /// Everything that gets an address.
    pub addresses: Vec<AddressView>,
    /// Custom resource definitions that GKE must have installed.
    pub kinds: Vec<String>,
    /// The Gateways.
    pub gateways: Vec<ObjectRef>,
    /// The HTTPRoutes.
    pub routes: Vec<ObjectRef>,
}

/// Something that gets an address.
#[derive(Debug, Clone, Serialize)]
pub struct AddressView {
    /// What kubectl calls its kind.
    pub resource: &'static str,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Where its address stands, as a JSONPath.
    pub path: &'static str,
    /// What stands before the address in a URL.
    pub before: &'static str,
    /// What stands behind it: a port that isn't the usual one.
    pub after: String,
    /// `inside` where only the network reaches it, and else `anywhere`.
    pub from: &'static str,
}

const BALANCED: &str = "{.status.loadBalancer.ingress[0].ip}";
const GATEWAY: &str = "{.status.addresses[0].value}";

/// The view of an application's edge.
pub fn edge(app: &App) -> EdgeView {
    let services = app.load_balancers().map(service);
    let ingresses = app.ingresses.iter().filter_map(ingress);
    let gateways = app.gateways.iter().map(gateway);
    EdgeView {
        addresses: services.chain(ingresses).chain(gateways).collect(),
        kinds: kinds(app),
        gateways: app.gateways.iter().map(|one| object(&one.meta)).collect(),
        routes: app
            .http_routes
            .iter()
            .map(|one| object(&one.meta))
            .collect(),
    }
}

/// The names of the kinds' definitions, those of carried objects included.
fn kinds(app: &App) -> Vec<String> {
    let carried = app.objects.iter().map(|object| &object.json);
    let carried = carried.filter(|object| needs_gateway_api(object));
    let carried = carried.filter_map(definition);
    let own = [
        (app.gateways.is_empty(), "gateways"),
        (app.http_routes.is_empty(), "httproutes"),
        (app.reference_grants.is_empty(), "referencegrants"),
    ];
    let own = own.into_iter().filter(|(empty, _)| !empty);
    let own = own.map(|(_, plural)| format!("{plural}.{GATEWAY_GROUP}"));
    let mut all: Vec<String> = own.chain(carried).collect();
    all.sort();
    all.dedup();
    all
}

/// `HealthCheckPolicy` of `networking.gke.io/v1` -> `healthcheckpolicies.networking.gke.io`.
fn definition(object: &Json) -> Option<String> {
    let kind = object["kind"].as_str()?.to_lowercase();
    let (group, _) = object["apiVersion"].as_str()?.split_once('/')?;
    Some(match kind.strip_suffix("policy") {
        Some(start) => format!("{start}policies.{group}"),
        None => format!("{kind}s.{group}"),
    })
}

fn object(meta: &Meta) -> ObjectRef {
    ObjectRef {
        namespace: meta.namespace.to_string(),
        name: meta.name.to_string(),
    }
}

fn from(inside: bool) -> &'static str {
    if inside { "inside" } else { "anywhere" }
}

fn service((workload, service): (&Workload, &Service)) -> AddressView {
    AddressView {
        resource: "service",
        namespace: workload.namespace.to_string(),
        name: service.name.to_string(),
        path: BALANCED,
        before: "http://",
        after: String::new(),
        from: from(service.is_internal()),
    }
}

/// An Ingress that is none of GKE's may never get an address.
fn ingress(one: &Ingress) -> Option<AddressView> {
    let class = one.annotations.get(INGRESS_CLASS);
    let proxies = ingress_proxies(&one.spec, class)?;
    let secure = one.spec["tls"]
        .as_array()
        .is_some_and(|tls| !tls.is_empty());
    let outside = proxies == Proxies::FrontEnds || class == Some("gce-regional-external");
    Some(AddressView {
        resource: "ingress",
        namespace: one.namespace.to_string(),
        name: one.name.to_string(),
        path: BALANCED,
        before: if secure { "https://" } else { "http://" },
        after: String::new(),
        from: from(!outside),
    })
}

fn gateway(one: &Gateway) -> AddressView {
    let first = one.listeners.first();
    let https = first.is_some_and(|listener| listener.https);
    let usual = if https { 443 } else { 80 };
    let port = first.map(|listener| listener.port.get());
    let port = port.filter(|port| *port != usual);
    AddressView {
        resource: "gateway",
        namespace: one.meta.namespace.to_string(),
        name: one.meta.name.to_string(),
        path: GATEWAY,
        before: if https { "https://" } else { "http://" },
        after: port.map_or_else(String::new, |port| format!(":{port}")),
        from: from(one.class == GatewayClass::RegionalInternal),
    }
}
