//! `alerting:` the log-based metric, the alert and whom it tells.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::profile::at::At;

/// Log-based metric and alert on what policy logging writes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawAlerting {
    /// Name of the log-based metric that counts denied connections.
    pub metric: Option<At<String>>,
    /// Name of the alert policy.
    pub alert: Option<At<String>>,
    /// Count and alert on connections denied on their way to this workload; all if not given.
    pub workload: Option<At<String>>,
    /// What opens an incident: a log entry of a denied connection (`log-match`), or the metric that
    /// counts them (`metric-threshold`). An alert on the metric has to wait, up to ten minutes, until
    /// Cloud Monitoring knows the new metric.
    #[schemars(extend("default" = "log-match"))]
    pub condition: Option<At<RawCondition>>,
    /// How many denied connections are too many, for `metric-threshold`.
    pub threshold: Option<At<RawThreshold>>,
    /// Seconds between two notifications, at least, for `log-match`.
    #[schemars(extend("default" = 300))]
    pub notification_rate_limit_seconds: Option<At<u32>>,
    /// Address to notify. Without one the alert opens an incident and tells nobody.
    pub email: Option<At<String>>,
}

/// What opens an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawCondition {
    /// A log entry of a denied connection.
    LogMatch,
    /// The metric, once it is over a threshold.
    MetricThreshold,
}

/// How many denied connections are too many, in which time.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawThreshold {
    /// More entries of denied connections than this open an incident; 0: the first one does. What
    /// is denied between the same two ends within five seconds is one entry.
    #[schemars(extend("default" = 0))]
    pub value: Option<At<u32>>,
    /// Minutes over which entries are counted; in the console, the rolling window.
    #[schemars(extend("default" = 5))]
    pub alignment_period_minutes: Option<At<u32>>,
    /// Minutes for which the count must stay over the value before an incident opens; in the
    /// console, the retest window. Both windows together are at most 23 hours and 30 minutes.
    #[schemars(extend("default" = 0))]
    pub duration_minutes: Option<At<u32>>,
}
