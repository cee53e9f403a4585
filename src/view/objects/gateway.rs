//! Gateways, HTTPRoutes and ReferenceGrants.

use serde_json::{Value as Json, json};

use super::metadata;
use crate::model::app::App;
use crate::model::gateway::Meta;

/// Kinds that are in the Gateway API's version v1.
const V1: &str = "gateway.networking.k8s.io/v1";

/// The version of ReferenceGrants, which every release of the Gateway API serves.
const GRANTS: &str = "gateway.networking.k8s.io/v1beta1";

/// All of them, each with the part of the profile that it comes from.
pub(super) fn all(app: &App) -> Vec<(&'static str, Json)> {
    let gateways = app.gateways.iter().map(|one| {
        let object = object((V1, "Gateway"), &one.meta, &one.spec);
        ("app.gateways", object)
    });
    let routes = app.http_routes.iter().map(|one| {
        let object = object((V1, "HTTPRoute"), &one.meta, &one.spec);
        ("app.httpRoutes", object)
    });
    let grants = app.reference_grants.iter().map(|one| {
        let object = object((GRANTS, "ReferenceGrant"), &one.meta, &one.spec);
        ("app.referenceGrants", object)
    });
    gateways.chain(routes).chain(grants).collect()
}

fn object((version, kind): (&str, &str), meta: &Meta, spec: &Json) -> Json {
    let name = meta.name.as_str();
    json!({
        "apiVersion": version,
        "kind": kind,
        "metadata": metadata(name, &meta.namespace, &meta.labels, &meta.annotations),
        "spec": spec,
    })
}
