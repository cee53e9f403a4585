//! Where a profile's policies were written, so that a verdict can name the line that decides.

use super::objects;
use crate::model::Lab;
use crate::netpol::synth;
use crate::netpol::world::PolicySpans;
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::policy::RawPolicy;
use crate::source::Span;
use crate::staged::Places;

/// The places of a lab's policies and of what it carries as it is. Policies made from calls stand
/// where that is asked for.
pub fn places(raw: &RawProfile, lab: &Lab) -> Places {
    let mut places = Places::new();
    let written = || raw.policies.iter().flatten();
    for policy in written().filter(|policy| policy.from.is_none()) {
        let Some(name) = name(policy) else { continue };
        let namespace = policy.namespace.as_ref();
        let namespace = namespace.map_or(lab.app.namespace.as_str(), |given| &given.value);
        let kind = match policy.fqdn {
            Some(_) => "FQDNNetworkPolicy",
            None => "NetworkPolicy",
        };
        places.add_policy(kind, namespace, name, spans(policy));
    }
    for policy in written().filter(|policy| policy.from.is_some()) {
        let Some(name) = name(policy) else { continue };
        for made in synth::named(&lab.app, &lab.cluster, name).unwrap_or_default() {
            let (namespace, name) = (made.namespace.as_str(), made.name.as_str());
            places.add_policy(made.spec.kind(), namespace, name, spans(policy));
        }
    }
    places.add_world(&objects::read(raw).world);
    places
}

fn name(policy: &RawPolicy) -> Option<&str> {
    policy.name.as_ref().map(|name| name.value.as_str())
}

fn spans(policy: &RawPolicy) -> PolicySpans {
    let mut spans = PolicySpans {
        policy: policy.name.as_ref().map(|name| name.span),
        ..PolicySpans::default()
    };
    if let Some(spec) = &policy.spec {
        spans.ingress = places_of(spec.ingress.as_deref());
        spans.egress = places_of(spec.egress.as_deref());
    }
    if let Some(spec) = &policy.fqdn {
        spans.egress = places_of(spec.egress.as_deref());
    }
    if let Some(from) = &policy.from {
        spans.policy = Some(from.span);
    }
    spans
}

fn places_of<T>(rules: Option<&[At<T>]>) -> Vec<Span> {
    rules
        .unwrap_or_default()
        .iter()
        .map(|rule| rule.span)
        .collect()
}
