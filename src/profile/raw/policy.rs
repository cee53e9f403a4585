//! `policies:` and `logging:` network policies and their logging, in Kubernetes' and GKE's words.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

use super::Texts;
use super::native::RawSelector;
use super::workload::RawProtocol;
use crate::profile::at::At;

/// A policy, or several made from the application's calls. Exactly one of `spec`, `fqdn` and `from`
/// says which.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawPolicy {
    /// Name of the policy.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Namespace; the application's if not given.
    pub namespace: Option<At<String>>,
    /// What the policy is for.
    pub description: Option<At<String>>,
    /// Labels of the object.
    pub labels: Option<Texts>,
    /// Annotations of the object.
    pub annotations: Option<Texts>,
    /// A NetworkPolicy's spec, as Kubernetes writes it (networking.k8s.io/v1).
    pub spec: Option<At<RawPolicySpec>>,
    /// An FQDNNetworkPolicy's spec, as GKE writes it (networking.gke.io/v1alpha1): egress by domain
    /// name. Needs `cluster.dataplane.fqdnNetworkPolicy`.
    pub fqdn: Option<At<RawFqdnSpec>>,
    /// Make the policies that the application needs and no more: everything is denied, then each
    /// workload may be reached by its callers and may reach what it calls. They are named after
    /// this one, and a stage that names it applies them all.
    pub from: Option<At<RawPolicySource>>,
}

/// What policies are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawPolicySource {
    /// The `calls` of the application's workloads.
    Calls,
}

/// The spec of an FQDNNetworkPolicy, as GKE writes it (networking.gke.io/v1alpha1).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawFqdnSpec {
    /// The pods that the policy isolates; `{}` is every pod of the namespace.
    pub pod_selector: Option<At<RawSelector>>,
    /// What may go out: each rule allows something.
    #[schemars(required)]
    pub egress: Option<Vec<At<RawFqdnRule>>>,
}

/// Allows what goes to any of the hosts on any of the ports.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawFqdnRule {
    /// The hosts.
    #[schemars(required)]
    pub matches: Option<Vec<At<RawFqdnMatch>>>,
    /// The ports; all ports and protocols if absent or empty.
    pub ports: Option<Vec<At<RawFqdnPort>>>,
}

/// Hosts, by exactly one of the two.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawFqdnMatch {
    /// One host, such as `www.example.com`.
    pub name: Option<At<String>>,
    /// Hosts by a pattern, such as `*.example.com`; a star stays within one label.
    pub pattern: Option<At<String>>,
}

/// A port of a host.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawFqdnPort {
    /// `ALL` if not given.
    pub protocol: Option<At<RawFqdnProtocol>>,
    /// A number; all ports if not given.
    pub port: Option<At<u16>>,
}

/// A protocol of an FQDNNetworkPolicy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RawFqdnProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Both.
    All,
}

/// The spec of a NetworkPolicy, as Kubernetes writes it (networking.k8s.io/v1).
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawPolicySpec {
    /// The pods that the policy isolates; `{}` is every pod of the namespace.
    pub pod_selector: Option<At<RawSelector>>,
    /// The directions that the policy isolates.
    pub policy_types: Option<Vec<At<RawPolicyType>>>,
    /// What may come in: each rule allows something.
    pub ingress: Option<Vec<At<RawIngressRule>>>,
    /// What may go out: each rule allows something.
    pub egress: Option<Vec<At<RawEgressRule>>>,
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RawPolicyType {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
}

/// Allows what comes from any of the peers on any of the ports.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawIngressRule {
    /// The peers; everyone if absent or empty.
    pub from: Option<Vec<At<RawPeer>>>,
    /// The pods' ports; all if absent or empty.
    pub ports: Option<Vec<At<RawPort>>>,
}

/// Allows what goes to any of the peers on any of the ports.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawEgressRule {
    /// The peers; everyone if absent or empty.
    pub to: Option<Vec<At<RawPeer>>>,
    /// The peers' ports; all if absent or empty.
    pub ports: Option<Vec<At<RawPort>>>,
}

/// A peer: pods by their labels and their namespace's, or a block of addresses.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawPeer {
    /// Pods with these labels, in the policy's namespace unless a namespace selector is given.
    pub pod_selector: Option<At<RawSelector>>,
    /// Namespaces with these labels.
    pub namespace_selector: Option<At<RawSelector>>,
    /// Addresses outside the cluster. On Dataplane V2 they never match a pod.
    pub ip_block: Option<At<RawIpBlock>>,
}

/// A block of addresses.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawIpBlock {
    /// The block, such as `203.0.113.0/24`.
    #[schemars(required)]
    pub cidr: Option<At<String>>,
    /// Parts of the block that are left out.
    pub except: Option<Vec<At<String>>>,
}

/// A port, or a range of ports, of the pod at the receiving end.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawPort {
    /// TCP if not given.
    pub protocol: Option<At<RawProtocol>>,
    /// A number, or the name of a container port; all ports if not given.
    pub port: Option<At<RawPortRef>>,
    /// End of a range of ports that starts at `port`.
    pub end_port: Option<At<u16>>,
}

/// A port by number or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawPortRef {
    /// By number.
    Number(u16),
    /// By the name of a container port.
    Name(String),
}

impl<'de> Deserialize<'de> for RawPortRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PortVisitor;
        impl Visitor<'_> for PortVisitor {
            type Value = RawPortRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a port number or a port name")
            }

            fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<RawPortRef, E> {
                u16::try_from(n)
                    .map(RawPortRef::Number)
                    .map_err(|_| E::custom(format!("{n} is not a port number")))
            }

            fn visit_str<E>(self, name: &str) -> Result<RawPortRef, E> {
                Ok(RawPortRef::Name(name.to_owned()))
            }
        }
        deserializer.deserialize_any(PortVisitor)
    }
}

impl JsonSchema for RawPortRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PortRef".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A port by number, or by the name of a container port.",
            "type": ["integer", "string"],
            "minimum": 0,
            "maximum": 65535
        })
    }
}

/// The spec of GKE's NetworkLogging object: which connections are logged.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawLogging {
    /// Connections that a policy allowed.
    pub allow: Option<At<RawLogAction>>,
    /// Connections that policies denied.
    pub deny: Option<At<RawLogAction>>,
}

/// Whether and when one kind of connection is logged.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawLogAction {
    /// Log them.
    #[schemars(extend("default" = false))]
    pub log: Option<At<bool>>,
    /// Log only where an annotation asks for it: on the policy for allowed connections, on the
    /// namespace for denied ones. Needs `log: true`.
    #[schemars(extend("default" = false))]
    pub delegate: Option<At<bool>>,
}
