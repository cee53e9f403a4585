//! What an object says with words that mean nothing, and what a cluster added to it.
//!
//! To Kubernetes an empty `clusterIP` or a `nodePort` of 0 is as good as none, and so is what the API
//! server alone writes. Both are common, in charts and in what `kubectl get` prints, and neither is
//! something that a person says.

use serde_json::{Map, Value as Json};

use super::services::is_service;
use super::workloads::template_path;

/// Fields of an object's metadata that the API server writes.
const BY_THE_SERVER: &[&str] = &[
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
];

/// Annotations that kubectl and controllers write.
const BY_TOOLS: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
];

/// Takes out what means nothing. Says whether the object came out of a cluster, whose additions then
/// go too.
pub(super) fn plain(object: &mut Json) -> bool {
    drop_at(object, "/metadata", &["namespace"], is_empty_text);
    let is_service = is_service(object);
    let metadata = &object["metadata"];
    let exported = !metadata["uid"].is_null() || !metadata["resourceVersion"].is_null();
    if exported {
        without_additions(object, is_service);
    }
    if is_service {
        service(object);
    }
    if let Some(path) = template_path(object) {
        pods(object, &format!("{path}/spec"));
    }
    exported
}

fn without_additions(object: &mut Json, is_service: bool) {
    drop_at(object, "/metadata/annotations", BY_TOOLS, |_| true);
    let none = Json::Object(Map::new());
    drop_at(object, "/metadata", &["annotations"], |all| *all == none);
    drop_at(object, "/metadata", BY_THE_SERVER, |_| true);
    drop_at(object, "", &["status"], |_| true);
    if is_service {
        let added = ["clusterIPs", "ipFamilies", "ipFamilyPolicy"];
        drop_at(object, "/spec", &added, |_| true);
        drop_at(object, "/spec", &["clusterIP"], |address| address != "None");
    }
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
fn drop_at(object: &mut Json, path: &str, keys: &[&str], gone: impl Fn(&Json) -> bool) {
    let map = object.pointer_mut(path).and_then(Json::as_object_mut);
    if let Some(map) = map {
        map.retain(|key, value| !(keys.contains(&key.as_str()) && gone(value)));
    }
}
