//! `policies:` native NetworkPolicy specs, refused where the API server would refuse them.

use super::app::{annotations, protocol};
use super::cx::Cx;
use super::path::Path;
use crate::model::cidr::{Cidr, IpBlock};
use crate::model::lab::Policy;
use crate::model::labels::{Labels, check_key, check_value};
use crate::model::names::{DnsLabel, DnsSubdomain};
use crate::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use crate::model::port::{PolicyPort, Port, PortName, PortRef};
use crate::model::selector::{Operator, Requirement, Selector};
use crate::profile::At;
use crate::profile::raw::native::{RawOperator, RawRequirement, RawSelector};
use crate::profile::raw::policy::{
    RawIpBlock, RawPeer, RawPolicy, RawPolicySpec, RawPolicyType, RawPort, RawPortRef,
};

/// The policies, those that could be read.
pub(super) fn policies(
    cx: &mut Cx,
    raw: Option<&Vec<At<RawPolicy>>>,
    namespace: Option<&DnsLabel>,
) -> Option<Vec<Policy>> {
    let root = Path::Root;
    let path = root.key("policies");
    let given = raw.map(Vec::as_slice).unwrap_or_default();
    cx.unique(
        &path,
        "a policy",
        given.iter().map(|policy| policy.name.as_ref()),
    );
    let each = given.iter().enumerate();
    let all: Vec<_> = each
        .map(|(index, raw)| policy(cx, &path.index(index), raw, namespace))
        .collect();
    all.into_iter().collect()
}

fn policy(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawPolicy,
    namespace: Option<&DnsLabel>,
) -> Option<Policy> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), DnsSubdomain::parse);
    let namespace = match &raw.namespace {
        Some(given) => cx.parse(&path.key("namespace"), Some(given), DnsLabel::parse),
        None => namespace.cloned(),
    };
    let description = cx.prose(&path.key("description"), raw.description.as_ref());
    let annotations = annotations(cx, &path.key("annotations"), raw.annotations.as_ref());
    let spec = spec(cx, &path.key("spec"), raw.spec.as_ref()?);
    Some(Policy {
        name: name?,
        namespace: namespace?,
        description,
        annotations,
        spec: spec?,
    })
}

fn spec(cx: &mut Cx, path: &Path<'_>, raw: &RawPolicySpec) -> Option<NetworkPolicySpec> {
    let here = path.key("podSelector");
    let pods = optional(raw.pod_selector.as_ref(), |raw| selector(cx, &here, raw));
    let policy_types = raw.policy_types.as_ref().map(|types| {
        let word = |one: &At<RawPolicyType>| match one.value {
            RawPolicyType::Ingress => Direction::Ingress,
            RawPolicyType::Egress => Direction::Egress,
        };
        types.iter().map(word).collect()
    });
    let ingress = list(
        cx,
        &path.key("ingress"),
        raw.ingress.as_ref(),
        |cx, path, raw| {
            rule(
                cx,
                path,
                (&path.key("from"), raw.from.as_ref()),
                raw.ports.as_ref(),
            )
        },
    );
    let egress = list(
        cx,
        &path.key("egress"),
        raw.egress.as_ref(),
        |cx, path, raw| {
            rule(
                cx,
                path,
                (&path.key("to"), raw.to.as_ref()),
                raw.ports.as_ref(),
            )
        },
    );
    Some(NetworkPolicySpec {
        pod_selector: pods?,
        policy_types,
        ingress: ingress?,
        egress: egress?,
    })
}

/// What is absent stays absent; what is there must be right.
fn optional<T, U>(raw: Option<T>, read: impl FnOnce(T) -> Option<U>) -> Option<Option<U>> {
    match raw {
        None => Some(None),
        Some(raw) => read(raw).map(Some),
    }
}

/// A list whose items are all read, so that each one's mistakes are found. Absent stays absent.
fn list<T, U>(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&Vec<T>>,
    mut read: impl FnMut(&mut Cx, &Path<'_>, &T) -> Option<U>,
) -> Option<Option<Vec<U>>> {
    let Some(items) = raw else {
        return Some(None);
    };
    let each = items.iter().enumerate();
    let all: Vec<Option<U>> = each
        .map(|(index, raw)| read(cx, &path.index(index), raw))
        .collect();
    all.into_iter().collect::<Option<Vec<U>>>().map(Some)
}

fn rule(
    cx: &mut Cx,
    path: &Path<'_>,
    (peers_path, peers): (&Path<'_>, Option<&Vec<At<RawPeer>>>),
    ports: Option<&Vec<At<RawPort>>>,
) -> Option<Rule> {
    let peers = list(cx, peers_path, peers, peer);
    let ports = list(cx, &path.key("ports"), ports, port);
    Some(Rule {
        peers: peers?,
        ports: ports?,
    })
}

fn peer(cx: &mut Cx, path: &Path<'_>, raw: &At<RawPeer>) -> Option<Peer> {
    let pods = &path.key("podSelector");
    let pods = optional(raw.pod_selector.as_ref(), |raw| selector(cx, pods, raw));
    let namespaces = &path.key("namespaceSelector");
    let namespaces = optional(raw.namespace_selector.as_ref(), |raw| {
        selector(cx, namespaces, raw)
    });
    let block = optional(raw.ip_block.as_ref(), |raw| {
        ip_block(cx, &path.key("ipBlock"), raw)
    });
    cx.fits(path, raw.span, Peer::parse(pods?, namespaces?, block?))
}

fn ip_block(cx: &mut Cx, path: &Path<'_>, raw: &At<RawIpBlock>) -> Option<IpBlock> {
    let cidr = cx.parse(&path.key("cidr"), raw.cidr.as_ref(), Cidr::parse);
    let except = list(
        cx,
        &path.key("except"),
        raw.except.as_ref(),
        |cx, path, text| cx.parse(path, Some(text), Cidr::parse),
    );
    cx.fits(path, raw.span, IpBlock::parse(cidr?, except?))
}

fn port(cx: &mut Cx, path: &Path<'_>, raw: &At<RawPort>) -> Option<PolicyPort> {
    let written = raw.protocol.as_ref().map(|given| protocol(Some(given)));
    let here = path.key("port");
    let port = optional(raw.port.as_ref(), |port| {
        let read = match &port.value {
            RawPortRef::Number(number) => Port::parse((*number).into()).map(PortRef::Number),
            RawPortRef::Name(name) => PortName::parse(name).map(PortRef::Name),
        };
        cx.fits(&here, port.span, read)
    });
    let here = path.key("endPort");
    let end = optional(raw.end_port.as_ref(), |end| {
        cx.fits(&here, end.span, Port::parse(end.value.into()))
    });
    let span = raw.end_port.as_ref().map_or(raw.span, |end| end.span);
    cx.fits(path, span, PolicyPort::parse(written, port?, end?))
}

/// A label selector.
fn selector(cx: &mut Cx, path: &Path<'_>, raw: &At<RawSelector>) -> Option<Selector> {
    let labels_path = path.key("matchLabels");
    let labels = optional(raw.match_labels.as_ref(), |raw| {
        let mut labels = Labels::new();
        for (key, value) in raw.iter() {
            super::app::label(cx, &labels_path, key, value, &mut labels);
        }
        (labels.len() == raw.iter().count()).then_some(labels)
    });
    let expressions = list(
        cx,
        &path.key("matchExpressions"),
        raw.match_expressions.as_ref(),
        requirement,
    );
    Some(Selector {
        match_labels: labels?,
        match_expressions: expressions?,
    })
}

fn requirement(cx: &mut Cx, path: &Path<'_>, raw: &At<RawRequirement>) -> Option<Requirement> {
    let key = raw.key.as_ref()?;
    let fine = cx.parse(&path.key("key"), Some(key), check_key);
    let operator = match raw.operator.as_ref()?.value {
        RawOperator::In => Operator::In,
        RawOperator::NotIn => Operator::NotIn,
        RawOperator::Exists => Operator::Exists,
        RawOperator::DoesNotExist => Operator::DoesNotExist,
    };
    let here = path.key("values");
    let values = list(cx, &here, raw.values.as_ref(), |cx, path, text| {
        cx.parse(path, Some(text), check_value)?;
        Some(text.value.clone())
    });
    fine?;
    cx.fits(
        path,
        raw.span,
        Requirement::parse(&key.value, operator, values?),
    )
}
