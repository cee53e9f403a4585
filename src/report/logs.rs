//! The log entries that GKE would write, per stage and connection, and the filters that find them.
//!
//! What is predicted is what *would be written*: the agent on a node sums up denials over five
//! seconds and drops what exceeds its rate, so a prediction is never one entry an attempt.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::VERSION;
use super::answer::{add_connection, end_json, end_name};
use super::expectations::{Prober, event_words};
use super::place::policy;
use super::table::Table;
use crate::lang::markdown as md;
use crate::model::Lab;
use crate::netpol::dns::Lookup;
use crate::netpol::{
    Connection, Endpoint, Evaluation, Evaluator, Event, Flow, LogPlace, Logged, PodNames, Reading,
    WorkloadId, World, predict, why,
};

/// What a reader must know of every prediction.
pub const CAVEAT: &str = "entries are what would be written: denials are summed up over 5 seconds, \
and a node drops what exceeds 500 entries a second";

/// One connection and what would be logged of it.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// The probe; none for a pair of workloads.
    pub probe: Option<String>,
    /// The connection.
    pub flow: Flow,
    /// What becomes of it.
    pub evaluation: Evaluation,
    /// What happens at its ends, if it is tried.
    pub events: Vec<Event>,
    /// Whether the name of the target can be looked up before.
    pub lookup: Lookup,
    /// What would be logged of the look-up, where it is or may be denied.
    pub queries: Vec<Event>,
}

impl Prediction {
    /// Whether the connection is tried at all.
    fn is_tried(&self) -> bool {
        self.lookup != Lookup::Denied
    }

    /// Whether anything would be, or may be, written of it.
    fn is_silent(&self) -> bool {
        let silent = |event: &Event| matches!(event.logged, Logged::No(_));
        !self.is_tried() || self.events.iter().all(silent)
    }
}

/// Predictions for one stage.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// The stage.
    pub stage: Option<&'a str>,
    /// Its world.
    pub world: &'a World,
    /// The same world with the DNS in it, which `queries` speak of.
    pub with_dns: World,
    /// The predictions.
    pub predictions: Vec<Prediction>,
}

/// What would be logged of the lab's probes.
pub fn probes<'a>(
    lab: &Lab,
    stage: Option<&'a str>,
    world: &'a World,
    reading: Reading,
) -> Part<'a> {
    let prober = Prober::new(lab, world, reading);
    let mut with_dns = world.clone();
    let mut predictions = Vec::new();
    for probe in &lab.probes {
        let Some(outcome) = prober.outcome(stage.unwrap_or_default(), probe) else {
            continue;
        };
        let (dns, queries) = prober.queries(&outcome);
        with_dns.clone_from(dns);
        predictions.push(Prediction {
            probe: Some(outcome.probe),
            flow: outcome.flow,
            evaluation: outcome.evaluation,
            events: outcome.events,
            queries: if outcome.lookup == Lookup::Allowed {
                Vec::new()
            } else {
                queries
            },
            lookup: outcome.lookup,
        });
    }
    Part {
        stage,
        world,
        with_dns,
        predictions,
    }
}

/// What would be logged between all workloads, on the ports that they declare.
pub fn all_pairs<'a>(stage: Option<&'a str>, world: &'a World, reading: Reading) -> Part<'a> {
    let evaluator = Evaluator::new(world, reading);
    let mut predictions = Vec::new();
    for source in 0..world.workloads().len() {
        for (destination, workload) in world.workloads().iter().enumerate() {
            if source == destination {
                continue;
            }
            for port in &workload.ports {
                let flow = Flow {
                    source: Endpoint::Workload(WorkloadId(source)),
                    destination: Endpoint::Workload(WorkloadId(destination)),
                    connection: Connection::Port(port.protocol, port.port),
                };
                predictions.push(of_flow(&evaluator, flow));
            }
        }
    }
    Part {
        stage,
        world,
        with_dns: world.clone(),
        predictions,
    }
}

fn of_flow(evaluator: &Evaluator<'_>, flow: Flow) -> Prediction {
    let evaluation = evaluator.evaluate(&flow);
    Prediction {
        probe: None,
        events: predict(evaluator.world(), &flow, &evaluation),
        evaluation,
        flow,
        lookup: Lookup::Allowed,
        queries: Vec::new(),
    }
}

/// Where a lab's logs are.
pub fn log_place(lab: &Lab) -> LogPlace {
    LogPlace {
        project: lab.cluster.project.to_string(),
        location: lab.cluster.location.to_string(),
        cluster: lab.cluster.name.to_string(),
    }
}

/// Keeps the connections between these ends.
pub fn keep(part: &mut Part<'_>, from: Option<&[Endpoint]>, to: Option<&[Endpoint]>) {
    part.predictions.retain(|prediction| {
        from.is_none_or(|ends| ends.contains(&prediction.flow.source))
            && to.is_none_or(|ends| ends.contains(&prediction.flow.destination))
    });
}

fn title(part: &Part<'_>, prediction: &Prediction) -> String {
    let flow = &prediction.flow;
    let probe = prediction.probe.as_ref();
    let verdict = match prediction.lookup {
        Lookup::Denied => "not tried".to_owned(),
        _ => prediction.evaluation.verdict.to_string(),
    };
    format!(
        "{}{} -> {} {}: {verdict}",
        probe.map_or_else(String::new, |probe| format!("{probe}: ")),
        end_name(part.world, &flow.source),
        end_name(part.world, &flow.destination),
        flow.connection,
    )
}

/// For people: connections between workloads that leave no trace are only counted.
pub fn text(parts: &[Part<'_>], place: &LogPlace) -> String {
    let mut out = String::new();
    for part in parts {
        if let Some(stage) = part.stage {
            let _ = writeln!(out, "stage {stage}");
        }
        let mut silent = 0;
        for prediction in &part.predictions {
            if prediction.probe.is_none() && prediction.is_silent() {
                silent += 1;
                continue;
            }
            prediction_text(part, prediction, place, &mut out);
        }
        if silent > 0 {
            let _ = writeln!(
                out,
                "  {silent} more connections between workloads leave no entry"
            );
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{CAVEAT}");
    out
}

fn prediction_text(part: &Part<'_>, prediction: &Prediction, place: &LogPlace, out: &mut String) {
    let _ = writeln!(out, "  {}", title(part, prediction));
    lookup_text(part, prediction, place, out);
    if !prediction.is_tried() {
        return;
    }
    for event in &prediction.events {
        event_text(part.world, event, place, out);
    }
    if prediction.events.is_empty() {
        out.push_str("    no entry: no end of it is a pod whose policies are asked\n");
    }
}

fn lookup_text(part: &Part<'_>, prediction: &Prediction, place: &LogPlace, out: &mut String) {
    let words = match prediction.lookup {
        Lookup::Allowed => return,
        Lookup::Denied => "its pod may not ask the cluster's DNS: the name look-up is denied first",
        Lookup::Perhaps => {
            "its pod may not ask everywhere where the cluster's DNS may answer: if the name \
             look-up is denied, nothing else happens"
        }
    };
    let _ = writeln!(out, "    {words}");
    for event in &prediction.queries {
        event_text(&part.with_dns, event, place, out);
    }
}

fn event_text(world: &World, event: &Event, place: &LogPlace, out: &mut String) {
    let _ = writeln!(out, "    {}", event_words(world, event));
    if matches!(event.logged, Logged::No(_)) {
        return;
    }
    let _ = writeln!(
        out,
        "      {} {} {} -> {} {}",
        event.disposition.as_str(),
        event.direction.lower(),
        pod_words(world, &event.source),
        pod_words(world, &event.destination),
        event.connection
    );
    let policies: Vec<String> = event.policies.iter().map(|id| policy(world, *id)).collect();
    if !policies.is_empty() {
        let _ = writeln!(out, "      at most these policies: {}", policies.join(", "));
    }
    out.push_str("      filter:\n");
    for line in place.filter_of(world, event) {
        let _ = writeln!(out, "        {line}");
    }
}

/// What an entry calls an end.
fn pod_words(world: &World, end: &Endpoint) -> String {
    match end {
        Endpoint::Workload(id) => world.workload(*id).map_or_else(String::new, |workload| {
            let pod = match PodNames::of(workload) {
                PodNames::Exactly(name) => name,
                PodNames::Beginning(start) => format!("{start}*"),
            };
            format!("{}/{pod}", workload.namespace)
        }),
        end => end_name(world, end),
    }
}

/// For documents.
pub fn markdown(parts: &[Part<'_>], place: &LogPlace) -> String {
    let mut out = String::new();
    for part in parts {
        if let Some(stage) = part.stage {
            let _ = writeln!(out, "## {}\n", md::quote(stage));
        }
        let mut table = Table::new([
            "connection",
            "at",
            "disposition",
            "logged",
            "policies at most",
        ]);
        let mut filters = String::new();
        for prediction in &part.predictions {
            rows(part, prediction, &mut table);
            for event in logged(prediction) {
                let title = title(part, prediction);
                let filter = place.filter_of(part.world, event).join("\n");
                let words = format!("{title}, {}", event.direction);
                let _ = writeln!(
                    filters,
                    "{}\n\n{}\n",
                    md::quote(&words),
                    md::fence(&filter, "text")
                );
            }
        }
        out.push_str(&table.markdown());
        out.push('\n');
        out.push_str(&filters);
    }
    let _ = writeln!(out, "{}.", md::quote(CAVEAT));
    out
}

fn logged(prediction: &Prediction) -> impl Iterator<Item = &Event> {
    let written = |event: &&Event| !matches!(event.logged, Logged::No(_));
    let tried = prediction.is_tried();
    prediction
        .events
        .iter()
        .filter(move |event| tried && written(event))
}

fn rows(part: &Part<'_>, prediction: &Prediction, table: &mut Table) {
    let title = title(part, prediction);
    if !prediction.is_tried() {
        let words = "the name look-up is denied first".to_owned();
        table.row([
            title,
            "egress".to_owned(),
            "deny".to_owned(),
            words,
            String::new(),
        ]);
        return;
    }
    for event in &prediction.events {
        let (answer, why) = logged_words(event.logged);
        let policies = event.policies.iter().map(|id| policy(part.world, *id));
        table.row([
            title.clone(),
            event.direction.to_string(),
            event.disposition.as_str().to_owned(),
            [answer, why].join(if why.is_empty() { "" } else { ": " }),
            policies.collect::<Vec<_>>().join(", "),
        ]);
    }
}

fn logged_words(logged: Logged) -> (&'static str, &'static str) {
    match logged {
        Logged::Yes => ("yes", ""),
        Logged::No(silence) => ("no", silence.as_str()),
        Logged::Unknown(doubt) => ("unknown", doubt.as_str()),
    }
}

/// For machines: `{"version": 1, "caveat", "predictions": [{"stage", "probe", "source",
/// "destination", "protocol", "port", "verdict", "why", "nameLookup", "events": […], "queries":
/// […]}]}`. An event has `direction`, `disposition`, `logged` (`yes`, `no`, `unknown`), `reason`,
/// `policies` (at most these), `src` and `dest` as an entry has them, and `filter`. `queries` are
/// the denied questions to the DNS, after which nothing else happens.
pub fn json(parts: &[Part<'_>], place: &LogPlace) -> Value {
    let predictions = parts.iter().flat_map(|part| {
        part.predictions
            .iter()
            .map(move |prediction| prediction_json(part, prediction, place))
    });
    json!({
        "version": VERSION,
        "caveat": CAVEAT,
        "predictions": predictions.collect::<Vec<_>>(),
    })
}

fn prediction_json(part: &Part<'_>, prediction: &Prediction, place: &LogPlace) -> Value {
    let flow = &prediction.flow;
    let mut value = json!({
        "stage": part.stage,
        "probe": prediction.probe,
        "source": end_json(part.world, &flow.source),
        "destination": end_json(part.world, &flow.destination),
    });
    add_connection(&mut value, flow.connection);
    value["verdict"] = json!(prediction.evaluation.verdict.as_str());
    value["why"] = json!(why(part.world, &prediction.evaluation));
    value["nameLookup"] = json!(lookup_word(prediction.lookup));
    let tried = prediction.events.iter().filter(|_| prediction.is_tried());
    value["events"] = tried
        .map(|event| event_json(part.world, event, place))
        .collect();
    if !prediction.queries.is_empty() {
        let queries = prediction.queries.iter();
        value["queries"] = queries
            .map(|event| event_json(&part.with_dns, event, place))
            .collect();
    }
    value
}

fn lookup_word(lookup: Lookup) -> &'static str {
    match lookup {
        Lookup::Allowed => "allowed",
        Lookup::Perhaps => "unknown",
        Lookup::Denied => "denied",
    }
}

fn event_json(world: &World, event: &Event, place: &LogPlace) -> Value {
    let (logged, reason) = logged_words(event.logged);
    let policies = event.policies.iter().filter_map(|id| world.policy(*id));
    let policies = policies.map(|policy| {
        let mut value = json!({"name": policy.name, "kind": policy.spec.kind()});
        if let Some(namespace) = &policy.namespace {
            value["namespace"] = json!(namespace);
        }
        value
    });
    let mut value = json!({
        "direction": event.direction.lower(),
        "disposition": event.disposition.as_str(),
        "logged": logged,
        "reason": Some(reason).filter(|reason| !reason.is_empty()),
        "policies": policies.collect::<Vec<_>>(),
        "src": entry_end(world, &event.source),
        "dest": entry_end(world, &event.destination),
    });
    if !matches!(event.logged, Logged::No(_)) {
        value["filter"] = json!(place.filter_of(world, event).join("\n"));
    }
    value
}

/// An end as an entry names it; of a controller's pods only the beginning of their names is known.
fn entry_end(world: &World, end: &Endpoint) -> Value {
    match end {
        Endpoint::Workload(id) => {
            let Some(workload) = world.workload(*id) else {
                return Value::Null;
            };
            match PodNames::of(workload) {
                PodNames::Exactly(name) => {
                    json!({"pod_namespace": workload.namespace, "pod_name": name})
                }
                PodNames::Beginning(start) => {
                    json!({"pod_namespace": workload.namespace, "pod_name_beginning": start})
                }
            }
        }
        Endpoint::Address(ip) => json!({"instance": ip.to_string()}),
        Endpoint::Domain(name) => json!({"instance": Value::Null, "domain": name}),
        Endpoint::Node(_) => json!({"workload_kind": "Node"}),
    }
}
