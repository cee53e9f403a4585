//! Kubernetes objects.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::cluster::Pair;
use crate::model::app::{App, Container, Service, ServiceType, Workload};
use crate::model::lab::{Policy, PolicySpec};
use crate::model::labels::Labels;
use crate::model::logging::{
    ENABLE_DENY_LOGGING, ENABLE_LOGGING, LoggingSpec, NETWORK_LOGGING_NAME,
};
use crate::model::port::Protocol;
use crate::model::stage::Probe;

/// A Deployment.
#[derive(Debug, Clone, Serialize)]
pub struct DeploymentView {
    /// Name of the object.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// How many pods; none: Kubernetes makes one.
    pub replicas: Option<u32>,
    /// Labels of the pods.
    pub labels: Labels,
    /// Annotations of the pods.
    pub annotations: Labels,
    /// Service account; empty: the namespace's default.
    pub service_account: String,
    /// Seconds that the pod gets to stop; none: Kubernetes' default.
    pub termination_grace_period_seconds: Option<u32>,
    /// `restartPolicy`; empty: Kubernetes' default.
    pub restart_policy: &'static str,
    /// `securityContext` of the pod.
    pub security_context: Json,
    /// Init containers, as Kubernetes writes them.
    pub init_containers: Vec<Json>,
    /// Containers, as Kubernetes writes them.
    pub containers: Vec<Json>,
    /// Volumes, as Kubernetes writes them.
    pub volumes: Vec<Json>,
}

/// A Service.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceView {
    /// Name of the object.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The workload behind it.
    pub app: String,
    /// How it is reached.
    pub kind: &'static str,
    /// Its ports.
    pub ports: Vec<ServicePortView>,
}

/// A port of a Service.
#[derive(Debug, Clone, Serialize)]
pub struct ServicePortView {
    /// Its name; empty: none.
    pub name: String,
    /// The port that callers use.
    pub port: u16,
    /// The pod's port.
    pub target_port: u16,
    /// The protocol; empty: TCP.
    pub protocol: &'static str,
}

/// An object that is little more than its name.
#[derive(Debug, Clone, Serialize)]
pub struct NamedView {
    /// Name of the object.
    pub name: String,
    /// Its namespace; empty where the kind has none.
    pub namespace: String,
    /// Annotations.
    pub annotations: Labels,
}

/// A policy.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyView {
    /// `apiVersion` of its kind.
    pub api_version: &'static str,
    /// Its kind.
    pub kind: &'static str,
    /// Name of the object.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// What it is for, line by line; may be empty.
    pub description: Vec<String>,
    /// Annotations.
    pub annotations: Labels,
    /// The spec, as Kubernetes writes it.
    pub spec: Json,
}

/// The NetworkLogging object.
#[derive(Debug, Clone, Serialize)]
pub struct LoggingView {
    /// Its name: it has only one.
    pub name: &'static str,
    /// The spec.
    pub spec: LoggingSpec,
}

/// The pod of a probe.
#[derive(Debug, Clone, Serialize)]
pub struct ProbePodView {
    /// Name of the pod.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: Labels,
    /// It carries a workload's labels, so it must never take that workload's traffic.
    pub stands_for_workload: bool,
    /// The image.
    pub image: String,
    /// The command, its time-out included.
    pub command: Vec<String>,
}

/// A kustomization.
#[derive(Debug, Clone, Serialize)]
pub struct KustomizationView {
    /// Files and folders beside it, sorted.
    pub resources: Vec<String>,
}

/// The view of a Deployment.
pub fn deployment(app: &App, workload: &Workload) -> DeploymentView {
    let account = workload.service_account.as_ref();
    DeploymentView {
        name: workload.name.to_string(),
        namespace: app.namespace.to_string(),
        replicas: workload.replicas,
        labels: workload.labels.clone(),
        annotations: workload.annotations.clone(),
        service_account: account.map_or_else(String::new, ToString::to_string),
        termination_grace_period_seconds: workload.termination_grace_period_seconds,
        restart_policy: if workload.restart_always {
            "Always"
        } else {
            ""
        },
        security_context: workload.security_context.clone().unwrap_or(Json::Null),
        init_containers: workload.init_containers.iter().map(container).collect(),
        containers: vec![container(&workload.container)],
        volumes: workload.volumes.clone(),
    }
}

/// A container as Kubernetes writes it: what isn't given isn't there.
fn container(container: &Container) -> Json {
    let mut out = serde_json::Map::new();
    let mut put = |key: &str, value: Json| {
        let empty = match &value {
            Json::Null => true,
            Json::Array(items) => items.is_empty(),
            _ => false,
        };
        if !empty {
            out.insert(key.to_owned(), value);
        }
    };
    put("name", json!(container.name));
    put("image", json!(container.image));
    put("command", json!(container.command));
    put("args", json!(container.args));
    put(
        "ports",
        container.ports.iter().map(container_port).collect(),
    );
    let variable = |(name, value): &(_, String)| json!({"name": name, "value": value});
    put("env", container.env.iter().map(variable).collect());
    put("readinessProbe", json!(container.readiness_probe));
    put("livenessProbe", json!(container.liveness_probe));
    put("resources", json!(container.resources));
    put("securityContext", json!(container.security_context));
    put("volumeMounts", json!(container.volume_mounts));
    Json::Object(out)
}

fn container_port(port: &crate::model::app::ContainerPort) -> Json {
    let mut out = serde_json::Map::new();
    if let Some(name) = &port.name {
        out.insert("name".to_owned(), json!(name));
    }
    out.insert("containerPort".to_owned(), json!(port.number));
    if port.protocol != Protocol::Tcp {
        out.insert("protocol".to_owned(), json!(port.protocol));
    }
    Json::Object(out)
}

/// The view of a Service.
pub fn service(app: &App, workload: &Workload, service: &Service) -> ServiceView {
    ServiceView {
        name: service.name.to_string(),
        namespace: app.namespace.to_string(),
        app: workload.name.to_string(),
        kind: service.kind.as_str(),
        ports: service
            .ports
            .iter()
            .map(|port| ServicePortView {
                name: port
                    .name
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string),
                port: port.port.get(),
                target_port: port.target_port.get(),
                protocol: match port.protocol {
                    Protocol::Tcp => "",
                    other => other.as_str(),
                },
            })
            .collect(),
    }
}

/// Whether a Service faces outside.
pub fn faces_outside(service: &Service) -> bool {
    service.kind == ServiceType::LoadBalancer
}

/// Lines for a comment, none longer than people read with ease.
fn lines(text: &str) -> Vec<String> {
    const WIDTH: usize = 98;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines
            .last()
            .is_some_and(|line| line.len() + word.len() >= WIDTH);
        match lines.last_mut() {
            Some(line) if !full && !line.is_empty() => *line += &format!(" {word}"),
            Some(line) if line.is_empty() => line.push_str(word),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// The view of a policy; `logged` adds the annotation by which its connections are logged.
pub fn policy(policy: &Policy, logged: bool) -> PolicyView {
    let mut annotations = policy.annotations.clone();
    if logged {
        annotations.insert(ENABLE_LOGGING, "true");
    }
    let (api_version, kind, spec) = match &policy.spec {
        PolicySpec::Network(spec) => ("networking.k8s.io/v1", "NetworkPolicy", json!(spec)),
        PolicySpec::Fqdn(spec) => (
            "networking.gke.io/v1alpha1",
            "FQDNNetworkPolicy",
            json!(spec),
        ),
    };
    PolicyView {
        api_version,
        kind,
        name: policy.name.to_string(),
        namespace: policy.namespace.to_string(),
        description: lines(policy.description.as_str()),
        annotations,
        spec,
    }
}

/// The view of a namespace; `logged` adds the annotation by which denials in it are logged.
pub fn namespace(name: &str, logged: bool) -> NamedView {
    let mut annotations = Labels::new();
    if logged {
        annotations.insert(ENABLE_DENY_LOGGING, "true");
    }
    NamedView {
        name: name.to_owned(),
        namespace: String::new(),
        annotations,
    }
}

/// The view of the NetworkLogging object.
pub fn logging(spec: LoggingSpec) -> LoggingView {
    LoggingView {
        name: NETWORK_LOGGING_NAME,
        spec,
    }
}

/// The view of a probe's pod.
pub fn probe_pod(probe: &Probe) -> ProbePodView {
    let timeout = ["timeout".to_owned(), probe.timeout_seconds.to_string()];
    ProbePodView {
        name: probe.source.pod.to_string(),
        namespace: probe.source.namespace.to_string(),
        labels: probe.source.labels.clone(),
        stands_for_workload: probe.source.stands_for.is_some(),
        image: probe.source.image.to_string(),
        command: timeout
            .into_iter()
            .chain(probe.run.iter().cloned())
            .collect(),
    }
}

/// Labels as pairs, for languages without maps.
pub fn pairs(labels: &Labels) -> Vec<Pair> {
    Pair::all(labels.iter())
}
