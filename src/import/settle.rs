//! Checks the profile and puts its objects together, until they are what was read.

mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use camino::Utf8Path;
use serde_json::{Map, Value as Json, json};

use super::apart;
use super::draft::Draft;
use super::equal::{completed, identity, title};
use super::item::Item;
use super::{About, ImportError};
use crate::check;
use crate::diag::{Code, Diagnostic, Severity};
use crate::lang::yaml;
use crate::model::Lab;
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
                if let Some(finding) = findings.iter().find(is_about_the_lab) {
                    return Err(ImportError::About(finding.message.clone()));
                }
                last = findings.first().map_or_else(String::new, describe);
                draft.refused_all(&findings)
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

/// Whether a finding is about what the manifests don't say.
fn is_about_the_lab(finding: &&Diagnostic) -> bool {
    let path = finding.path.as_deref().unwrap_or_default();
    ["name", "cluster.project", "cluster.location"].contains(&path)
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

/// Objects by their identities.
type Generated = BTreeMap<String, Json>;

fn generated(lab: &Lab) -> Generated {
    let app = objects::all(&lab.app).into_iter().map(|one| one.object);
    let policies = lab.policies.iter().map(objects::policy);
    let namespaces = lab.app.namespaces.iter().filter(|own| !own.existing);
    let namespaces = namespaces.map(objects::namespace);
    let all = app.chain(policies).chain(namespaces);
    all.map(|object| (identity(&completed(&object)), completed(&object)))
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
    /// Carries what findings refuse, of each item the first. A name that is unknown may be the
    /// consequence of another finding, so those wait until there is nothing else.
    fn refused_all(&mut self, findings: &[Diagnostic]) -> bool {
        let is_unknown = |finding: &&Diagnostic| finding.code == Code::UnknownName;
        let (unknown, others): (Vec<_>, Vec<_>) = findings.iter().partition(is_unknown);
        [others, unknown].into_iter().any(|findings| {
            let mut items = BTreeSet::new();
            let mut changed = false;
            for finding in findings {
                let path = finding.path.as_deref().unwrap_or_default();
                let item = path.split_once(']').map_or(path, |(item, _)| item);
                changed |= items.insert(item) && self.refused(finding);
            }
            changed
        })
    }

    /// Carries what a finding refuses. Says whether anything changed.
    fn refused(&mut self, finding: &Diagnostic) -> bool {
        let path = finding.path.as_deref().unwrap_or_default();
        if let Some(rest) = path.strip_prefix("app.defaults.") {
            let key = rest.split(['.', '[']).next().unwrap_or(rest);
            return self.without_default(key);
        }
        if let Some((index, rest)) = inside(path, "app.workloads") {
            if let Some((call, _)) = inside(rest, "calls") {
                return self.lose_call(index, call, &finding.message);
            }
            return self
                .workloads
                .get_mut(index)
                .is_some_and(|one| one.refused(rest));
        }
        let accounts = self.told_accounts();
        for (section, items) in self.apart.lists_mut() {
            if let Some((index, _)) = inside(path, section) {
                let index = match section == apart::ACCOUNTS {
                    true => accounts.get(index).copied().unwrap_or(usize::MAX),
                    false => index,
                };
                let item = items.get_mut(index).filter(|item| !is_given_up(item));
                return item.map(give_up).is_some();
            }
        }
        if !path.starts_with("logging") {
            return false;
        }
        let logging = self.logging.take();
        logging.map(|item| self.objects.push(item.origin)).is_some()
    }

    /// Leaves a call out, and says so.
    fn lose_call(&mut self, workload: usize, call: usize, why: &str) -> bool {
        let Some(one) = self.workloads.get_mut(workload) else {
            return false;
        };
        if call >= one.calls.len() {
            return false;
        }
        let call = one.calls.remove(call);
        let name = one.item.origin["metadata"]["name"]
            .as_str()
            .unwrap_or_default();
        let told = format!("{name} -> {call} (");
        self.calls.retain(|line| !line.starts_with(&told));
        let note = format!("{name}: the call `{call}` is left out: {why}");
        self.notes.push(note);
        true
    }

    /// Carries what does not come back as it was. Says whether anything changed.
    fn compare(&mut self, generated: &Generated) -> bool {
        let mut changed = false;
        for workload in &mut self.workloads {
            changed |= workload.compare(generated);
        }
        let lists = self.apart.lists_mut();
        for item in lists.flat_map(|(_, list)| list) {
            let origin = completed(&item.origin);
            let differs = generated.get(&identity(&origin)) != Some(&origin);
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
        for (_, items) in self.apart.lists_mut() {
            items.retain_mut(|item| {
                if !is_given_up(item) {
                    return true;
                }
                // What is refused even as a name that is there already is an object, and no more.
                let again = self.objects.contains(&item.origin);
                if !again {
                    carried.push(item.origin.clone());
                }
                !again && stays(item)
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
        let apart = self.apart.items().map(|item| &item.origin);
        let read = workloads.chain(apart).chain(&self.objects);
        let read: BTreeSet<String> = read.map(identity).collect();
        let mut new = generated
            .iter()
            .filter(|(identity, _)| !read.contains(*identity));
        match new.next() {
            Some((_, object)) => Err(ImportError::NotEqual(title(object))),
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
