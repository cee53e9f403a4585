//! What policies from a call graph leave out, in words: who applies them must know it.

mod around;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::is_system;
use crate::model::app::App;
use crate::model::cluster::Cluster;
use crate::model::names::DnsLabel;
use crate::model::service::{Service, ServiceType};

/// A sentence for each thing that the policies don't open, or don't close, though one might think so.
pub fn notes(app: &App, cluster: &Cluster) -> Vec<String> {
    let all = carried_services(app).chain(system_namespaces(app));
    let all = all.chain(of_others(app)).chain(host_network(app));
    let all = all.chain(without_labels(app)).chain(around::notes(app));
    all.chain(not_served(app, cluster))
        .chain(uncalled(app))
        .collect()
}

/// Policies by domain name, which the cluster must be told to serve.
fn not_served(app: &App, cluster: &Cluster) -> Option<String> {
    let outside = app.workloads.iter().any(|one| !one.outside.is_empty());
    (outside && !cluster.dataplane.fqdn_network_policy).then(|| {
        "the policies for hosts outside need a cluster that serves FQDNNetworkPolicy: \
         `cluster.dataplane.fqdnNetworkPolicy: true`"
            .to_owned()
    })
}

/// Pods without labels, which no selector can mean alone.
fn without_labels(app: &App) -> impl Iterator<Item = String> {
    let bare = app.workloads.iter().filter(|one| one.labels.is_empty());
    bare.map(|one| {
        format!(
            "the pods of `{}` have no labels, so a policy that means them means every other pod \
             without these labels too: give them one",
            one.name
        )
    })
}

/// Services that no call leads to and no way from outside: nobody reaches them any more.
fn uncalled(app: &App) -> Option<String> {
    let ways = app.edge().ways();
    let called = |namespace: &DnsLabel, service: &Service| {
        let mut calls = app.workloads.iter().flat_map(|one| &one.calls);
        calls.any(|call| call.namespace == *namespace && call.service == service.name)
            || ways.iter().any(|way| {
                way.namespace == namespace.as_str() && way.service == service.name.as_str()
            })
    };
    let inside = app
        .services()
        .filter(|(_, service)| service.kind == ServiceType::ClusterIp);
    let alone = inside.filter(|(owner, service)| !called(&owner.namespace, service));
    let names: Vec<String> = alone
        .map(|(_, service)| format!("`{}`", service.name))
        .collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!(
            "no call leads to the Service {one}, so nobody is let in behind it"
        )),
        all => Some(format!(
            "no call leads to the Services {}, so nobody is let in behind them",
            all.join(", ")
        )),
    }
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
