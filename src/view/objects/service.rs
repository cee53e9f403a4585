//! A Service's object.

use serde_json::{Map, Value as Json, json};

use super::{metadata, patched, protocol, put};
use crate::model::service::{Service, ServicePort};
use crate::model::workload::Workload;

/// A Service in front of a workload.
pub fn service(behind: &Workload, one: &Service) -> Json {
    let mut spec = Map::new();
    put(&mut spec, "type", json!(one.kind.as_str()));
    put(
        &mut spec,
        "clusterIP",
        json!(one.headless.then_some("None")),
    );
    put(&mut spec, "selector", json!(one.selector));
    put(
        &mut spec,
        "ports",
        one.ports.iter().map(service_port).collect(),
    );
    put(
        &mut spec,
        "externalTrafficPolicy",
        json!(one.external_traffic_policy),
    );
    put(
        &mut spec,
        "internalTrafficPolicy",
        json!(one.internal_traffic_policy),
    );
    put(&mut spec, "sessionAffinity", json!(one.session_affinity));
    put(
        &mut spec,
        "loadBalancerSourceRanges",
        json!(one.source_ranges),
    );
    put(
        &mut spec,
        "publishNotReadyAddresses",
        json!(one.publish_not_ready),
    );
    let object = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(one.name.as_str(), &behind.namespace, &one.labels, &one.annotations),
        "spec": spec,
    });
    patched(object, one.patch.as_ref())
}

fn service_port(port: &ServicePort) -> Json {
    let mut out = Map::new();
    put(&mut out, "port", json!(port.port));
    put(&mut out, "targetPort", json!(port.target_port));
    put(&mut out, "name", json!(port.name));
    put(&mut out, "protocol", protocol(port.protocol));
    put(&mut out, "nodePort", json!(port.node_port));
    if !port.app_protocol.is_empty() {
        put(&mut out, "appProtocol", json!(port.app_protocol));
    }
    Json::Object(out)
}
