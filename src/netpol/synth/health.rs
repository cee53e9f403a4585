//! Ports of their own that health checks of load balancers have, said by objects of GKE that are
//! carried as they are.

use serde_json::Value as Json;

use crate::model::app::App;
use crate::model::port::Port;
use crate::model::service::Service;

/// The annotations by which a Service names its BackendConfig.
const BACKEND_CONFIG: [&str; 2] = [
    "cloud.google.com/backend-config",
    "beta.cloud.google.com/backend-config",
];

/// The ports that a Service's health checks ask at beside those that it leads to.
pub(super) fn ports(app: &App, namespace: &str, service: &Service) -> Vec<Port> {
    let gateways = gateways(app, namespace, service.name.as_str());
    gateways.chain(ingresses(app, namespace, service)).collect()
}

fn carried<'a>(app: &'a App, kind: &'a str, namespace: &'a str) -> impl Iterator<Item = &'a Json> {
    let objects = app.objects.iter().map(|object| &object.json);
    objects.filter(move |object| {
        let own = object["metadata"]["namespace"].as_str();
        object["kind"] == kind && own.unwrap_or("default") == namespace
    })
}

fn port(number: &Json) -> Option<Port> {
    Port::parse(number.as_i64()?).ok()
}

/// Source: GKE documentation, "Configure Gateway resources using Policies", HealthCheckPolicy.
fn gateways<'a>(
    app: &'a App,
    namespace: &'a str,
    service: &'a str,
) -> impl Iterator<Item = Port> + 'a {
    let policies = carried(app, "HealthCheckPolicy", namespace).filter(move |policy| {
        let target = &policy["spec"]["targetRef"];
        target["kind"] == "Service" && target["name"] == *service
    });
    let configs = policies.filter_map(|policy| policy["spec"]["default"]["config"].as_object());
    let checks = configs.flat_map(|config| config.values());
    checks.filter_map(|check| port(&check["port"]))
}

/// Source: GKE documentation, "Ingress configuration on Google Cloud", BackendConfig.
fn ingresses<'a>(
    app: &'a App,
    namespace: &'a str,
    service: &'a Service,
) -> impl Iterator<Item = Port> + 'a {
    let named = BACKEND_CONFIG.map(|key| service.annotations.get(key));
    let named = named.into_iter().flatten();
    let named: Vec<Json> = named
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    let is_named = move |config: &&Json| {
        let name = &config["metadata"]["name"];
        let by_port = |all: &Json| {
            let mut ports = all["ports"].as_object().into_iter().flatten();
            ports.any(|(_, one)| one == name)
        };
        named
            .iter()
            .any(|all| all["default"] == *name || by_port(all))
    };
    let configs = carried(app, "BackendConfig", namespace).filter(is_named);
    configs.filter_map(|config| port(&config["spec"]["healthCheck"]["port"]))
}
