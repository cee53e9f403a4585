//! Pods that say nothing of their rights get those that Pod Security `restricted` lets through.
//! The rules are those of the Kubernetes documentation, "Pod Security Standards".

use serde_json::Value as Json;

use crate::support::lab::{lab, lab_of, tree};
use dplab::model::Lab;

/// Every pod and every template of pods that a lab generates, with the file that holds it.
fn pods(lab: &Lab) -> Vec<(String, Json)> {
    let mut all = Vec::new();
    for (path, file) in tree(lab).iter() {
        if !path.as_str().starts_with("kubernetes/") || !path.as_str().ends_with(".yaml") {
            continue;
        }
        let text = String::from_utf8(file.content.to_vec()).expect("UTF-8");
        let object: Json = serde_yaml::from_str(&text).expect("YAML");
        let at = match object["kind"].as_str() {
            Some("Pod") => "/spec",
            Some("CronJob") => "/spec/jobTemplate/spec/template/spec",
            _ => "/spec/template/spec",
        };
        let found = object
            .pointer(at)
            .filter(|spec| spec["containers"].is_array());
        all.extend(found.map(|spec| (path.as_str().to_owned(), spec.clone())));
    }
    all
}

fn is_restricted(pod: &Json) -> bool {
    let volumes = pod["volumes"].as_array().into_iter().flatten();
    let allowed = [
        "emptyDir",
        "configMap",
        "secret",
        "persistentVolumeClaim",
        "projected",
        "csi",
    ];
    let known = |volume: &Json| allowed.iter().any(|kind| !volume[*kind].is_null());
    let lists = ["containers", "initContainers"].map(|key| pod[key].as_array());
    let mut containers = lists.into_iter().flatten().flatten();
    let profile = |context: &Json| context["seccompProfile"]["type"] == "RuntimeDefault";
    let of_pod = &pod["securityContext"];
    pod["hostNetwork"].is_null()
        && volumes.into_iter().all(known)
        && containers.all(|container| {
            let own = &container["securityContext"];
            own["allowPrivilegeEscalation"] == false
                && own["capabilities"]["drop"] == serde_json::json!(["ALL"])
                && own["capabilities"]["add"].is_null()
                && (own["runAsNonRoot"] == true || of_pod["runAsNonRoot"] == true)
                && (profile(own) || profile(of_pod))
        })
}

#[test]
fn labs_of_our_own_pass_pod_security_restricted() {
    for name in ["three-tier", "bank", "gateway"] {
        let pods = pods(&lab(name));
        assert!(pods.len() > 4, "{name}");
        for (path, pod) in pods {
            assert!(is_restricted(&pod), "{name}: {path}: {pod:#}");
        }
    }
}

#[test]
fn a_workload_that_says_nothing_is_restricted_and_one_that_says_otherwise_is_not() {
    let profile = |rest: &str| {
        format!(
            "format: dplab/v1\nname: x\ncluster: {{project: your-project, location: us-east1}}\n\
             app: {{workloads: [{{name: a, image: x, sidecars: [{{name: b, image: y}}]{rest}}}]}}\n"
        )
    };
    let restricted = |rest: &str| {
        let all = pods(&lab_of("x.yaml", &profile(rest)));
        all.iter().all(|(_, pod)| is_restricted(pod))
    };
    assert!(restricted(""));
    assert!(restricted(", kind: CronJob, schedule: '@daily'"));
    assert!(!restricted(", securityContext: {}"));
    assert!(!restricted(", podSecurityContext: {}"));
    assert!(!restricted(", hostNetwork: true"));
}
