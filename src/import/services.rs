//! Services, autoscalers and disruption budgets: what stands beside a workload.

use serde_json::{Value as Json, json};

use super::item::{Says, includes, map_of};
use super::workloads;

/// Keys that a profile writes as Kubernetes does.
const SAME: &[&str] = &[
    "externalTrafficPolicy",
    "internalTrafficPolicy",
    "sessionAffinity",
    "loadBalancerSourceRanges",
    "publishNotReadyAddresses",
];

/// Whether an object is a Service of Kubernetes' own.
pub(super) fn is_service(object: &Json) -> bool {
    object["apiVersion"] == "v1" && object["kind"] == "Service"
}

/// Whether a Service is one that a workload can stand behind.
pub(super) fn is_behind(service: &Json, workload: &Json) -> bool {
    let selector = &service["spec"]["selector"];
    let labels = &workloads::template(workload)["metadata"]["labels"];
    let has_labels = selector.as_object().is_some_and(|map| !map.is_empty());
    let same = super::equal::namespace(service) == super::equal::namespace(workload);
    has_labels && same && includes(labels, selector)
}

/// A Service in front of a workload.
pub(super) fn service(object: &Json, workload: &Json, defaults: &Json) -> Says {
    let mut says = Says::default();
    let (metadata, spec) = (&object["metadata"], &object["spec"]);
    let selector = workloads::selector(workload);
    says.unless(
        "name",
        metadata["name"].clone(),
        &workload["metadata"]["name"],
    );
    if !spec["type"].is_null() {
        says.unless("type", spec["type"].clone(), &json!("ClusterIP"));
    }
    if spec["clusterIP"] == "None" {
        says.put("headless", true);
    }
    says.put("ports", ports(&spec["ports"]));
    says.unless("selector", map_of(&spec["selector"]), &selector);
    let usual = workloads::usual_labels(defaults, &selector);
    says.unless("labels", map_of(&metadata["labels"]), &usual);
    says.put("annotations", metadata["annotations"].clone());
    says.take(spec, SAME);
    says
}

/// Ports, without what is meant without a word.
fn ports(list: &Json) -> Json {
    let mut ports = list.clone();
    for port in ports.as_array_mut().into_iter().flatten() {
        let number = port["port"].clone();
        if let Some(map) = port.as_object_mut() {
            map.retain(|key, value| match key.as_str() {
                "targetPort" => *value != number,
                "protocol" => value != "TCP",
                _ => true,
            });
        }
    }
    ports
}

/// What an autoscaler says, if it is one of a workload and has the workload's name.
pub(super) fn autoscaling(object: &Json, workload: &Json) -> Option<Json> {
    let spec = &object["spec"];
    let target = &spec["scaleTargetRef"];
    let same = target["kind"] == workload["kind"]
        && target["name"] == workload["metadata"]["name"]
        && beside(object, workload);
    if object["apiVersion"] != "autoscaling/v2" || !same {
        return None;
    }
    let mut says = Says::default();
    says.put("min", spec["minReplicas"].clone());
    says.put("max", spec["maxReplicas"].clone());
    for metric in spec["metrics"].as_array()? {
        let name = metric["resource"]["name"].as_str()?;
        let percent = metric["resource"]["target"]["averageUtilization"].clone();
        says.put(name, percent);
    }
    Some(Json::Object(says.0))
}

/// What a disruption budget says, if it is a workload's and has the workload's name.
pub(super) fn disruption_budget(object: &Json, workload: &Json) -> Option<Json> {
    if object["apiVersion"] != "policy/v1" || !beside(object, workload) {
        return None;
    }
    let mut says = Says::default();
    says.take(&object["spec"], &["minAvailable", "maxUnavailable"]);
    Some(Json::Object(says.0))
}

fn beside(object: &Json, workload: &Json) -> bool {
    object["metadata"]["name"] == workload["metadata"]["name"]
        && super::equal::namespace(object) == super::equal::namespace(workload)
}
