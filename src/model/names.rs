//! Names and ids, each with the rule of the system that will read it.

use std::fmt;

/// Namespaces that are there although nobody writes them down: GKE and its add-ons make them.
pub const SYSTEM_NAMESPACES: &[&str] = &[
    "kube-system",
    "gke-managed-system",
    "gke-managed-dpv2-observability",
    "gmp-system",
    "gmp-public",
    "istio-system",
];

/// Kinds of objects that are in no namespace.
pub const CLUSTER_KINDS: &[&str] = &[
    "Namespace",
    "Node",
    "PersistentVolume",
    "StorageClass",
    "VolumeSnapshotClass",
    "PriorityClass",
    "RuntimeClass",
    "IngressClass",
    "GatewayClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "APIService",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "NetworkLogging",
    "CiliumClusterwideNetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "ClusterNetworkPolicy",
    "CSIDriver",
    "ClusterIssuer",
];

/// A text that can't be the kind of name asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` can't be {what}")]
pub struct NameError {
    /// What was written.
    pub text: String,
    /// What it was to be, with its article: `a cluster name`.
    pub what: &'static str,
    /// What would be right, to be read after "expected".
    pub expected: &'static str,
}

macro_rules! names {
    ($( $(#[doc = $doc:literal])+ $name:ident, $what:literal, $expected:literal, $rule:expr; )+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a text that fits the rule.
            ///
            /// # Errors
            /// What the text can't be, and what would be right.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let rule: fn(&str) -> bool = $rule;
                if rule(text) {
                    return Ok(Self(text.to_owned()));
                }
                Err(NameError { text: text.to_owned(), what: $what, expected: $expected })
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+ };
}

names! {
    /// Name of a lab, and of its folder.
    LabName, "a lab's name",
    "at most 40 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    |text| is_rfc1035(text, 40);

    /// Id of a Google Cloud project. Source: `gcloud projects create --help`.
    ProjectId, "a project id",
    "6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    |text| text.len() >= 6 && is_rfc1035(text, 30);

    /// Name of a GKE cluster. Source: GKE API reference, `projects.locations.clusters`.
    ClusterName, "a cluster name",
    "at most 40 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    |text| is_rfc1035(text, 40);

    /// Name of a node pool; the same rule as a cluster's.
    NodePoolName, "a node pool name",
    "at most 40 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    |text| is_rfc1035(text, 40);

    /// Name of a Compute Engine resource (network, subnet, range, router, NAT gateway).
    /// Source: Compute Engine documentation, "Naming resources".
    ResourceName, "a Compute Engine name",
    "at most 63 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    |text| is_rfc1035(text, 63);

    /// Id of a Google service account, the part before the `@`. Source: IAM documentation,
    /// "Create service accounts".
    ServiceAccountId, "a service account id",
    "6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    |text| text.len() >= 6 && is_rfc1035(text, 30);

    /// A Kubernetes name that must be a DNS label (RFC 1123): namespaces, containers, pods of
    /// the lab. Source: Kubernetes documentation, "Object Names and IDs".
    DnsLabel, "a Kubernetes name",
    "at most 63 lower-case letters, digits and hyphens, no hyphen first or last",
    |text| is_rfc1123(text, 63);

    /// A Kubernetes Service's name, a DNS label that starts with a letter (RFC 1035).
    ServiceName, "a Service name",
    "at most 63 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    |text| is_rfc1035(text, 63);

    /// A Kubernetes name that may be a DNS subdomain (RFC 1123): policies, service accounts.
    DnsSubdomain, "a Kubernetes name",
    "at most 253 lower-case letters, digits, hyphens and dots, a letter or digit at both ends of each part",
    |text| text.len() <= 253 && text.split('.').all(|part| is_rfc1123(part, 253));

    /// A host name, or all below one. Source: Gateway API reference, "Hostname".
    HostPattern, "a host name",
    "a name such as `shop.example.com` or `*.example.com`, in lower-case letters",
    |text| {
        let rest = text.strip_prefix("*.").unwrap_or(text);
        text.len() <= 253 && rest.split('.').all(|part| is_rfc1123(part, 63))
    };

    /// Name of an environment variable, as shells and Kubernetes both accept it.
    EnvName, "the name of an environment variable",
    "letters, digits and underscores, no digit first",
    |text| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && text.bytes().next().is_some_and(|b| !b.is_ascii_digit())
    };

    /// Name of a log-based metric, without characters that would need escaping in a filter.
    /// Source: Cloud Logging API reference, LogMetric (dplab allows a safe part of it).
    MetricName, "the name of a log-based metric",
    "at most 100 letters, digits, `_`, `-` and `.`, a letter first",
    |text| {
        text.len() <= 100
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
            && text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
    };

    /// Name of a log sink, which starts with a letter or digit. Source: Cloud Logging API reference,
    /// `LogSink.name`.
    SinkName, "the name of a log sink",
    "at most 100 letters, digits, `_`, `-` and `.`, a letter or digit first",
    |text| text.len() <= 100 && is_plain(text, b"_-.") && starts_alphanumeric(text);

    /// Id of a Pub/Sub topic. Source: Pub/Sub documentation, "Guidelines to name a topic".
    TopicId, "the id of a Pub/Sub topic",
    "3 to 255 letters, digits and `-_.~+%`, a letter first, not `goog`",
    |text| {
        (3..=255).contains(&text.len())
            && is_plain(text, b"-_.~+%")
            && text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && !text.starts_with("goog")
    };

    /// Name of a Cloud Storage bucket. Source: Cloud Storage documentation, "About Cloud Storage
    /// buckets".
    BucketName, "the name of a Cloud Storage bucket",
    "3 to 222 lower-case letters, digits, `-`, `_` and `.`, a letter or digit at both ends",
    |text| {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        (3..=222).contains(&text.len())
            && text.bytes().all(inner)
            && starts_alphanumeric(text)
            && text.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric())
    };

    /// Id of a log bucket that takes entries of sinks: `_Required` takes none. Source: Cloud Logging
    /// documentation, "Configure log buckets".
    LogBucketId, "a log bucket that a sink can write to",
    "at most 100 letters, digits, `_`, `-` and `.`, a letter, digit or `_` first, not `_Required`",
    |text| {
        (1..=100).contains(&text.len())
            && is_plain(text, b"_-.")
            && (starts_alphanumeric(text) || text.starts_with('_'))
            && text != "_Required"
    };

    /// Location of a log bucket: a region, a multi-region such as `eu`, or `global`.
    LogLocation, "the location of a log bucket",
    "a region such as `us-east1`, `us`, `eu` or `global`",
    |text| is_rfc1035(text, 63);

    /// A machine type such as `e2-standard-4` or `n2-custom-4-8192`. Whether it exists depends on
    /// the zone, so only the pattern is checked. Source: Compute Engine documentation.
    MachineType, "a machine type",
    "a name such as `e2-standard-4` or `n2-custom-4-8192`",
    |text| {
        let mut parts = text.split('-');
        text.len() <= 63
            && parts.next().is_some_and(|family| is_rfc1035(family, 63))
            && text.contains('-')
            && parts.all(|part| !part.is_empty() && is_rfc1123(part, 63))
    };

    /// A container image reference. Only what would break a manifest is refused: registries have
    /// rules of their own.
    ImageRef, "a container image",
    "a reference such as `redis:alpine` or `registry.example/team/app:v1`",
    |text| {
        (1..=512).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/:@".contains(&b))
            && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
    };

    /// An e-mail address, checked only so far that it can't be something else.
    Email, "an e-mail address",
    "an address such as `team@example.com`",
    |text| {
        text.len() <= 254
            && text.bytes().all(|b| b.is_ascii_graphic())
            && matches!(text.split_once('@'), Some((user, host))
                if !user.is_empty() && host.contains('.') && !host.contains('@')
                    && !host.starts_with('.') && !host.ends_with('.'))
    };

    /// The name that an alert policy is shown and found by. Characters that a gcloud filter would
    /// read as syntax are left out.
    DisplayName, "a display name",
    "at most 100 letters, digits, spaces and `_-.:()`, a letter or digit first, no space last",
    |text| {
        text.len() <= 100
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b" _-.:()".contains(&b))
            && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
            && !text.ends_with(' ')
    };

    /// Key of a label on a Google Cloud resource. Source: Resource Manager documentation,
    /// "Requirements for labels" (dplab keeps to ASCII).
    GcpLabelKey, "the key of a Google Cloud label",
    "at most 63 lower-case letters, digits, `_` and `-`, a letter first",
    |text| {
        text.len() <= 63
            && is_gcp_label(text)
            && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
    };

    /// Value of a label on a Google Cloud resource; may be empty.
    GcpLabelValue, "the value of a Google Cloud label",
    "at most 63 lower-case letters, digits, `_` and `-`",
    |text| text.len() <= 63 && is_gcp_label(text);
}

impl HostPattern {
    /// Whether some host is meant by both.
    pub fn meets(&self, other: &HostPattern) -> bool {
        let below = |all: &str, one: &str| {
            let base = all.strip_prefix('*');
            base.is_some_and(|base| one.strip_prefix('*').unwrap_or(one).ends_with(base))
        };
        let (own, other) = (self.as_str(), other.as_str());
        own == other || below(own, other) || below(other, own)
    }
}

/// Lower-case letters, digits and hyphens; a letter first, no hyphen last.
fn is_rfc1035(text: &str, max: usize) -> bool {
    is_rfc1123(text, max) && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
}

/// Lower-case letters, digits and hyphens; no hyphen first or last; not empty.
fn is_rfc1123(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// ASCII letters and digits, and these.
fn is_plain(text: &str, others: &[u8]) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || others.contains(&b))
}

fn starts_alphanumeric(text: &str) -> bool {
    text.bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric())
}

fn is_gcp_label(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}
