//! Metric and alert, and the filter that both stand on.

use serde::Serialize;

use crate::model::alerting::{Alerting, Condition};
use crate::model::app::App;
use crate::model::cluster::Cluster;
use crate::model::workload::{Workload, WorkloadKind};

/// Metric and alert on denied connections.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AlertingView {
    /// Name of the log-based metric.
    pub metric: String,
    /// Name of the alert policy.
    pub alert: String,
    /// Name of the notification channel; empty: nobody is notified.
    pub channel: String,
    /// Whom to notify; empty: nobody.
    pub email: String,
    /// The workload whose denied ingress counts; empty: every pod's.
    pub workload: String,
    /// A pattern for the names of the workload's pods; empty: every pod.
    pub pods: String,
    /// The filter that finds the log entries of denied connections.
    pub filter: String,
    /// The alert stands on the metric, not on log entries.
    pub on_metric: bool,
    /// Seconds between two notifications, as the API writes a duration; empty with an alert on the
    /// metric.
    pub rate_limit: String,
    /// More entries than this open an incident; 0 with a log-match alert, as the two that follow
    /// are empty then.
    pub threshold: u32,
    /// How long entries are counted, as the API writes a duration.
    pub alignment_period: String,
    /// How long there must be too many, as the API writes a duration.
    pub duration: String,
}

/// The view of metric and alert.
pub fn alerting(alerting: &Alerting, cluster: &Cluster, app: &App) -> AlertingView {
    let workload = alerting.workload.as_ref();
    let workload = workload.and_then(|name| app.workload(name.as_str()));
    let pods = workload.map_or_else(String::new, pods_of);
    let email = alerting
        .email
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    let view = AlertingView {
        metric: alerting.metric.to_string(),
        alert: alerting.alert.to_string(),
        channel: match email.is_empty() {
            true => String::new(),
            false => format!("{} (e-mail)", alerting.alert),
        },
        email,
        workload: alerting
            .workload
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        filter: filter(cluster, &pods),
        pods,
        ..AlertingView::default()
    };
    with(view, alerting.condition)
}

fn with(view: AlertingView, condition: Condition) -> AlertingView {
    match condition {
        Condition::LogMatch { rate_limit_seconds } => AlertingView {
            rate_limit: format!("{rate_limit_seconds}s"),
            ..view
        },
        Condition::MetricThreshold(threshold) => AlertingView {
            on_metric: true,
            threshold: threshold.value,
            alignment_period: format!("{}s", threshold.alignment_period_minutes * 60),
            duration: format!("{}s", threshold.duration_minutes * 60),
            ..view
        },
    }
}

/// What Kubernetes leaves of a workload's name in the names of its pods, if it is longer.
const MAX_POD_PREFIX: usize = 46;

/// A pattern for the names of a workload's pods: NAME-REPLICASET-POD of a Deployment, NAME-NUMBER
/// of a StatefulSet, NAME-TIME-POD of a CronJob, NAME-POD otherwise.
pub(super) fn pods_of(workload: &Workload) -> String {
    let name = workload.name.as_str();
    match (name.get(..MAX_POD_PREFIX), &workload.kind) {
        (Some(prefix), _) if name.len() > MAX_POD_PREFIX => format!("^{prefix}"),
        (_, WorkloadKind::Deployment) => format!("^{name}-[a-z0-9]+-[a-z0-9]+$"),
        (_, WorkloadKind::StatefulSet { .. }) => format!("^{name}-[0-9]+$"),
        (_, WorkloadKind::CronJob { .. }) => format!("^{name}-[0-9]+-[a-z0-9]+$"),
        _ => format!("^{name}-[a-z0-9]+$"),
    }
}

/// Terms of Cloud Logging's query language; a space means AND.
fn filter(cluster: &Cluster, pods: &str) -> String {
    let mut terms = vec![
        r#"resource.type="k8s_node""#.to_owned(),
        format!(r#"resource.labels.location="{}""#, cluster.location),
        format!(r#"resource.labels.cluster_name="{}""#, cluster.name),
        format!(
            r#"logName="projects/{}/logs/policy-action""#,
            cluster.project
        ),
        r#"jsonPayload.disposition="deny""#.to_owned(),
    ];
    if !pods.is_empty() {
        terms.push(format!(r#"jsonPayload.dest.pod_name=~"{pods}""#));
    }
    terms.join(" ")
}
