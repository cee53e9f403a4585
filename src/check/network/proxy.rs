//! The proxy-only subnet: where the proxies of regional load balancers get their addresses.

use ipnet::Ipv4Net;

use super::{ipv4, share};
use crate::check::cx::Cx;
use crate::check::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::names::{ClusterName, ResourceName};
use crate::model::network::NamedRange;
use crate::profile::At;
use crate::profile::raw::cluster::RawRange;
use crate::source::Span;

/// Ranges of a lab that names none: the first that nothing else takes.
const USUAL: [&str; 3] = ["10.0.48.0/23", "10.129.0.0/23", "192.168.128.0/23"];

/// The smallest that Google Cloud takes. Source: Cloud Load Balancing documentation, "Proxy-only
/// subnets for Envoy-based load balancers", size of the subnet.
const SMALLEST: u8 = 26;

/// The subnet that the lab makes, if it is wanted or written.
pub(super) fn own(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&At<RawRange>>,
    (cluster, wanted): (&ClusterName, Option<Span>),
    (nodes, taken): (Option<&ResourceName>, &[Option<Ipv4Net>]),
) -> Option<NamedRange> {
    if raw.is_none() && wanted.is_none() {
        return None;
    }
    let name = match raw.and_then(|raw| raw.name.as_ref()) {
        Some(given) => cx.parse(&path.key("name"), Some(given), ResourceName::parse),
        None => ResourceName::parse(&format!("{cluster}-proxies")).ok(),
    };
    let written = raw.and_then(|raw| raw.name.as_ref());
    if let (Some(written), true) = (written, name.is_some() && name.as_ref() == nodes) {
        let message = format!(
            "`{}` is the name of the nodes' subnet already",
            written.value
        );
        let finding = Diagnostic::new(Code::DuplicateName, message);
        cx.push(
            &path.key("name"),
            finding.at(written.span, "expected another name"),
        );
    }
    let range = match raw.and_then(|raw| raw.range.as_ref()) {
        Some(given) => large_enough(cx, path, given),
        None => free(taken),
    };
    Some(NamedRange {
        name: name?,
        range: range?,
    })
}

/// The addresses of the subnet that is there already, which the lab must know if it is wanted.
pub(super) fn existing(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&At<RawRange>>,
    (at, wanted): (Span, Option<Span>),
) -> Option<Ipv4Net> {
    if let Some(name) = raw.and_then(|raw| raw.name.as_ref()) {
        let message = "the proxy-only subnet of a network that exists already needs no name";
        let because = Some((at, "the network exists already"));
        let right = "leave this out, there is one in each region";
        cx.excluded(&path.key("name"), message, name.span, right, because);
    }
    let range = raw.and_then(|raw| raw.range.as_ref());
    if let (None, Some(wanted)) = (range, wanted) {
        let message = "the addresses of the region's proxy-only subnet must be known";
        let finding = Diagnostic::new(Code::Needs, message)
            .at(at, "expected `proxySubnet: {range: …}` as well")
            .and(wanted, "its proxies are in that subnet")
            .help(
                "`gcloud compute networks subnets list --filter=purpose=REGIONAL_MANAGED_PROXY` \
                 shows it",
            );
        cx.push(&path.key("range"), finding);
    }
    large_enough(cx, path, range?)
}

fn large_enough(cx: &mut Cx, path: &Path<'_>, given: &At<String>) -> Option<Ipv4Net> {
    let here = path.key("range");
    let range = ipv4(cx, &here, given)?;
    if range.prefix_len() > SMALLEST {
        let message = format!("`{range}` is too small for a proxy-only subnet");
        let right = format!("expected a /{SMALLEST} or larger, such as a /23");
        let finding = Diagnostic::new(Code::RangeTooSmall, message).at(given.span, right);
        cx.push(&here, finding);
    }
    Some(range)
}

fn free(taken: &[Option<Ipv4Net>]) -> Option<Ipv4Net> {
    let parsed: Vec<Ipv4Net> = USUAL
        .iter()
        .filter_map(|range| range.parse().ok())
        .collect();
    let shares = |range: &Ipv4Net| taken.iter().flatten().any(|other| share(range, other));
    let first = parsed.iter().find(|range| !shares(range));
    first.or(parsed.first()).copied()
}
