//! The application's objects as Kubernetes writes them: what isn't given isn't there.

mod gateway;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::model::app::{App, ConfigMap, Ingress, OwnNamespace, ServiceAccount};
use crate::model::lab::{Policy, PolicySpec};
use crate::model::labels::Labels;
use crate::model::names::DnsLabel;
use crate::model::patch;
use crate::model::port::Protocol;
use crate::model::service::{Service, ServicePort};
use crate::model::workload::{
    Autoscaling, Container, ContainerPort, DisruptionBudget, EnvValue, Workload, WorkloadKind,
};

/// An object of any kind.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ObjectView {
    /// Group and version of its kind.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name, namespace, labels and annotations.
    pub metadata: Json,
    /// What else it has, in order.
    pub fields: Vec<FieldView>,
}

/// A field of an object.
#[derive(Debug, Clone, Serialize)]
pub struct FieldView {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Json,
}

/// An object of the application, and the part of the profile that it comes from.
#[derive(Debug, Clone)]
pub struct AppObject {
    /// The object.
    pub object: Json,
    /// The part of the profile: `app.workloads.frontend`.
    pub key: String,
}

/// The view of an object.
pub fn view(object: Json) -> ObjectView {
    let Json::Object(mut fields) = object else {
        return ObjectView::default();
    };
    let mut take = |key: &str| fields.shift_remove(key).unwrap_or_default();
    let [api_version, kind, metadata] = ["apiVersion", "kind", "metadata"].map(&mut take);
    let text = |value: Json| value.as_str().unwrap_or_default().to_owned();
    let fields = fields.into_iter();
    ObjectView {
        api_version: text(api_version),
        kind: text(kind),
        metadata,
        fields: fields
            .map(|(key, value)| FieldView { key, value })
            .collect(),
    }
}

/// Every object of the application, workloads first. Its namespaces are none of them.
pub fn all(app: &App) -> Vec<AppObject> {
    let mut all = Vec::new();
    for one in &app.workloads {
        let key = format!("app.workloads.{}", one.name);
        let mut put = |object| {
            all.push(AppObject {
                object,
                key: key.clone(),
            });
        };
        put(workload(one));
        one.services.iter().for_each(|s| put(service(one, s)));
        one.autoscaling
            .iter()
            .for_each(|a| put(autoscaler(one, *a)));
        one.disruption_budget
            .iter()
            .for_each(|b| put(budget(one, b)));
    }
    let mut put = |key: &str, object| {
        let key = key.to_owned();
        all.push(AppObject { object, key });
    };
    accounts(app)
        .into_iter()
        .for_each(|o| put("app.serviceAccounts", o));
    app.config_maps
        .iter()
        .for_each(|c| put("app.configMaps", config_map(c)));
    app.ingresses
        .iter()
        .for_each(|i| put("app.ingresses", ingress(i)));
    for (key, object) in gateway::all(app) {
        put(key, object);
    }
    app.objects
        .iter()
        .for_each(|o| put("app.objects", o.json.clone()));
    all
}

/// Leaves out what says nothing.
fn put(map: &mut Map<String, Json>, key: &str, value: Json) {
    let empty = match &value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        _ => false,
    };
    if !empty {
        map.insert(key.to_owned(), value);
    }
}

fn put_labels(map: &mut Map<String, Json>, key: &str, labels: &Labels) {
    if !labels.is_empty() {
        map.insert(key.to_owned(), json!(labels));
    }
}

/// Name, namespace, labels and annotations of an object.
fn metadata(name: &str, namespace: &DnsLabel, labels: &Labels, annotations: &Labels) -> Json {
    let mut map = Map::new();
    put(&mut map, "name", json!(name));
    put(&mut map, "namespace", json!(namespace));
    put_labels(&mut map, "labels", labels);
    put_labels(&mut map, "annotations", annotations);
    Json::Object(map)
}

fn patched(mut object: Json, patch: Option<&Json>) -> Json {
    if let Some(patch) = patch {
        patch::apply(&mut object, patch);
    }
    object
}

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
                "schedule": schedule,
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

/// TCP isn't written: it is what Kubernetes means without a word.
fn protocol(protocol: Protocol) -> Json {
    match protocol {
        Protocol::Tcp => Json::Null,
        other => json!(other),
    }
}

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

/// A HorizontalPodAutoscaler; it is named after its workload.
fn autoscaler(one: &Workload, scaling: Autoscaling) -> Json {
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
fn budget(one: &Workload, budget: &DisruptionBudget) -> Json {
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

/// Service accounts that the lab makes: those that are more than a name, and those that workloads
/// name, sorted. Every namespace has `default` already.
fn accounts(app: &App) -> Vec<Json> {
    let none = Labels::new();
    let own = app.service_accounts.iter().filter(|one| !one.existing);
    let mut all: Vec<(String, Json)> = own
        .map(|one: &ServiceAccount| {
            let (name, labels) = (one.name.as_str(), &one.labels);
            let head = metadata(name, &one.namespace, labels, &one.annotations);
            (format!("{}/{name}", one.namespace), head)
        })
        .collect();
    for workload in &app.workloads {
        let Some(name) = workload.service_account.as_ref() else {
            continue;
        };
        let name = name.as_str();
        let namespace = &workload.namespace;
        if name != "default" && app.service_account(namespace, name).is_none() {
            let head = metadata(name, namespace, &none, &none);
            all.push((format!("{namespace}/{name}"), head));
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.dedup_by(|a, b| a.0 == b.0);
    let account = |head| json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": head});
    all.into_iter().map(|(_, head)| account(head)).collect()
}

fn config_map(one: &ConfigMap) -> Json {
    let head = metadata(
        one.name.as_str(),
        &one.namespace,
        &one.labels,
        &one.annotations,
    );
    let mut object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": head});
    if let (Some(data), Json::Object(object)) = (&one.data, &mut object) {
        let entries = data.iter().map(|(key, value)| (key.clone(), json!(value)));
        object.insert("data".to_owned(), Json::Object(entries.collect()));
    }
    object
}

fn ingress(one: &Ingress) -> Json {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata(one.name.as_str(), &one.namespace, &one.labels, &one.annotations),
        "spec": one.spec,
    })
}

/// A policy as Kubernetes writes it.
pub fn policy(policy: &Policy) -> Json {
    let spec = match &policy.spec {
        PolicySpec::Network(spec) => json!(spec),
        PolicySpec::Fqdn(spec) => json!(spec),
    };
    let (labels, annotations) = (&policy.labels, &policy.annotations);
    json!({
        "apiVersion": policy.spec.api_version(),
        "kind": policy.spec.kind(),
        "metadata": metadata(policy.name.as_str(), &policy.namespace, labels, annotations),
        "spec": spec,
    })
}

/// A namespace as Kubernetes writes it.
pub fn namespace(own: &OwnNamespace) -> Json {
    let mut metadata = Map::new();
    put(&mut metadata, "name", json!(own.name));
    put_labels(&mut metadata, "labels", &own.labels);
    put_labels(&mut metadata, "annotations", &own.annotations);
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
}
