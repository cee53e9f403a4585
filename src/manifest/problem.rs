//! What is wrong with manifests.

use std::fmt;

use crate::diag::{Diagnostic, Severity};
use crate::model::cidr::CidrError;
use crate::model::clusterwide::ClusterwideError;
use crate::model::fqdn::FqdnError;
use crate::model::labels::LabelError;
use crate::model::logging::LoggingError;
use crate::model::policy::PeerError;
use crate::model::port::PortError;
use crate::model::selector::SelectorError;
use crate::source::Span;

/// A problem and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub what: What,
    /// Where.
    pub span: Span,
    /// The object, as `NetworkPolicy default/allow-frontend`; empty if it has no name.
    pub object: String,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// The file or one of its documents can't be read.
    #[error("{}", .0.message)]
    Yaml(Box<Diagnostic>),
    /// A value of the wrong type.
    #[error("`{key}` must be {wanted}, and this is {found}")]
    Type {
        /// The key.
        key: String,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A bare word that kubectl takes for a boolean.
    #[error("kubectl reads a bare `{0}` as a boolean: it refuses it where a text is wanted")]
    BareWord(String),
    /// A key that must be there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A key that the API does not know, with the nearest that it does.
    #[error("`{key}` is no field of {place}, so the API server ignores or refuses it{}", did_you_mean(.nearest.as_deref()))]
    UnknownKey {
        /// The key.
        key: String,
        /// Of what it is no field.
        place: &'static str,
        /// The field that may be meant.
        nearest: Option<String>,
    },
    /// The same key twice.
    #[error("the key `{0}` stands here twice")]
    DuplicateKey(String),
    /// A word that is none of those that the API knows.
    #[error("`{word}` can't be `{key}`: {wanted}")]
    Word {
        /// The key.
        key: &'static str,
        /// What was written.
        word: String,
        /// What would be right.
        wanted: &'static str,
    },
    /// A selector that can't be.
    #[error(transparent)]
    Selector(#[from] SelectorError),
    /// A peer that can't be.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// A port that can't be.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A block of addresses that can't be.
    #[error(transparent)]
    Cidr(#[from] CidrError),
    /// A label that can't be.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// Logging that can't be.
    #[error(transparent)]
    Logging(#[from] LoggingError),
    /// An FQDNNetworkPolicy that can't be.
    #[error(transparent)]
    Fqdn(#[from] FqdnError),
    /// A clusterwide policy that can't be.
    #[error(transparent)]
    Clusterwide(#[from] ClusterwideError),
    /// Bits behind a block's length.
    #[error("`{written}` has bits set behind its length: it means `{canonical}`")]
    HostBits {
        /// As written.
        written: String,
        /// As meant.
        canonical: String,
    },
    /// The NetworkLogging object has another name than `default`.
    #[error("a NetworkLogging object is named `default`, and this one `{0}`: GKE ignores it")]
    LoggingName(String),
    /// A kind of policy that GKE does not serve.
    #[error("{kind} has no effect on GKE: {why}")]
    Inert {
        /// The kind.
        kind: String,
        /// Why not.
        why: &'static str,
    },
    /// A version by which a kind is not served.
    #[error("GKE serves no {kind} of `{written}`: `{right}` is right")]
    Version {
        /// The kind.
        kind: String,
        /// What was written.
        written: String,
        /// What would be right.
        right: &'static str,
    },
    /// A rule that GKE refuses in a clusterwide policy.
    #[error(
        "GKE refuses `{0}` in a CiliumClusterwideNetworkPolicy: only layers 3 and 4 are served"
    )]
    Layer7(String),
    /// A clusterwide policy without the key that GKE's schema requires.
    #[error(
        "GKE requires `ingress` in a CiliumClusterwideNetworkPolicy: `ingress: []` isolates nothing"
    )]
    NoIngress,
    /// A logging annotation on an object that nobody looks for it on.
    #[error("`{key}` has no effect here: it belongs on {right}")]
    Misplaced {
        /// The annotation.
        key: &'static str,
        /// Where it would have one.
        right: &'static str,
    },
    /// An object that stands in the manifests twice.
    #[error("this object stands in the manifests twice: the last one counts")]
    Twice {
        /// The first.
        first: Span,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; `{nearest}` is"))
}

impl What {
    /// How bad it is. An error means that the API server refuses the object, or that GKE does; a
    /// policy is then left out here, and of another object only the part that is wrong.
    pub fn severity(&self) -> Severity {
        match self {
            What::HostBits { .. }
            | What::BareWord(_)
            | What::UnknownKey { .. }
            | What::Twice { .. }
            | What::Misplaced { .. }
            | What::LoggingName(_) => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// Stable id of this kind of problem.
    pub fn id(&self) -> &'static str {
        match self {
            What::Yaml(diagnostic) => diagnostic.code.id(),
            What::Type { .. } => "wrong-type",
            What::BareWord(_) => "bare-word",
            What::Missing(_) => "missing-key",
            What::UnknownKey { .. } => "unknown-field",
            What::DuplicateKey(_) => "duplicate-key",
            What::HostBits { .. } => "host-bits",
            What::LoggingName(_) => "logging-name",
            What::Misplaced { .. } => "misplaced-annotation",
            What::Inert { .. } | What::Version { .. } | What::Layer7(_) | What::NoIngress => {
                "not-served-by-gke"
            }
            What::Twice { .. } => "duplicate-object",
            What::Word { .. } | What::Label(_) => "bad-value",
            What::Logging(_) => "delegate-without-log",
            What::Selector(_)
            | What::Peer(_)
            | What::Port(_)
            | What::Cidr(_)
            | What::Fqdn(_)
            | What::Clusterwide(_) => "invalid-policy",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.object.is_empty() {
            return self.what.fmt(f);
        }
        write!(f, "{}: {}", self.object, self.what)
    }
}

/// An object that has no say in who reaches whom, or that nothing is known of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its kind; none if it is no Kubernetes object at all.
    pub kind: Option<String>,
    /// Its API group and version.
    pub api_version: Option<String>,
    /// Its namespace and name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Whether it is known that it has no say.
    pub known: bool,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Some(kind) if self.name.is_empty() => f.write_str(kind),
            Some(kind) => write!(f, "{kind} {}", self.name),
            None => f.write_str("not a Kubernetes object"),
        }
    }
}
