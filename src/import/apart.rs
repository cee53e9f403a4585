//! What stands apart from the workloads: kinds that have lists of their own in a profile.

use serde_json::Value as Json;

use super::item::Item;

/// A kind and its list.
#[derive(Debug)]
pub(super) struct Section {
    version: &'static str,
    kind: &'static str,
    /// The list: `app.configMaps`.
    pub(super) list: &'static str,
    /// What an object of the kind holds.
    pub(super) key: &'static str,
    /// The word that says it; none where the object is only a name.
    pub(super) word: Option<&'static str>,
}

const GATEWAY: &str = "gateway.networking.k8s.io/v1";
const GRANT: &str = "gateway.networking.k8s.io/v1beta1";
const POLICY: &str = "networking.k8s.io/v1";
const GKE: &str = "networking.gke.io/v1alpha1";

pub(super) const NAMESPACES: &str = "app.namespaces";
pub(super) const ACCOUNTS: &str = "app.serviceAccounts";
pub(super) const CONFIG_MAPS: &str = "app.configMaps";
pub(super) const POLICIES: &str = "policies";

const SECTIONS: [Section; 9] = [
    section("v1", "Namespace", NAMESPACES, ("metadata", None)),
    section("v1", "ServiceAccount", ACCOUNTS, ("metadata", None)),
    section("v1", "ConfigMap", CONFIG_MAPS, ("data", Some("data"))),
    section(POLICY, "Ingress", "app.ingresses", ("spec", Some("spec"))),
    section(GATEWAY, "Gateway", "app.gateways", ("spec", Some("spec"))),
    section(
        GATEWAY,
        "HTTPRoute",
        "app.httpRoutes",
        ("spec", Some("spec")),
    ),
    section(
        GRANT,
        "ReferenceGrant",
        "app.referenceGrants",
        ("spec", Some("spec")),
    ),
    section(POLICY, "NetworkPolicy", POLICIES, ("spec", Some("spec"))),
    section(GKE, "FQDNNetworkPolicy", POLICIES, ("spec", Some("fqdn"))),
];

const fn section(
    version: &'static str,
    kind: &'static str,
    list: &'static str,
    (key, word): (&'static str, Option<&'static str>),
) -> Section {
    Section {
        version,
        kind,
        list,
        key,
        word,
    }
}

/// The section of an object's kind. Every cluster has the namespace `default`.
pub(super) fn of(object: &Json) -> Option<&'static Section> {
    let default = object["kind"] == "Namespace" && object["metadata"]["name"] == "default";
    let is = |it: &&Section| object["apiVersion"] == it.version && object["kind"] == it.kind;
    SECTIONS.iter().find(is).filter(|_| !default)
}

/// The lists.
#[derive(Debug, Clone)]
pub(super) struct Apart(Vec<(&'static str, Vec<Item>)>);

impl Default for Apart {
    fn default() -> Self {
        let mut lists: Vec<_> = SECTIONS.iter().map(|it| (it.list, Vec::new())).collect();
        lists.dedup_by_key(|(list, _)| *list);
        Self(lists)
    }
}

impl Apart {
    /// The items of a list.
    pub(super) fn list(&self, name: &str) -> &[Item] {
        let found = self.0.iter().find(|(list, _)| *list == name);
        found.map_or(&[], |(_, items)| items)
    }

    /// Puts an item at the end of a list.
    pub(super) fn push(&mut self, name: &str, item: Item) {
        let found = self.0.iter_mut().find(|(list, _)| *list == name);
        if let Some((_, items)) = found {
            items.push(item);
        }
    }

    /// Every list with its name.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&'static str, &Vec<Item>)> {
        self.0.iter().map(|(list, items)| (*list, items))
    }

    /// The same, to be changed.
    pub(super) fn lists_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Vec<Item>)> {
        self.0.iter_mut().map(|(list, items)| (*list, items))
    }

    /// The items of all lists.
    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.0.iter().flat_map(|(_, items)| items)
    }
}
