//! `logSink:` where else Cloud Logging sends what policy logging writes.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::profile::at::At;

/// A log sink: Cloud Logging sends the cluster's policy log to one more place.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawLogSink {
    /// Name of the sink.
    pub name: Option<At<String>>,
    /// Where entries go, as Cloud Logging writes it: a Pub/Sub topic
    /// (`pubsub.googleapis.com/projects/PROJECT/topics/TOPIC`), a Cloud Storage bucket
    /// (`storage.googleapis.com/BUCKET`), or a log bucket
    /// (`logging.googleapis.com/projects/PROJECT/locations/LOCATION/buckets/BUCKET`). It must exist
    /// already: the lab neither makes nor deletes it, and gives the sink the role to write there. A
    /// BigQuery dataset is none of these: gcloud has no command that gives a role on one dataset.
    #[schemars(required)]
    pub destination: Option<At<String>>,
    /// The connections whose entries go there: all that are logged, or only the denied ones.
    #[schemars(extend("default" = "all"))]
    pub connections: Option<At<RawConnections>>,
}

/// The connections whose entries a sink sends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawConnections {
    /// All that policy logging writes about.
    All,
    /// Those that a policy denied.
    Denied,
}
