//! Gateways, routes and grants become words of the profile, and come back as they were.

use super::{assert_same, generated, imported, lab_from, objects};

const MANIFESTS: &str = include_str!("gateway.yaml");

#[test]
fn they_come_back_as_they_were() {
    let lab = lab_from(MANIFESTS);
    assert_same(&objects(MANIFESTS), &generated(&lab));
}

#[test]
fn they_become_words_and_the_rest_is_carried() {
    let lab = lab_from(MANIFESTS);
    let names = |all: Vec<&dplab::model::gateway::Meta>| {
        let names = all.into_iter().map(|meta| meta.name.to_string());
        names.collect::<Vec<_>>()
    };
    let app = &lab.app;
    assert_eq!(
        names(app.gateways.iter().map(|it| &it.meta).collect()),
        ["shop"]
    );
    let routes = app.http_routes.iter().map(|it| &it.meta);
    assert_eq!(names(routes.collect()), ["shop", "inside"]);
    let grants = app.reference_grants.iter().map(|it| &it.meta);
    assert_eq!(names(grants.collect()), ["shop"]);
    let mut carried = imported(MANIFESTS).unwrap().carried;
    carried.sort();
    assert_eq!(
        carried,
        [
            "GRPCRoute default/calls whole",
            "Gateway edge/mesh whole",
            "Gateway edge/older whole",
            "HTTPRoute default/newer whole",
            "HTTPRoute default/nowhere whole",
            "HealthCheckPolicy default/web whole",
        ]
    );
}

#[test]
fn the_cluster_serves_them() {
    let lab = lab_from(MANIFESTS);
    assert!(lab.cluster.gateway_api);
    let range = lab
        .cluster
        .network
        .proxy_range()
        .map(|range| range.to_string());
    assert_eq!(range.as_deref(), Some("10.0.48.0/23"));
}
