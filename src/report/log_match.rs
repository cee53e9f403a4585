//! Exported log entries against the prediction: seen, missing, unforeseen.
//!
//! Missing can only be what a probe should have caused. Foreseen is every entry that the policies
//! and the logging of a stage explain, whoever opened the connection.

use std::fmt::Write as _;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::VERSION;
use super::logs::{CAVEAT, Part, Prediction};
use crate::model::port::{Port, Protocol};
use crate::netpol::dns::Lookup;
use crate::netpol::record::{LogEnd, LogRecord};
use crate::netpol::{
    Connection, Endpoint, Evaluator, Event, Flow, LogPlace, Logged, NodePlace, PodNames, Reading,
    WorkloadId, World, compare,
};

/// One predicted entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The stage.
    pub stage: Option<String>,
    /// The probe that causes it.
    pub probe: String,
    /// `ingress` or `egress`.
    pub direction: &'static str,
    /// `allow` or `deny`.
    pub disposition: &'static str,
    /// Numbers of the entries found, counted from 0.
    pub entries: Vec<usize>,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matched {
    /// Predicted, and found.
    pub seen: Vec<Expected>,
    /// Predicted, and not found.
    pub missing: Vec<Expected>,
    /// Numbers of entries that no probe causes and that the policies explain.
    pub explained: Vec<usize>,
    /// Numbers of entries that nothing explains, and why not.
    pub unforeseen: Vec<(usize, String)>,
    /// Numbers of entries that come from other clusters.
    pub elsewhere: Vec<usize>,
}

impl Matched {
    /// Whether the export is as predicted.
    pub fn is_fine(&self) -> bool {
        self.missing.is_empty() && self.unforeseen.is_empty()
    }
}

/// Compares a cluster's entries with the predictions of some stages; one that any of them explains
/// is foreseen. Entries that come from other clusters are set aside.
pub fn matched(
    parts: &[Part<'_>],
    records: &[LogRecord],
    place: &LogPlace,
    reading: Reading,
) -> Matched {
    let mut found = Matched::default();
    let mut known = vec![false; records.len()];
    let elsewhere = records.iter().enumerate();
    let elsewhere = elsewhere.filter(|(_, record)| !record.may_be_from(place));
    found.elsewhere = elsewhere.map(|(number, _)| number).collect();
    found
        .elsewhere
        .iter()
        .for_each(|number| known[*number] = true);
    for part in parts {
        for prediction in &part.predictions {
            of_prediction((part, prediction), (records, place), &mut found, &mut known);
        }
    }
    let evaluators: Vec<Evaluator<'_>> = parts
        .iter()
        .map(|part| Evaluator::new(&part.with_dns, reading))
        .collect();
    for (number, record) in records
        .iter()
        .enumerate()
        .filter(|(number, _)| !known[*number])
    {
        let mut reasons = evaluators
            .iter()
            .map(|evaluator| unexplained(evaluator, record));
        let first = reasons.next().flatten();
        match (first, reasons.all(|reason| reason.is_some())) {
            (Some(reason), true) => found.unforeseen.push((number, reason)),
            _ => found.explained.push(number),
        }
    }
    found
}

fn of_prediction(
    (part, prediction): (&Part<'_>, &Prediction),
    (records, place): (&[LogRecord], &LogPlace),
    found: &mut Matched,
    known: &mut [bool],
) {
    let events: &[Event] = match prediction.lookup {
        Lookup::Denied => &[],
        _ => &prediction.events,
    };
    let comparison = compare(part.world, events, records, place);
    for (number, entries) in comparison.seen {
        entries.iter().for_each(|entry| known[*entry] = true);
        found
            .seen
            .extend(expected(part, prediction, &events[number], entries));
    }
    for number in comparison.missing {
        // Where the look-up may be denied, the entry may rightly be missing.
        if prediction.lookup == Lookup::Allowed {
            found
                .missing
                .extend(expected(part, prediction, &events[number], Vec::new()));
        }
    }
}

fn expected(
    part: &Part<'_>,
    prediction: &Prediction,
    event: &Event,
    entries: Vec<usize>,
) -> Option<Expected> {
    Some(Expected {
        stage: part.stage.map(str::to_owned),
        probe: prediction.probe.clone()?,
        direction: event.direction.lower(),
        disposition: event.disposition.as_str(),
        entries,
    })
}

/// Why the policies don't explain an entry; none if they do.
fn unexplained(evaluator: &Evaluator<'_>, record: &LogRecord) -> Option<String> {
    let world = evaluator.world();
    let (sources, destinations) = (ends(world, &record.src), ends(world, &record.dest));
    let Some(connection) = connection(record) else {
        return Some(format!(
            "the protocol `{}` is not known",
            record.connection.protocol
        ));
    };
    for (end, found) in [(&record.src, &sources), (&record.dest, &destinations)] {
        if found.is_empty() {
            return Some(format!(
                "no workload here has the pod `{}/{}`",
                end.pod_namespace, end.pod_name
            ));
        }
    }
    let mut judged = None;
    for source in &sources {
        for destination in &destinations {
            let flow = Flow {
                source: source.clone(),
                destination: destination.clone(),
                connection,
            };
            let events = evaluator.possible(&flow);
            let may_be = |event: &&Event| !matches!(event.logged, Logged::No(_));
            if events
                .iter()
                .filter(may_be)
                .any(|event| record.is_of(world, event))
            {
                return None;
            }
            judged = Some(contradiction(world, record, &events));
        }
    }
    judged
}

/// What was predicted at the same end, or that nothing happens there.
fn contradiction(world: &World, record: &LogRecord, events: &[Event]) -> String {
    let same = events
        .iter()
        .find(|event| event.direction.lower() == record.connection.direction);
    let Some(event) = same else {
        return format!(
            "no {} verdict is predicted for this connection",
            record.connection.direction
        );
    };
    if event.disposition.as_str() != record.disposition {
        let predicted = event.disposition.as_str();
        return format!(
            "`{predicted}` is predicted, and the entry says `{}`",
            record.disposition
        );
    }
    match event.logged {
        Logged::No(silence) => format!("no entry is predicted: {}", silence.as_str()),
        _ => {
            let known = |name: &str| {
                event
                    .policies
                    .iter()
                    .any(|id| world.policy(*id).is_some_and(|policy| policy.name == name))
            };
            let mut other = record.policies.iter().filter(|policy| !known(&policy.name));
            match other.next() {
                Some(policy) => format!("the policy `{}` is not one that allows it", policy.name),
                None => "its policies are not the predicted ones".to_owned(),
            }
        }
    }
}

/// Who an end of an entry may be.
fn ends(world: &World, end: &LogEnd) -> Vec<Endpoint> {
    if !end.pod_name.is_empty() {
        let fits = |workload: &crate::netpol::Workload| {
            workload.namespace == end.pod_namespace
                && (workload.pods.iter().any(|pod| pod.name == end.pod_name)
                    || PodNames::of(workload).holds(&end.pod_name))
        };
        let all = world.workloads().iter().enumerate();
        let found = all.filter(|(_, workload)| fits(workload));
        return found
            .map(|(at, _)| Endpoint::Workload(WorkloadId(at)))
            .collect();
    }
    if !end.node_name.is_empty() {
        return vec![Endpoint::Node(NodePlace::Unknown)];
    }
    let address = end.instance.parse::<IpAddr>();
    address.map(Endpoint::Address).into_iter().collect()
}

fn connection(record: &LogRecord) -> Option<Connection> {
    let name = record.connection.protocol.to_uppercase();
    if name == "ICMP" {
        return Some(Connection::Icmp);
    }
    let protocol: Protocol = name.parse().ok()?;
    let port = Port::parse(i64::try_from(record.connection.dest_port).ok()?).ok()?;
    Some(Connection::Port(protocol, port))
}

fn summary(matched: &Matched) -> String {
    let elsewhere = match matched.elsewhere.len() {
        0 => String::new(),
        count => format!(", {count} of other clusters"),
    };
    format!(
        "{} predicted and seen, {} predicted and missing, {} seen and unforeseen, {} more explained \
         by the policies{elsewhere}",
        matched.seen.len(),
        matched.missing.len(),
        matched.unforeseen.len(),
        matched.explained.len()
    )
}

fn expected_words(expected: &Expected) -> String {
    let stage = expected
        .stage
        .as_ref()
        .map_or_else(String::new, |s| format!("{s}: "));
    format!(
        "{stage}{}: {} {}",
        expected.probe, expected.direction, expected.disposition
    )
}

fn record_words(record: &LogRecord) -> String {
    let end = |end: &LogEnd, ip: &str| match (end.pod_name.is_empty(), end.node_name.is_empty()) {
        (false, _) => format!("{}/{}", end.pod_namespace, end.pod_name),
        (_, false) => end.node_name.clone(),
        _ => ip.to_owned(),
    };
    let connection = &record.connection;
    format!(
        "{} {} {} -> {} {} {}",
        connection.direction,
        record.disposition,
        end(&record.src, &connection.src_ip),
        end(&record.dest, &connection.dest_ip),
        connection.protocol,
        connection.dest_port
    )
}

/// For people.
pub fn text(matched: &Matched, records: &[LogRecord]) -> String {
    let mut out = format!("{}\n", summary(matched));
    for expected in &matched.seen {
        let count = expected.entries.len();
        let entries = if count == 1 {
            "1 entry".to_owned()
        } else {
            format!("{count} entries")
        };
        let _ = writeln!(out, "seen        {} ({entries})", expected_words(expected));
    }
    for expected in &matched.missing {
        let _ = writeln!(out, "missing     {}", expected_words(expected));
    }
    for (number, why) in &matched.unforeseen {
        let _ = writeln!(
            out,
            "unforeseen  entry {number}: {}",
            record_words(&records[*number])
        );
        let _ = writeln!(out, "            {why}");
    }
    let _ = writeln!(out, "\n{CAVEAT}");
    out
}

/// For machines: `{"version": 1, "caveat", "seen": [{"stage", "probe", "direction",
/// "disposition", "entries": [0]}], "missing": […], "explained": [1], "unforeseen": [{"entry": 2,
/// "record", "why"}], "elsewhere": [3]}`. Entries are counted from 0, in the order of the export.
pub fn json(matched: &Matched, records: &[LogRecord]) -> Value {
    let unforeseen = matched
        .unforeseen
        .iter()
        .map(|(number, why)| json!({"entry": number, "record": records[*number], "why": why}));
    json!({
        "version": VERSION,
        "caveat": CAVEAT,
        "seen": matched.seen.iter().map(expected_json).collect::<Vec<_>>(),
        "missing": matched.missing.iter().map(expected_json).collect::<Vec<_>>(),
        "explained": matched.explained,
        "unforeseen": unforeseen.collect::<Vec<_>>(),
        "elsewhere": matched.elsewhere,
    })
}

fn expected_json(expected: &Expected) -> Value {
    json!({
        "stage": expected.stage,
        "probe": expected.probe,
        "direction": expected.direction,
        "disposition": expected.disposition,
        "entries": expected.entries,
    })
}
