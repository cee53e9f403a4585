//! A profile in the making: which object became which item, and what is carried as it is.

use serde_json::{Map, Value as Json, json};

use super::About;
use super::apart::{self, Apart};
use super::containers::most_common;
use super::equal::{namespace, title};
use super::item::{Item, Says, map_of, texts};
use super::{services, workloads};
use crate::check::FORMAT;
use crate::model::names::SYSTEM_NAMESPACES;
use crate::model::patch::places;

/// A workload with what stands in front of it.
#[derive(Debug, Clone)]
pub(super) struct Workload {
    pub(super) item: Item,
    pub(super) services: Vec<Item>,
    /// An autoscaler and a disruption budget, each with the key that says it.
    pub(super) beside: Vec<(&'static str, Json)>,
    pub(super) calls: Vec<String>,
}

/// A profile in the making.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// The application's namespace: the one that most workloads share.
    pub(super) home: String,
    defaults: Json,
    pub(super) workloads: Vec<Workload>,
    /// What stands apart from the workloads.
    pub(super) apart: Apart,
    pub(super) logging: Option<Item>,
    /// Objects that are carried as they are.
    pub(super) objects: Vec<Json>,
    pub(super) calls: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Draft {
    /// Gives each object its place.
    pub(super) fn of(objects: Vec<Json>) -> Self {
        let is_workload = |object: &Json| workloads::template_path(object).is_some();
        let (controllers, rest): (Vec<Json>, Vec<Json>) =
            objects.into_iter().partition(is_workload);
        let mut draft = Draft {
            home: home(&controllers),
            ..Draft::default()
        };
        let (others, services): (Vec<Json>, Vec<Json>) = rest
            .into_iter()
            .partition(|object| !services::is_service(object));
        draft.defaults = defaults(&controllers, &services);
        for object in controllers {
            draft.workloads.push(Workload {
                item: Item {
                    says: workloads::workload(&object, &draft.home, &draft.defaults).0,
                    origin: object,
                },
                services: Vec::new(),
                beside: Vec::new(),
                calls: Vec::new(),
            });
        }
        services
            .into_iter()
            .for_each(|object| draft.service(object));
        others.into_iter().for_each(|object| draft.other(object));
        draft
    }

    /// Says what most workloads share in each of them, since it can't be said of all.
    pub(super) fn without_default(&mut self, key: &str) -> bool {
        let known = self.defaults.get(key).is_some_and(|all| *all != json!({}));
        if !known {
            return false;
        }
        self.defaults[key] = json!({});
        for one in &mut self.workloads {
            let anew = workloads::workload(&one.item.origin, &self.home, &self.defaults).0;
            let before = std::mem::replace(&mut one.item.says, anew);
            for key in ["metadataServer", "autoscaling", "disruptionBudget"] {
                if let Some(value) = before.get(key) {
                    one.item.says.insert(key.to_owned(), value.clone());
                }
            }
        }
        true
    }

    fn service(&mut self, object: Json) {
        let behind = |one: &&mut Workload| services::is_behind(&object, &one.item.origin);
        let Some(workload) = self.workloads.iter_mut().find(behind) else {
            self.objects.push(object);
            return;
        };
        let says = services::service(&object, &workload.item.origin, &self.defaults).0;
        workload.services.push(Item {
            says,
            origin: object,
        });
    }

    fn other(&mut self, object: Json) {
        let logging = object["apiVersion"] == "networking.gke.io/v1alpha1";
        if logging && object["kind"] == "NetworkLogging" {
            if object["metadata"]["name"] != "default" || self.logging.is_some() {
                return self.objects.push(object);
            }
            let left_out = beyond_switches(&object).into_iter().map(|place| {
                format!("NetworkLogging: `{place}` is left out, for every stage lays down its own")
            });
            self.notes.extend(left_out);
            let says = object["spec"]["cluster"].as_object().cloned();
            self.logging = Some(Item {
                says: says.unwrap_or_default(),
                origin: object,
            });
            return;
        }
        let Some(section) = apart::of(&object) else {
            return self.beside(object);
        };
        let system = object["metadata"]["name"].as_str().unwrap_or_default();
        let system = object["kind"] == "Namespace" && SYSTEM_NAMESPACES.contains(&system);
        if system {
            let annotations = match object["metadata"]["annotations"].is_null() {
                true => "",
                false => ", and nothing its annotations",
            };
            self.notes.push(format!(
                "{} is the cluster's own: a script gives it its labels{annotations}",
                title(&object)
            ));
        }
        let mut says = self.head(&object);
        let value = &object[section.key];
        let fits = !value.is_null() && (section.key != "data" || texts(value));
        if let (Some(word), true) = (section.word, fits) {
            says.insert(word.to_owned(), value.clone());
        }
        let item = Item {
            says,
            origin: object,
        };
        self.apart.push(section.list, item);
    }

    /// Autoscalers and disruption budgets stand beside their workload, all else is carried.
    fn beside(&mut self, object: Json) {
        type Read = fn(&Json, &Json) -> Option<Json>;
        let (key, read): (&'static str, Read) = match object["kind"].as_str() {
            Some("HorizontalPodAutoscaler") => ("autoscaling", services::autoscaling),
            Some("PodDisruptionBudget") => ("disruptionBudget", services::disruption_budget),
            _ => return self.objects.push(object),
        };
        for workload in &mut self.workloads {
            if let Some(says) = read(&object, &workload.item.origin) {
                workload.item.says.insert(key.to_owned(), says);
                workload.beside.push((key, object));
                return;
            }
        }
        self.objects.push(object);
    }

    /// Name, namespace, labels and annotations.
    fn head(&self, object: &Json) -> Map<String, Json> {
        let metadata = &object["metadata"];
        let mut says = Says::default();
        says.put("name", metadata["name"].clone());
        if object["kind"] != "Namespace" {
            says.unless("namespace", json!(namespace(object)), &json!(self.home));
        }
        says.take(metadata, &["labels", "annotations"]);
        says.0
    }

    /// The profile as far as it is.
    pub(super) fn profile(&self, about: &About) -> Json {
        let mut app = Says::default();
        app.unless("namespace", json!(self.home), &json!("default"));
        app.put("namespaces", self.namespaces());
        if !self.workloads.is_empty() {
            app.0.insert("defaults".to_owned(), self.defaults.clone());
        }
        app.put(
            "workloads",
            self.workloads.iter().map(workload).collect::<Json>(),
        );
        app.put("serviceAccounts", self.accounts());
        for (name, items) in self.apart.lists() {
            let own = ![apart::NAMESPACES, apart::ACCOUNTS].contains(&name);
            if let (Some(key), true) = (name.strip_prefix("app."), own) {
                app.put(key, list(items));
            }
        }
        app.put("objects", self.objects.clone());
        let mut profile = Says::default();
        profile.put("format", FORMAT);
        profile.put("name", about.name.as_str());
        let mut cluster = Says::default();
        cluster.put("project", about.project.as_str());
        cluster.put("location", about.location.as_str());
        cluster.put("dataplane", self.dataplane());
        profile.put("cluster", cluster.0);
        profile.put("app", app.0);
        profile.put("policies", list(self.apart.list(apart::POLICIES)));
        let logging = self.logging.as_ref().map(|item| item.says.clone());
        profile.put("logging", logging.map_or(Json::Null, Json::Object));
        Json::Object(profile.0)
    }

    /// What the cluster must serve for what was read.
    fn dataplane(&self) -> Map<String, Json> {
        let apart = self.apart.items().map(|item| &item.origin);
        let all: Vec<&Json> = apart.chain(&self.objects).collect();
        let needed = [
            ("FQDNNetworkPolicy", "fqdnNetworkPolicy"),
            (
                "CiliumClusterwideNetworkPolicy",
                "ciliumClusterwideNetworkPolicy",
            ),
        ];
        let needed = needed
            .into_iter()
            .filter(|(kind, _)| all.iter().any(|object| object["kind"] == *kind));
        needed
            .map(|(_, word)| (word.to_owned(), json!(true)))
            .collect()
    }

    /// Namespaces that were read, and those that must be there already since nobody makes them.
    fn namespaces(&self) -> Json {
        let namespaces = self.apart.list(apart::NAMESPACES);
        let mut all: Vec<Json> = namespaces.iter().map(says).collect();
        let workloads = self.workloads.iter().map(|one| &one.item);
        let apart = self.apart.items();
        let apart = apart.filter(|item| item.origin["kind"] != "Namespace");
        for item in workloads.chain(apart) {
            let name = namespace(&item.origin);
            let known = name == "default" || all.iter().any(|one| one["name"] == name);
            if !known {
                all.push(json!({"name": name, "existing": true}));
            }
        }
        Json::Array(all)
    }

    /// The numbers of the service accounts that are more than a name that a workload names: only
    /// they stand in the profile.
    pub(super) fn told_accounts(&self) -> Vec<usize> {
        let named = |account: &Json| {
            let mut all = self.workloads.iter();
            all.any(|one| {
                one.item.says.get("serviceAccount") == Some(&account["metadata"]["name"])
                    && namespace(&one.item.origin) == namespace(account)
            })
        };
        let plain = |item: &&Item| {
            let only = ["name", "namespace"];
            item.says.keys().all(|key| only.contains(&key.as_str()))
        };
        let accounts = self.apart.list(apart::ACCOUNTS).iter().enumerate();
        let told = accounts.filter(|(_, item)| !plain(item) || !named(&item.origin));
        told.map(|(at, _)| at).collect()
    }

    /// The service accounts that the profile tells of, and behind them those that workloads name and
    /// nobody makes.
    fn accounts(&self) -> Json {
        let accounts = self.apart.list(apart::ACCOUNTS);
        let told = self.told_accounts();
        let mut all: Vec<Json> = told.iter().map(|at| says(&accounts[*at])).collect();
        for workload in &self.workloads {
            let item = &workload.item;
            let Some(name) = item
                .says
                .get("serviceAccount")
                .filter(|name| *name != "default")
            else {
                continue;
            };
            let mut says = Says::default();
            says.put("name", name.clone());
            says.unless(
                "namespace",
                json!(namespace(&item.origin)),
                &json!(self.home),
            );
            says.put("existing", true);
            let says = Json::Object(says.0);
            let same = |one: &Item| {
                one.origin["metadata"]["name"] == *name
                    && namespace(&one.origin) == namespace(&item.origin)
            };
            if !accounts.iter().any(same) && !all.contains(&says) {
                all.push(says);
            }
        }
        Json::Array(all)
    }

    /// What is carried as it is: fields by their places, objects by their names.
    pub(super) fn carried(&self) -> Vec<String> {
        let mut all = Vec::new();
        for workload in &self.workloads {
            let object = title(&workload.item.origin);
            tell(&mut all, &object, "", workload.item.says.get("patch"));
            let main = workload.item.says.get("containerPatch");
            tell(&mut all, &object, " container", main);
            for list in ["initContainers", "sidecars"] {
                let containers = workload.item.says.get(list).and_then(Json::as_array);
                for one in containers.into_iter().flatten() {
                    let name = one["name"].as_str().unwrap_or_default();
                    tell(
                        &mut all,
                        &object,
                        &format!(" container {name}"),
                        one.get("patch"),
                    );
                }
            }
            for service in &workload.services {
                tell(
                    &mut all,
                    &title(&service.origin),
                    "",
                    service.says.get("patch"),
                );
            }
        }
        all.extend(
            self.objects
                .iter()
                .map(|object| match object["kind"] == "Secret" {
                    true => format!(
                        "{} whole, with its values: better make it by hand",
                        title(object)
                    ),
                    false => format!("{} whole", title(object)),
                }),
        );
        all
    }
}

/// What an object of policy logging says that the profile's words for it don't.
fn beyond_switches(object: &Json) -> Vec<String> {
    let others = |place: &str, known: &[&str]| -> Vec<String> {
        let map = object.pointer(place).and_then(Json::as_object);
        let keys = map.into_iter().flat_map(Map::keys);
        let keys = keys.filter(|key| !known.contains(&key.as_str()));
        keys.map(|key| format!("{}.{key}", &place[1..])).collect()
    };
    let mut all = others("/metadata", &["name"]);
    all.extend(others("/spec", &["cluster"]));
    all
}

fn tell(all: &mut Vec<String>, object: &str, part: &str, patch: Option<&Json>) {
    let places = patch.map(places).unwrap_or_default();
    all.extend(
        places
            .iter()
            .map(|place| format!("{object}{part}: `{place}`")),
    );
}

fn says(item: &Item) -> Json {
    Json::Object(item.says.clone())
}

fn list(items: &[Item]) -> Json {
    items.iter().map(says).collect()
}

fn workload(one: &Workload) -> Json {
    let mut all = Says::default();
    let patches = ["patch", "containerPatch"];
    for (key, value) in &one.item.says {
        if !patches.contains(&key.as_str()) {
            all.0.insert(key.clone(), value.clone());
        }
    }
    all.put("services", list(&one.services));
    all.put("calls", one.calls.clone());
    for key in patches {
        all.put(key, one.item.says.get(key).cloned().unwrap_or_default());
    }
    Json::Object(all.0)
}

/// The namespace that most workloads share.
fn home(controllers: &[Json]) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for object in controllers {
        let name = namespace(object);
        match counted.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counted.push((name, 1)),
        }
    }
    let most = counted.iter().map(|(_, count)| *count).max();
    let first = counted.iter().find(|(_, count)| Some(*count) == most);
    first.map_or("default", |(name, _)| name).to_owned()
}

/// What most workloads have: rights of pods and containers, and whether objects have labels.
fn defaults(controllers: &[Json], services: &[Json]) -> Json {
    let pods: Vec<&Json> = controllers
        .iter()
        .map(|one| &workloads::template(one)["spec"])
        .collect();
    let containers = controllers.iter().flat_map(workloads::all_containers);
    let mut all = json!({
        "podSecurityContext": most_common(pods.into_iter(), "securityContext"),
        "securityContext": most_common(containers, "securityContext"),
    });
    let objects = || controllers.iter().chain(services);
    let bare = |object: &&Json| map_of(&object["metadata"]["labels"]) == json!({});
    if objects().filter(bare).count() * 2 > objects().count() {
        all["objectLabels"] = json!({});
    }
    all
}
