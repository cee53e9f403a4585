//! One question: may this connection be made, and which rules decide?

mod ends;
mod json;
mod ports;
mod text;

pub use self::ends::{end_json, end_name};
pub(super) use self::json::add_connection;
pub use self::json::json;
pub use self::text::text;

use self::ports::{Asked, ports};
use super::names::{self, NameError, look_up};
use super::table::Table;
use crate::model::port::{Port, PortError, Protocol};
use crate::netpol::{
    Connection, Endpoint, Evaluation, Evaluator, Flow, Reason, ServiceError, ServicePortRef,
    Verdict, World, why,
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
    /// An end that lists don't have a line for, such as a domain.
    #[error("lists have no line for `{0}`: ask with `--from`, `--to` and `--port`")]
    NoLine(String),
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
/// [`NameError`]: there is no such end. [`AskError::NoLine`]: the list is not about it.
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
    match found.is_empty() {
        true => Err(AskError::NoLine(name.to_owned())),
        false => Ok(found),
    }
}
