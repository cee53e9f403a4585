//! What an object says with words that mean nothing.
//!
//! To Kubernetes an empty `clusterIP` or a `nodePort` of 0 is as good as none. Both are common in
//! charts, and neither is something that a person says.

use serde_json::Value as Json;

use super::exported::{is_exported, without_additions};
use super::services::is_service;
use super::workloads::template_path;

/// Takes out what means nothing. Says whether the object came out of a cluster, whose additions then
/// go too.
pub(super) fn plain(object: &mut Json) -> bool {
    drop_at(object, "/metadata", &["namespace"], is_empty_text);
    let is_service = is_service(object);
    let exported = is_exported(object);
    if exported {
        without_additions(object);
    }
    if is_service {
        service(object);
    }
    if let Some(path) = template_path(object) {
        pods(object, &format!("{path}/spec"));
    }
    exported
}

fn service(object: &mut Json) {
    let texts = ["clusterIP", "type", "externalName", "loadBalancerIP"];
    drop_at(object, "/spec", &texts, is_empty_text);
    for port in items(object, "/spec/ports") {
        drop_at(port, "", &["name", "protocol"], is_empty_text);
        drop_at(port, "", &["nodePort"], |number| *number == 0);
    }
}

fn pods(object: &mut Json, path: &str) {
    let switches = ["hostNetwork", "hostPID", "hostIPC"];
    drop_at(object, path, &switches, |switch| *switch == false);
    drop_at(object, path, &["serviceAccountName"], is_empty_text);
    for list in ["containers", "initContainers"] {
        for container in items(object, &format!("{path}/{list}")) {
            for port in items(container, "/ports") {
                drop_at(port, "", &["name", "protocol", "hostIP"], is_empty_text);
                drop_at(port, "", &["hostPort"], |number| *number == 0);
            }
        }
    }
}

fn items<'a>(object: &'a mut Json, path: &str) -> impl Iterator<Item = &'a mut Json> {
    let list = object.pointer_mut(path).and_then(Json::as_array_mut);
    list.into_iter().flatten()
}

fn is_empty_text(value: &Json) -> bool {
    value == ""
}

/// Takes keys of the map at a path out where their value is as told.
pub(super) fn drop_at(object: &mut Json, path: &str, keys: &[&str], gone: impl Fn(&Json) -> bool) {
    let map = object.pointer_mut(path).and_then(Json::as_object_mut);
    if let Some(map) = map {
        map.retain(|key, value| !(keys.contains(&key.as_str()) && gone(value)));
    }
}
