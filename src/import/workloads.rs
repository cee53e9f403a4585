//! Controllers of pods, in the words of a profile.

use serde_json::{Value as Json, json};

use super::containers;
use super::item::{Says, map_of};

/// Where the pods of a kind are described; none if it is no workload.
pub(super) fn template_path(object: &Json) -> Option<&'static str> {
    let kind = (object["apiVersion"].as_str()?, object["kind"].as_str()?);
    match kind {
        ("apps/v1", "Deployment" | "StatefulSet" | "DaemonSet") | ("batch/v1", "Job") => {
            Some("/spec/template")
        }
        ("batch/v1", "CronJob") => Some("/spec/jobTemplate/spec/template"),
        _ => None,
    }
}

/// The template of a workload's pods.
pub(super) fn template(object: &Json) -> &Json {
    const NONE: &Json = &Json::Null;
    let found = template_path(object).and_then(|path| object.pointer(path));
    found.unwrap_or(NONE)
}

/// Every container of a workload.
pub(super) fn all_containers(object: &Json) -> impl Iterator<Item = &Json> {
    let spec = &template(object)["spec"];
    let lists = ["containers", "initContainers"].map(|key| spec[key].as_array());
    lists.into_iter().flatten().flatten()
}

/// Labels by which a workload's pods are found.
pub(super) fn selector(object: &Json) -> Json {
    let labels = &template(object)["metadata"]["labels"];
    match object["kind"].as_str() {
        // A Job finds its pods by a label that Kubernetes gives them.
        Some("Job" | "CronJob") if labels["app"] == object["metadata"]["name"] => {
            json!({"app": labels["app"]})
        }
        Some("Job" | "CronJob") => map_of(labels),
        _ => map_of(&object["spec"]["selector"]["matchLabels"]),
    }
}

/// A workload. `defaults` are those of the application as it will be written.
pub(super) fn workload(object: &Json, home: &str, defaults: &Json) -> Says {
    let mut says = Says::default();
    let (metadata, spec) = (&object["metadata"], &object["spec"]);
    let pods = template(object);
    let pod = &pods["spec"];
    let name = &metadata["name"];
    let main = &pod["containers"][0];
    let found_by = selector(object);
    says.put("name", name.clone());
    says.unless("kind", object["kind"].clone(), &json!("Deployment"));
    says.unless(
        "namespace",
        json!(super::equal::namespace(object)),
        &json!(home),
    );
    says.put("image", main["image"].clone());
    says.unless("container", main["name"].clone(), &json!("main"));
    says.take(spec, &["replicas", "schedule", "serviceName"]);
    says.put("serviceAccount", pod["serviceAccountName"].clone());
    says.unless("selector", found_by.clone(), &json!({"app": name}));
    says.put("labels", without(&pods["metadata"]["labels"], &found_by));
    says.put("annotations", pods["metadata"]["annotations"].clone());
    let usual = usual_labels(defaults, &found_by);
    says.unless("objectLabels", map_of(&metadata["labels"]), &usual);
    says.put("objectAnnotations", metadata["annotations"].clone());
    containers::main(&mut says, main, defaults);
    let own = map_of(&pod["securityContext"]);
    says.unless("podSecurityContext", own, &defaults["podSecurityContext"]);
    says.take(pod, &["volumes"]);
    says.take(spec, &["volumeClaimTemplates"]);
    let other = |list: &Json, skip| {
        let all = list.as_array().into_iter().flatten().skip(skip);
        all.map(|one| containers::other(one, defaults))
            .collect::<Json>()
    };
    says.put("initContainers", other(&pod["initContainers"], 0));
    says.put("sidecars", other(&pod["containers"], 1));
    says.take(pod, &["terminationGracePeriodSeconds", "restartPolicy"]);
    if pod["hostNetwork"] == true {
        says.put("hostNetwork", true);
    }
    says
}

/// Labels of an object that says none of its own.
pub(super) fn usual_labels(defaults: &Json, selector: &Json) -> Json {
    match &defaults["objectLabels"] {
        Json::Null => selector.clone(),
        all => all.clone(),
    }
}

/// A map without the keys of another.
fn without(map: &Json, other: &Json) -> Json {
    let entries = map.as_object().into_iter().flatten();
    let rest = entries.filter(|(key, _)| other.get(key.as_str()).is_none());
    Json::Object(rest.map(|(k, v)| (k.clone(), v.clone())).collect())
}
