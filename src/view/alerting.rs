//! Metric and alert, and the filter that both stand on.

use serde::Serialize;

use crate::model::alerting::Alerting;

/// Metric and alert on denied connections.
#[derive(Debug, Clone, Serialize)]
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
    /// Seconds between two notifications, as the API writes a duration.
    pub rate_limit: String,
}

/// The view of metric and alert.
pub fn alerting(alerting: &Alerting) -> AlertingView {
    let email = alerting
        .email
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    AlertingView {
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
        rate_limit: format!("{}s", alerting.rate_limit_seconds),
    }
}
