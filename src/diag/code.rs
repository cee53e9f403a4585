//! The one list of finding codes. Each has a stable id, a severity, and an explanation in
//! `explain/<id>.md` with a bad and a good example; a test reaches each from a fixture.

use super::Severity;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident, $id:literal, $severity:ident;)+) => {
        /// Stable id of a kind of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the list.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The id that users see and write.
            pub fn id(self) -> &'static str {
                match self { $(Code::$variant => $id),+ }
            }

            /// How bad a finding of this kind is by default.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),+ }
            }

            /// The first line of the explanation: what this kind of finding is.
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),+)),+ }.trim()
            }

            /// The whole explanation, Markdown, with a bad and a good example.
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Code::$variant => include_str!(concat!("explain/", $id, ".md"))),+
                }
            }
        }
    };
}

codes! {
    /// The file is not YAML.
    YamlSyntax, "yaml-syntax", Error;
    /// The file is larger, deeper or more entangled than a profile may be.
    TooLarge, "too-large", Error;
    /// A key that the profile language does not know.
    UnknownKey, "unknown-key", Error;
    /// The same key twice in one map.
    DuplicateKey, "duplicate-key", Error;
    /// A value of the wrong type.
    WrongType, "wrong-type", Error;
    /// A key that must be there is missing.
    MissingKey, "missing-key", Error;
    /// A value of the right type that cannot be what is meant.
    BadValue, "bad-value", Error;
    /// A version of the profile language that this dplab does not know.
    UnknownFormat, "unknown-format", Error;
    /// A file that the profile names cannot be read.
    UnreadableFile, "unreadable-file", Error;
    /// A profile that builds on itself.
    ExtendsCycle, "extends-cycle", Error;
    /// The name of something that is not there.
    UnknownName, "unknown-name", Error;
    /// Two things of one kind with the same name.
    DuplicateName, "duplicate-name", Error;
    /// Something that is not a range of addresses.
    BadRange, "bad-range", Error;
    /// Two ranges of addresses that share some.
    RangesOverlap, "ranges-overlap", Error;
    /// A range with fewer addresses than the lab needs.
    RangeTooSmall, "range-too-small", Error;
    /// Settings that exclude each other.
    Excluded, "excluded", Error;
    /// A setting that needs another one.
    Needs, "needs", Error;
    /// A GKE version older than a feature asked for.
    VersionTooOld, "version-too-old", Error;
    /// A policy that no stage applies.
    NeverApplied, "never-applied", Warning;
    /// A policy that is in force at every stage, whatever the stages say.
    AlwaysInForce, "always-in-force", Warning;
    /// An object that the proof says nothing about.
    OutsideTheProof, "outside-the-proof", Warning;
    /// A region or zone that is not on the list of known ones.
    UnknownLocation, "unknown-location", Warning;
    /// A generated file that the profile or a template has moved on from.
    OutdatedFile, "outdated-file", Warning;
    /// A generated file that is not there.
    MissingFile, "missing-file", Warning;
    /// A generated file that somebody wrote into.
    EditedFile, "edited-file", Warning;
    /// A file that dplab made and no longer generates.
    StaleFile, "stale-file", Warning;
    /// A file in a lab's folder that dplab did not make.
    ForeignFile, "foreign-file", Warning;
    /// Connections that a folder's policies allow and the generated ones do not, or the reverse.
    ReachDiffers, "reach-differs", Warning;
    /// A probe does something else than the profile expects.
    ExpectationFailed, "expectation-failed", Error;
    /// A probe that can't look its target's name up.
    NameLookupDenied, "name-lookup-denied", Warning;
    /// A kind of policy, or a part of one, that GKE does not serve.
    NotServed, "not-served-by-gke", Error;
    /// A block of addresses with bits set behind its length.
    HostBits, "host-bits", Warning;
    /// A policy that selects no pod.
    SelectsNothing, "policy-selects-nothing", Warning;
    /// A peer of a rule that no pod is.
    PeerSelectsNothing, "peer-selects-nothing", Warning;
    /// Rules of a direction that `policyTypes` does not name.
    RulesWithoutType, "rules-without-type", Error;
    /// A policy without `policyTypes`.
    TypesOmitted, "policy-types-omitted", Warning;
    /// A rule without which everything would be as it is.
    RedundantRule, "redundant-rule", Info;
    /// A policy that allows everything that it isolates.
    VacuousPolicy, "vacuous-policy", Info;
    /// A block of addresses meant for pods or nodes, which it never matches.
    BlockOfPods, "block-of-pods", Warning;
    /// A block of addresses meant for Services, which policies never see.
    BlockOfServices, "block-of-services", Warning;
    /// A port name that no pod, or not every pod in the same way, resolves.
    UnresolvedPortName, "unresolved-port-name", Warning;
    /// A logging annotation or object without effect.
    IneffectiveLogging, "ineffective-logging", Warning;
    /// Pods that may open connections but not look names up.
    EgressWithoutDns, "egress-without-dns", Warning;
    /// Pods whose egress is closed to the metadata server, which Workload Identity needs.
    EgressWithoutMetadata, "egress-without-metadata", Info;
    /// A Service for the outside, whose pods don't let in who comes from there.
    FrontDoorClosed, "front-door-closed", Warning;
    /// A workload that no policy isolates in a direction, beside others that are.
    UnprotectedWorkload, "unprotected-workload", Warning;
    /// A rule that names a Service's port where pods have another.
    ServicePort, "service-port", Warning;
    /// A policy that selects a pod on its node's network, where it has no effect.
    HostNetworkPod, "host-network-pod", Warning;
    /// A port without a protocol, which means TCP.
    ProtocolOmitted, "protocol-omitted", Info;
    /// Logging of a policy that never allows anything.
    LoggingNeverMatches, "logging-never-matches", Warning;
}

impl Code {
    /// Whether it is about a lab's folder rather than about a profile.
    pub fn is_about_a_folder(self) -> bool {
        use Code::{EditedFile, ForeignFile, MissingFile, OutdatedFile, ReachDiffers, StaleFile};
        matches!(
            self,
            OutdatedFile | MissingFile | EditedFile | StaleFile | ForeignFile | ReachDiffers
        )
    }

    /// The code with this id.
    pub fn from_id(id: &str) -> Option<Code> {
        Self::ALL.iter().copied().find(|code| code.id() == id)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}
