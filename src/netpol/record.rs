//! Policy log entries as GKE writes them: read from an export, compared with a prediction.
//!
//! Older clusters name policies without a kind and pods without their controller. Both forms are
//! read; what is written has the newer form and its order of keys.

mod compare;

use serde::{Deserialize, Serialize};

pub use self::compare::{AGGREGATION_KEYS, AGGREGATION_WINDOW_MS, Comparison, aggregate, compare};

use super::logging::{Event, LogPlace, PodNames};
use super::peer::Endpoint;
use super::ports::Connection;
use super::world::{Policy, Workload, World};

/// One entry: the `jsonPayload` of Cloud Logging, or a line of the node's own file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRecord {
    /// The connection.
    #[serde(default)]
    pub connection: LogConnection,
    /// `allow` or `deny`.
    #[serde(default)]
    pub disposition: String,
    /// The policies that allowed it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<LogPolicy>,
    /// Who opened it.
    #[serde(default)]
    pub src: LogEnd,
    /// Who was to take it.
    #[serde(default)]
    pub dest: LogEnd,
    /// How many attempts the entry stands for.
    #[serde(default, deserialize_with = "number")]
    pub count: u64,
    /// The node that wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node_name: String,
    /// When it was tried, for the first time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub timestamp: String,
    /// The cluster that it comes from, where the export says so: an empty part is not said.
    #[serde(skip)]
    pub cluster: Option<LogPlace>,
}

/// The connection of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogConnection {
    /// Address of the source.
    #[serde(default)]
    pub src_ip: String,
    /// Address of the destination, behind a Service the pod's.
    #[serde(default)]
    pub dest_ip: String,
    /// Port of the source.
    #[serde(default, skip_serializing_if = "is_zero", deserialize_with = "number")]
    pub src_port: u64,
    /// Port of the destination.
    #[serde(default, skip_serializing_if = "is_zero", deserialize_with = "number")]
    pub dest_port: u64,
    /// `tcp`, `udp`, `icmp`.
    #[serde(default)]
    pub protocol: String,
    /// `ingress` or `egress`: the side that judged it.
    #[serde(default)]
    pub direction: String,
}

/// A policy in an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogPolicy {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its namespace; empty for a clusterwide one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Its kind; older clusters don't say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// One end in an entry: a pod, a node, or an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEnd {
    /// Address of an end that is neither pod nor node.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instance: String,
    /// Name of the pod.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pod_name: String,
    /// Name of the node.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node_name: String,
    /// Kind of the pod's controller; older clusters don't say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workload_kind: String,
    /// Name of the pod's controller; older clusters don't say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workload_name: String,
    /// Namespace of the pod.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pod_namespace: String,
    /// Namespace of the pod once more; older clusters don't say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Cloud Logging's JSON may write a whole number as `8080.0`.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number.fract() == 0.0 && (0.0..=9.0e15).contains(&number) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number in this range is exact"
        )]
        return Ok(number as u64);
    }
    Err(serde::de::Error::custom(format!(
        "{number} is no count and no port"
    )))
}

/// An entry that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("this is no policy log entry: {0}")]
pub struct RecordError(String);

impl LogRecord {
    /// Reads entries: a JSON list as `gcloud logging read --format=json` writes it, one entry, or
    /// a line an entry as on the node. An entry may stand bare or under `jsonPayload`.
    ///
    /// # Errors
    /// If it is not JSON, or an entry has not the form of one.
    pub fn read_all(text: &str) -> Result<Vec<LogRecord>, RecordError> {
        let mut records = Vec::new();
        for value in serde_json::Deserializer::from_str(text).into_iter() {
            let value: serde_json::Value = value.map_err(|error| RecordError(error.to_string()))?;
            match value {
                serde_json::Value::Array(items) => {
                    for item in items {
                        records.push(Self::from_json(item)?);
                    }
                }
                one => records.push(Self::from_json(one)?),
            }
        }
        Ok(records)
    }

    fn from_json(mut value: serde_json::Value) -> Result<Self, RecordError> {
        let outer_time = value
            .get("timestamp")
            .and_then(|t| t.as_str())
            .map(str::to_owned);
        let cluster = cluster(&value);
        if let Some(payload) = value.get_mut("jsonPayload") {
            value = payload.take();
        }
        let known = value.get("connection").is_some() && value.get("disposition").is_some();
        if !known {
            return Err(RecordError(
                "`connection` and `disposition` are missing".to_owned(),
            ));
        }
        let mut record: LogRecord =
            serde_json::from_value(value).map_err(|error| RecordError(error.to_string()))?;
        record.cluster = cluster;
        if record.timestamp.is_empty() {
            record.timestamp = outer_time.unwrap_or_default();
        }
        Ok(record)
    }

    /// Whether the entry may come from a cluster: one that says nothing of its own may.
    pub fn may_be_from(&self, place: &LogPlace) -> bool {
        let same = |own: &str, other: &str| own.is_empty() || own == other;
        self.cluster.as_ref().is_none_or(|own| {
            same(&own.project, &place.project)
                && same(&own.location, &place.location)
                && same(&own.cluster, &place.cluster)
        })
    }

    /// The entry that a predicted event would have, as far as it is known beforehand: not the
    /// time, not the node, no address and source port, and no generated name.
    pub fn expected(world: &World, event: &Event) -> Self {
        let (protocol, dest_port) = match event.connection {
            Connection::Port(protocol, port) => {
                (protocol.as_str().to_lowercase(), u64::from(port.get()))
            }
            Connection::Icmp => ("icmp".to_owned(), 0),
            Connection::Other => ("unknown".to_owned(), 0),
        };
        let policies = event.policies.iter().filter_map(|id| world.policy(*id));
        Self {
            connection: LogConnection {
                dest_port,
                protocol,
                direction: event.direction.lower().to_owned(),
                ..LogConnection::default()
            },
            disposition: event.disposition.as_str().to_owned(),
            policies: policies.map(LogPolicy::of).collect(),
            src: LogEnd::expected(world, &event.source),
            dest: LogEnd::expected(world, &event.destination),
            count: 1,
            ..Self::default()
        }
    }

    /// Whether this is an entry of a predicted event: same judgement, same ends, same port, and
    /// for an allowed connection no policy that was not foreseen, but at least one.
    pub fn is_of(&self, world: &World, event: &Event) -> bool {
        self.disposition == event.disposition.as_str()
            && self.connection.direction == event.direction.lower()
            && self.connects(event.connection)
            && self.src.is(world, &event.source)
            && self.dest.is(world, &event.destination)
            && self.names_only(world, event)
    }

    fn connects(&self, connection: Connection) -> bool {
        match connection {
            Connection::Port(protocol, port) => {
                self.connection
                    .protocol
                    .eq_ignore_ascii_case(protocol.as_str())
                    && self.connection.dest_port == u64::from(port.get())
            }
            Connection::Icmp => self.connection.protocol == "icmp",
            Connection::Other => true,
        }
    }

    fn names_only(&self, world: &World, event: &Event) -> bool {
        let foreseen = |named: &LogPolicy| {
            event
                .policies
                .iter()
                .filter_map(|id| world.policy(*id))
                .any(|policy| {
                    policy.name == named.name
                        && policy.namespace.as_deref().unwrap_or("") == named.namespace
                        && (named.kind.is_empty() || named.kind == policy.spec.kind())
                })
        };
        self.policies.iter().all(foreseen)
            && (self.policies.is_empty() == event.policies.is_empty())
    }
}

/// What Cloud Logging says of where an entry comes from.
fn cluster(value: &serde_json::Value) -> Option<LogPlace> {
    let labels = &value.get("resource")?["labels"];
    let text = |key: &str| labels[key].as_str().unwrap_or_default().to_owned();
    Some(LogPlace {
        project: text("project_id"),
        location: text("location"),
        cluster: text("cluster_name"),
    })
}

impl LogPolicy {
    fn of(policy: &Policy) -> Self {
        Self {
            name: policy.name.clone(),
            namespace: policy.namespace.clone().unwrap_or_default(),
            kind: policy.spec.kind().to_owned(),
        }
    }
}

impl LogEnd {
    fn expected(world: &World, end: &Endpoint) -> Self {
        match end {
            Endpoint::Workload(id) => world.workload(*id).map(Self::pod).unwrap_or_default(),
            Endpoint::Address(ip) => Self {
                instance: ip.to_string(),
                ..Self::default()
            },
            Endpoint::Node(_) => Self {
                workload_kind: "Node".to_owned(),
                ..Self::default()
            },
            Endpoint::Domain(_) => Self::default(),
        }
    }

    /// The log names a pod's own controller: a Deployment's pods belong to a ReplicaSet, and a
    /// CronJob's to a Job, with a generated name.
    fn pod(workload: &Workload) -> Self {
        let (kind, name) = match workload.kind.as_str() {
            "Deployment" => ("ReplicaSet", ""),
            "CronJob" => ("Job", ""),
            kind => (kind, workload.name.as_str()),
        };
        let pod_name = match PodNames::of(workload) {
            PodNames::Exactly(name) => name,
            PodNames::Beginning(_) => String::new(),
        };
        Self {
            pod_name,
            workload_kind: kind.to_owned(),
            workload_name: name.to_owned(),
            pod_namespace: workload.namespace.clone(),
            namespace: workload.namespace.clone(),
            ..Self::default()
        }
    }

    fn is(&self, world: &World, end: &Endpoint) -> bool {
        match end {
            Endpoint::Workload(id) => world.workload(*id).is_some_and(|workload| {
                let names = PodNames::of(workload);
                let known = workload.pods.iter().any(|pod| pod.name == self.pod_name);
                self.pod_namespace == workload.namespace && (known || names.holds(&self.pod_name))
            }),
            Endpoint::Address(ip) => self.instance.parse() == Ok(*ip),
            Endpoint::Node(_) => !self.node_name.is_empty(),
            Endpoint::Domain(_) => !self.instance.is_empty(),
        }
    }
}
