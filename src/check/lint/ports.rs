//! Ports that the pods at the receiving end don't have: names that don't resolve, Service ports.

use std::collections::BTreeSet;

use super::{Lint, Subject, namespace, some_of};
use crate::diag::{Code, Diagnostic, Severity};
use crate::model::policy::{Direction, Peer, Rule};
use crate::model::port::{PolicyPort, Port, PortRef, PortsMeant};
use crate::netpol::WorkloadId;
use crate::netpol::services::{Backends, backends};

/// Lints of the ports of one policy.
pub(super) fn of_policy(lint: &Lint<'_>, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let Some(spec) = subject.network() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for direction in Direction::BOTH {
        for (index, rule) in spec.rules(direction).iter().enumerate() {
            found.extend(name_at_addresses(subject, direction, (index + 1, rule)));
            let Some(receivers) = receivers(lint, subject, direction, rule) else {
                continue;
            };
            for port in rule.ports() {
                let at = At {
                    lint,
                    subject,
                    direction,
                    number: index + 1,
                    receivers: &receivers,
                };
                found.extend(at.name(port));
                found.extend(at.service_port(port));
            }
        }
    }
    found
}

/// A port name towards addresses: only pods have names for their ports.
fn name_at_addresses(
    subject: &Subject<'_>,
    direction: Direction,
    (number, rule): (usize, &Rule),
) -> Option<Diagnostic> {
    let is_block = |peer: &Peer| matches!(peer, Peer::IpBlock(_));
    if direction == Direction::Ingress || !rule.peers().iter().any(is_block) {
        return None;
    }
    let name = rule.ports().iter().find_map(|port| match port.meant() {
        PortsMeant::Name(name) => Some(name),
        PortsMeant::Numbers(..) => None,
    })?;
    let message =
        format!("no address outside has a port of the name `{name}`: only pods name theirs");
    let span = subject.policy.spans.rule(direction, number);
    let label = "so the rule allows nothing to its `ipBlock` by this name";
    Some(subject.at_rule(Code::UnresolvedPortName, message, span, label))
}

/// The pods at the receiving end; none if some of them may not be known. Pods on their node's
/// network receive nothing by a policy, and a lab's probes nothing at all.
fn receivers(
    lint: &Lint<'_>,
    subject: &Subject<'_>,
    direction: Direction,
    rule: &Rule,
) -> Option<Vec<WorkloadId>> {
    let receives = |id: &WorkloadId| {
        let workload = lint.world.workload(*id);
        workload.is_some_and(|workload| !workload.host_network && !workload.never_ready)
    };
    let all = match direction {
        Direction::Ingress => subject.selected.clone(),
        Direction::Egress => {
            let own = namespace(subject.policy);
            let each = rule.peers().iter().map(|peer| lint.peer_pods(own, peer));
            each.collect::<Option<Vec<_>>>()?.concat()
        }
    };
    Some(all.into_iter().filter(receives).collect())
}

struct At<'a, 'w> {
    lint: &'a Lint<'w>,
    subject: &'a Subject<'w>,
    direction: Direction,
    number: usize,
    receivers: &'a [WorkloadId],
}

impl At<'_, '_> {
    fn finding(&self, code: Code, message: String, label: &str) -> Diagnostic {
        let span = self.subject.policy.spans.rule(self.direction, self.number);
        self.subject.at_rule(code, message, span, label)
    }

    fn name(&self, port: &PolicyPort) -> Option<Diagnostic> {
        let PortsMeant::Name(name) = port.meant() else {
            return None;
        };
        let resolve = |id: &WorkloadId| {
            self.lint
                .world
                .workload(*id)?
                .named_port(port.protocol(), name.as_str())
        };
        let numbers: BTreeSet<Port> = self.receivers.iter().filter_map(resolve).collect();
        let protocol = port.protocol();
        let some = numbers.len() == 1;
        let (message, label) = match numbers.len() {
            _ if self.receivers.is_empty() => return None,
            0 => (
                format!("no pod that is meant has a {protocol} port of the name `{name}`"),
                "so the rule allows nothing by this name".to_owned(),
            ),
            1 if self.receivers.iter().all(|id| resolve(id).is_some()) => return None,
            1 => (
                format!("not every pod that is meant has a {protocol} port of the name `{name}`"),
                "it means nothing at the others".to_owned(),
            ),
            _ => {
                let all: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                (
                    format!("the {protocol} port name `{name}` means different ports"),
                    format!("it means {} at different pods", all.join(" and ")),
                )
            }
        };
        let mut finding = self.finding(Code::UnresolvedPortName, message, &label);
        if some {
            // As those mean it who let monitoring in at every port of a name.
            finding.severity = Severity::Info;
        }
        Some(finding)
    }

    /// A number that is some receiver's Service's port and no receiver's own.
    fn service_port(&self, port: &PolicyPort) -> Option<Diagnostic> {
        let (Some(PortRef::Number(number)), None) = (port.port(), port.end_port()) else {
            return None;
        };
        let targets: Vec<(WorkloadId, Port, &str)> = self
            .receivers
            .iter()
            .filter_map(|id| {
                self.target(*id, port, *number)
                    .map(|(to, of)| (*id, to, of))
            })
            .collect();
        let own = self.receivers.iter().any(|id| self.has(*id, port, *number));
        let (id, target, service) = *targets.first().filter(|_| !own)?;
        let message = format!(
            "{number} is a port of the Service `{service}`, and the pods of {} take {target}",
            some_of(self.lint.world, &[id])
        );
        let label = format!("expected {target}: policies see the pods' port");
        Some(self.finding(Code::ServicePort, message, &label))
    }

    /// The pods' port behind a Service's port of this number, where it is another.
    fn target(&self, id: WorkloadId, port: &PolicyPort, number: Port) -> Option<(Port, &str)> {
        for service in self.lint.world.services() {
            for own in &service.ports {
                if own.port != number || own.protocol != port.protocol() {
                    continue;
                }
                let Backends::Pods(pods) = backends(self.lint.world, service, own) else {
                    continue;
                };
                // Another Service may have the same number in front of other pods.
                let Some(behind) = pods.iter().find(|pod| pod.workload == id) else {
                    continue;
                };
                match behind.connection {
                    crate::netpol::Connection::Port(_, target) if target != number => {
                        return Some((target, &service.name));
                    }
                    _ => return None,
                }
            }
        }
        None
    }

    /// Whether pods declare a port, or a Service sends them something there.
    fn has(&self, id: WorkloadId, port: &PolicyPort, number: Port) -> bool {
        let declared = self.lint.world.workload(id).is_some_and(|workload| {
            let mut ports = workload.ports.iter();
            ports.any(|own| own.port == number && own.protocol == port.protocol())
        });
        let sent = self.lint.world.services().iter().any(|service| {
            service
                .ports
                .iter()
                .any(|own| match backends(self.lint.world, service, own) {
                    Backends::Pods(pods) => pods.iter().any(|pod| {
                        pod.workload == id
                            && pod.connection
                                == crate::netpol::Connection::Port(port.protocol(), number)
                    }),
                    _ => false,
                })
        });
        declared || sent
    }
}
