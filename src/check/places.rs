//! Where a profile's policies were written, so that a verdict can name the line that decides.

use std::collections::BTreeSet;

use crate::model::Lab;
use crate::netpol::staged::Places;
use crate::netpol::world::PolicySpans;
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::policy::RawPolicy;
use crate::source::Span;

/// The places of a lab's policies, by name. Policies made from calls stand where that is asked for.
pub fn places(raw: &RawProfile, lab: &Lab) -> Places {
    let mut places = Places::new();
    let written: Vec<&At<RawPolicy>> = raw.policies.iter().flatten().collect();
    let own_names: BTreeSet<&str> = written.iter().filter_map(|policy| name(policy)).collect();
    for policy in written {
        let Some(name) = name(policy) else { continue };
        if policy.from.is_none() {
            places.insert(name.to_owned(), spans(policy));
            continue;
        }
        let made = lab.policies.iter().map(|policy| policy.name.as_str());
        let made = made.filter(|made| !own_names.contains(made) && is_made_by(made, name));
        for made in made {
            places
                .entry(made.to_owned())
                .or_insert_with(|| spans(policy));
        }
    }
    places
}

fn name(policy: &RawPolicy) -> Option<&str> {
    policy.name.as_ref().map(|name| name.value.as_str())
}

fn is_made_by(made: &str, group: &str) -> bool {
    made.strip_prefix(group)
        .is_some_and(|rest| rest.starts_with('-'))
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
