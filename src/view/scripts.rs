//! The scripts: what each needs beside the cluster.

use serde::Serialize;

use super::alerting::{AlertingView, alerting};
use super::cluster::{ClusterView, cluster};
use super::edge::{EdgeView, edge};
use super::log_sink::{LogSinkView, log_sink};
use crate::model::Lab;
use crate::model::app::App;
use crate::model::cluster::DnsProvider;
use crate::model::lab::PolicySpec;
use crate::model::log_sink::Destination;
use crate::model::logging::ENABLE_DENY_LOGGING;
use crate::model::service::Service;
use crate::model::workload::Workload;

/// What most scripts need.
#[derive(Debug, Clone, Serialize)]
pub struct LabView {
    /// Name of the lab.
    pub lab: String,
    /// The cluster.
    pub cluster: ClusterView,
    /// APIs that must be on, sorted.
    pub apis: Vec<&'static str>,
    /// Roles of the nodes' service account.
    pub node_roles: Vec<&'static str>,
    /// Namespace of the application.
    pub namespace: String,
    /// Namespaces that the lab makes (never `default`), sorted.
    pub namespaces: Vec<String>,
    /// Labels that the lab gives namespaces.
    pub namespace_labels: Vec<NamespaceLabel>,
    /// Workloads that run on once they are there, in the order written.
    pub workloads: Vec<WorkloadRef>,
    /// Services, for looking at.
    pub services: Vec<ServiceRef>,
    /// What faces outside.
    pub edge: EdgeView,
    /// Policies, all that the lab may apply.
    pub policies: Vec<PolicyRef>,
    /// Namespaces that any stage annotates.
    pub annotated_namespaces: Vec<String>,
    /// The annotation on namespaces by which denials in them are logged.
    pub deny_annotation: &'static str,
    /// Pods of the probes.
    pub probes: Vec<ObjectRef>,
    /// There is a metric and an alert.
    pub has_alerting: bool,
    /// Metric and alert; its fields are empty where there is none.
    pub alerting: AlertingView,
    /// There is a log sink.
    pub has_log_sink: bool,
    /// The log sink; its fields are empty where there is none.
    pub log_sink: LogSinkView,
}

/// A policy by what kubectl calls its kind, by namespace and name.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyRef {
    /// `networkpolicy` or `fqdnnetworkpolicy`.
    pub resource: &'static str,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// An object by namespace and name.
#[derive(Debug, Clone, Serialize)]
pub struct ObjectRef {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// A label of a namespace.
#[derive(Debug, Clone, Serialize)]
pub struct NamespaceLabel {
    /// The namespace.
    pub namespace: String,
    /// Key and value, with `=` between them.
    pub label: String,
}

/// A workload, as kubectl finds it.
#[derive(Debug, Clone, Serialize)]
pub struct WorkloadRef {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its kind and name: `deployment/frontend`.
    pub resource: String,
}

impl WorkloadRef {
    fn of(workload: &Workload) -> Self {
        let kind = workload.kind.as_str().to_lowercase();
        Self {
            namespace: workload.namespace.to_string(),
            name: workload.name.to_string(),
            resource: format!("{kind}/{}", workload.name),
        }
    }
}

/// A Service and the workload behind it.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceRef {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The workload behind it, as kubectl finds it: `deployment/frontend`.
    pub workload: String,
}

impl ServiceRef {
    fn of((workload, service): (&Workload, &Service)) -> Self {
        Self {
            namespace: workload.namespace.to_string(),
            name: service.name.to_string(),
            workload: WorkloadRef::of(workload).resource,
        }
    }
}

/// What the script that runs the whole lab needs.
#[derive(Debug, Clone, Serialize)]
pub struct RunView {
    /// Scripts before the stages, below the lab's folder.
    pub before: Vec<&'static str>,
    /// The stages.
    pub stages: Vec<StageScript>,
    /// Scripts after the stages.
    pub after: Vec<&'static str>,
    /// Whether one of them makes an alert.
    pub has_alerting: bool,
}

/// A stage and its script.
#[derive(Debug, Clone, Serialize)]
pub struct StageScript {
    /// Name of the stage.
    pub name: String,
    /// Its script, below the lab's folder.
    pub script: String,
    /// Whether it tries anything.
    pub has_probes: bool,
}

/// APIs that a lab stands on. Source: Google Cloud documentation, "Enable APIs" of each product.
const APIS: [&str; 7] = [
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "serviceusage.googleapis.com",
];

/// What a node needs to log, measure and pull images. Source: GKE documentation, "Use least
/// privilege service accounts".
pub const NODE_ROLES: [&str; 2] = [
    "roles/artifactregistry.reader",
    "roles/container.defaultNodeServiceAccount",
];

/// The view that most scripts share.
pub fn lab(lab: &Lab) -> LabView {
    let app = &lab.app;
    LabView {
        lab: lab.name.to_string(),
        cluster: cluster(&lab.cluster),
        apis: apis(lab),
        node_roles: NODE_ROLES.to_vec(),
        namespaces: own_namespaces(lab),
        namespace_labels: namespace_labels(app),
        workloads: app
            .workloads
            .iter()
            .filter(|workload| workload.kind.runs_on())
            .map(WorkloadRef::of)
            .collect(),
        edge: edge(app),
        services: app.services().map(ServiceRef::of).collect(),
        policies: policies(lab),
        annotated_namespaces: annotated_namespaces(lab),
        deny_annotation: ENABLE_DENY_LOGGING,
        probes: lab
            .probes
            .iter()
            .map(|probe| ObjectRef {
                namespace: probe.source.namespace.to_string(),
                name: probe.source.pod.to_string(),
            })
            .collect(),
        has_alerting: lab.alerting.is_some(),
        alerting: lab
            .alerting
            .as_ref()
            .map_or_else(AlertingView::default, |it| alerting(it, &lab.cluster, app)),
        has_log_sink: lab.log_sink.is_some(),
        log_sink: lab
            .log_sink
            .as_ref()
            .map_or_else(LogSinkView::default, log_sink),
        namespace: app.namespace.to_string(),
    }
}

/// The APIs, with that of the cluster's DNS where it is Cloud DNS, as Autopilot has it unless GKE
/// chooses otherwise, and that of what the log sink ships to where it may lie in the lab's project: a Cloud
/// Storage bucket's name doesn't say.
fn apis(lab: &Lab) -> Vec<&'static str> {
    let mut apis = APIS.to_vec();
    match lab.log_sink.as_ref().map(|sink| &sink.destination) {
        Some(Destination::Topic { project, .. }) if *project == lab.cluster.project => {
            apis.push("pubsub.googleapis.com");
        }
        Some(Destination::Bucket(_)) => apis.push("storage.googleapis.com"),
        _ => {}
    }
    // GKE doesn't switch it on itself. Source: GKE documentation, "Using Cloud DNS for GKE".
    let dns = lab.cluster.standard().map(|standard| standard.dns.provider);
    if dns.is_none_or(|provider| provider == DnsProvider::CloudDns) {
        apis.push("dns.googleapis.com");
    }
    apis.sort_unstable();
    apis
}

/// Namespaces that the lab makes.
pub fn own_namespaces(lab: &Lab) -> Vec<String> {
    let made = lab.made_namespaces();
    made.map(ToString::to_string).collect()
}

fn namespace_labels(app: &App) -> Vec<NamespaceLabel> {
    let own = app.namespaces.iter().filter(|own| !own.existing);
    let labels = own.flat_map(|own| own.labels.iter().map(move |label| (&own.name, label)));
    labels
        .map(|(namespace, (key, value))| NamespaceLabel {
            namespace: namespace.to_string(),
            label: format!("{key}={value}"),
        })
        .collect()
}

pub(super) fn annotated_namespaces(lab: &Lab) -> Vec<String> {
    // Stages only add annotations, so the last one has them all.
    let last = lab.stages.last();
    let all = last
        .into_iter()
        .flat_map(|stage| &stage.annotated_namespaces);
    all.map(ToString::to_string).collect()
}

pub(super) fn policies(lab: &Lab) -> Vec<PolicyRef> {
    lab.policies
        .iter()
        .map(|policy| PolicyRef {
            resource: match policy.spec {
                PolicySpec::Network(_) => "networkpolicy",
                PolicySpec::Fqdn(_) => "fqdnnetworkpolicy",
            },
            namespace: policy.namespace.to_string(),
            name: policy.name.to_string(),
        })
        .collect()
}
