//! A workload's object, with the template of its pods, and what scales and guards it.

use serde_json::{Map, Value as Json, json};

use super::{metadata, patched, protocol, put, put_labels};
use crate::model::labels::Labels;
use crate::model::workload::{
    Autoscaling, Container, ContainerPort, DisruptionBudget, EnvValue, Workload, WorkloadKind,
};

/// A workload's own object.
pub fn workload(one: &Workload) -> Json {
    let (labels, annotations) = (&one.object_labels, &one.object_annotations);
    let object = json!({
        "apiVersion": one.kind.api_version(),
        "kind": one.kind.as_str(),
        "metadata": metadata(one.name.as_str(), &one.namespace, labels, annotations),
        "spec": spec(one),
    });
    patched(object, one.patch.as_ref())
}

fn spec(one: &Workload) -> Json {
    let mut spec = Map::new();
    put(&mut spec, "replicas", json!(one.replicas));
    match &one.kind {
        WorkloadKind::Job => {}
        WorkloadKind::CronJob { schedule } => {
            return json!({
                "schedule": schedule.as_str(),
                "jobTemplate": {"spec": {"template": pods(one)}},
            });
        }
        WorkloadKind::StatefulSet { service_name, .. } => {
            if !service_name.is_empty() {
                put(&mut spec, "serviceName", json!(service_name));
            }
            put(&mut spec, "selector", json!({"matchLabels": one.selector}));
        }
        WorkloadKind::Deployment | WorkloadKind::DaemonSet => {
            put(&mut spec, "selector", json!({"matchLabels": one.selector}));
        }
    }
    put(&mut spec, "template", pods(one));
    if let WorkloadKind::StatefulSet { claims, .. } = &one.kind {
        put(&mut spec, "volumeClaimTemplates", json!(claims));
    }
    Json::Object(spec)
}

/// The template of a workload's pods.
fn pods(one: &Workload) -> Json {
    let mut metadata = Map::new();
    put_labels(&mut metadata, "labels", &one.labels);
    put_labels(&mut metadata, "annotations", &one.annotations);
    let mut template = Map::new();
    if !metadata.is_empty() {
        template.insert("metadata".to_owned(), Json::Object(metadata));
    }
    template.insert("spec".to_owned(), pod_spec(one));
    Json::Object(template)
}

fn pod_spec(one: &Workload) -> Json {
    let mut spec = Map::new();
    let containers = [&one.container].into_iter().chain(&one.sidecars);
    let seconds = one.termination_grace_period_seconds;
    let restart = one.restart_policy.map(|policy| policy.as_str());
    put(&mut spec, "serviceAccountName", json!(one.service_account));
    put(&mut spec, "terminationGracePeriodSeconds", json!(seconds));
    put(&mut spec, "restartPolicy", json!(restart));
    put(
        &mut spec,
        "hostNetwork",
        json!(one.host_network.then_some(true)),
    );
    put(&mut spec, "securityContext", json!(one.security_context));
    put(
        &mut spec,
        "initContainers",
        one.init_containers.iter().map(container).collect(),
    );
    put(&mut spec, "containers", containers.map(container).collect());
    put(&mut spec, "volumes", json!(one.volumes));
    Json::Object(spec)
}

fn container(container: &Container) -> Json {
    let mut out = Map::new();
    let restart = container.restart_policy.map(|policy| policy.as_str());
    put(&mut out, "name", json!(container.name));
    put(&mut out, "image", json!(container.image));
    put(&mut out, "imagePullPolicy", json!(container.pull_policy));
    put(&mut out, "restartPolicy", json!(restart));
    put(&mut out, "command", json!(container.command));
    put(&mut out, "args", json!(container.args));
    put(
        &mut out,
        "ports",
        container.ports.iter().map(container_port).collect(),
    );
    put(
        &mut out,
        "env",
        container.env.iter().map(variable).collect(),
    );
    put(&mut out, "envFrom", json!(container.env_from));
    put(&mut out, "startupProbe", json!(container.startup_probe));
    put(&mut out, "readinessProbe", json!(container.readiness_probe));
    put(&mut out, "livenessProbe", json!(container.liveness_probe));
    put(&mut out, "resources", json!(container.resources));
    put(
        &mut out,
        "securityContext",
        json!(container.security_context),
    );
    put(&mut out, "volumeMounts", json!(container.volume_mounts));
    patched(Json::Object(out), container.patch.as_ref())
}

fn variable((name, value): &(crate::model::names::EnvName, EnvValue)) -> Json {
    match value {
        EnvValue::Text(text) => json!({"name": name, "value": text}),
        EnvValue::From(source) => json!({"name": name, "valueFrom": source}),
    }
}

fn container_port(port: &ContainerPort) -> Json {
    let mut out = Map::new();
    put(&mut out, "name", json!(port.name));
    put(&mut out, "containerPort", json!(port.number));
    put(&mut out, "hostPort", json!(port.host_port));
    put(&mut out, "protocol", protocol(port.protocol));
    Json::Object(out)
}

/// A HorizontalPodAutoscaler; it is named after its workload.
pub(super) fn autoscaler(one: &Workload, scaling: Autoscaling) -> Json {
    let metric = |name: &str, percent: u32| {
        json!({
            "type": "Resource",
            "resource": {
                "name": name,
                "target": {"type": "Utilization", "averageUtilization": percent},
            },
        })
    };
    let cpu = scaling.cpu.map(|percent| metric("cpu", percent));
    let memory = scaling.memory.map(|percent| metric("memory", percent));
    let mut spec = Map::new();
    let target = json!({
        "apiVersion": one.kind.api_version(),
        "kind": one.kind.as_str(),
        "name": one.name,
    });
    put(&mut spec, "scaleTargetRef", target);
    put(&mut spec, "minReplicas", json!(scaling.min));
    put(&mut spec, "maxReplicas", json!(scaling.max));
    put(
        &mut spec,
        "metrics",
        cpu.into_iter().chain(memory).collect(),
    );
    let (labels, none) = (&one.object_labels, Labels::new());
    json!({
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(one.name.as_str(), &one.namespace, labels, &none),
        "spec": spec,
    })
}

/// A PodDisruptionBudget; it is named after its workload.
pub(super) fn budget(one: &Workload, budget: &DisruptionBudget) -> Json {
    let (key, amount) = match budget {
        DisruptionBudget::MinAvailable(amount) => ("minAvailable", amount),
        DisruptionBudget::MaxUnavailable(amount) => ("maxUnavailable", amount),
    };
    let (labels, none) = (&one.object_labels, Labels::new());
    json!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(one.name.as_str(), &one.namespace, labels, &none),
        "spec": {key: amount, "selector": {"matchLabels": one.selector}},
    })
}
