//! A workload that doesn't come back as it was: what its containers, its Services and its own
//! object lack goes into patches, as long as a patch can say it.

use serde_json::{Map, Value as Json};

use super::super::draft::Workload;
use super::super::equal::{completed, identity};
use super::super::workloads::template_path;
use super::{Generated, give_up, inside, is_given_up};
use crate::model::patch::between;

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
    /// Carries what a finding at a path below the workload refuses.
    pub(super) fn refused(&mut self, path: &str) -> bool {
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

    /// Carries what does not come back as it was.
    pub(super) fn compare(&mut self, generated: &Generated) -> bool {
        let mut changed = self.compare_own(generated);
        for service in &mut self.services {
            let origin = completed(&service.origin);
            let Some(came) = generated.get(&identity(&origin)) else {
                continue;
            };
            if let Some(patch) = between(came, &origin) {
                lay(&mut service.says, "patch", patch);
                changed = true;
            }
        }
        for (key, object) in &self.beside {
            let origin = completed(object);
            if generated.get(&identity(&origin)) != Some(&origin) {
                changed |= self.item.says.shift_remove(*key).is_some();
            }
        }
        changed
    }

    fn compare_own(&mut self, generated: &Generated) -> bool {
        let origin = completed(&self.item.origin);
        let Some(mut came) = generated.get(&identity(&origin)).cloned() else {
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
