//! What a profile expects of its probes, held against what the policies do and what is logged.

use crate::diag::{Code, Diagnostic, Severity};
use crate::model::Lab;
use crate::model::port::Protocol;
use crate::model::stage::{Expectation, Probe, Stage};
use crate::netpol::dns::{self, Lookup, Resolver};
use crate::netpol::{
    Disposition, Endpoint, Evaluation, Evaluator, Event, Flow, Logged, Reading, RuleRef, Verdict,
    World, predict, why,
};
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::stage::RawExpectation;
use crate::staged::{self, Places};

/// What becomes of a probe at a stage.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The stage.
    pub stage: String,
    /// The probe.
    pub probe: String,
    /// The connection.
    pub flow: Flow,
    /// What becomes of the connection.
    pub evaluation: Evaluation,
    /// What happens at its ends.
    pub events: Vec<Event>,
    /// Whether the probe's pod can look its target's name up.
    pub lookup: Lookup,
}

/// Whether an expectation holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It does.
    Yes,
    /// It doesn't.
    No,
    /// Nobody can say offline.
    Unknown,
}

impl Held {
    fn and(self, other: Held) -> Held {
        match (self, other) {
            (Held::No, _) | (_, Held::No) => Held::No,
            (Held::Unknown, _) | (_, Held::Unknown) => Held::Unknown,
            _ => Held::Yes,
        }
    }

    fn of(holds: bool) -> Held {
        if holds { Held::Yes } else { Held::No }
    }
}

impl Outcome {
    /// What becomes of the probe: a name that can't be looked up is as good as a closed door.
    pub fn verdict(&self) -> Verdict {
        match self.lookup {
            Lookup::Denied => Verdict::Denied,
            _ => self.evaluation.verdict,
        }
    }

    /// Whether an entry would be written for the probe's own connection; none if nobody can say.
    pub fn logged(&self) -> Option<bool> {
        let mut events = self.events.iter().map(|event| event.logged);
        match self.lookup {
            Lookup::Denied => Some(false),
            _ if events.clone().any(|logged| logged == Logged::Yes) => Some(true),
            _ if events.any(|logged| matches!(logged, Logged::Unknown(_))) => None,
            _ => Some(false),
        }
    }

    /// Whether the verdict is the expected one.
    pub fn verdict_held(&self, expected: &Expectation) -> Held {
        match self.verdict() {
            Verdict::Unknown(_) => Held::Unknown,
            verdict => Held::of((verdict == Verdict::Allowed) == expected.allowed),
        }
    }

    /// Whether as much is logged as expected.
    pub fn logged_held(&self, expected: &Expectation) -> Held {
        match (expected.logged, self.logged()) {
            (None, _) => Held::Yes,
            (Some(_), None) => Held::Unknown,
            (Some(expected), Some(logged)) => Held::of(expected == logged),
        }
    }

    /// Whether the whole expectation holds.
    pub fn held(&self, expected: &Expectation) -> Held {
        self.verdict_held(expected).and(self.logged_held(expected))
    }
}

/// What becomes of probes in one world.
#[derive(Debug)]
pub struct Prober<'w> {
    lab: &'w Lab,
    evaluator: Evaluator<'w>,
    resolver: Resolver,
}

impl<'w> Prober<'w> {
    /// Gets ready to ask about a stage's world.
    pub fn new(lab: &'w Lab, world: &'w World, reading: Reading) -> Self {
        Self {
            lab,
            evaluator: Evaluator::new(world, reading),
            resolver: Resolver::new(world, reading, &dns::paths(&lab.cluster)),
        }
    }

    /// What becomes of a probe; none if its ends are not in the world.
    pub fn outcome(&self, stage: &str, probe: &Probe) -> Option<Outcome> {
        let world = self.evaluator.world();
        let flow = staged::flow(world, self.lab, probe)?;
        let evaluation = self.evaluator.evaluate(&flow);
        Some(Outcome {
            stage: stage.to_owned(),
            probe: probe.name.to_string(),
            events: predict(world, &flow, &evaluation),
            lookup: self.lookup(probe, &flow),
            evaluation,
            flow,
        })
    }

    fn lookup(&self, probe: &Probe, flow: &Flow) -> Lookup {
        match flow.source {
            Endpoint::Workload(id) if names_its_target(probe) => {
                let evaluator = self.resolver.evaluator();
                self.resolver.lookup(&evaluator, id, Protocol::Udp)
            }
            _ => Lookup::Allowed,
        }
    }

    /// What happens to the queries of a probe's pod, for each place that may answer, and the world
    /// in which these events are.
    pub fn queries(&self, outcome: &Outcome) -> (&World, Vec<Event>) {
        let Endpoint::Workload(id) = outcome.flow.source else {
            return (self.resolver.world(), Vec::new());
        };
        let queries = self
            .resolver
            .queries(&self.resolver.evaluator(), id, Protocol::Udp);
        let world = self.resolver.world();
        let events = queries
            .iter()
            .flat_map(|(flow, found)| predict(world, flow, found));
        let denied = events.filter(|event| event.disposition == Disposition::Deny);
        (world, denied.collect())
    }
}

/// Whether a probe's command speaks of its target by name.
fn names_its_target(probe: &Probe) -> bool {
    let service = probe.target.service.as_str();
    probe.run.iter().any(|word| word.contains(service))
}

/// What becomes of each stage's expected probes, with the expectation.
pub fn outcomes<'l>(
    lab: &'l Lab,
    places: &Places,
    reading: Reading,
) -> Vec<(&'l Expectation, Outcome)> {
    let stages = lab.stages.iter();
    stages
        .flat_map(|stage| {
            of_stage(
                lab,
                stage,
                &staged::world(lab, Some(stage), places),
                reading,
            )
        })
        .collect()
}

/// The same of one stage, in a world that may differ from the stage's own.
pub fn of_stage<'l>(
    lab: &'l Lab,
    stage: &'l Stage,
    world: &World,
    reading: Reading,
) -> Vec<(&'l Expectation, Outcome)> {
    let prober = Prober::new(lab, world, reading);
    let expected = stage.expectations.iter();
    expected
        .filter_map(|expected| {
            let probe = lab.probe(&expected.probe)?;
            Some((expected, prober.outcome(stage.name.as_str(), probe)?))
        })
        .collect()
}

/// Every expectation that doesn't hold, as findings at the words that are wrong, and every probe
/// whose connection never gets as far as the policies that it is about.
pub fn findings(raw: &RawProfile, lab: &Lab, places: &Places, reading: Reading) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for stage in &lab.stages {
        let world = staged::world(lab, Some(stage), places);
        let prober = Prober::new(lab, &world, reading);
        for (expected, outcome) in of_stage(lab, stage, &world, reading) {
            if let Some(written) = written(raw, &outcome) {
                let case = Case {
                    world: &world,
                    expected,
                    outcome: &outcome,
                    written: &written,
                };
                found.extend(case.verdict());
                found.extend(case.control(&prober));
                found.extend(case.logged());
                found.extend(case.lookup());
            }
        }
    }
    found
}

/// An expectation as written, and where it stands in the profile.
struct Written<'r> {
    expectation: &'r At<RawExpectation>,
    path: String,
}

fn written<'r>(raw: &'r RawProfile, outcome: &Outcome) -> Option<Written<'r>> {
    let mut stages = raw.stages.iter().flatten().enumerate();
    let (number, stage) = stages.find(|(_, stage)| {
        stage
            .name
            .as_ref()
            .is_some_and(|name| name.value == outcome.stage)
    })?;
    let mut expected = stage.expect.iter().flat_map(|expect| expect.iter());
    let (_, expectation) = expected.find(|(probe, _)| probe.value == outcome.probe)?;
    Some(Written {
        expectation,
        path: format!("stages[{number}].expect.{}", outcome.probe),
    })
}

struct Case<'a> {
    world: &'a World,
    expected: &'a Expectation,
    outcome: &'a Outcome,
    written: &'a Written<'a>,
}

impl Case<'_> {
    fn verdict(&self) -> Option<Diagnostic> {
        let (probe, stage) = (&self.outcome.probe, &self.outcome.stage);
        let expected = if self.expected.allowed {
            "allowed"
        } else {
            "denied"
        };
        let severity = severity(self.outcome.verdict_held(self.expected))?;
        let verdict = self.outcome.verdict();
        let message = format!(
            "`{probe}` is expected to be {expected} at the stage `{stage}`, and it is {}",
            verdict.as_str()
        );
        let span = self.written.expectation.verdict.as_ref()?.span;
        let why = match self.outcome.lookup {
            Lookup::Denied => "its pod may not ask the cluster's DNS for the name".to_owned(),
            _ => why(self.world, &self.outcome.evaluation),
        };
        let finding = failed(severity, message)
            .at(span, format!("the policies make it `{}`", verdict.as_str()))
            .path(format!("{}.verdict", self.written.path))
            .help(why);
        Some(self.with_rules(finding))
    }

    /// A denial proves nothing where the probe that must get through is denied as well.
    fn control(&self, prober: &Prober<'_>) -> Option<Diagnostic> {
        let (probe, stage) = (&self.expected.probe, &self.outcome.stage);
        let control = prober.lab.probe(probe)?.control.as_ref()?;
        let outcome = prober.outcome(stage, prober.lab.probe(control)?)?;
        if self.expected.allowed || outcome.verdict() != Verdict::Denied {
            return None;
        }
        let message = format!(
            "at the stage `{stage}` the control `{control}` is denied as well, so a denial of \
             `{probe}` proves nothing"
        );
        let span = self.written.expectation.verdict.as_ref()?.span;
        let finding = failed(Severity::Error, message)
            .at(span, "its control must get through")
            .path(format!("{}.verdict", self.written.path))
            .help(why(self.world, &outcome.evaluation));
        Some(finding)
    }

    /// Points at the rules that let a connection pass which should not.
    fn with_rules(&self, finding: Diagnostic) -> Diagnostic {
        let sides = [
            &self.outcome.evaluation.egress,
            &self.outcome.evaluation.ingress,
        ];
        let rules = sides.into_iter().flatten().flat_map(|side| &side.allowing);
        let spans = rules.filter_map(|rule: &RuleRef| rule.span);
        match self.outcome.verdict() {
            Verdict::Allowed => spans.fold(finding, |finding, span| {
                finding.and(span, "this rule allows it")
            }),
            _ => finding,
        }
    }

    fn logged(&self) -> Option<Diagnostic> {
        let expected = self.expected.logged?;
        let severity = severity(self.outcome.logged_held(self.expected))?;
        let (probe, stage) = (&self.outcome.probe, &self.outcome.stage);
        let words = |logged| if logged { "logged" } else { "not logged" };
        let (is, label) = match self.outcome.logged() {
            Some(logged) => (words(logged), format!("it is `{logged}`")),
            None => ("nobody can say", "not known offline".to_owned()),
        };
        let message = format!(
            "`{probe}` is expected to be {} at the stage `{stage}`, and {}",
            words(expected),
            if self.outcome.logged().is_some() {
                format!("it is {is}")
            } else {
                is.to_owned()
            },
        );
        let span = self.written.expectation.logged.as_ref()?.span;
        let mut finding = failed(severity, message)
            .at(span, label)
            .path(format!("{}.logged", self.written.path));
        for event in &self.outcome.events {
            finding = finding.help(event_words(self.world, event));
        }
        Some(finding)
    }

    /// A denied look-up hides what the expectation is about: no connection is tried at all.
    fn lookup(&self) -> Option<Diagnostic> {
        let may = match self.outcome.lookup {
            Lookup::Allowed => return None,
            Lookup::Denied => "is",
            Lookup::Perhaps => "may be",
        };
        let (probe, stage) = (&self.outcome.probe, &self.outcome.stage);
        let message = format!(
            "at the stage `{stage}` the name look-up of `{probe}` {may} denied before it connects"
        );
        let verdict = self.written.expectation.verdict.as_ref()?;
        let finding = Diagnostic::new(Code::NameLookupDenied, message)
            .at(verdict.span, "its pod's egress to the DNS is closed, or not open everywhere")
            .path(self.written.path.clone())
            .help("allow egress to the cluster's DNS on UDP and TCP 53, or let the probe use an address");
        Some(finding)
    }
}

/// What can't be decided offline may still hold in a cluster.
fn severity(held: Held) -> Option<Severity> {
    match held {
        Held::Yes => None,
        Held::No => Some(Severity::Error),
        Held::Unknown => Some(Severity::Warning),
    }
}

fn failed(severity: Severity, message: String) -> Diagnostic {
    let mut finding = Diagnostic::new(Code::ExpectationFailed, message);
    finding.severity = severity;
    finding
}

/// An event and what is logged of it, as a sentence.
pub fn event_words(world: &World, event: &Event) -> String {
    let at = world
        .workload(event.workload)
        .map_or("?", |workload| workload.name.as_str());
    let logged = match event.logged {
        Logged::Yes => "an entry would be written".to_owned(),
        Logged::No(silence) => format!("no entry: {}", silence.as_str()),
        Logged::Unknown(doubt) => format!("nobody can say: {}", doubt.as_str()),
    };
    let does = match event.disposition {
        Disposition::Allow => "allowed",
        Disposition::Deny => "denied",
    };
    format!("the {} of `{at}`, {does}: {logged}", event.direction)
}
