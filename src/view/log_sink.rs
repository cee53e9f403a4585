//! The log sink, and what its writer is given at the destination.

use serde::Serialize;

use crate::model::log_sink::{Destination, LogSink};

/// A log sink. Of `topic`, `bucket` and `log_bucket` one is there, the others are empty.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LogSinkView {
    /// Name of the sink.
    pub name: String,
    /// Where entries go, as Cloud Logging writes it.
    pub destination: String,
    /// Only entries of denied connections.
    pub denied_only: bool,
    /// The Pub/Sub topic.
    pub topic: String,
    /// The Cloud Storage bucket.
    pub bucket: String,
    /// The log bucket.
    pub log_bucket: String,
    /// Where the log bucket lies; empty otherwise.
    pub location: String,
    /// The project of the topic or log bucket; empty with a Cloud Storage bucket.
    pub project: String,
    /// The role that the sink's writer needs. It needs none on a log bucket of its own project.
    pub role: &'static str,
}

/// The view of a sink.
pub fn log_sink(sink: &LogSink) -> LogSinkView {
    let view = LogSinkView {
        name: sink.name.to_string(),
        destination: sink.destination.to_string(),
        denied_only: sink.denied_only,
        role: role(&sink.destination),
        ..LogSinkView::default()
    };
    match &sink.destination {
        Destination::Topic { project, topic } => LogSinkView {
            project: project.to_string(),
            topic: topic.to_string(),
            ..view
        },
        Destination::Bucket(bucket) => LogSinkView {
            bucket: bucket.to_string(),
            ..view
        },
        Destination::LogBucket {
            project,
            location,
            bucket,
        } => LogSinkView {
            project: project.to_string(),
            location: location.to_string(),
            log_bucket: bucket.to_string(),
            ..view
        },
    }
}

/// Source: Cloud Logging documentation, "Route logs to supported destinations", permissions.
fn role(destination: &Destination) -> &'static str {
    match destination {
        Destination::Topic { .. } => "roles/pubsub.publisher",
        Destination::Bucket(_) => "roles/storage.objectCreator",
        Destination::LogBucket { .. } => "roles/logging.bucketWriter",
    }
}
