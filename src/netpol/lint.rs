//! What is probably not meant: policies that do nothing, rules that match nobody, annotations
//! without effect, and traps of Dataplane V2.
//!
//! Each finding is a value with its kind, its place and its words; the rooms that report turn it
//! into a diagnostic. What the API server refuses is not among them, since that can't be built.

mod logging;
mod policies;
mod workloads;

use super::dialect::Reading;
use super::rules::{FlatRule, Section, sections};
use super::world::{PolicyId, Workload, WorkloadId, World};
use crate::diag::Severity;
use crate::source::Span;

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LintKind {
    /// A policy selects no pod of its namespace.
    SelectsNoPod,
    /// A rule's peer matches no pod and is no address block.
    PeerMatchesNothing,
    /// Rules of a direction that `policyTypes` doesn't name: ignored by the letter, in force on
    /// Dataplane V2.
    UnnamedDirection,
    /// `policyTypes` is left out, so that what is isolated hangs on which rules there are.
    PolicyTypesOmitted,
    /// A rule that could be taken away without any change.
    RedundantRule,
    /// A policy that allows everything which it isolates.
    VacuousPolicy,
    /// An address block holds addresses of pods or nodes, which it never matches on Dataplane V2.
    BlockHoldsPods,
    /// An address block holds addresses of Services, which policies never see.
    BlockHoldsServices,
    /// A port's name means nothing, or not the same, to the pods that it is for.
    PortName,
    /// A logging annotation that has no effect.
    AnnotationWithoutEffect,
    /// A pod whose egress is isolated can't ask DNS, or not over TCP.
    NoDns,
    /// A workload that no policy isolates in a direction.
    Unprotected,
    /// A rule speaks of a Service's port, and the pods behind it listen on another.
    ServicePort,
    /// A policy selects pods on their node's network, which no policy isolates.
    HostNetworkSelected,
    /// A port without a protocol: TCP only.
    ProtocolOmitted,
    /// Logging is asked for on a policy that never allows anything.
    NeverLogged,
}

impl LintKind {
    /// Every kind.
    pub const ALL: [LintKind; 16] = [
        LintKind::SelectsNoPod,
        LintKind::PeerMatchesNothing,
        LintKind::UnnamedDirection,
        LintKind::PolicyTypesOmitted,
        LintKind::RedundantRule,
        LintKind::VacuousPolicy,
        LintKind::BlockHoldsPods,
        LintKind::BlockHoldsServices,
        LintKind::PortName,
        LintKind::AnnotationWithoutEffect,
        LintKind::NoDns,
        LintKind::Unprotected,
        LintKind::ServicePort,
        LintKind::HostNetworkSelected,
        LintKind::ProtocolOmitted,
        LintKind::NeverLogged,
    ];

    /// Stable id.
    pub fn id(self) -> &'static str {
        match self {
            LintKind::SelectsNoPod => "selects-no-pod",
            LintKind::PeerMatchesNothing => "peer-matches-nothing",
            LintKind::UnnamedDirection => "unnamed-direction",
            LintKind::PolicyTypesOmitted => "policy-types-omitted",
            LintKind::RedundantRule => "redundant-rule",
            LintKind::VacuousPolicy => "vacuous-policy",
            LintKind::BlockHoldsPods => "block-holds-pods",
            LintKind::BlockHoldsServices => "block-holds-services",
            LintKind::PortName => "port-name",
            LintKind::AnnotationWithoutEffect => "annotation-without-effect",
            LintKind::NoDns => "no-dns",
            LintKind::Unprotected => "unprotected",
            LintKind::ServicePort => "service-port",
            LintKind::HostNetworkSelected => "host-network-selected",
            LintKind::ProtocolOmitted => "protocol-omitted",
            LintKind::NeverLogged => "never-logged",
        }
    }

    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            LintKind::UnnamedDirection => Severity::Error,
            LintKind::RedundantRule | LintKind::VacuousPolicy | LintKind::ProtocolOmitted => {
                Severity::Info
            }
            _ => Severity::Warning,
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// Its kind.
    pub kind: LintKind,
    /// The policy, if it is one's.
    pub policy: Option<PolicyId>,
    /// The workload, if it is one's.
    pub workload: Option<WorkloadId>,
    /// Where: the rule, the policy or the workload.
    pub span: Option<Span>,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What is known of the cluster beyond its objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterRanges {
    /// Addresses of pods.
    pub pods: Vec<ipnet::IpNet>,
    /// Addresses of Services.
    pub services: Vec<ipnet::IpNet>,
}

/// Everything that is looked at.
struct Scene<'w> {
    world: &'w World,
    reading: Reading,
    ranges: &'w ClusterRanges,
    sections: Vec<Section<'w>>,
}

/// Finds what is probably not meant, by policy and then by workload.
///
/// Redundant rules are sought by taking each rule away in turn, which is left out where a world
/// has more than a few hundred of them.
pub fn lint(world: &World, reading: Reading, ranges: &ClusterRanges) -> Vec<Lint> {
    let scene = Scene {
        world,
        reading,
        ranges,
        sections: sections(world, reading),
    };
    let mut found = Vec::new();
    policies::lint(&scene, &mut found);
    logging::lint(&scene, &mut found);
    workloads::lint(&scene, &mut found);
    found.sort_by_key(|lint| (lint.policy.is_none(), lint.policy, lint.workload, lint.kind));
    found
}

impl<'w> Scene<'w> {
    fn of_policy(&self, kind: LintKind, policy: PolicyId, message: String) -> Lint {
        let written = self.world.policy(policy);
        Lint {
            kind,
            policy: Some(policy),
            workload: None,
            span: written.and_then(|policy| policy.spans.policy),
            message,
            help: None,
        }
    }

    fn of_rule(&self, kind: LintKind, at: (&Section<'_>, &FlatRule<'_>), message: &str) -> Lint {
        let (section, rule) = at;
        let written = self.world.policy(section.policy);
        let name = written.map(ToString::to_string).unwrap_or_default();
        let (direction, number) = (section.direction, rule.number);
        Lint {
            span: written.and_then(|policy| policy.spans.rule(direction, number)),
            ..self.of_policy(
                kind,
                section.policy,
                format!("{direction} rule {number} of `{name}` {message}"),
            )
        }
    }

    fn of_workload(&self, kind: LintKind, id: WorkloadId, message: String) -> Lint {
        Lint {
            kind,
            policy: None,
            workload: Some(id),
            span: self.world.workload(id).and_then(|workload| workload.span),
            message,
            help: None,
        }
    }

    /// The pods that a section selects, whether policies are enforced there or not.
    fn selected(&self, section: &Section<'_>) -> impl Iterator<Item = (WorkloadId, &'w Workload)> {
        let all = self.world.workloads().iter().enumerate();
        let selected = all.filter(|(_, workload)| section.selects(self.world, workload));
        selected
            .map(|(index, workload)| (WorkloadId(index), workload))
            .collect::<Vec<_>>()
            .into_iter()
    }
}

impl Lint {
    fn help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }
}
