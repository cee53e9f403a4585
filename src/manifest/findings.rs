//! Problems of manifests as findings, so that they are shown, counted and explained like any other.

use super::problem::{Problem, What};
use crate::diag::{Code, Diagnostic};

impl Problem {
    /// The finding.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut finding = match &self.what {
            What::Yaml(found) => return (**found).clone(),
            what => Diagnostic::new(what.code(), self.to_string()).at(self.span, ""),
        };
        finding.severity = self.what.severity();
        if let What::Twice { first } = &self.what {
            finding = finding.and(*first, "it stands here first");
        }
        finding
    }
}

impl What {
    /// The code of the finding.
    pub fn code(&self) -> Code {
        match self {
            What::Yaml(found) => found.code,
            What::Type { .. } | What::BareWord(_) => Code::WrongType,
            What::Missing(_) => Code::MissingKey,
            What::UnknownKey { .. } => Code::UnknownKey,
            What::DuplicateKey(_) => Code::DuplicateKey,
            What::Cidr(_) => Code::BadRange,
            What::HostBits { .. } => Code::HostBits,
            What::Inert { .. } | What::Version { .. } | What::Layer7(_) | What::NoIngress => {
                Code::NotServed
            }
            What::LoggingName(_) | What::Misplaced { .. } => Code::IneffectiveLogging,
            What::Logging(_) => Code::Needs,
            What::Twice { .. } => Code::DuplicateName,
            What::Word { .. }
            | What::Label(_)
            | What::Selector(_)
            | What::Peer(_)
            | What::Port(_)
            | What::Fqdn(_)
            | What::Clusterwide(_) => Code::BadValue,
        }
    }
}
