//! A native NetworkPolicy spec, refused where the API server would refuse it.

use crate::check::app;
use crate::check::container::protocol;
use crate::check::cx::Cx;
use crate::check::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::cidr::{Cidr, IpBlock};
use crate::model::labels::{Labels, check_key, check_value};
use crate::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use crate::model::port::{PolicyPort, Port, PortName, PortRef};
use crate::model::selector::{Operator, Requirement, Selector};
use crate::profile::At;
use crate::profile::raw::native::{RawOperator, RawRequirement, RawSelector};
use crate::profile::raw::policy::{
    RawIpBlock, RawPeer, RawPolicySpec, RawPolicyType, RawPort, RawPortRef,
};

/// The spec, as written: what is absent stays absent.
pub(super) fn spec(cx: &mut Cx, path: &Path<'_>, raw: &RawPolicySpec) -> Option<NetworkPolicySpec> {
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
pub(in crate::check) fn optional<T, U>(
    raw: Option<T>,
    read: impl FnOnce(T) -> Option<U>,
) -> Option<Option<U>> {
    match raw {
        None => Some(None),
        Some(raw) => read(raw).map(Some),
    }
}

/// A list whose items are all read, so that each one's mistakes are found. Absent stays absent.
pub(in crate::check) fn list<T, U>(
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
    let block = cx.fits(path, raw.span, IpBlock::parse(cidr?, except?))?;
    host_bits(cx, &path.key("cidr"), raw, &block);
    Some(block)
}

/// Kubernetes takes such a block for the whole net; perhaps one address was meant.
fn host_bits(cx: &mut Cx, path: &Path<'_>, raw: &RawIpBlock, block: &IpBlock) {
    let cidr = block.cidr();
    if let (Some(written), true) = (&raw.cidr, cidr.has_host_bits()) {
        let message = format!("`{}` has bits set behind its length", written.value);
        let finding = Diagnostic::new(Code::HostBits, message)
            .at(written.span, format!("it means `{}`", cidr.net()));
        cx.push(path, finding);
    }
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
pub(in crate::check) fn selector(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &At<RawSelector>,
) -> Option<Selector> {
    let labels_path = path.key("matchLabels");
    let labels = optional(raw.match_labels.as_ref(), |raw| {
        let mut labels = Labels::new();
        for (key, value) in raw.iter() {
            app::label(cx, &labels_path, key, value, &mut labels);
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
