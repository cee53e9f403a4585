//! `app.objects:` what a profile carries as it is. The proof reads it as it reads manifests, and
//! says what it doesn't understand.

mod beside;

use serde_json::Value as Json;

use super::app::DEFAULT;
use super::cx::Cx;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::manifest::{self, Found};
use crate::model::Lab;
use crate::model::app::Object;
use crate::model::names::{DnsLabel, DnsSubdomain};
use crate::netpol::{Policy, PolicySpec};
use crate::profile::raw::RawProfile;
use crate::profile::raw::app::RawApp;
use crate::profile::raw::object::RawObject;
use crate::profile::yaml::Node;

/// The objects. All that is asked for is that they are some.
pub(super) fn objects(cx: &mut Cx, path: &Path<'_>, raw: &RawApp) -> Option<Vec<Object>> {
    let each = raw.objects.iter().flatten().enumerate();
    let all: Vec<Option<Object>> = each
        .map(|(index, raw)| object(cx, &path.index(index), raw))
        .collect();
    all.into_iter().collect()
}

fn object(cx: &mut Cx, path: &Path<'_>, RawObject(node): &RawObject) -> Option<Object> {
    let text = |key| node.get(key).and_then(Node::as_str);
    let full = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    if !(full(text("apiVersion")) && full(text("kind")) && full(name(node))) {
        let message = "this is no object of Kubernetes that can be applied";
        let right = "expected `apiVersion`, `kind` and `metadata.name`";
        cx.push(
            path,
            Diagnostic::new(Code::BadValue, message).at(node.span, right),
        );
        return None;
    }
    kind(cx, path, node);
    // In groups with a domain of their own, a kind may be called so and have a name.
    let own_group = text("apiVersion").is_some_and(|version| !version.contains('.'));
    let is_list = text("kind").is_some_and(|kind| kind.ends_with("List"));
    if node.get("items").is_some() && is_list && own_group {
        let finding = Diagnostic::new(Code::BadValue, "this is a list of objects");
        cx.push(path, finding.at(node.span, "expected each object alone"));
        return None;
    }
    let is_namespace = text("kind") == Some("Namespace") && text("apiVersion") == Some("v1");
    let metadata = path.key("metadata");
    let mut label = |key, wanted: bool| match placed(node, key).filter(|_| wanted) {
        Some((node, text)) => cx
            .fits(&metadata.key(key), node.span, DnsLabel::parse(text))
            .map(Some),
        None => Some(None),
    };
    let (namespace, makes) = (label("namespace", true), label("name", is_namespace));
    Some(Object {
        json: node.to_json(),
        namespace: namespace?,
        makes: makes?,
    })
}

/// What the API server takes for no kind, or no group and version, whatever it knows.
fn kind(cx: &mut Cx, path: &Path<'_>, node: &Node) {
    let is_kind = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let is_version = |text: &str| {
        let (group, version) = text.split_once('/').unwrap_or(("core", text));
        DnsSubdomain::parse(group).is_ok() && DnsLabel::parse(version).is_ok()
    };
    let mut look = |key: &str, fits: &dyn Fn(&str) -> bool, right: &str| {
        let Some(written) = node.get(key) else { return };
        if let Some(text) = written.as_str().filter(|text| !fits(text)) {
            let message = format!("`{text}` can't be the `{key}` of an object");
            let finding = Diagnostic::new(Code::BadValue, message);
            cx.push(&path.key(key), finding.at(written.span, right));
        }
    };
    look(
        "kind",
        &is_kind,
        "expected letters, such as `NetworkPolicy`",
    );
    look(
        "apiVersion",
        &is_version,
        "expected such as `v1` or `networking.k8s.io/v1`",
    );
}

fn name(node: &Node) -> Option<&str> {
    node.get("metadata")?.get("name")?.as_str()
}

/// A text of the metadata that is not empty, and its place.
fn placed<'n>(node: &'n Node, key: &str) -> Option<(&'n Node, &'n str)> {
    let found = node.get("metadata")?.get(key)?;
    let text = found.as_str()?;
    (!text.is_empty()).then_some((found, text))
}

/// The objects of a kind in a namespace: what names none lands in `default`.
pub(super) fn of_kind<'a>(
    raw: &'a RawApp,
    kind: &'a str,
    namespace: &'a str,
) -> impl Iterator<Item = Json> {
    let objects = raw.objects.iter().flatten();
    let is = move |node: &&Node| {
        let own = placed(node, "namespace").map_or(DEFAULT, |(_, text)| text);
        node.get("kind").and_then(Node::as_str) == Some(kind) && own == namespace
    };
    objects
        .map(|RawObject(node)| node)
        .filter(is)
        .map(Node::to_json)
}

/// The namespaces that objects speak of, as far as they can be ones.
pub(super) fn namespaces(raw: &RawApp) -> Vec<DnsLabel> {
    let objects = raw.objects.iter().flatten();
    let named = objects.filter_map(|RawObject(node)| {
        let is_namespace = node.get("kind").and_then(Node::as_str) == Some("Namespace");
        let key = if is_namespace { "name" } else { "namespace" };
        DnsLabel::parse(placed(node, key)?.1).ok()
    });
    named.collect()
}

/// The objects as the proof reads them.
pub(super) fn read(raw: &RawProfile) -> Found {
    let app = raw.app.as_ref();
    let objects = app.into_iter().flat_map(|app| app.objects.iter().flatten());
    manifest::of_nodes(objects.map(|RawObject(node)| node))
}

/// What is wrong with the objects of a lab, and what the proof doesn't know of them.
pub fn findings(raw: &RawProfile, lab: &Lab) -> Vec<Diagnostic> {
    let mut cx = Cx::default();
    let root = Path::Root;
    let app = root.key("app");
    let path = app.key("objects");
    let objects = raw.app.as_ref().and_then(|app| app.objects.as_ref());
    for (index, RawObject(node)) in objects.into_iter().flatten().enumerate() {
        let here = path.index(index);
        let found = manifest::of_nodes([node]);
        for problem in &found.problems {
            cx.push(&here, problem.diagnostic());
        }
        for unread in found.unread.iter().filter(|unread| !unread.known) {
            let message = format!("the proof doesn't cover `{unread}`");
            let finding = Diagnostic::new(Code::OutsideTheProof, message)
                .at(node.span, "dplab doesn't know what this kind does")
                .help(
                    "if it makes pods, policies or Services, `reach` and the rest leave them out",
                );
            cx.push(&here, finding);
        }
        for policy in found.world.policies() {
            served(&mut cx, &here, node, (policy, lab));
            always(&mut cx, &here, node, (policy, lab));
        }
    }
    beside::clashes(&mut cx, &path, raw, lab);
    cx.found
}

/// A cluster that doesn't serve the kind has no place for the object.
fn served(cx: &mut Cx, path: &Path<'_>, node: &Node, (policy, lab): (&Policy, &Lab)) {
    let dataplane = &lab.cluster.dataplane;
    let (on, key) = match &policy.spec {
        PolicySpec::Network(_) => return,
        PolicySpec::Fqdn(_) => (dataplane.fqdn_network_policy, "fqdnNetworkPolicy"),
        PolicySpec::Clusterwide(_) => (
            dataplane.cilium_clusterwide_network_policy,
            "ciliumClusterwideNetworkPolicy",
        ),
    };
    if !on {
        let kind = policy.spec.kind();
        let message = format!("`{kind} {policy}` needs a cluster that serves its kind");
        let right = format!("expected `cluster.dataplane.{key}: true` as well");
        cx.needs(path, &message, node.span, &right);
    }
}

/// Stages switch only the policies of `policies:`.
fn always(cx: &mut Cx, path: &Path<'_>, node: &Node, (policy, lab): (&Policy, &Lab)) {
    if lab.stages.is_empty() {
        return;
    }
    let kind = policy.spec.kind();
    let message = format!("`{kind} {policy}` is in force at every stage");
    let place = node
        .get("metadata")
        .and_then(|metadata| metadata.get("name"));
    let finding = Diagnostic::new(Code::AlwaysInForce, message)
        .at(
            place.map_or(node.span, |place| place.span),
            "it is deployed with the application",
        )
        .help("stages switch the policies of `policies:` only");
    cx.push(path, finding);
}

/// A text of an object.
fn text<'j>(object: &'j Json, key: &str) -> &'j str {
    object[key].as_str().unwrap_or_default()
}
