//! The Cloud Logging filter that finds what was predicted.

use super::Event;
use crate::netpol::peer::Endpoint;
use crate::netpol::ports::Connection;
use crate::netpol::world::{Workload, World};

/// Where the logs of a cluster are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPlace {
    /// Id of the project.
    pub project: String,
    /// The cluster's location: its zone or its region.
    pub location: String,
    /// Name of the cluster.
    pub cluster: String,
}

impl LogPlace {
    /// The filter for every policy log entry of the cluster, a condition a line.
    pub fn filter(&self) -> Vec<String> {
        vec![
            "resource.type=\"k8s_node\"".to_owned(),
            format!("resource.labels.location={}", quoted(&self.location)),
            format!("resource.labels.cluster_name={}", quoted(&self.cluster)),
            format!(
                "logName={}",
                quoted(&format!("projects/{}/logs/policy-action", self.project))
            ),
        ]
    }

    /// The filter that finds the entries of an event, a condition a line.
    pub fn filter_of(&self, world: &World, event: &Event) -> Vec<String> {
        let mut lines = self.filter();
        let mut equal = |path: &str, value: &str| {
            lines.push(format!("jsonPayload.{path}={}", quoted(value)));
        };
        equal("disposition", event.disposition.as_str());
        equal("connection.direction", event.direction.lower());
        let ends = [("src", &event.source), ("dest", &event.destination)];
        for (side, end) in ends {
            lines.extend(end_filter(world, side, end));
        }
        lines.extend(connection_filter(event.connection));
        lines
    }
}

fn connection_filter(connection: Connection) -> Vec<String> {
    match connection {
        Connection::Port(protocol, port) => vec![
            format!(
                "jsonPayload.connection.protocol={}",
                quoted(&protocol.as_str().to_lowercase())
            ),
            format!("jsonPayload.connection.dest_port={port}"),
        ],
        Connection::Icmp => vec!["jsonPayload.connection.protocol=\"icmp\"".to_owned()],
        Connection::Other => Vec::new(),
    }
}

fn end_filter(world: &World, side: &str, end: &Endpoint) -> Vec<String> {
    match end {
        Endpoint::Workload(id) => match world.workload(*id) {
            Some(workload) => {
                let name = PodNames::of(workload);
                vec![
                    format!(
                        "jsonPayload.{side}.pod_namespace={}",
                        quoted(&workload.namespace)
                    ),
                    format!("jsonPayload.{side}.pod_name{}", name.condition()),
                ]
            }
            None => Vec::new(),
        },
        Endpoint::Address(ip) => {
            vec![format!(
                "jsonPayload.{side}.instance={}",
                quoted(&ip.to_string())
            )]
        }
        Endpoint::Node(_) => vec![format!("jsonPayload.{side}.node_name:*")],
        Endpoint::Domain(_) => Vec::new(),
    }
}

/// A string of Cloud Logging's query language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What the pods of a workload are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodNames {
    /// A bare pod has its own name.
    Exactly(String),
    /// A controller puts something behind its own name and a hyphen.
    Beginning(String),
}

impl PodNames {
    /// The names of a workload's pods.
    pub fn of(workload: &Workload) -> Self {
        if workload.kind == "Pod" {
            PodNames::Exactly(workload.name.clone())
        } else {
            PodNames::Beginning(format!("{}-", workload.name))
        }
    }

    /// Whether a pod has such a name.
    pub fn holds(&self, name: &str) -> bool {
        match self {
            PodNames::Exactly(own) => own == name,
            PodNames::Beginning(beginning) => name.starts_with(beginning),
        }
    }

    fn condition(&self) -> String {
        match self {
            PodNames::Exactly(name) => format!("={}", quoted(name)),
            PodNames::Beginning(beginning) => {
                format!(
                    "=~{}",
                    quoted(&format!("^{}", beginning.replace('.', "\\.")))
                )
            }
        }
    }
}
