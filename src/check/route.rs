//! `app.httpRoutes`: a route stands behind a Gateway that lets it in, and leads to Services that
//! are there.

mod backend;
mod parent;

use super::apart::{Apart, written};
use super::app::{each, namespace_of_object, unique};
use super::cx::Cx;
use super::path::Path;
use crate::model::gateway::HttpRoute;
use crate::model::names::HostPattern;
use crate::profile::At;
use crate::profile::raw::app::RawApp;
use crate::profile::raw::route::{RawHttpRoute, RawHttpRouteSpec, RawRouteFilter};

/// The HTTPRoutes.
pub(super) fn routes(
    cx: &mut Cx,
    path: &Path<'_>,
    app: &RawApp,
    apart: &Apart<'_>,
) -> Option<Vec<HttpRoute>> {
    let all = app.http_routes.iter().flatten();
    let named = all.map(|one| {
        let namespace = namespace_of_object(one.namespace.as_ref(), app);
        (namespace, one.name.as_ref())
    });
    unique(cx, path, "an HTTPRoute", named);
    each(cx, path, app.http_routes.as_ref(), |cx, path, raw| {
        route(cx, path, raw, (app, apart))
    })
}

/// A route, and where it stands.
struct Route<'a> {
    app: &'a RawApp,
    namespace: &'a str,
    spec: &'a RawHttpRouteSpec,
}

fn route(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawHttpRoute,
    (app, apart): (&RawApp, &Apart<'_>),
) -> Option<HttpRoute> {
    let meta = apart.meta(cx, path, written!(raw));
    let spec = raw.spec.as_ref()?;
    let here = path.key("spec");
    let names = here.key("hostnames");
    for (index, name) in spec.hostnames.iter().flatten().enumerate() {
        cx.parse(&names.index(index), Some(name), HostPattern::parse);
    }
    let route = Route {
        app,
        namespace: namespace_of_object(raw.namespace.as_ref(), app),
        spec,
    };
    let refs = here.key("parentRefs");
    for (index, parent) in spec.parent_refs.iter().flatten().enumerate() {
        parent::check(cx, &refs.index(index), &route, parent);
    }
    let rules = here.key("rules");
    for (index, rule) in spec.rules.iter().flatten().enumerate() {
        let here = rules.index(index);
        filters(cx, &here.key("filters"), &route, rule.filters.as_ref());
        let refs = here.key("backendRefs");
        for (index, raw) in rule.backend_refs.iter().flatten().enumerate() {
            let here = refs.index(index);
            backend::check(cx, &here, &route, (&raw.value).into());
            filters(cx, &here.key("filters"), &route, raw.filters.as_ref());
        }
    }
    Some(HttpRoute {
        meta: meta?,
        spec: spec.json.clone(),
    })
}

/// Copies of requests go to Services as well.
fn filters(cx: &mut Cx, path: &Path<'_>, route: &Route<'_>, raw: Option<&Vec<At<RawRouteFilter>>>) {
    for (index, filter) in raw.into_iter().flatten().enumerate() {
        let mirror = filter.request_mirror.as_ref();
        if let Some(raw) = mirror.and_then(|mirror| mirror.backend_ref.as_ref()) {
            let here = path.index(index);
            let here = here.key("requestMirror");
            backend::check(cx, &here.key("backendRef"), route, (&raw.value).into());
        }
    }
}
