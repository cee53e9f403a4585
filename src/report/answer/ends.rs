//! The ends of a connection, for people and for machines.

use serde_json::{Value, json};

use crate::netpol::{Endpoint, NodePlace, World};

/// An end as people name it.
pub fn end_name(world: &World, end: &Endpoint) -> String {
    match end {
        Endpoint::Workload(id) => world
            .workload(*id)
            .map_or("?".to_owned(), ToString::to_string),
        Endpoint::Address(ip) => ip.to_string(),
        Endpoint::Domain(name) => name.clone(),
        Endpoint::Node(NodePlace::Local) => "the pod's own node".to_owned(),
        Endpoint::Node(NodePlace::Remote) => "another node".to_owned(),
        Endpoint::Node(NodePlace::Unknown) => "a node".to_owned(),
    }
}

/// An end as JSON: `{"namespace", "name", "kind"}`, `{"address"}`, `{"domain"}` or `{"node"}`.
pub fn end_json(world: &World, end: &Endpoint) -> Value {
    match end {
        Endpoint::Workload(id) => world.workload(*id).map_or(Value::Null, |workload| {
            json!({
                "namespace": workload.namespace, "name": workload.name, "kind": workload.kind
            })
        }),
        Endpoint::Address(ip) => json!({"address": ip.to_string()}),
        Endpoint::Domain(name) => json!({"domain": name}),
        Endpoint::Node(place) => json!({"node": format!("{place:?}").to_lowercase()}),
    }
}
