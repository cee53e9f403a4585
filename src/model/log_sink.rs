//! A log sink and its destination, which is there before the lab and after it.

use std::fmt;

use super::names::{BucketName, LogBucketId, LogLocation, NameError, ProjectId, SinkName, TopicId};

/// Sends what policy logging writes to one more place.
#[derive(Debug, Clone)]
pub struct LogSink {
    /// Name of the sink.
    pub name: SinkName,
    /// Where entries go.
    pub destination: Destination,
    /// Only entries of denied connections.
    pub denied_only: bool,
}

/// Where a sink sends entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A Pub/Sub topic.
    Topic {
        /// Its project.
        project: ProjectId,
        /// The topic.
        topic: TopicId,
    },
    /// A Cloud Storage bucket, whose name is the only one of its kind anywhere.
    Bucket(BucketName),
    /// A log bucket of Cloud Logging.
    LogBucket {
        /// Its project.
        project: ProjectId,
        /// Its location: a region, a multi-region or `global`.
        location: LogLocation,
        /// The log bucket.
        bucket: LogBucketId,
    },
}

/// A text that names no destination that the lab can ship to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// None of the forms that Cloud Logging writes.
    #[error("`{0}` is no destination of a log sink")]
    Unknown(String),
    /// A dataset of BigQuery.
    #[error("the lab can't ship to a BigQuery dataset: gcloud can't give a role on one dataset")]
    BigQuery,
    /// A whole project.
    #[error("the lab can't ship to a whole project, only to a log bucket in it")]
    Project,
    /// A name within it.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl Destination {
    /// Reads a destination as Cloud Logging writes it.
    ///
    /// # Errors
    /// What stands in the way: another form, or a part that can't be the name it stands for.
    /// Source: Cloud Logging API reference, `LogSink.destination`.
    pub fn parse(text: &str) -> Result<Self, DestinationError> {
        let parts: Vec<&str> = text.split('/').collect();
        Ok(match parts.as_slice() {
            [
                "pubsub.googleapis.com",
                "projects",
                project,
                "topics",
                topic,
            ] => Self::Topic {
                project: ProjectId::parse(project)?,
                topic: TopicId::parse(topic)?,
            },
            ["storage.googleapis.com", bucket] => Self::Bucket(BucketName::parse(bucket)?),
            [
                "logging.googleapis.com",
                "projects",
                project,
                "locations",
                location,
                "buckets",
                bucket,
            ] => Self::LogBucket {
                project: ProjectId::parse(project)?,
                location: LogLocation::parse(location)?,
                bucket: LogBucketId::parse(bucket)?,
            },
            ["bigquery.googleapis.com", ..] => return Err(DestinationError::BigQuery),
            ["logging.googleapis.com", "projects", _] => return Err(DestinationError::Project),
            _ => return Err(DestinationError::Unknown(text.to_owned())),
        })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic { project, topic } => {
                write!(f, "pubsub.googleapis.com/projects/{project}/topics/{topic}")
            }
            Self::Bucket(bucket) => write!(f, "storage.googleapis.com/{bucket}"),
            Self::LogBucket {
                project,
                location,
                bucket,
            } => write!(
                f,
                "logging.googleapis.com/projects/{project}/locations/{location}/buckets/{bucket}"
            ),
        }
    }
}
