//! `app:` the application's parts, each with a name of its own.

use super::apart::Apart;
use super::cx::Cx;
use super::objects;
use super::path::Path;
use super::{gateway, grant, route, workload};
use crate::diag::{Code, Diagnostic};
use crate::model::app::{App, OwnNamespace};
use crate::model::labels::{Labels, check_key, check_value};
use crate::model::names::DnsLabel;
use crate::model::text::Line;
use crate::profile::At;
use crate::profile::raw::Texts;
use crate::profile::raw::app::{RawApp, RawNamespace};
use crate::profile::raw::service::RawService;
use crate::profile::raw::workload::RawWorkload;

/// Namespace of what names none of its own.
pub(super) const DEFAULT: &str = "default";

/// The application. Without one the lab is a cluster with policies only.
pub(super) fn app(cx: &mut Cx, raw: Option<&At<RawApp>>) -> Option<App> {
    let empty = RawApp::default();
    let raw = raw.map_or(&empty, |raw| &raw.value);
    let root = Path::Root;
    let path = root.key("app");
    let namespace = match &raw.namespace {
        Some(given) => cx.parse(&path.key("namespace"), Some(given), DnsLabel::parse),
        None => DnsLabel::parse(DEFAULT).ok(),
    };
    let source: Line = cx.line(&path.key("source"), raw.source.as_ref());
    let here = path.key("workloads");
    let workloads = raw.workloads.iter().flatten();
    let named = workloads.map(|one| (namespace_of(one, raw), one.name.as_ref()));
    unique(cx, &here, "a workload", named);
    unique_services(cx, &here, raw);
    let workloads = each(cx, &here, raw.workloads.as_ref(), |cx, path, one| {
        workload::workload(cx, path, one, raw)
    });
    let here = path.key("namespaces");
    let namespaces = each(cx, &here, raw.namespaces.as_ref(), own_namespace);
    let apart = Apart(namespace.as_ref());
    let here = path.key("serviceAccounts");
    let accounts = each(cx, &here, raw.service_accounts.as_ref(), |cx, path, one| {
        apart.service_account(cx, path, one)
    });
    let here = path.key("configMaps");
    let config_maps = each(cx, &here, raw.config_maps.as_ref(), |cx, path, one| {
        apart.config_map(cx, path, one)
    });
    let here = path.key("ingresses");
    let ingresses = each(cx, &here, raw.ingresses.as_ref(), |cx, path, one| {
        apart.ingress(cx, path, one)
    });
    let here = path.key("gateways");
    let gateways = gateway::gateways(cx, &here, raw, &apart);
    let here = path.key("httpRoutes");
    let routes = route::routes(cx, &here, raw, &apart);
    let here = path.key("referenceGrants");
    let grants = grant::grants(cx, &here, raw, &apart);
    let objects = objects::objects(cx, &path.key("objects"), raw);
    Some(App {
        source,
        namespaces: namespaces?,
        workloads: workloads?,
        service_accounts: accounts?,
        config_maps: config_maps?,
        ingresses: ingresses?,
        gateways: gateways?,
        http_routes: routes?,
        reference_grants: grants?,
        objects: objects?,
        namespace: namespace?,
    })
}

/// All items of a list, read one by one so that each one's mistakes are found.
pub(super) fn each<T, U>(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&Vec<At<T>>>,
    mut read: impl FnMut(&mut Cx, &Path<'_>, &At<T>) -> Option<U>,
) -> Option<Vec<U>> {
    let items = raw.into_iter().flatten().enumerate();
    let all: Vec<Option<U>> = items
        .map(|(index, item)| read(cx, &path.index(index), item))
        .collect();
    all.into_iter().collect()
}

/// The namespace of a workload as written.
pub(super) fn namespace_of<'a>(workload: &'a RawWorkload, app: &'a RawApp) -> &'a str {
    namespace_of_object(workload.namespace.as_ref(), app)
}

/// The namespace of an object that stands apart, as written.
pub(super) fn namespace_of_object<'a>(own: Option<&'a At<String>>, app: &'a RawApp) -> &'a str {
    let given = own.or(app.namespace.as_ref());
    given.map_or(DEFAULT, |namespace| &namespace.value)
}

/// The Service's own name, or the workload's.
pub(super) fn service_name<'a>(
    workload: &'a RawWorkload,
    service: &'a RawService,
) -> Option<&'a At<String>> {
    service.name.as_ref().or(workload.name.as_ref())
}

/// A Service as written, with its name and namespace.
pub(super) struct Written<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a At<String>,
    pub(super) service: &'a At<RawService>,
}

/// Every Service of the application as written.
pub(super) fn services(app: &RawApp) -> impl Iterator<Item = Written<'_>> {
    let workloads = app.workloads.iter().flatten();
    workloads.flat_map(move |workload| {
        let services = workload.services.iter().flatten();
        services.filter_map(move |service| {
            Some(Written {
                namespace: namespace_of(workload, app),
                name: service_name(workload, service)?,
                service,
            })
        })
    })
}

/// The namespace and the name of a thing.
type Named<'a> = (&'a str, &'a At<String>);

/// Things of one kind and namespace have names of their own: `what` is the kind, `a workload`.
pub(super) fn unique<'a>(
    cx: &mut Cx,
    path: &Path<'_>,
    what: &str,
    named: impl Iterator<Item = (&'a str, Option<&'a At<String>>)>,
) {
    let mut seen: Vec<Named<'_>> = Vec::new();
    for (index, (namespace, name)) in named.enumerate() {
        let Some(name) = name else { continue };
        let twice = |(ns, other): &&Named<'_>| *ns == namespace && other.value == name.value;
        if let Some((_, first)) = seen.iter().find(twice) {
            let message = format!("`{}` is the name of {what} already", name.value);
            let finding = Diagnostic::new(Code::DuplicateName, message)
                .at(name.span, "expected another name")
                .and(first.span, "it stands here first");
            cx.push(&path.index(index).key("name"), finding);
        } else {
            seen.push((namespace, name));
        }
    }
}

fn unique_services(cx: &mut Cx, path: &Path<'_>, raw: &RawApp) {
    let mut seen: Vec<Named<'_>> = Vec::new();
    for written in services(raw) {
        let (namespace, name) = (written.namespace, written.name);
        let twice = |(ns, other): &&Named<'_>| *ns == namespace && other.value == name.value;
        if let Some((_, first)) = seen.iter().find(twice) {
            let message = format!("`{}` is the name of a Service already", name.value);
            let own = written.service.name.as_ref();
            let at = own.map_or(written.service.span, |name| name.span);
            let finding = Diagnostic::new(Code::DuplicateName, message)
                .at(at, "expected a `name` of its own")
                .and(first.span, "it stands here first");
            cx.push(path, finding);
        } else {
            seen.push((namespace, name));
        }
    }
}

fn own_namespace(cx: &mut Cx, path: &Path<'_>, raw: &At<RawNamespace>) -> Option<OwnNamespace> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), DnsLabel::parse);
    Some(OwnNamespace {
        labels: labels(cx, &path.key("labels"), raw.labels.as_ref()),
        annotations: annotations(cx, &path.key("annotations"), raw.annotations.as_ref()),
        existing: raw.existing.as_ref().is_some_and(|it| it.value),
        name: name?,
    })
}

/// Labels of a Kubernetes object.
pub(super) fn labels(cx: &mut Cx, path: &Path<'_>, raw: Option<&Texts>) -> Labels {
    let mut all = Labels::new();
    for (key, value) in raw.into_iter().flat_map(Texts::iter) {
        label(cx, path, key, value, &mut all);
    }
    all
}

/// Takes a label of a Kubernetes object in.
pub(super) fn label(
    cx: &mut Cx,
    path: &Path<'_>,
    key: &At<String>,
    value: &At<String>,
    labels: &mut Labels,
) {
    let here = path.key(&key.value);
    let name = cx.parse(&here, Some(key), check_key);
    let text = cx.parse(&here, Some(value), check_value);
    if name.and(text).is_some() {
        labels.insert(&key.value, &value.value);
    }
}

/// Annotations of a Kubernetes object: keys as labels have them, any values.
pub(super) fn annotations(cx: &mut Cx, path: &Path<'_>, raw: Option<&Texts>) -> Labels {
    let mut all = Labels::new();
    for (key, value) in raw.into_iter().flat_map(Texts::iter) {
        if cx
            .parse(&path.key(&key.value), Some(key), check_key)
            .is_some()
        {
            all.insert(&key.value, &value.value);
        }
    }
    all
}
