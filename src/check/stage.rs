//! `stages:` names that must agree, and each stage's whole state.

use super::cx::Cx;
use super::logging::logging;
use super::path::Path;
use super::policy::Groups;
use crate::diag::{Code, Diagnostic};
use crate::model::logging::LoggingSpec;
use crate::model::names::{DnsLabel, DnsSubdomain};
use crate::model::stage::{Expectation, Stage};
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::stage::{RawAnnotate, RawExpectation, RawStage, RawVerdict};

/// The stages, each with the whole state that it leaves behind.
pub(super) fn stages(
    cx: &mut Cx,
    raw: &RawProfile,
    groups: Option<&Groups>,
    start: LoggingSpec,
    namespaces: &[DnsLabel],
) -> Option<Vec<Stage>> {
    let world = Known { groups, namespaces };
    let root = Path::Root;
    let path = root.key("stages");
    let given = raw.stages.as_deref().unwrap_or_default();
    cx.unique(
        &path,
        "a stage",
        given.iter().map(|stage| stage.name.as_ref()),
    );
    not_all(cx, &path, given);
    let mut state = State {
        named: Vec::new(),
        policies: Vec::new(),
        logging: start,
        namespaces: Vec::new(),
        annotated: Vec::new(),
    };
    let mut all = Vec::new();
    for (index, raw_stage) in given.iter().enumerate() {
        all.push(state.step(cx, &path.index(index), raw_stage, raw, &world));
    }
    never_applied(cx, raw, &state.named);
    all.into_iter().collect()
}

/// `--stage all` means every stage.
fn not_all(cx: &mut Cx, path: &Path<'_>, given: &[At<RawStage>]) {
    for (index, stage) in given.iter().enumerate() {
        if let Some(name) = stage.name.as_ref().filter(|name| name.value == "all") {
            let message = "`all` can't be the name of a stage: commands take it for all of them";
            let finding =
                Diagnostic::new(Code::BadValue, message).at(name.span, "expected another name");
            cx.push(&path.index(index).key("name"), finding);
        }
    }
}

/// What stages can name. The policies are none where some of them have mistakes of their own.
struct Known<'a> {
    groups: Option<&'a Groups>,
    namespaces: &'a [DnsLabel],
}

impl Known<'_> {
    /// The policies behind a name.
    fn behind(&self, name: &str) -> Vec<DnsSubdomain> {
        let group = self.groups.and_then(|groups| groups.get(name));
        group.cloned().unwrap_or_default()
    }
}

/// What the stages so far have put in force.
struct State {
    named: Vec<String>,
    policies: Vec<DnsSubdomain>,
    logging: LoggingSpec,
    namespaces: Vec<DnsLabel>,
    annotated: Vec<DnsSubdomain>,
}

impl State {
    fn step(
        &mut self,
        cx: &mut Cx,
        path: &Path<'_>,
        raw: &RawStage,
        profile: &RawProfile,
        known: &Known<'_>,
    ) -> Option<Stage> {
        let name = cx.parse(&path.key("name"), raw.name.as_ref(), DnsLabel::parse);
        let title = cx.line(&path.key("title"), raw.title.as_ref().or(raw.name.as_ref()));
        let description = cx.prose(&path.key("description"), raw.description.as_ref());
        let new_policies = self.apply(cx, &path.key("policies"), raw, profile, known);
        let before = self.logging;
        self.logging = logging(cx, &path.key("logging"), raw.logging.as_ref(), before);
        if let Some(annotate) = &raw.annotate {
            self.annotate(cx, &path.key("annotate"), annotate, known);
        }
        let expectations = expectations(cx, &path.key("expect"), raw, profile);
        Some(Stage {
            name: name?,
            title,
            description,
            policies: self.policies.clone(),
            new_policies,
            logging: self.logging,
            new_logging: self.logging != before,
            annotated_namespaces: self.namespaces.clone(),
            annotated_policies: self.annotated.clone(),
            expectations,
        })
    }

    fn apply(
        &mut self,
        cx: &mut Cx,
        path: &Path<'_>,
        raw: &RawStage,
        profile: &RawProfile,
        known: &Known<'_>,
    ) -> Vec<DnsSubdomain> {
        let mut new = Vec::new();
        for (index, name) in raw.policies.iter().flatten().enumerate() {
            let names = policy_names(profile).map(|name| (name, name));
            if cx
                .lookup(&path.index(index), "policy", name, names)
                .is_none()
            {
                continue;
            }
            self.named.push(name.value.clone());
            for policy in known.behind(&name.value) {
                if !self.policies.contains(&policy) {
                    self.policies.push(policy.clone());
                    new.push(policy);
                }
            }
        }
        new
    }

    fn annotate(&mut self, cx: &mut Cx, path: &Path<'_>, raw: &RawAnnotate, known: &Known<'_>) {
        let here = path.key("namespaces");
        for (index, name) in raw.namespaces.iter().flatten().enumerate() {
            let all = known.namespaces.iter().map(|known| (known.as_str(), known));
            let found = cx.lookup(&here.index(index), "namespace", name, all);
            if let Some(found) = found.filter(|found| !self.namespaces.contains(found)) {
                self.namespaces.push(found.clone());
            }
        }
        let here = path.key("policies");
        for (index, name) in raw.policies.iter().flatten().enumerate() {
            let all = self.named.iter().map(|name| (name.as_str(), ()));
            let what = "policy in force at this stage";
            if cx.lookup(&here.index(index), what, name, all).is_none() {
                continue;
            }
            for policy in known.behind(&name.value) {
                if !self.annotated.contains(&policy) {
                    self.annotated.push(policy);
                }
            }
        }
    }
}

fn policy_names(profile: &RawProfile) -> impl Iterator<Item = &str> {
    let policies = profile.policies.iter().flatten();
    policies.filter_map(|policy| Some(policy.name.as_ref()?.value.as_str()))
}

fn expectations(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawStage,
    profile: &RawProfile,
) -> Vec<Expectation> {
    let mut all = Vec::new();
    for (probe, raw) in raw.expect.iter().flat_map(|expect| expect.iter()) {
        let here = path.key(&probe.value);
        all.extend(expectation(cx, &here, probe, raw, profile));
    }
    all
}

fn expectation(
    cx: &mut Cx,
    path: &Path<'_>,
    name: &At<String>,
    raw: &RawExpectation,
    profile: &RawProfile,
) -> Option<Expectation> {
    let probes = profile.probes.iter().flatten();
    let known = probes.filter_map(|probe| Some((probe.name.as_ref()?.value.as_str(), probe)));
    let probe = cx.lookup(path, "probe", name, known)?;
    let verdict = raw.verdict.as_ref()?;
    let allowed = verdict.value == RawVerdict::Allowed;
    if !allowed && probe.control.is_none() {
        let message = format!(
            "the probe `{}` is expected to be denied and has no control",
            name.value
        );
        let finding = Diagnostic::new(Code::Needs, message)
            .at(
                verdict.span,
                "expected `control:` in the probe: another probe that must get through",
            )
            .help("without one, a broken target or a wrong name looks like a denial");
        cx.push(path, finding);
    }
    Some(Expectation {
        probe: DnsLabel::parse(&name.value).ok()?,
        allowed,
        logged: raw.logged.as_ref().map(|logged| logged.value),
    })
}

/// With stages, a policy that none of them names never takes effect.
fn never_applied(cx: &mut Cx, profile: &RawProfile, applied: &[String]) {
    if profile.stages.as_ref().is_none_or(Vec::is_empty) {
        return;
    }
    let root = Path::Root;
    let path = root.key("policies");
    for (index, policy) in profile.policies.iter().flatten().enumerate() {
        let Some(name) = &policy.name else { continue };
        if !applied.contains(&name.value) {
            let message = format!("the policy `{}` is never applied", name.value);
            let finding = Diagnostic::new(Code::NeverApplied, message)
                .at(name.span, "expected in `policies` of a stage");
            cx.push(&path.index(index), finding);
        }
    }
}
