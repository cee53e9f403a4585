//! What policies from a call graph leave out, in words: who applies them must know it.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::is_system;
use crate::model::app::App;

/// A sentence for each thing that the policies don't open, or don't close, though one might think so.
pub fn notes(app: &App) -> Vec<String> {
    let all = carried_services(app).chain(system_namespaces(app));
    let all = all.chain(of_others(app)).chain(host_network(app));
    all.collect()
}

fn carried_services(app: &App) -> impl Iterator<Item = String> {
    let objects = app.objects.iter().map(|one| &one.json);
    objects.filter(|one| chooses_pods(one)).map(|service| {
        let name = service["metadata"]["name"].as_str().unwrap_or_default();
        format!(
            "the Service `{name}` is carried as it is, so no call and no way in from outside leads \
             to what is behind it"
        )
    })
}

fn chooses_pods(object: &Json) -> bool {
    object["apiVersion"] == "v1"
        && object["kind"] == "Service"
        && object["spec"]["selector"].is_object()
}

fn system_namespaces(app: &App) -> impl Iterator<Item = String> {
    let namespaces = app.workloads.iter().map(|one| &one.namespace);
    let all: BTreeSet<_> = namespaces.filter(|one| is_system(one)).collect();
    all.into_iter().map(|namespace| {
        format!("`{namespace}` is the cluster's own, so no policy denies everything there")
    })
}

/// Ways in that are served by somebody else's proxies, which may be anywhere.
fn of_others(app: &App) -> impl Iterator<Item = String> {
    let all = app.edge().of_others();
    all.into_iter().map(|(kind, name)| {
        format!("the {kind} `{name}` is not served by GKE, so its controller's pods are not let in")
    })
}

/// Policies neither select pods on their node's network nor let them in by their labels.
fn host_network(app: &App) -> impl Iterator<Item = String> {
    app.workloads.iter().flat_map(move |workload| {
        workload.calls.iter().filter_map(move |call| {
            let (service, _) = app.called(call)?;
            let mut behind = app.behind(&call.namespace, service);
            let name = &workload.name;
            let to = format!("{}:{}", call.service, call.port);
            if workload.host_network {
                return Some(format!(
                    "`{name}` is on its node's network, so `{to}` is not opened for its calls"
                ));
            }
            behind.any(|one| one.host_network).then(|| {
                format!(
                    "`{name}` calls `{to}`, whose pods are on their node's network: no policy can \
                     name those, so the call is not opened"
                )
            })
        })
    })
}
