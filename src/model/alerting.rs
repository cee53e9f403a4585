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
    /// Seconds between two notifications, at least.
    pub rate_limit_seconds: u32,
    /// Whom to notify.
    pub email: Option<Email>,
}
