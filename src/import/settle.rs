//! Checks the profile and puts its objects together, until they are what was read.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use serde_json::{Map, Value as Json, json};

use super::draft::{Draft, Workload};
use super::equal::{completed, title};
use super::item::Item;
use super::workloads::template_path;
use super::{About, ImportError};
use crate::check;
use crate::diag::{Diagnostic, Severity};
use crate::lang::yaml;
use crate::model::Lab;
use crate::model::patch::between;
use crate::profile;
use crate::profile::layer::{Files, Overrides};
use crate::source::SourceMap;
use crate::view::objects;

/// More rounds than there are reasons to carry something.
const ROUNDS: usize = 200;

/// Carries what the language refuses and what doesn't come back, until everything does.
pub(super) fn settle(draft: &mut Draft, about: &About) -> Result<(), ImportError> {
    let mut last = String::new();
    for _ in 0..ROUNDS {
        let changed = match check(&draft.profile(about)) {
            Err(findings) => {
                last = findings.first().map_or_else(String::new, describe);
                findings.iter().any(|finding| draft.refused(finding))
            }
            Ok(lab) => {
                let generated = generated(&lab);
                if !draft.compare(&generated) {
                    return draft.nothing_else(&generated);
                }
                true
            }
        };
        draft.purge();
        if !changed {
            break;
        }
    }
    Err(ImportError::NotEqual(last))
}

fn describe(finding: &Diagnostic) -> String {
    let path = finding.path.as_deref().unwrap_or("the profile");
    format!("{path}: {}:", finding.message)
}

/// A profile stands alone: it uses no file.
struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &Utf8Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }
}

fn check(profile: &Json) -> Result<Box<Lab>, Vec<Diagnostic>> {
    let mut sources = SourceMap::new();
    let id = sources.add("import.yaml", format!("{}\n", yaml::document(profile)));
    let read = profile::read(&mut sources, &NoFiles, id, &Overrides::default());
    let mut findings = read.findings;
    if let Some(raw) = &read.value {
        let checked = check::lab(raw);
        findings.extend(checked.findings);
        findings.retain(|finding| finding.severity == Severity::Error);
        if let (Some(lab), true) = (checked.value, findings.is_empty()) {
            return Ok(Box::new(lab));
        }
    }
    Err(findings)
}

/// Objects by their titles.
type Generated = BTreeMap<String, Json>;

fn generated(lab: &Lab) -> Generated {
    let app = objects::all(&lab.app).into_iter().map(|one| one.object);
    let policies = lab.policies.iter().map(objects::policy);
    let namespaces = lab.app.namespaces.iter().filter(|own| !own.existing);
    let namespaces = namespaces.map(objects::namespace);
    let all = app.chain(policies).chain(namespaces);
    all.map(|object| (title(&completed(&object)), completed(&object)))
        .collect()
}

/// An item that must go: its object is carried instead.
fn give_up(item: &mut Item) {
    item.says = Map::new();
}

fn is_given_up(item: &Item) -> bool {
    item.says.is_empty()
}

impl Draft {
    /// Carries what a finding refuses. Says whether anything changed.
    fn refused(&mut self, finding: &Diagnostic) -> bool {
        let path = finding.path.as_deref().unwrap_or_default();
        if let Some((index, rest)) = inside(path, "app.workloads") {
            return self
                .workloads
                .get_mut(index)
                .is_some_and(|one| one.refused(rest));
        }
        let lists = [
            ("app.namespaces", &mut self.namespaces),
            ("app.serviceAccounts", &mut self.accounts),
            ("app.configMaps", &mut self.config_maps),
            ("app.ingresses", &mut self.ingresses),
            ("policies", &mut self.policies),
        ];
        for (section, items) in lists {
            if let Some((index, _)) = inside(path, section) {
                let item = items.get_mut(index).filter(|item| !is_given_up(item));
                return item.map(give_up).is_some();
            }
        }
        let logging = self.logging.take().filter(|_| path.starts_with("logging"));
        logging.map(|item| self.objects.push(item.origin)).is_some()
    }

    /// Carries what does not come back as it was. Says whether anything changed.
    fn compare(&mut self, generated: &Generated) -> bool {
        let mut changed = false;
        for workload in &mut self.workloads {
            changed |= workload.compare(generated);
        }
        let lists = [
            &mut self.namespaces,
            &mut self.accounts,
            &mut self.config_maps,
            &mut self.ingresses,
            &mut self.policies,
        ];
        for item in lists.into_iter().flatten() {
            let origin = completed(&item.origin);
            let differs = generated.get(&title(&origin)) != Some(&origin);
            if differs && !is_existing(item) {
                give_up(item);
                changed = true;
            }
        }
        changed
    }

    /// Moves the objects of what was given up to those that are carried.
    fn purge(&mut self) {
        let mut carried = Vec::new();
        self.workloads.retain_mut(|one| {
            let (gone, rest): (Vec<Item>, Vec<Item>) = std::mem::take(&mut one.services)
                .into_iter()
                .partition(|service| is_given_up(service) || is_given_up(&one.item));
            one.services = rest;
            carried.extend(gone.into_iter().map(|service| service.origin));
            let all = is_given_up(&one.item);
            let says = &one.item.says;
            one.beside.retain(|(key, object)| {
                let kept = !all && says.contains_key(*key);
                if !kept {
                    carried.push(object.clone());
                }
                kept
            });
            if all {
                carried.push(one.item.origin.clone());
            }
            !all
        });
        for items in [
            &mut self.namespaces,
            &mut self.accounts,
            &mut self.config_maps,
            &mut self.ingresses,
            &mut self.policies,
        ] {
            items.retain_mut(|item| {
                let gone = is_given_up(item);
                if gone {
                    carried.push(item.origin.clone());
                }
                !gone || stays(item)
            });
        }
        self.objects.extend(carried);
    }

    /// Nothing may be generated that was not read, but for what the lab itself is made of.
    fn nothing_else(&self, generated: &Generated) -> Result<(), ImportError> {
        let workloads = self.workloads.iter().flat_map(|one| {
            let services = one.services.iter().map(|service| &service.origin);
            let beside = one.beside.iter().map(|(_, object)| object);
            services.chain(beside).chain([&one.item.origin])
        });
        let lists = [
            &self.namespaces,
            &self.accounts,
            &self.config_maps,
            &self.ingresses,
            &self.policies,
        ];
        let apart = lists.into_iter().flatten().map(|item| &item.origin);
        let read: Vec<String> = workloads
            .chain(apart)
            .chain(&self.objects)
            .map(title)
            .collect();
        match generated.keys().find(|title| !read.contains(title)) {
            Some(new) => Err(ImportError::NotEqual(new.clone())),
            None => Ok(()),
        }
    }
}

/// The lab must know that a namespace or an account is there though another object makes it.
fn stays(item: &mut Item) -> bool {
    let kind = item.origin["kind"].as_str();
    if !matches!(kind, Some("Namespace" | "ServiceAccount")) {
        return false;
    }
    let metadata = &item.origin["metadata"];
    item.says
        .insert("name".to_owned(), metadata["name"].clone());
    if kind == Some("ServiceAccount") {
        let namespace = super::equal::namespace(&item.origin);
        item.says.insert("namespace".to_owned(), json!(namespace));
    }
    item.says.insert("existing".to_owned(), json!(true));
    true
}

fn is_existing(item: &Item) -> bool {
    item.says.get("existing") == Some(&json!(true))
}

/// The number of an item of a section, and the path below it.
fn inside<'p>(path: &'p str, section: &str) -> Option<(usize, &'p str)> {
    let rest = path.strip_prefix(section)?.strip_prefix('[')?;
    let (index, rest) = rest.split_once(']')?;
    Some((index.parse().ok()?, rest.trim_start_matches('.')))
}

/// The first key of a path.
fn first_key(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

/// Without these an item says nothing; a patch that is refused can't be left out either.
const ESSENTIAL: &[&str] = &[
    "name",
    "image",
    "kind",
    "container",
    "namespace",
    "ports",
    "selector",
    "labels",
    "schedule",
    "serviceAccount",
    "hostNetwork",
    "type",
    "headless",
    "externalTrafficPolicy",
    "patch",
    "containerPatch",
    "",
];

/// Takes a key away if the item can do without, so that a patch says it; otherwise the item goes.
fn take_away(says: &mut Map<String, Json>, key: &str) -> bool {
    !ESSENTIAL.contains(&key) && says.shift_remove(key).is_some()
}

impl Workload {
    fn refused(&mut self, path: &str) -> bool {
        if is_given_up(&self.item) {
            return false;
        }
        if let Some((index, rest)) = inside(path, "services") {
            return self.services.get_mut(index).is_some_and(|service| {
                if !take_away(&mut service.says, first_key(rest)) {
                    give_up(service);
                }
                true
            });
        }
        if let Some((index, _)) = inside(path, "calls") {
            let known = index < self.calls.len();
            if known {
                self.calls.remove(index);
            }
            return known;
        }
        for list in ["initContainers", "sidecars"] {
            let Some((index, rest)) = inside(path, list) else {
                continue;
            };
            let container = self
                .item
                .says
                .get_mut(list)
                .and_then(|all| all.get_mut(index));
            let container = container.and_then(Json::as_object_mut);
            if container.is_some_and(|one| take_away(one, first_key(rest))) {
                return true;
            }
            give_up(&mut self.item);
            return true;
        }
        if !take_away(&mut self.item.says, first_key(path)) {
            give_up(&mut self.item);
        }
        true
    }

    fn compare(&mut self, generated: &Generated) -> bool {
        let mut changed = self.compare_own(generated);
        for service in &mut self.services {
            let origin = completed(&service.origin);
            let Some(came) = generated.get(&title(&origin)) else {
                continue;
            };
            if let Some(patch) = between(came, &origin) {
                lay(&mut service.says, "patch", patch);
                changed = true;
            }
        }
        for (key, object) in &self.beside {
            let origin = completed(object);
            if generated.get(&title(&origin)) != Some(&origin) {
                changed |= self.item.says.shift_remove(*key).is_some();
            }
        }
        changed
    }

    fn compare_own(&mut self, generated: &Generated) -> bool {
        let origin = completed(&self.item.origin);
        let Some(mut came) = generated.get(&title(&origin)).cloned() else {
            give_up(&mut self.item);
            return true;
        };
        let mut changed = self.compare_containers(&mut came, &origin);
        if let Some(patch) = between(&came, &origin) {
            lay(&mut self.item.says, "patch", patch);
            changed = true;
        }
        changed
    }

    /// Differences of containers go to the containers, as long as there are as many.
    fn compare_containers(&mut self, came: &mut Json, origin: &Json) -> bool {
        let mut changed = false;
        let path = template_path(origin).unwrap_or_default();
        for list in ["containers", "initContainers"] {
            let path = format!("{path}/spec/{list}");
            let (Some(came), Some(origin)) = (
                came.pointer_mut(&path).and_then(Json::as_array_mut),
                origin.pointer(&path).and_then(Json::as_array),
            ) else {
                continue;
            };
            if came.len() != origin.len() {
                continue;
            }
            for (index, (came, origin)) in came.iter_mut().zip(origin).enumerate() {
                if let Some(patch) = between(came, origin) {
                    self.lay_on_container(list, index, patch);
                    changed = true;
                }
                came.clone_from(origin);
            }
        }
        changed
    }

    fn lay_on_container(&mut self, list: &str, index: usize, patch: Json) {
        let says = &mut self.item.says;
        let (list, index) = match (list, index) {
            ("containers", 0) => return lay(says, "containerPatch", patch),
            ("containers", index) => ("sidecars", index - 1),
            (_, index) => ("initContainers", index),
        };
        let container = says.get_mut(list).and_then(|all| all.get_mut(index));
        if let Some(container) = container.and_then(Json::as_object_mut) {
            lay(container, "patch", patch);
        }
    }
}

/// Lays a patch; where one lies already and was not enough, nothing is said any more.
fn lay(says: &mut Map<String, Json>, key: &str, patch: Json) {
    if says.contains_key(key) {
        says.clear();
    } else {
        says.insert(key.to_owned(), patch);
    }
}
