//! What came out of a cluster: what the cluster had added to objects, and objects that it makes itself.

use serde_json::{Map, Value as Json};

use super::plain::drop_at;
use super::services::is_service;

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
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "volume.kubernetes.io/selected-node",
    "volume.kubernetes.io/storage-provisioner",
    "volume.beta.kubernetes.io/storage-provisioner",
];

/// Labels that a Job's controller puts on its pods: the API server refuses a Job that brings them.
/// Source: Kubernetes documentation, "Specifying your own Pod selector".
const BY_JOBS: &[&str] = &[
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
    "job-name",
    "batch.kubernetes.io/job-name",
];

/// Whether the API server has seen an object.
pub(super) fn is_exported(object: &Json) -> bool {
    let metadata = &object["metadata"];
    !metadata["uid"].is_null() || !metadata["resourceVersion"].is_null()
}

/// Whether a cluster makes the object itself, again wherever it is missing.
pub(super) fn is_made_by_the_cluster(object: &Json) -> bool {
    let text = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Json::as_str)
            .unwrap_or_default()
    };
    let owners = object["metadata"]["ownerReferences"].as_array();
    let owned = owners
        .into_iter()
        .flatten()
        .any(|owner| owner["controller"] == true);
    let name = text("/metadata/name");
    let own = match text("/kind") {
        "Service" => name == "kubernetes" && matches!(text("/metadata/namespace"), "" | "default"),
        "ConfigMap" => name == "kube-root-ca.crt",
        "Secret" => text("/type") == "kubernetes.io/service-account-token",
        "Event" | "Lease" => true,
        _ => false,
    };
    is_exported(object) && (owned || own)
}

fn is_empty_map(value: &Json) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

/// Takes out what a cluster added.
pub(super) fn without_additions(object: &mut Json) {
    drop_at(object, "/metadata/annotations", BY_TOOLS, |_| true);
    drop_at(object, "/metadata", &["annotations"], is_empty_map);
    drop_at(object, "/metadata", BY_THE_SERVER, |_| true);
    drop_at(object, "", &["status"], |_| true);
    if is_service(object) {
        let added = ["clusterIPs", "ipFamilies", "ipFamilyPolicy"];
        drop_at(object, "/spec", &added, |_| true);
        drop_at(object, "/spec", &["clusterIP"], |address| address != "None");
    }
    match object["kind"].as_str() {
        Some("Job") if object["spec"]["manualSelector"] != true => {
            drop_at(object, "/spec", &["selector"], |_| true);
            drop_at(object, "/spec/template/metadata/labels", BY_JOBS, |_| true);
            drop_at(object, "/metadata/labels", BY_JOBS, |_| true);
            drop_at(object, "/metadata", &["labels"], is_empty_map);
        }
        Some("PersistentVolumeClaim") => {
            drop_at(object, "/spec", &["volumeName"], |_| true);
        }
        Some("Pod") => drop_at(object, "/spec", &["nodeName"], |_| true),
        _ => {}
    }
}
