//! The application's objects as Kubernetes writes them: what isn't given isn't there.

mod gateway;
mod service;
mod workload;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

pub use self::service::service;
pub use self::workload::workload;

use self::workload::{autoscaler, budget};
use crate::model::app::{App, ConfigMap, Ingress, OwnNamespace, ServiceAccount};
use crate::model::lab::{Policy, PolicySpec};
use crate::model::labels::Labels;
use crate::model::names::DnsLabel;
use crate::model::patch;
use crate::model::port::Protocol;

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

/// TCP isn't written: it is what Kubernetes means without a word.
fn protocol(protocol: Protocol) -> Json {
    match protocol {
        Protocol::Tcp => Json::Null,
        other => json!(other),
    }
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
