//! Objects that a lab makes already, or has another way to say: kustomize refuses two of one name.

use std::collections::BTreeMap;

use super::text;
use crate::check::cx::Cx;
use crate::check::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::Lab;
use crate::model::app::{App, Object};
use crate::model::edge::GATEWAY_GROUP;
use crate::model::logging::NETWORK_LOGGING_KIND;
use crate::profile::raw::RawProfile;
use crate::profile::raw::object::RawObject;
use crate::profile::yaml::Node;

/// Group, kind, namespace and name of an object.
type Key = (String, String, String, String);

/// Finds objects that can't stand beside what the lab makes, or beside one another.
pub(super) fn clashes(cx: &mut Cx, path: &Path<'_>, raw: &RawProfile, lab: &Lab) {
    let nodes = raw.app.iter().flat_map(|app| app.objects.iter().flatten());
    let own = own(lab);
    let mut seen: BTreeMap<Key, &Node> = BTreeMap::new();
    for (index, (object, RawObject(node))) in lab.app.objects.iter().zip(nodes).enumerate() {
        let here = path.index(index);
        let key = key(object);
        let title = title(&key);
        if key.0 == LOGGING_GROUP && key.1 == NETWORK_LOGGING_KIND {
            let message = format!("`{} {}` is the lab's own", key.1, key.3);
            let right = "expected `logging:` of the profile to say it";
            cx.excluded(&here, &message, node.span, right, None);
        } else if let Some(word) = own.get(&key) {
            let message = format!("the lab makes `{title}` already");
            let finding = Diagnostic::new(Code::DuplicateName, message)
                .at(node.span, format!("`{word}` has it"));
            cx.push(&here, finding);
        } else if let Some(first) = seen.get(&key) {
            let message = format!("`{title}` stands here twice");
            let finding = Diagnostic::new(Code::DuplicateName, message)
                .at(node.span, "expected another name")
                .and(first.span, "it stands here first");
            cx.push(&here, finding);
        }
        annotated(cx, &here, (object, node), lab);
        seen.entry(key).or_insert(node);
    }
}

/// A stage writes a namespace's annotation into a file of its own.
fn annotated(cx: &mut Cx, path: &Path<'_>, (object, node): (&Object, &Node), lab: &Lab) {
    let Some(made) = &object.makes else { return };
    let mut stages = lab.stages.iter();
    if let Some(stage) = stages.find(|stage| stage.annotated_namespaces.contains(made)) {
        let message = format!(
            "the stage `{}` annotates the namespace `{made}`, which is carried as it is",
            stage.name
        );
        let right = "expected it in `app.namespaces`";
        cx.excluded(path, &message, node.span, right, None);
    }
}

const LOGGING_GROUP: &str = "networking.gke.io";
const NETWORKING: &str = "networking.k8s.io";

fn key(object: &Object) -> Key {
    let json = &object.json;
    let namespace = match &object.makes {
        Some(_) => "",
        None => object
            .namespace
            .as_ref()
            .map_or("default", |ns| ns.as_str()),
    };
    keyed(
        group(text(json, "apiVersion")),
        text(json, "kind"),
        namespace,
        text(&json["metadata"], "name"),
    )
}

fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

fn keyed(group: &str, kind: &str, namespace: &str, name: &str) -> Key {
    let own = str::to_owned;
    (own(group), own(kind), own(namespace), own(name))
}

fn title((_, kind, namespace, name): &Key) -> String {
    match namespace.as_str() {
        "" => format!("{kind} {name}"),
        namespace => format!("{kind} {namespace}/{name}"),
    }
}

/// What the lab makes, and the part of the profile that says it.
fn own(lab: &Lab) -> BTreeMap<Key, &'static str> {
    let mut all = BTreeMap::new();
    of_workloads(&lab.app, &mut all);
    of_app(&lab.app, &mut all);
    for policy in &lab.policies {
        let (spec, namespace) = (&policy.spec, policy.namespace.as_str());
        let key = keyed(
            group(spec.api_version()),
            spec.kind(),
            namespace,
            policy.name.as_str(),
        );
        all.insert(key, "policies");
    }
    for probe in &lab.probes {
        let (namespace, pod) = (&probe.source.namespace, &probe.source.pod);
        all.insert(keyed("", "Pod", namespace.as_str(), pod.as_str()), "probes");
    }
    all
}

fn of_workloads(app: &App, all: &mut BTreeMap<Key, &'static str>) {
    for one in &app.workloads {
        let (namespace, name) = (one.namespace.as_str(), one.name.as_str());
        let mut put = |group: &str, kind: &str, name: &str| {
            all.insert(keyed(group, kind, namespace, name), "app.workloads");
        };
        put(group(one.kind.api_version()), one.kind.as_str(), name);
        for service in &one.services {
            put("", "Service", service.name.as_str());
        }
        if one.autoscaling.is_some() {
            put("autoscaling", "HorizontalPodAutoscaler", name);
        }
        if one.disruption_budget.is_some() {
            put("policy", "PodDisruptionBudget", name);
        }
        if let Some(account) = &one.service_account {
            let known = app.service_account(&one.namespace, account.as_str());
            if known.is_none() && account.as_str() != "default" {
                put("", "ServiceAccount", account.as_str());
            }
        }
    }
}

fn of_app(app: &App, all: &mut BTreeMap<Key, &'static str>) {
    for own in app.namespaces.iter().filter(|own| !own.existing) {
        let key = keyed("", "Namespace", "", own.name.as_str());
        all.insert(key, "app.namespaces");
    }
    for one in app.service_accounts.iter().filter(|one| !one.existing) {
        let key = keyed(
            "",
            "ServiceAccount",
            one.namespace.as_str(),
            one.name.as_str(),
        );
        all.insert(key, "app.serviceAccounts");
    }
    for one in &app.config_maps {
        let key = keyed("", "ConfigMap", one.namespace.as_str(), one.name.as_str());
        all.insert(key, "app.configMaps");
    }
    for one in &app.ingresses {
        let key = keyed(
            NETWORKING,
            "Ingress",
            one.namespace.as_str(),
            one.name.as_str(),
        );
        all.insert(key, "app.ingresses");
    }
    let gateways = app.gateways.iter().map(|one| &one.meta);
    let routes = app.http_routes.iter().map(|one| &one.meta);
    let grants = app.reference_grants.iter().map(|one| &one.meta);
    let gateways = gateways.map(|meta| ("Gateway", "app.gateways", meta));
    let routes = routes.map(|meta| ("HTTPRoute", "app.httpRoutes", meta));
    let grants = grants.map(|meta| ("ReferenceGrant", "app.referenceGrants", meta));
    for (kind, word, meta) in gateways.chain(routes).chain(grants) {
        let (namespace, name) = (meta.namespace.as_str(), meta.name.as_str());
        all.insert(keyed(GATEWAY_GROUP, kind, namespace, name), word);
    }
}
