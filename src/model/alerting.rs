//! Log-based metric and alert on what policy logging writes.

use super::names::{DisplayName, DnsLabel, Email, MetricName};

/// Log-based metric and alert on denied connections.
#[derive(Debug, Clone)]
pub struct Alerting {
    /// The metric that counts denied connections.
    pub metric: MetricName,
    /// The alert policy's name.
    pub alert: DisplayName,
    /// Only connections on their way to this workload.
    pub workload: Option<DnsLabel>,
    /// What opens an incident.
    pub condition: Condition,
    /// Whom to notify.
    pub email: Option<Email>,
}

/// What opens an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// A log entry of a denied connection.
    LogMatch {
        /// Seconds between two notifications, at least.
        rate_limit_seconds: u32,
    },
    /// The metric, once it is over a threshold.
    MetricThreshold(Threshold),
}

/// When a metric opens an incident. Cloud Monitoring looks at whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// More entries than this are too many.
    pub value: u32,
    /// Minutes over which they are counted.
    pub alignment_period_minutes: u32,
    /// Minutes for which there must be too many.
    pub duration_minutes: u32,
}
