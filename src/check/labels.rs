//! The label `app` in policies: it names workloads, so it must lead to one.
//!
//! Any other label may be anything, and one that matches no pod is a lint. But every workload of a
//! profile has an `app`, so a value that none has is a slip of the fingers.

use super::cx::{Cx, unknown_name};
use super::objects;
use super::path::Path;
use crate::model::app::App;
use crate::netpol::World;
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::native::RawSelector;
use crate::profile::raw::policy::{RawPeer, RawPolicySpec};

/// The label.
const APP: &str = "app";

/// Finds policies that name a workload that isn't there.
pub(super) fn policies(cx: &mut Cx, raw: &RawProfile, app: Option<&App>) {
    let Some(app) = app else { return };
    let carried = objects::read(raw);
    if carried.unread.iter().any(|unread| !unread.known) {
        // Kinds that nobody knows may make pods of any labels.
        return;
    }
    let known = known(raw, app, &carried.world);
    let root = Path::Root;
    let path = root.key("policies");
    for (index, policy) in raw.policies.iter().flatten().enumerate() {
        let namespace = policy.namespace.as_ref().map(|ns| ns.value.as_str());
        let namespace = namespace.unwrap_or(app.namespace.as_str());
        if !is_known(app, &carried.world, namespace) {
            continue;
        }
        let here = path.index(index);
        if let Some(spec) = &policy.spec {
            self::spec(cx, &here.key("spec"), spec, &known);
        }
        if let Some(fqdn) = &policy.fqdn {
            let here = here.key("fqdn");
            selector(
                cx,
                &here.key("podSelector"),
                fqdn.pod_selector.as_ref(),
                &known,
            );
        }
    }
}

/// Whether the profile has pods in a namespace: others may hold what it doesn't know.
fn is_known(app: &App, carried: &World, namespace: &str) -> bool {
    let mut own = app.workloads.iter().map(|one| one.namespace.as_str());
    let mut carried = carried.workloads().iter().map(|one| one.namespace.as_str());
    app.namespace.as_str() == namespace
        || own.any(|one| one == namespace)
        || carried.any(|one| one == namespace)
}

/// Every value of `app` that pods of the profile have, and the workloads' names.
fn known<'a>(raw: &'a RawProfile, app: &'a App, carried: &'a World) -> Vec<&'a str> {
    let workloads = app.workloads.iter();
    let names = workloads.clone().map(|workload| workload.name.as_str());
    let labels = workloads.filter_map(|workload| workload.labels.get(APP));
    let probes = raw.probes.iter().flatten();
    let probes = probes.filter_map(|probe| probe.from.as_ref()?.labels.as_ref());
    let probes = probes.flat_map(|labels| labels.iter());
    let probes = probes.filter_map(|(key, value)| (key.value == APP).then_some(value.as_str()));
    let pods = carried.workloads().iter();
    let pods = pods.filter_map(|workload| workload.labels.get(APP));
    let mut known: Vec<&str> = names.chain(labels).chain(probes).chain(pods).collect();
    known.sort_unstable();
    known.dedup();
    known
}

fn spec(cx: &mut Cx, path: &Path<'_>, spec: &RawPolicySpec, known: &[&str]) {
    selector(
        cx,
        &path.key("podSelector"),
        spec.pod_selector.as_ref(),
        known,
    );
    for (index, rule) in spec.ingress.iter().flatten().enumerate() {
        let here = path.key("ingress");
        peers(
            cx,
            &here.index(index).key("from"),
            rule.from.as_ref(),
            known,
        );
    }
    for (index, rule) in spec.egress.iter().flatten().enumerate() {
        let here = path.key("egress");
        peers(cx, &here.index(index).key("to"), rule.to.as_ref(), known);
    }
}

/// Peers of the policy's own namespace: other namespaces may hold what the profile doesn't know.
fn peers(cx: &mut Cx, path: &Path<'_>, peers: Option<&Vec<At<RawPeer>>>, known: &[&str]) {
    for (index, peer) in peers.into_iter().flatten().enumerate() {
        if peer.namespace_selector.is_none() {
            let here = path.index(index);
            selector(
                cx,
                &here.key("podSelector"),
                peer.pod_selector.as_ref(),
                known,
            );
        }
    }
}

fn selector(cx: &mut Cx, path: &Path<'_>, raw: Option<&At<RawSelector>>, known: &[&str]) {
    let labels = raw.and_then(|raw| raw.match_labels.as_ref());
    for (key, value) in labels.into_iter().flat_map(|labels| labels.iter()) {
        if key.value == APP && !known.contains(&value.as_str()) {
            let here = path.key("matchLabels");
            let finding = unknown_name("workload", &value.value, value.span, known);
            cx.push(&here.key(APP), finding);
        }
    }
}
