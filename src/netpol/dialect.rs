//! Which reading of the policies holds.

use serde::Serialize;

/// Who reads the policies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// GKE Dataplane V2, that is Cilium as GKE runs it. It differs from the letter of the
    /// Kubernetes API: address blocks never match pods, rules of a direction that `policyTypes`
    /// does not name take effect all the same, and SCTP is not served.
    #[default]
    Dpv2,
    /// The letter of the Kubernetes API (networking.k8s.io/v1).
    Strict,
}

impl Dialect {
    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::Dpv2 => "dpv2",
            Dialect::Strict => "strict",
        }
    }
}

/// What a pod with `hostNetwork: true` is taken for.
///
/// Kubernetes leaves it undefined. Every common implementation, Cilium among them, ignores such
/// pods in selectors and sees their traffic as their node's: that is the truth on a cluster, and
/// the default. Tools that compare policies on paper take them for ordinary pods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HostNetwork {
    /// A node: no policy selects it, no selector matches it.
    #[default]
    Node,
    /// A pod like any other.
    Pod,
}

/// How a world is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Reading {
    /// Who reads the policies.
    pub dialect: Dialect,
    /// What pods on their node's network are taken for.
    pub host_network: HostNetwork,
}

impl Reading {
    /// Dataplane V2 as it is.
    pub const DPV2: Reading = Reading {
        dialect: Dialect::Dpv2,
        host_network: HostNetwork::Node,
    };
    /// The letter of the Kubernetes API.
    pub const STRICT: Reading = Reading {
        dialect: Dialect::Strict,
        host_network: HostNetwork::Node,
    };
    /// As tools do that compare policies on paper: Dataplane V2, all pods alike.
    pub const ON_PAPER: Reading = Reading {
        dialect: Dialect::Dpv2,
        host_network: HostNetwork::Pod,
    };

    pub(crate) fn is_node(self, workload: &super::world::Workload) -> bool {
        workload.host_network && self.host_network == HostNetwork::Node
    }
}
