//! The profile language: what may be written, with every leaf's place.
//!
//! These types are the language's one definition. The JSON Schema, the structural checks and the
//! completion in editors all come from them, and their doc comments are the descriptions that
//! users read. Everything is optional here, also what a profile must have: the structural check
//! reports what is missing, so that one mistake never hides the next.

pub mod alerting;
pub mod app;
pub mod cluster;
pub mod gateway;
pub mod log_sink;
pub mod native;
pub mod object;
pub mod policy;
pub mod route;
pub mod service;
pub mod stage;
pub mod workload;

use schemars::JsonSchema;
use serde::Deserialize;

use super::at::At;
use super::keyed::Keyed;
use alerting::RawAlerting;
use app::RawApp;
use cluster::RawCluster;
use log_sink::RawLogSink;
use policy::{RawLogging, RawPolicy};
use stage::{RawProbe, RawStage};

/// One lab: the cluster, the application, the network policies, the policy logging, and the
/// stages in which they are tried out.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawProfile {
    /// Version of the profile language. Always `dplab/v1`.
    #[schemars(required)]
    pub format: Option<At<String>>,
    /// Name of the lab; its folder under `out/`. Lower-case letters, digits and hyphens.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// What the lab shows, in a sentence or two. Opens the runbook.
    pub description: Option<At<String>>,
    /// Profiles that this one builds on, by paths beside it. Maps merge, lists of named things
    /// merge by name; a key with nothing behind it, or `remove: true` in a named thing, takes away
    /// what the base has.
    pub extends: Option<At<RawExtends>>,
    /// The GKE cluster and what it stands on.
    #[schemars(required)]
    pub cluster: Option<At<RawCluster>>,
    /// The application that runs in the cluster.
    pub app: Option<At<RawApp>>,
    /// Network policies. They take effect in the stage that names them; without stages, at once.
    pub policies: Option<Vec<At<RawPolicy>>>,
    /// Network policy logging (the NetworkLogging object) as the lab starts.
    pub logging: Option<At<RawLogging>>,
    /// Log-based metric and alert on what policy logging writes.
    pub alerting: Option<At<RawAlerting>>,
    /// Where else Cloud Logging sends what policy logging writes.
    pub log_sink: Option<At<RawLogSink>>,
    /// Connections that the lab tries out.
    pub probes: Option<Vec<At<RawProbe>>>,
    /// The lab's course, step by step. Each stage changes something on top of the one before and
    /// says what its probes are expected to do.
    pub stages: Option<Vec<At<RawStage>>>,
}

/// A path or a list of paths. Only its shape matters here: layers are laid before profiles are
/// decoded.
#[derive(Debug, Clone, Deserialize)]
pub struct RawExtends;

impl JsonSchema for RawExtends {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Extends".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": ["string", "array"], "items": {"type": "string"}})
    }
}

/// A map of texts, in the order written.
pub type Texts = Keyed<At<String>>;
