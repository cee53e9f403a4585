//! `probes:` and `stages:` what the lab tries out, and in which order.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Texts;
use super::policy::RawLogging;
use crate::profile::at::At;
use crate::profile::keyed::Keyed;

/// A connection that the lab tries out.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawProbe {
    /// Name of the probe.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// What the probe shows.
    pub description: Option<At<String>>,
    /// Where the connection comes from.
    #[schemars(required)]
    pub from: Option<At<RawProbeSource>>,
    /// Where it goes, as `service:port` or `service.namespace:port`.
    #[schemars(required)]
    pub to: Option<At<String>>,
    /// The command that opens the connection and exits with 0 if it got through; no shell.
    #[schemars(required, length(min = 1))]
    pub run: Option<Vec<At<String>>>,
    /// What the command prints when it got through.
    pub prints: Option<At<String>>,
    /// Seconds after which the connection counts as denied; 5 if not given.
    #[schemars(extend("default" = 5))]
    pub timeout_seconds: Option<At<u32>>,
    /// Another probe, which must still get through: or else a denial proves nothing.
    pub control: Option<At<String>>,
}

/// Where a probe's connection comes from: a pod of its own.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawProbeSource {
    /// Name of the pod; the probe's name if not given.
    pub pod: Option<At<String>>,
    /// Container image that holds the command.
    #[schemars(required)]
    pub image: Option<At<String>>,
    /// Take the labels of this workload, so that policies can't tell the pod from its pods. The
    /// pod never becomes ready, so no Service sends it traffic.
    pub r#as: Option<At<String>>,
    /// Labels of the pod.
    pub labels: Option<Texts>,
    /// Namespace of the pod; that of the workload whose labels it takes, or the application's, if
    /// not given.
    pub namespace: Option<At<String>>,
}

/// One step of the lab: changes on top of the stage before, and what is expected then.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawStage {
    /// Name of the stage.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// A heading for the runbook; the name if not given.
    pub title: Option<At<String>>,
    /// What the stage shows and why it comes out this way.
    pub description: Option<At<String>>,
    /// Policies to apply, on top of those already in force. A name that policies of several
    /// namespaces share stands for all of them.
    pub policies: Option<Vec<At<String>>>,
    /// Changes of the policy logging.
    pub logging: Option<At<RawLogging>>,
    /// Logging annotations to set, for logging that is delegated.
    pub annotate: Option<At<RawAnnotate>>,
    /// What each probe is expected to do, by the probe's name.
    pub expect: Option<Keyed<At<RawExpectation>>>,
}

/// Logging annotations to set, for logging that is delegated.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawAnnotate {
    /// Namespaces whose denied connections are logged.
    pub namespaces: Option<Vec<At<String>>>,
    /// Policies whose allowed connections are logged.
    pub policies: Option<Vec<At<String>>>,
}

/// What a probe is expected to do.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawExpectation {
    /// Whether the connection gets through.
    #[schemars(required)]
    pub verdict: Option<At<RawVerdict>>,
    /// Whether policy logging writes an entry for it; not asserted if not given.
    pub logged: Option<At<bool>>,
}

/// Whether a connection gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawVerdict {
    /// It gets through.
    Allowed,
    /// It doesn't.
    Denied,
}
