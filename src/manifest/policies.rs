//! NetworkPolicy objects, checked as the API server checks them.

use super::fields::{Trouble, given};
use super::problem::What;
use super::tree::{Node, Value};
use crate::model::cidr::{Cidr, IpBlock};
use crate::model::labels::{LabelError, Labels, check_key, check_value};
use crate::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use crate::model::port::{PolicyPort, Port, PortName, PortRef, Protocol};
use crate::model::selector::{Operator, Requirement, Selector};
use crate::netpol::world::{PolicySpans, PolicySpec};

const SPEC: &[&str] = &["podSelector", "policyTypes", "ingress", "egress"];
const INGRESS: &[&str] = &["from", "ports"];
const EGRESS: &[&str] = &["to", "ports"];

/// The spec of a NetworkPolicy, and the places of its rules.
pub(super) fn network(object: &Node, trouble: &mut Trouble) -> (PolicySpec, PolicySpans) {
    let mut spans = PolicySpans::default();
    let Some(node) = trouble.map(object, "spec") else {
        return (PolicySpec::Network(NetworkPolicySpec::default()), spans);
    };
    trouble.keys(node, "a NetworkPolicy's spec", SPEC);
    let spec = NetworkPolicySpec {
        pod_selector: selector(node, "podSelector", trouble),
        policy_types: policy_types(node, trouble),
        ingress: rules(node, Direction::Ingress, trouble, &mut spans),
        egress: rules(node, Direction::Egress, trouble, &mut spans),
    };
    (PolicySpec::Network(spec), spans)
}

fn policy_types(node: &Node, trouble: &mut Trouble) -> Option<Vec<Direction>> {
    let items = trouble.list(node, "policyTypes")?;
    let mut types = Vec::with_capacity(items.len());
    for item in items {
        match item.as_str() {
            Some("Ingress") => types.push(Direction::Ingress),
            Some("Egress") => types.push(Direction::Egress),
            word => {
                let what = What::Word {
                    key: "policyTypes",
                    word: word.unwrap_or(item.value.kind()).to_owned(),
                    wanted: "`Ingress` or `Egress` is right",
                };
                trouble.add(item.span, what);
            }
        }
    }
    Some(types)
}

fn rules(
    node: &Node,
    direction: Direction,
    trouble: &mut Trouble,
    spans: &mut PolicySpans,
) -> Option<Vec<Rule>> {
    let (key, places) = match direction {
        Direction::Ingress => ("ingress", &mut spans.ingress),
        Direction::Egress => ("egress", &mut spans.egress),
    };
    let items = trouble.list(node, key)?;
    let mut rules = Vec::with_capacity(items.len());
    for item in items {
        places.push(item.span);
        rules.push(rule(item, direction, trouble));
    }
    Some(rules)
}

fn rule(node: &Node, direction: Direction, trouble: &mut Trouble) -> Rule {
    let peers = match direction {
        Direction::Ingress => {
            trouble.keys(node, "an ingress rule", INGRESS);
            trouble.list(node, "from")
        }
        Direction::Egress => {
            trouble.keys(node, "an egress rule", EGRESS);
            trouble.list(node, "to")
        }
    };
    let ports = trouble.list(node, "ports");
    Rule {
        peers: peers.map(|items| {
            items
                .iter()
                .filter_map(|item| peer(item, trouble))
                .collect()
        }),
        ports: ports.map(|items| {
            items
                .iter()
                .filter_map(|item| port(item, trouble))
                .collect()
        }),
    }
}

fn peer(node: &Node, trouble: &mut Trouble) -> Option<Peer> {
    trouble.keys(
        node,
        "a peer",
        &["podSelector", "namespaceSelector", "ipBlock"],
    );
    let before = trouble.problems.len();
    let pods = selector(node, "podSelector", trouble);
    let namespaces = selector(node, "namespaceSelector", trouble);
    let block = trouble
        .map(node, "ipBlock")
        .and_then(|node| ip_block(node, trouble));
    if trouble.problems.len() > before && pods.is_none() && namespaces.is_none() && block.is_none()
    {
        return None;
    }
    trouble.take(node.span, Peer::parse(pods, namespaces, block))
}

/// A block of addresses: `cidr` and `except`.
pub(super) fn ip_block(node: &Node, trouble: &mut Trouble) -> Option<IpBlock> {
    trouble.keys(node, "an `ipBlock`", &["cidr", "except"]);
    if given(node, "cidr").is_none() {
        trouble.add(node.span, What::Missing("cidr"));
        return None;
    }
    let written = trouble.text(node, "cidr")?;
    let place = given(node, "cidr").map_or(node.span, |found| found.span);
    let cidr = cidr(written, place, trouble)?;
    let except = trouble.list(node, "except").map(|items| {
        let each = items.iter().filter_map(|item| match item.as_str() {
            Some(text) => self::cidr(text, item.span, trouble),
            None => {
                let what = What::Type {
                    key: "except".to_owned(),
                    wanted: "a list of strings",
                    found: item.value.kind(),
                };
                trouble.add(item.span, what);
                None
            }
        });
        each.collect()
    });
    let place = given(node, "except").map_or(node.span, |found| found.span);
    trouble.take(place, IpBlock::parse(cidr, except))
}

/// One block, with a warning where bits behind the length are set.
pub(super) fn cidr(text: &str, span: crate::source::Span, trouble: &mut Trouble) -> Option<Cidr> {
    let cidr = trouble.take(span, Cidr::parse(text))?;
    if cidr.has_host_bits() {
        let what = What::HostBits {
            written: text.to_owned(),
            canonical: cidr.net().to_string(),
        };
        trouble.add(span, what);
    }
    Some(cidr)
}

fn port(node: &Node, trouble: &mut Trouble) -> Option<PolicyPort> {
    trouble.keys(node, "a port", &["protocol", "port", "endPort"]);
    let protocol = match trouble.text(node, "protocol") {
        Some(word) => Some(trouble.take(node.span, word.parse::<Protocol>())?),
        None => None,
    };
    let port = match given(node, "port") {
        Some(found) => Some(port_ref(found, trouble)?),
        None => None,
    };
    let end = match trouble.number(node, "endPort") {
        Some(number) => Some(trouble.take(node.span, Port::parse(number))?),
        None => None,
    };
    trouble.take(node.span, PolicyPort::parse(protocol, port, end))
}

/// A port by number or by name.
pub(super) fn port_ref(node: &Node, trouble: &mut Trouble) -> Option<PortRef> {
    match &node.value {
        Value::Int(number) => trouble
            .take(node.span, Port::parse(*number))
            .map(PortRef::Number),
        Value::String(name) => trouble
            .take(node.span, PortName::parse(name.as_ref()))
            .map(PortRef::Name),
        other => {
            let what = What::Type {
                key: "port".to_owned(),
                wanted: "a number or a name",
                found: other.kind(),
            };
            trouble.add(node.span, what);
            None
        }
    }
}

/// A label selector of Kubernetes under a key, with labels that can be; `null` is not given.
pub(super) fn selector(node: &Node, key: &str, trouble: &mut Trouble) -> Option<Selector> {
    let node = trouble.map(node, key)?;
    let selector = selector_of(node, trouble);
    let equal = selector.match_labels.iter().flat_map(Labels::problems);
    for problem in equal.chain(selector.expressions().iter().flat_map(impossible)) {
        trouble.add(node.span, problem);
    }
    Some(selector)
}

/// What of a condition no label can be.
fn impossible(condition: &Requirement) -> Vec<LabelError> {
    let values = condition.values().iter().map(|value| check_value(value));
    let all = [check_key(condition.key())].into_iter().chain(values);
    all.filter_map(Result::err).collect()
}

/// A label selector, whatever its labels look like: Cilium's keys begin with the label's source.
pub(super) fn selector_of(node: &Node, trouble: &mut Trouble) -> Selector {
    trouble.keys(
        node,
        "a label selector",
        &["matchLabels", "matchExpressions"],
    );
    let match_labels = trouble.labels(node, "matchLabels");
    let match_expressions = trouble.list(node, "matchExpressions").map(|items| {
        let each = items.iter().filter_map(|item| requirement(item, trouble));
        each.collect()
    });
    Selector {
        match_labels,
        match_expressions,
    }
}

fn requirement(node: &Node, trouble: &mut Trouble) -> Option<Requirement> {
    trouble.keys(node, "a condition", &["key", "operator", "values"]);
    let key = trouble.text(node, "key").unwrap_or("");
    let Some(word) = trouble.text(node, "operator") else {
        trouble.add(node.span, What::Missing("operator"));
        return None;
    };
    let operator = trouble.take(node.span, word.parse::<Operator>())?;
    let values = trouble.texts(node, "values");
    trouble.take(node.span, Requirement::parse(key, operator, values))
}
