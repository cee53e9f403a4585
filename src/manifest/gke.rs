//! What only GKE serves: FQDNNetworkPolicy, NetworkLogging, and Cilium's clusterwide policy.

use super::fields::{Trouble, given};
use super::policies::{cidr, ip_block, selector, selector_of};
use super::problem::What;
use super::tree::{Node, Value};
use crate::model::cidr::IpBlock;
use crate::model::clusterwide::{
    CiliumPort, CiliumPortRef, CiliumRule, ClusterwideError, ClusterwideSpec, Entity,
};
use crate::model::fqdn::{FqdnMatch, FqdnPolicySpec, FqdnPort, FqdnRule};
use crate::model::logging::{LogAction, LoggingSpec, NETWORK_LOGGING_NAME};
use crate::model::port::{Port, PortName};
use crate::netpol::world::{PolicySpans, PolicySpec};
use crate::source::Span;

/// The spec of an FQDNNetworkPolicy.
pub(super) fn fqdn(object: &Node, trouble: &mut Trouble) -> Option<(PolicySpec, PolicySpans)> {
    let mut spans = PolicySpans::default();
    let Some(node) = trouble.map(object, "spec") else {
        trouble.add(object.span, What::Missing("spec"));
        return None;
    };
    trouble.keys(
        node,
        "an FQDNNetworkPolicy's spec",
        &["podSelector", "egress"],
    );
    let pods = selector(node, "podSelector", trouble);
    let items = trouble.list(node, "egress").unwrap_or(&[]);
    spans.egress = items.iter().map(|item| item.span).collect();
    let rules: Vec<FqdnRule> = items
        .iter()
        .filter_map(|item| fqdn_rule(item, trouble))
        .collect();
    if rules.len() < items.len() {
        return None;
    }
    let spec = trouble.take(node.span, FqdnPolicySpec::parse(pods, rules))?;
    Some((PolicySpec::Fqdn(spec), spans))
}

fn fqdn_rule(node: &Node, trouble: &mut Trouble) -> Option<FqdnRule> {
    trouble.keys(node, "an FQDN rule", &["matches", "ports"]);
    let items = trouble.list(node, "matches").unwrap_or(&[]);
    let mut matches = Vec::with_capacity(items.len());
    for item in items {
        let name = trouble.text(item, "name");
        let pattern = trouble.text(item, "pattern");
        matches.extend(trouble.take(item.span, FqdnMatch::parse(name, pattern)));
    }
    let ports = trouble.list(node, "ports").map(|items| {
        let each = items.iter().filter_map(|item| fqdn_port(item, trouble));
        each.collect()
    });
    if matches.len() < items.len() {
        return None;
    }
    trouble.take(node.span, FqdnRule::parse(matches, ports))
}

fn fqdn_port(node: &Node, trouble: &mut Trouble) -> Option<FqdnPort> {
    let word = trouble.text(node, "protocol").unwrap_or("ALL");
    let protocol = trouble.take(node.span, FqdnPort::protocol(word))?;
    let port = match trouble.number(node, "port") {
        Some(number) => Some(trouble.take(node.span, Port::parse(number))?),
        None => None,
    };
    Some(FqdnPort { protocol, port })
}

/// The NetworkLogging object; none if GKE would not look at it.
pub(super) fn logging(object: &Node, name: &str, trouble: &mut Trouble) -> Option<LoggingSpec> {
    if name != NETWORK_LOGGING_NAME {
        trouble.add(object.span, What::LoggingName(name.to_owned()));
        return None;
    }
    let cluster = object.get("spec").and_then(|spec| given(spec, "cluster"));
    let mut action = |key: &str| {
        let Some(node) = cluster.and_then(|cluster| trouble.map(cluster, key)) else {
            return Some(LogAction::OFF);
        };
        let log = trouble.truth(node, "log").unwrap_or(false);
        let delegate = trouble.truth(node, "delegate").unwrap_or(false);
        trouble.take(node.span, LogAction::parse(log, delegate))
    };
    let (allow, deny) = (action("allow"), action("deny"));
    Some(LoggingSpec {
        allow: allow?,
        deny: deny?,
    })
}

const CLUSTERWIDE: &[&str] = &[
    "endpointSelector",
    "nodeSelector",
    "ingress",
    "egress",
    "ingressDeny",
    "egressDeny",
    "enableDefaultDeny",
    "description",
    "labels",
    "log",
];

/// The specs of a CiliumClusterwideNetworkPolicy: `spec`, `specs` or both.
pub(super) fn clusterwide(
    object: &Node,
    trouble: &mut Trouble,
) -> Option<(PolicySpec, PolicySpans)> {
    let one = trouble.map(object, "spec").into_iter();
    let many = trouble.list(object, "specs").unwrap_or(&[]).iter();
    let nodes: Vec<&Node<'_>> = one.chain(many).collect();
    if nodes.is_empty() {
        trouble.add(object.span, What::Missing("spec"));
        return None;
    }
    let mut spans = PolicySpans::default();
    let mut specs = Vec::with_capacity(nodes.len());
    for node in nodes {
        specs.push(clusterwide_spec(node, trouble, &mut spans)?);
    }
    Some((PolicySpec::Clusterwide(specs), spans))
}

fn clusterwide_spec(
    node: &Node,
    trouble: &mut Trouble,
    spans: &mut PolicySpans,
) -> Option<ClusterwideSpec> {
    trouble.keys(node, "a clusterwide policy's spec", CLUSTERWIDE);
    if given(node, "nodeSelector").is_some() {
        trouble.add(node.span, What::Layer7("nodeSelector".to_owned()));
    }
    let endpoints = trouble.map(node, "endpointSelector");
    let Some(endpoint_selector) = endpoints.map(|found| selector_of(found, trouble)) else {
        trouble.add(node.span, ClusterwideError::NoSelector);
        return None;
    };
    if given(node, "ingress").is_none() {
        trouble.add(node.span, What::NoIngress);
    }
    let mut rules = |key: &str, spans: &mut Vec<Span>| {
        let items = trouble.list(node, key)?;
        spans.extend(items.iter().map(|item| item.span));
        let each = items
            .iter()
            .filter_map(|item| cilium_rule(item, key, trouble));
        Some(each.collect())
    };
    let ingress = rules("ingress", &mut spans.ingress);
    let ingress_deny = rules("ingressDeny", &mut spans.ingress);
    let egress = rules("egress", &mut spans.egress);
    let egress_deny = rules("egressDeny", &mut spans.egress);
    let default_deny = trouble.map(node, "enableDefaultDeny");
    let mut said = |key| default_deny.and_then(|node| trouble.truth(node, key));
    Some(ClusterwideSpec {
        endpoint_selector,
        ingress,
        egress,
        ingress_deny,
        egress_deny,
        default_deny_ingress: said("ingress"),
        default_deny_egress: said("egress"),
    })
}

fn cilium_rule(node: &Node, section: &str, trouble: &mut Trouble) -> Option<CiliumRule> {
    let word = if section.starts_with("ingress") {
        "from"
    } else {
        "to"
    };
    let key = |what: &str| format!("{word}{what}");
    let endpoints = trouble.list(node, &key("Endpoints")).map(|items| {
        let each = items.iter().map(|item| selector_of(item, trouble));
        each.collect()
    });
    let entities = entities(node, &key("Entities"), trouble);
    let blocks = blocks(node, &key("CIDR"), &key("CIDRSet"), trouble);
    let ports = match trouble.list(node, "toPorts") {
        Some(items) => Some(cilium_ports(items, trouble)?),
        None => None,
    };
    let read = [
        key("Endpoints"),
        key("Entities"),
        key("CIDR"),
        key("CIDRSet"),
        "toPorts".to_owned(),
        "icmps".to_owned(),
    ];
    let names = node.entries().iter().map(|entry| entry.key.to_string());
    Some(CiliumRule {
        endpoints,
        entities,
        blocks,
        ports,
        icmps: given(node, "icmps").is_some(),
        opaque: names.filter(|name| !read.contains(name)).collect(),
    })
}

fn entities(node: &Node, key: &str, trouble: &mut Trouble) -> Option<Vec<Entity>> {
    let words = trouble.texts(node, key)?;
    let each = words
        .iter()
        .filter_map(|word| trouble.take(node.span, word.parse::<Entity>()));
    Some(each.collect())
}

fn blocks(node: &Node, plain: &str, sets: &str, trouble: &mut Trouble) -> Option<Vec<IpBlock>> {
    let texts = trouble.texts(node, plain);
    let items = trouble.list(node, sets);
    if texts.is_none() && items.is_none() {
        return None;
    }
    let mut blocks = Vec::new();
    for text in texts.iter().flatten() {
        let net = cidr(text, node.span, trouble)?;
        blocks.extend(trouble.take(node.span, IpBlock::parse(net, None)));
    }
    for item in items.unwrap_or(&[]) {
        blocks.extend(ip_block(item, trouble));
    }
    Some(blocks)
}

fn cilium_ports(items: &[Node], trouble: &mut Trouble) -> Option<Vec<CiliumPort>> {
    let mut ports = Vec::new();
    for item in items {
        if let Some(rules) = given(item, "rules") {
            trouble.add(rules.span, What::Layer7("rules".to_owned()));
        }
        for port in trouble.list(item, "ports").unwrap_or(&[]) {
            ports.push(cilium_port(port, trouble)?);
        }
    }
    Some(ports)
}

fn cilium_port(node: &Node, trouble: &mut Trouble) -> Option<CiliumPort> {
    let word = trouble.text(node, "protocol").unwrap_or("ANY");
    let protocol = trouble.take(node.span, CiliumPort::protocol(word))?;
    let text = match given(node, "port").map(|port| &port.value) {
        Some(Value::Int(number)) => number.to_string(),
        Some(Value::String(text)) => text.to_string(),
        _ => "0".to_owned(),
    };
    let end = trouble.number(node, "endPort");
    let port = match text.parse::<i64>() {
        Ok(0) => CiliumPortRef::Numbers(Port::MIN, Port::MAX),
        Ok(number) => {
            let first = trouble.take(node.span, Port::parse(number))?;
            let last = match end {
                Some(end) if end != 0 => trouble.take(node.span, Port::parse(end))?,
                _ => first,
            };
            CiliumPortRef::Numbers(first, last)
        }
        Err(_) => CiliumPortRef::Name(trouble.take(node.span, PortName::parse(text))?),
    };
    Some(CiliumPort { protocol, port })
}
