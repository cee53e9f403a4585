//! Manifests -> a profile that generates equal objects.
//!
//! What the language has words for is said with them; any other field is carried in a `patch`, any
//! other object under `objects`. Nothing is guessed about what is equal: the profile is checked and
//! its objects are put together as `generate` would, and whatever still differs is carried. The
//! calls are found in what the containers are told: environment, arguments, ConfigMaps.

mod apart;
mod calls;
mod containers;
mod draft;
mod equal;
mod exported;
mod item;
mod plain;
mod services;
mod settle;
mod workloads;

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use crate::diag::Diagnostic;
use crate::lang::{self, yaml};
use crate::profile::structure::unfit;
use crate::profile::yaml::{Limits, Node, read};
use crate::source::{SourceId, SourceMap, Span};

/// What manifests don't say, and a profile must.
#[derive(Debug, Clone)]
pub struct About {
    /// Name of the lab.
    pub name: String,
    /// Project of the cluster.
    pub project: String,
    /// Region or zone of the cluster.
    pub location: String,
}

/// A profile, and what there is to know about it.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The profile's text.
    pub profile: String,
    /// What the language has no word for, and so was carried as it is.
    pub carried: Vec<String>,
    /// Calls that were found, with the place that tells of them.
    pub calls: Vec<String>,
    /// What someone should look at.
    pub notes: Vec<String>,
}

/// Why manifests can't become a profile.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A document can't be read.
    #[error("{}", .0.message)]
    Yaml(Box<Diagnostic>),
    /// A text or a key that no manifest can have.
    #[error("{}", .0.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("; "))]
    Unfit(Vec<Diagnostic>),
    /// An object that is none.
    #[error("{place}: this is no object of Kubernetes: it has no {missing}")]
    NoObject {
        /// Where it stands.
        place: String,
        /// What it lacks.
        missing: &'static str,
    },
    /// The same object twice.
    #[error("{title} stands in the manifests twice: {first} and {second}")]
    Twice {
        /// Kind, namespace and name.
        title: String,
        /// Where it stands first.
        first: String,
        /// Where it stands again.
        second: String,
    },
    /// There is nothing to import.
    #[error("there is no object in the manifests")]
    Empty,
    /// A name, a project or a location that can't be.
    #[error("{0}")]
    About(String),
    /// What was written doesn't generate what was read: a mistake of dplab's own.
    #[error("{0} would not come back as it was; nothing is written")]
    NotEqual(String),
}

/// Makes a profile of manifests, in the order given.
///
/// # Errors
/// Where the manifests can't be read, and never because of something that the language lacks.
pub fn import(
    sources: &SourceMap,
    ids: &[SourceId],
    about: &About,
) -> Result<Imported, ImportError> {
    let (mut objects, mut notes) = (Vec::new(), Vec::new());
    for id in ids {
        let nodes = documents(sources, *id).map_err(ImportError::Yaml)?;
        for mut node in nodes {
            let unfit = unfit(&node, sources);
            if !unfit.is_empty() {
                return Err(ImportError::Unfit(unfit));
            }
            node.as_kubectl_reads(sources);
            match is_kustomization(sources, &node) {
                true => notes.push(left_out(sources, &node)),
                false => expand(sources, &node, None, &mut objects)?,
            }
        }
    }
    notes.extend(take_out_made(&mut objects));
    if objects.is_empty() {
        return Err(ImportError::Empty);
    }
    once(sources, &objects)?;
    let mut objects: Vec<Json> = objects.into_iter().map(|(object, _)| object).collect();
    let exported = objects
        .iter_mut()
        .filter_map(|one| plain::plain(one).then_some(()));
    if let count @ 1.. = exported.count() {
        notes.push(format!(
            "{count} objects came out of a cluster: what it had added to them was left out"
        ));
    }
    let mut draft = draft::Draft::of(objects);
    calls::find(&mut draft);
    settle::settle(&mut draft, about)?;
    notes.append(&mut draft.notes);
    Ok(Imported {
        profile: text(&draft.profile(about)),
        carried: draft.carried(),
        calls: draft.calls.clone(),
        notes,
    })
}

/// The documents of a source: YAML, or JSON values one behind another.
fn documents(sources: &SourceMap, id: SourceId) -> Result<Vec<Node>, Box<Diagnostic>> {
    let text = sources.get(id).map_or("", |source| source.text());
    let Some(values) = lang::json::stream(text) else {
        return read(sources, id, Limits::MANIFEST);
    };
    let mut nodes = Vec::new();
    for at in values {
        let mut alone = SourceMap::new();
        let alone_id = alone.add("", &text[at.clone()]);
        let place = Span::new(id, at);
        let read = read(&alone, alone_id, Limits::MANIFEST).map_err(|mut finding| {
            let labels = finding.primary.iter_mut().chain(&mut finding.others);
            labels.for_each(|label| label.span = place);
            finding
        });
        for mut node in read? {
            node.place_all(place);
            nodes.push(node);
        }
    }
    Ok(nodes)
}

/// An object, and where it stands.
type Placed = (Json, Span);

/// Takes out what a cluster makes itself, and says so.
fn take_out_made(objects: &mut Vec<Placed>) -> Option<String> {
    let mut titles = Vec::new();
    objects.retain(|(object, _)| {
        let made = exported::is_made_by_the_cluster(object);
        if made {
            titles.push(equal::title(object));
        }
        !made
    });
    (!titles.is_empty()).then(|| {
        format!(
            "left out, since a cluster makes them itself: {}",
            titles.join(", ")
        )
    })
}

fn once(sources: &SourceMap, objects: &[Placed]) -> Result<(), ImportError> {
    let mut seen: HashMap<String, Span> = HashMap::new();
    for (object, span) in objects {
        if let Some(first) = seen.insert(equal::identity(object), *span) {
            return Err(ImportError::Twice {
                title: equal::title(object),
                first: sources.display(first).to_string(),
                second: sources.display(*span).to_string(),
            });
        }
    }
    Ok(())
}

/// Whether a document tells kustomize what to make: it is no object, and its kind may be left out.
fn is_kustomization(sources: &SourceMap, node: &Node) -> bool {
    match node.get("apiVersion").and_then(Node::as_str) {
        Some(version) => version.starts_with("kustomize.config.k8s.io/"),
        None => {
            let source = sources.get(node.span.source);
            let name = source.map_or("", |source| source.name());
            let file = name.rsplit('/').next().unwrap_or_default();
            ["kustomization.yaml", "kustomization.yml"].contains(&file)
        }
    }
}

fn left_out(sources: &SourceMap, node: &Node) -> String {
    let place = sources.display(node.span);
    format!(
        "{place} is kustomize's and was left out; `kubectl kustomize FOLDER | dplab import -` takes \
         in what it makes"
    )
}

/// Takes lists apart, and values that say nothing out.
fn expand(
    sources: &SourceMap,
    node: &Node,
    kind_of_list: Option<&Json>,
    objects: &mut Vec<Placed>,
) -> Result<(), ImportError> {
    let kind = node.get("kind").and_then(Node::as_str);
    let items = node.get("items").map(Node::items);
    // A list has no name; an object that has one may call anything its items.
    let named = node
        .get("metadata")
        .is_some_and(|m| m.get("name").is_some());
    let is_list = kind.is_some_and(|kind| kind.ends_with("List")) && !named;
    if let (Some(items), true) = (items, is_list) {
        let of = kind.and_then(|kind| kind.strip_suffix("List"));
        let of = of.filter(|of| !of.is_empty()).map(|of| {
            let version = node.get("apiVersion").and_then(Node::as_str);
            json!({"apiVersion": version, "kind": of})
        });
        return items
            .iter()
            .try_for_each(|item| expand(sources, item, of.as_ref(), objects));
    }
    let mut object = node.to_json();
    if let (Some(of), Json::Object(map)) = (kind_of_list, &mut object) {
        for (key, value) in of.as_object().into_iter().flatten() {
            map.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    equal::without_nulls(&mut object);
    let name = &object["metadata"]["name"];
    let missing = match (&object["apiVersion"], &object["kind"], name) {
        (Json::String(_), Json::String(_), Json::String(_)) => None,
        (Json::String(_), Json::String(_), Json::Bool(_)) => {
            Some("text as `metadata.name`: a bare `y` or `no` is a boolean to kubectl")
        }
        (Json::String(_), Json::String(_), _) => Some("`metadata.name`"),
        _ => Some("`apiVersion` and `kind`"),
    };
    if let Some(missing) = missing {
        let place = sources.display(node.span).to_string();
        return Err(ImportError::NoObject { place, missing });
    }
    objects.push((object, node.span));
    Ok(())
}

fn text(profile: &Json) -> String {
    let head = "# yaml-language-server: $schema=profile.schema.json\n";
    format!("{head}{}\n", yaml::document(profile))
}
