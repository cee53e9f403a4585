//! When two objects are the same to Kubernetes.

use serde_json::{Map, Value as Json, json};

use super::services::is_service;
use crate::model::names::CLUSTER_KINDS;

/// Takes out keys with nothing behind them: to Kubernetes they are absent.
pub(super) fn without_nulls(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// Kind, namespace and name: `Deployment default/frontend`. Where another group uses a word of
/// Kubernetes' own, its name stands behind the kind: `Service.serving.knative.dev default/a`.
pub(super) fn title(object: &Json) -> String {
    let kind = object["kind"].as_str().unwrap_or_default();
    let group = group(object);
    let foreign = group.contains('.') && !group.ends_with(".k8s.io");
    let whole = format!("{kind}.{group}");
    let kind = match foreign && OWN_KINDS.contains(&kind) {
        true => &whole,
        false => kind,
    };
    named(object, kind)
}

/// What tells an object from all others: group, kind, namespace and name.
pub(super) fn identity(object: &Json) -> String {
    let kind = object["kind"].as_str().unwrap_or_default();
    named(object, &format!("{}/{kind}", group(object)))
}

fn group(object: &Json) -> &str {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    version.split_once('/').map_or("", |(group, _)| group)
}

fn named(object: &Json, kind: &str) -> String {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    match is_clusterwide(object) {
        true => format!("{kind} {name}"),
        false => format!("{kind} {}/{name}", namespace(object)),
    }
}

/// Whether an object is in no namespace.
fn is_clusterwide(object: &Json) -> bool {
    let kind = object["kind"].as_str().unwrap_or_default();
    CLUSTER_KINDS.contains(&kind) && object["metadata"]["namespace"].is_null()
}

/// Kinds of Kubernetes whose words others use for kinds of their own.
const OWN_KINDS: &[&str] = &[
    "Service",
    "Ingress",
    "Namespace",
    "Node",
    "Pod",
    "Job",
    "Deployment",
    "NetworkPolicy",
    "Role",
    "Secret",
    "Gateway",
    "HTTPRoute",
    "GRPCRoute",
];

/// The namespace that an object lands in.
pub(super) fn namespace(object: &Json) -> &str {
    object["metadata"]["namespace"]
        .as_str()
        .unwrap_or("default")
}

/// The object with what the API server adds where nothing is written, as far as dplab writes it
/// out: the namespace, a Service's type and target ports, the protocol of ports.
pub(super) fn completed(object: &Json) -> Json {
    let mut object = object.clone();
    without_nulls(&mut object);
    if !is_clusterwide(&object) {
        let namespace = namespace(&object).to_owned();
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.insert("namespace".to_owned(), json!(namespace));
        }
    }
    if is_service(&object) {
        complete_service(&mut object["spec"]);
    }
    for path in TEMPLATES {
        let Some(spec) = object.pointer_mut(path).and_then(Json::as_object_mut) else {
            continue;
        };
        for list in ["containers", "initContainers"] {
            let containers = spec.get_mut(list).and_then(Json::as_array_mut);
            containers
                .into_iter()
                .flatten()
                .for_each(complete_container);
        }
    }
    object
}

/// Where the pods of controllers are described.
const TEMPLATES: [&str; 2] = [
    "/spec/template/spec",
    "/spec/jobTemplate/spec/template/spec",
];

fn complete_service(spec: &mut Json) {
    let Some(spec) = spec.as_object_mut() else {
        return;
    };
    or_insert(spec, "type", json!("ClusterIP"));
    let ports = spec.get_mut("ports").and_then(Json::as_array_mut);
    for port in ports.into_iter().flatten().filter_map(Json::as_object_mut) {
        let number = port.get("port").cloned().unwrap_or_default();
        or_insert(port, "targetPort", number);
        or_insert(port, "protocol", json!("TCP"));
    }
}

fn complete_container(container: &mut Json) {
    let ports = container.get_mut("ports").and_then(Json::as_array_mut);
    for port in ports.into_iter().flatten().filter_map(Json::as_object_mut) {
        or_insert(port, "protocol", json!("TCP"));
    }
}

fn or_insert(map: &mut Map<String, Json>, key: &str, value: Json) {
    map.entry(key.to_owned()).or_insert(value);
}
