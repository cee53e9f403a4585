//! Which ports a question is about.

use super::{AskError, Question};
use crate::model::port::{Port, Protocol};
use crate::netpol::{ServicePortRef, World};
use crate::report::names::Named;

/// A port of pods, or of a Service.
pub(super) enum Asked {
    Pod(Port),
    Service(Port),
}

impl Asked {
    pub(super) fn number(&self) -> Port {
        match self {
            Asked::Pod(port) | Asked::Service(port) => *port,
        }
    }
}

/// The ports that a question means: the one that it names, or all that the destination declares.
pub(super) fn ports(
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
