//! What stands around an application and speaks with it: the API server, load balancers that somebody
//! else makes. No call of a profile tells of them.

use serde_json::Value as Json;

use crate::model::app::App;

/// A sentence for each of them that policies from the calls shut out.
pub(super) fn notes(app: &App) -> Vec<String> {
    let objects = || app.objects.iter().map(|one| &one.json);
    let called = objects().flat_map(called_by_api_server);
    let calling = objects().flat_map(|binding| calls_api_server(app, binding));
    let routes = objects().filter_map(route);
    let all = called
        .chain(calling)
        .chain(routes)
        .chain(endpoint_groups(app));
    all.collect()
}

fn name(object: &Json) -> (&str, &str) {
    (
        object["kind"].as_str().unwrap_or_default(),
        object["metadata"]["name"].as_str().unwrap_or_default(),
    )
}

/// Admission webhooks, aggregated APIs and conversions of custom resources.
/// Source: Kubernetes documentation, "Dynamic Admission Control" and "Aggregation Layer".
fn called_by_api_server(object: &Json) -> Vec<String> {
    let (kind, own) = name(object);
    let webhooks = object["webhooks"].as_array().into_iter().flatten();
    let of_webhooks = webhooks.map(|webhook| &webhook["clientConfig"]["service"]);
    let conversion = &object["spec"]["conversion"]["webhook"]["clientConfig"]["service"];
    let services: Vec<&Json> = match kind {
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => of_webhooks.collect(),
        "APIService" => vec![&object["spec"]["service"]],
        "CustomResourceDefinition" => vec![conversion],
        _ => Vec::new(),
    };
    let mut told: Vec<String> = services
        .iter()
        .filter_map(|service| {
            let (namespace, service) = (service["namespace"].as_str()?, service["name"].as_str()?);
            Some(format!(
                "the API server calls the Service `{namespace}/{service}` ({kind} {own}), and no policy \
                 lets it in: on GKE it comes from pods of `kube-system` or from outside"
            ))
        })
        .collect();
    told.dedup();
    told
}

/// Workloads whose service account has rights at the API server, which is outside of the cluster.
fn calls_api_server(app: &App, binding: &Json) -> Vec<String> {
    let (kind, own) = name(binding);
    if !matches!(kind, "RoleBinding" | "ClusterRoleBinding") {
        return Vec::new();
    }
    let home = binding["metadata"]["namespace"]
        .as_str()
        .unwrap_or("default");
    let subjects = binding["subjects"].as_array().into_iter().flatten();
    let accounts: Vec<(&str, &str)> = subjects
        .filter(|subject| subject["kind"] == "ServiceAccount")
        .filter_map(|subject| {
            let namespace = subject["namespace"].as_str().unwrap_or(home);
            Some((namespace, subject["name"].as_str()?))
        })
        .collect();
    let has_rights = |one: &&crate::model::workload::Workload| {
        let account = one
            .service_account
            .as_ref()
            .map_or("default", |name| name.as_str());
        accounts.contains(&(one.namespace.as_str(), account))
    };
    let workloads = app.workloads.iter().filter(has_rights);
    workloads
        .map(|one| {
            format!(
                "`{}` has rights at the API server ({kind} {own}), and no policy opens the way there: \
                 allow the control plane's address by an `ipBlock`",
                one.name
            )
        })
        .collect()
}

/// Routes of Gateways that are no HTTPRoutes.
fn route(object: &Json) -> Option<String> {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let (kind, own) = name(object);
    let other = version.starts_with("gateway.networking.k8s.io/") && kind.ends_with("Route");
    (other && kind != "HTTPRoute").then(|| {
        format!(
            "the {kind} `{own}` is carried as it is, so its Gateway is not let in to where it leads"
        )
    })
}

/// Services behind load balancers that are made outside of Kubernetes.
/// Source: GKE documentation, "Container-native load balancing through standalone zonal NEGs".
fn endpoint_groups(app: &App) -> Vec<String> {
    let services = app.services().map(|(_, service)| service);
    let exposed = services.filter(|service| {
        let groups = service.annotations.get("cloud.google.com/neg");
        groups.is_some_and(|groups| groups.contains("exposed_ports"))
    });
    exposed
        .map(|service| {
            format!(
                "the Service `{}` stands behind a load balancer that Kubernetes knows nothing of \
                 (`cloud.google.com/neg`), so its health checks and proxies are not let in",
                service.name
            )
        })
        .collect()
}
