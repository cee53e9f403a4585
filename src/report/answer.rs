//! One question: may this connection be made, and which rules decide?

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::names::{NameError, Named, look_up};
use super::place::{in_brackets, policy, policy_json, rule_json};
use super::table::Table;
use super::{VERSION, names};
use crate::model::port::{Port, PortError, Protocol};
use crate::netpol::{
    Connection, Endpoint, Evaluation, Evaluator, Flow, NodePlace, Reason, RuleRef, ServiceError,
    ServicePortRef, Side, Verdict, World, why,
};
use crate::source::SourceMap;

/// A question in the words of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who opens the connection.
    pub from: String,
    /// Who is to take it.
    pub to: String,
    /// Number or name; every declared port if not given.
    pub port: Option<String>,
    /// The protocol; none means ICMP.
    pub protocol: Option<Protocol>,
}

/// A question that can't be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// A name means nothing, or several things.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A Service as the source.
    #[error("`{0}` is a Service, and a Service opens no connections: name a workload")]
    ServiceAsSource(String),
    /// No such port of a Service.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// A port that can't be.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A port name that nothing resolves.
    #[error("`{to}` has no {protocol} port of the name `{name}`")]
    PortName {
        /// The destination.
        to: String,
        /// The protocol.
        protocol: Protocol,
        /// The name.
        name: String,
    },
    /// No port, and none declared.
    #[error("`{0}` declares no {1} port: say which with `--port`")]
    NoPort(String, Protocol),
}

/// The answer to a question about one port.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Who opens the connection.
    pub source: String,
    /// Who is to take it.
    pub destination: String,
    /// The port asked about, a Service's own where the destination is one.
    pub asked: Connection,
    /// Whether the destination is a Service.
    pub service: bool,
    /// The one verdict, if all pods behind the names agree.
    pub verdict: Verdict,
    /// The connection as each pod sees it, and what becomes of it.
    pub flows: Vec<(Flow, Evaluation)>,
}

/// Answers a question, for each port that it means.
///
/// A name that is a workload's and a Service's is the Service if that has the port.
///
/// # Errors
/// [`AskError`]: what is asked about isn't there.
pub fn ask(evaluator: &Evaluator<'_>, question: &Question) -> Result<Vec<Answer>, AskError> {
    let world = evaluator.world();
    let from = look_up(world, &question.from)?;
    let to = look_up(world, &question.to)?;
    let sources = from.ends();
    if sources.is_empty() {
        return Err(AskError::ServiceAsSource(question.from.clone()));
    }
    let Some(protocol) = question.protocol else {
        return Ok(vec![direct(
            evaluator,
            &sources,
            &to.ends(),
            Connection::Icmp,
        )]);
    };
    let mut answers = Vec::new();
    for port in ports(world, question, &to, protocol)? {
        answers.push(match (&to.service, &port) {
            (Some(service), Asked::Service(port)) => {
                behind(evaluator, &sources, service, port, protocol)?
            }
            (_, port) => {
                let connection = Connection::Port(protocol, port.number());
                direct(evaluator, &sources, &to.ends(), connection)
            }
        });
    }
    Ok(answers)
}

/// A port of pods, or of a Service.
enum Asked {
    Pod(Port),
    Service(Port),
}

impl Asked {
    fn number(&self) -> Port {
        match self {
            Asked::Pod(port) | Asked::Service(port) => *port,
        }
    }
}

fn ports(
    world: &World,
    question: &Question,
    to: &Named,
    protocol: Protocol,
) -> Result<Vec<Asked>, AskError> {
    let service = to
        .service
        .as_ref()
        .and_then(|(ns, name)| world.service(ns, name));
    let of_service = |wanted: &ServicePortRef| {
        let port = service.map(|service| service.port(wanted, protocol));
        port.map(|found| found.map(|port| Asked::Service(port.port)))
    };
    let Some(text) = &question.port else {
        return declared(world, question, to, protocol);
    };
    let wanted = match text.parse::<i64>() {
        Ok(number) => ServicePortRef::Number(Port::parse(number)?),
        Err(_) => ServicePortRef::Name(text.clone()),
    };
    match (of_service(&wanted), wanted) {
        (Some(Ok(port)), _) => Ok(vec![port]),
        (Some(Err(error)), _) if to.ends().is_empty() => Err(error.into()),
        (_, ServicePortRef::Number(port)) => Ok(vec![Asked::Pod(port)]),
        (_, ServicePortRef::Name(name)) => named(world, question, to, protocol, name),
    }
}

fn named(
    world: &World,
    question: &Question,
    to: &Named,
    protocol: Protocol,
    name: String,
) -> Result<Vec<Asked>, AskError> {
    let mut found: Vec<Port> = to
        .workloads
        .iter()
        .filter_map(|id| world.workload(*id)?.named_port(protocol, &name))
        .collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() {
        let to = question.to.clone();
        return Err(AskError::PortName { to, protocol, name });
    }
    Ok(found.into_iter().map(Asked::Pod).collect())
}

/// The ports that the destination declares: its pods', or else its Service's.
fn declared(
    world: &World,
    question: &Question,
    to: &Named,
    protocol: Protocol,
) -> Result<Vec<Asked>, AskError> {
    let workloads = to.workloads.iter().filter_map(|id| world.workload(*id));
    let of_pods = workloads.flat_map(|workload| &workload.ports);
    let of_pods = of_pods
        .filter(|port| port.protocol == protocol)
        .map(|port| port.port);
    let mut found: Vec<Port> = of_pods.collect();
    found.sort_unstable();
    found.dedup();
    if !found.is_empty() {
        return Ok(found.into_iter().map(Asked::Pod).collect());
    }
    let service = to
        .service
        .as_ref()
        .and_then(|(ns, name)| world.service(ns, name));
    let of_service = service.iter().flat_map(|service| &service.ports);
    let of_service: Vec<Asked> = of_service
        .filter(|port| port.protocol == protocol)
        .map(|port| Asked::Service(port.port))
        .collect();
    match of_service.is_empty() {
        true => Err(AskError::NoPort(question.to.clone(), protocol)),
        false => Ok(of_service),
    }
}

fn direct(
    evaluator: &Evaluator<'_>,
    sources: &[Endpoint],
    destinations: &[Endpoint],
    connection: Connection,
) -> Answer {
    let mut flows = Vec::new();
    for source in sources {
        for destination in destinations {
            let flow = Flow {
                source: source.clone(),
                destination: destination.clone(),
                connection,
            };
            let evaluation = evaluator.evaluate(&flow);
            flows.push((flow, evaluation));
        }
    }
    let world = evaluator.world();
    let name = |ends: &[Endpoint]| {
        ends.first()
            .map_or_else(String::new, |e| end_name(world, e))
    };
    Answer {
        source: name(sources),
        destination: name(destinations),
        asked: connection,
        service: false,
        verdict: agreed(flows.iter().map(|(_, evaluation)| evaluation.verdict)),
        flows,
    }
}

fn behind(
    evaluator: &Evaluator<'_>,
    sources: &[Endpoint],
    service: &(String, String),
    port: &Port,
    protocol: Protocol,
) -> Result<Answer, AskError> {
    let (namespace, name) = service;
    let wanted = ServicePortRef::Number(*port);
    let mut flows = Vec::new();
    let mut verdicts = Vec::new();
    for source in sources {
        let found = evaluator.evaluate_service(source, (namespace, name), &wanted, protocol)?;
        verdicts.push(found.verdict);
        flows.extend(found.backends);
    }
    let first = sources.first();
    Ok(Answer {
        source: first.map_or_else(String::new, |end| end_name(evaluator.world(), end)),
        destination: format!("{namespace}/{name}[Service]"),
        asked: Connection::Port(protocol, *port),
        service: true,
        verdict: agreed(verdicts.into_iter()),
        flows,
    })
}

fn agreed(mut verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let Some(first) = verdicts.next() else {
        return Verdict::Unknown(Reason::Backends);
    };
    match verdicts.all(|verdict| verdict == first) {
        true => first,
        false => Verdict::Unknown(Reason::MixedBackends),
    }
}

/// An end as people name it.
pub fn end_name(world: &World, end: &Endpoint) -> String {
    match end {
        Endpoint::Workload(id) => world
            .workload(*id)
            .map_or("?".to_owned(), ToString::to_string),
        Endpoint::Address(ip) => ip.to_string(),
        Endpoint::Domain(name) => name.clone(),
        Endpoint::Node(NodePlace::Local) => "the pod's own node".to_owned(),
        Endpoint::Node(NodePlace::Remote) => "another node".to_owned(),
        Endpoint::Node(NodePlace::Unknown) => "a node".to_owned(),
    }
}

/// An end as JSON: `{"namespace", "name", "kind"}`, `{"address"}`, `{"domain"}` or `{"node"}`.
pub fn end_json(world: &World, end: &Endpoint) -> Value {
    match end {
        Endpoint::Workload(id) => world.workload(*id).map_or(Value::Null, |workload| {
            json!({
                "namespace": workload.namespace, "name": workload.name, "kind": workload.kind
            })
        }),
        Endpoint::Address(ip) => json!({"address": ip.to_string()}),
        Endpoint::Domain(name) => json!({"domain": name}),
        Endpoint::Node(place) => json!({"node": format!("{place:?}").to_lowercase()}),
    }
}

/// What is needed to put answers into words.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What the answers are about.
    pub world: &'a World,
    /// Where it was written.
    pub sources: &'a SourceMap,
    /// The stage of the lab.
    pub stage: Option<&'a str>,
    /// Whether every rule is accounted for.
    pub explain: bool,
}

/// For people: the verdict and why, and with `explain` each end's policies and rules.
pub fn text(cx: &Context<'_>, answers: &[Answer]) -> String {
    let mut out = String::new();
    for answer in answers {
        let stage = cx
            .stage
            .map_or_else(String::new, |stage| format!("{stage}: "));
        let _ = writeln!(
            out,
            "{stage}{} -> {} {}: {}",
            answer.source, answer.destination, answer.asked, answer.verdict
        );
        for (flow, evaluation) in &answer.flows {
            flow_text(cx, answer, flow, evaluation, &mut out);
        }
        if answer.flows.is_empty() {
            out.push_str("  nothing is known to be behind the Service\n");
        }
    }
    out
}

fn flow_text(
    cx: &Context<'_>,
    answer: &Answer,
    flow: &Flow,
    evaluation: &Evaluation,
    out: &mut String,
) {
    if answer.service {
        let end = end_name(cx.world, &flow.destination);
        let _ = writeln!(
            out,
            "  behind it: {end} {}: {}",
            flow.connection, evaluation.verdict
        );
    }
    let _ = writeln!(out, "  {}", why(cx.world, evaluation));
    if !cx.explain {
        return;
    }
    for side in [&evaluation.egress, &evaluation.ingress]
        .into_iter()
        .flatten()
    {
        side_text(cx, side, out);
    }
}

fn side_text(cx: &Context<'_>, side: &Side, out: &mut String) {
    let end = end_name(cx.world, &Endpoint::Workload(side.workload));
    let _ = writeln!(out, "  {} of {end}: {}", side.direction, side.verdict);
    if side.isolating.is_empty() {
        let _ = writeln!(out, "    no policy isolates it, so everything may pass");
    }
    for id in &side.isolating {
        let place = cx.world.policy(*id).and_then(|policy| policy.spans.policy);
        let place = in_brackets(cx.sources, place);
        let _ = writeln!(out, "    isolated by {}{place}", policy(cx.world, *id));
    }
    let mut line = |rule: &RuleRef, words: &str| {
        let place = in_brackets(cx.sources, rule.span);
        let policy = policy(cx.world, rule.policy);
        let _ = writeln!(out, "    rule {} of {policy}{place}: {words}", rule.number);
    };
    side.denying.iter().for_each(|rule| line(rule, "denies it"));
    side.allowing
        .iter()
        .for_each(|rule| line(rule, "allows it"));
    for (rule, reason) in &side.perhaps {
        line(rule, &format!("may match; {reason}"));
    }
    for (rule, miss) in &side.missed {
        line(rule, &format!("doesn't match: {}", miss.as_str()));
    }
    if side.own_node {
        out.push_str("    a pod's own node always gets through\n");
    }
}

/// For machines: `{"version": 1, "answers": [{"source", "destination", "protocol", "port",
/// "verdict", "reason", "why", "flows": [{"source", "destination", "protocol", "port", "verdict",
/// "why", "egress", "ingress"}]}]}`. An end's side has `verdict`, `isolatedBy`, `allowedBy`,
/// `deniedBy`, `perhaps` and `missed`, each policy and rule with `file`, `line` and `column`.
pub fn json(parts: &[(Context<'_>, Vec<Answer>)], dialect: &str) -> Value {
    let answers = parts
        .iter()
        .flat_map(|(cx, answers)| answers.iter().map(move |answer| answer_json(cx, answer)));
    json!({
        "version": VERSION,
        "dialect": dialect,
        "answers": answers.collect::<Vec<_>>(),
    })
}

fn answer_json(cx: &Context<'_>, answer: &Answer) -> Value {
    let flows = answer
        .flows
        .iter()
        .map(|(flow, evaluation)| flow_json(cx, flow, evaluation));
    let mut value = json!({
        "stage": cx.stage,
        "source": answer.source,
        "destination": answer.destination,
    });
    add_connection(&mut value, answer.asked);
    add_verdict(&mut value, answer.verdict);
    value["flows"] = flows.collect();
    value
}

fn flow_json(cx: &Context<'_>, flow: &Flow, evaluation: &Evaluation) -> Value {
    let mut value = json!({
        "source": end_json(cx.world, &flow.source),
        "destination": end_json(cx.world, &flow.destination),
    });
    add_connection(&mut value, flow.connection);
    add_verdict(&mut value, evaluation.verdict);
    value["why"] = json!(why(cx.world, evaluation));
    for (key, side) in [
        ("egress", &evaluation.egress),
        ("ingress", &evaluation.ingress),
    ] {
        value[key] = side
            .as_ref()
            .map_or(Value::Null, |side| side_json(cx, side));
    }
    value
}

/// Protocol and port, as in every record of a connection.
pub(super) fn add_connection(value: &mut Value, connection: Connection) {
    let (protocol, port) = match connection {
        Connection::Port(protocol, port) => (protocol.as_str(), Some(port.get())),
        Connection::Icmp => ("ICMP", None),
        Connection::Other => ("other", None),
    };
    value["protocol"] = json!(protocol);
    value["port"] = json!(port);
}

fn add_verdict(value: &mut Value, verdict: Verdict) {
    value["verdict"] = json!(verdict.as_str());
    if let Verdict::Unknown(reason) = verdict {
        value["reason"] = json!({"code": reason.code(), "text": reason.to_string()});
    }
}

fn side_json(cx: &Context<'_>, side: &Side) -> Value {
    let rule = |rule: &RuleRef| rule_json(cx.world, cx.sources, rule);
    let with = |found: &RuleRef, key: &str, word: &str| {
        let mut value = rule(found);
        value[key] = json!(word);
        value
    };
    let mut value = json!({});
    add_verdict(&mut value, side.verdict);
    let isolating = side.isolating.iter();
    value["isolatedBy"] = isolating
        .map(|id| policy_json(cx.world, cx.sources, *id))
        .collect();
    value["allowedBy"] = side.allowing.iter().map(rule).collect();
    value["deniedBy"] = side.denying.iter().map(rule).collect();
    let perhaps = side.perhaps.iter();
    value["perhaps"] = perhaps
        .map(|(rule, why)| with(rule, "reason", why.code()))
        .collect();
    let missed = side.missed.iter();
    value["missed"] = missed
        .map(|(rule, miss)| with(rule, "reason", miss.as_str()))
        .collect();
    value
}

/// For spreadsheets and documents: a row a port.
pub fn table(parts: &[(Context<'_>, Vec<Answer>)]) -> Table {
    let header = [
        "stage",
        "source",
        "destination",
        "connection",
        "verdict",
        "why",
    ];
    let mut table = Table::new(header);
    for (cx, answers) in parts {
        for answer in answers {
            let reasons: Vec<String> = answer
                .flows
                .iter()
                .map(|(_, evaluation)| why(cx.world, evaluation))
                .collect();
            table.row([
                cx.stage.unwrap_or_default().to_owned(),
                answer.source.clone(),
                answer.destination.clone(),
                answer.asked.to_string(),
                answer.verdict.to_string(),
                reasons.join("; "),
            ]);
        }
    }
    table
}

/// The filter that a name alone makes: which lines of a list it means.
///
/// # Errors
/// [`NameError`]: there is no such end.
pub fn filter(
    world: &World,
    reach: &crate::netpol::Reach,
    name: &str,
    source: bool,
) -> Result<Vec<usize>, AskError> {
    let named = names::look_up(world, name)?;
    let mut found = Vec::new();
    for id in named.workloads {
        let Some(workload) = world.workload(id) else {
            continue;
        };
        let all = reach.find_workloads(Some(&workload.namespace), &workload.name);
        found.extend(all);
    }
    if let Some(Endpoint::Address(ip)) = named.outside {
        let numbers = reach.find_address(ip);
        found.extend(numbers.map(|(from, to)| if source { from } else { to }));
    }
    if let (true, Some((namespace, service))) = (found.is_empty(), named.service) {
        let selected = world
            .service(&namespace, &service)
            .into_iter()
            .flat_map(|service| {
                world
                    .workloads()
                    .iter()
                    .filter(|workload| service.selects(workload))
            });
        for workload in selected {
            found.extend(reach.find_workloads(Some(&workload.namespace), &workload.name));
        }
    }
    Ok(found)
}
