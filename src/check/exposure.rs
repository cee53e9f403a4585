//! What only a Service that is reached from outside has. Source: Kubernetes API reference,
//! ServiceSpec.

use super::cx::Cx;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::profile::raw::service::{RawService, RawServiceType};
use crate::source::Span;

/// The ports of nodes that Services may take; on GKE nobody can choose others.
const NODE_PORTS: std::ops::RangeInclusive<u16> = 30_000..=32_767;

/// What the API server would refuse of a Service that isn't for the outside, or not in this way.
pub(super) fn exposure(cx: &mut Cx, path: &Path<'_>, raw: &RawService) {
    let kind = raw.r#type.as_ref().map(|kind| kind.value);
    let balanced = kind == Some(RawServiceType::LoadBalancer);
    let outside = balanced || kind == Some(RawServiceType::NodePort);
    let ranges = raw.load_balancer_source_ranges.iter().flatten().next();
    if let Some(range) = ranges.filter(|_| !balanced) {
        let message =
            "only a Service of the type LoadBalancer lets some addresses in and not others";
        only(
            cx,
            &path.key("loadBalancerSourceRanges"),
            message,
            range.span,
            raw,
        );
    }
    if let Some(policy) = raw.external_traffic_policy.as_ref().filter(|_| !outside) {
        let message = "a Service that isn't reached from outside has no external traffic policy";
        only(
            cx,
            &path.key("externalTrafficPolicy"),
            message,
            policy.span,
            raw,
        );
    }
    let ports = path.key("ports");
    let numbered = raw.ports.iter().flatten().enumerate();
    let numbered = numbered.filter_map(|(at, port)| Some((at, port.node_port.as_ref()?)));
    for (index, number) in numbered {
        let here = ports.index(index);
        let here = here.key("nodePort");
        if !outside {
            let message = "only a Service that is reached from outside has ports on nodes";
            only(cx, &here, message, number.span, raw);
        } else if !NODE_PORTS.contains(&number.value) {
            let message = format!(
                "{} is no port that a Service may take on nodes",
                number.value
            );
            let right = "expected 30000 to 32767, or leave this out: Kubernetes then chooses one";
            cx.push(
                &here,
                Diagnostic::new(Code::BadValue, message).at(number.span, right),
            );
        }
    }
}

fn only(cx: &mut Cx, path: &Path<'_>, message: &str, at: Span, raw: &RawService) {
    let kind = raw.r#type.as_ref();
    let because = kind.map(|kind| (kind.span, "it has this type"));
    let right = match kind {
        Some(_) => "leave this out",
        None => "leave this out, or give a `type`",
    };
    cx.excluded(path, message, at, right, because);
}
