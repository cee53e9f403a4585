//! Who calls whom, from what containers are told: environment, arguments, ConfigMaps.
//!
//! A call is a name that a Service of the manifests answers to, with a port: `service:port`,
//! `service.namespace.svc`, a URL, or a variable `X_HOST` beside `X_PORT`. What names a Service that
//! isn't there is no call, but worth a note. A host outside is taken only where it is the whole
//! value, since texts are full of addresses that nobody calls.

mod address;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use self::address::{Address, addresses, settings, whole};
use super::apart;
use super::draft::Draft;
use super::equal::namespace;
use super::{services, workloads};

/// A text that a container is told, and where.
struct Told {
    place: String,
    key: String,
    text: String,
    /// It is one value, and not a file or a script.
    is_value: bool,
}

/// Finds the calls of all workloads.
pub(super) fn find(draft: &mut Draft) {
    let known = Services::of(draft);
    let maps = ConfigMaps::of(draft);
    for at in 0..draft.workloads.len() {
        let origin = draft.workloads[at].item.origin.clone();
        let told = told(&origin, &maps);
        let mut found = Found::default();
        for one in &told {
            found.read(one, &told, &known, &origin);
        }
        found.notes.sort();
        found.notes.dedup();
        let name = origin["metadata"]["name"].as_str().unwrap_or_default();
        let lines = found
            .calls
            .iter()
            .map(|(call, place)| format!("{name} -> {call} ({place})"));
        draft.calls.extend(lines);
        let notes = found.notes.iter().map(|note| format!("{name}: {note}"));
        draft.notes.extend(notes);
        draft.workloads[at].calls = found.calls.into_keys().collect();
        let asks = found.metadata_server || has_google_identity(draft, &origin);
        if asks {
            let says = &mut draft.workloads[at].item.says;
            says.insert("metadataServer".to_owned(), true.into());
        }
    }
}

/// Whether a workload's service account stands for one of Google's.
fn has_google_identity(draft: &Draft, origin: &Json) -> bool {
    let name = &workloads::template(origin)["spec"]["serviceAccountName"];
    let mut accounts = draft
        .apart
        .list(apart::ACCOUNTS)
        .iter()
        .map(|item| &item.origin);
    accounts.any(|account| {
        account["metadata"]["name"] == *name
            && namespace(account) == namespace(origin)
            && !account["metadata"]["annotations"]["iam.gke.io/gcp-service-account"].is_null()
    })
}

/// Services by namespace and name.
struct Services {
    /// Their ports, of those that a workload stands behind.
    ports: BTreeMap<(String, String), Vec<u16>>,
    /// Others, which no workload of the manifests stands behind.
    others: BTreeSet<(String, String)>,
}

impl Services {
    fn of(draft: &Draft) -> Self {
        let mut ports = BTreeMap::new();
        for service in draft.workloads.iter().flat_map(|one| &one.services) {
            let object = &service.origin;
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let own = object["spec"]["ports"].as_array().into_iter().flatten();
            let own = own.filter_map(|port| u16::try_from(port["port"].as_u64()?).ok());
            ports.insert(key(object, name), own.collect());
        }
        let others = draft.objects.iter().filter(|one| services::is_service(one));
        let others =
            others.map(|one| key(one, one["metadata"]["name"].as_str().unwrap_or_default()));
        Self {
            others: others.collect(),
            ports,
        }
    }

    /// The namespace, name and ports of the Service that a host name leads to, also by way of one
    /// of its pods: `db-0.db`.
    fn resolve<'h>(&self, host: &'h str, home: &'h str) -> Option<(&'h str, &'h str, &[u16])> {
        readings(host, home).find_map(|(namespace, name)| {
            let ports = self.ports.get(&(namespace.to_owned(), name.to_owned()))?;
            Some((namespace, name, &ports[..]))
        })
    }

    /// Whether a Service has the name, and nobody knows what is behind it.
    fn has_other(&self, host: &str, home: &str) -> bool {
        readings(host, home)
            .any(|(ns, name)| self.others.contains(&(ns.to_owned(), name.to_owned())))
    }
}

fn key(object: &Json, name: &str) -> (String, String) {
    (namespace(object).to_owned(), name.to_owned())
}

/// What a name in the cluster's DNS may mean, as namespace and name of a Service: `SERVICE`,
/// `SERVICE.NAMESPACE`, and the same behind a pod's name.
fn readings<'h>(host: &'h str, home: &'h str) -> impl Iterator<Item = (&'h str, &'h str)> {
    let host = host.trim_end_matches('.');
    let host = host.strip_suffix(".cluster.local").unwrap_or(host);
    let host = host.strip_suffix(".svc").unwrap_or(host);
    let service = |text: &'h str| {
        let (name, namespace) = text.split_once('.').unwrap_or((text, home));
        (namespace, name)
    };
    let behind_pod = host.split_once('.').map(|(_, rest)| service(rest));
    [Some(service(host)), behind_pod].into_iter().flatten()
}

/// Entries of ConfigMaps by namespace and name.
struct ConfigMaps(BTreeMap<(String, String), BTreeMap<String, String>>);

impl ConfigMaps {
    fn of(draft: &Draft) -> Self {
        let mut all = BTreeMap::new();
        for item in draft.apart.list(apart::CONFIG_MAPS) {
            let name = item.origin["metadata"]["name"].as_str().unwrap_or_default();
            let data = item.origin["data"].as_object().into_iter().flatten();
            let data =
                data.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
            let key = (namespace(&item.origin).to_owned(), name.to_owned());
            all.insert(key, data.collect());
        }
        Self(all)
    }

    fn get(&self, home: &str, name: &Json) -> Option<&BTreeMap<String, String>> {
        let name = name.as_str()?;
        self.0.get(&(home.to_owned(), name.to_owned()))
    }
}

/// Everything that a workload's containers are told.
fn told(origin: &Json, maps: &ConfigMaps) -> Vec<Told> {
    let home = namespace(origin);
    let mut all = Vec::new();
    for container in workloads::all_containers(origin) {
        let variables = environment(container, home, maps);
        let known: Variables = variables
            .iter()
            .map(|told| (told.key.clone(), told.text.clone()))
            .collect();
        all.extend(variables);
        for key in ["command", "args"] {
            let words = container[key].as_array().into_iter().flatten();
            all.extend(words.filter_map(Json::as_str).map(|word| Told {
                place: key.to_owned(),
                key: String::new(),
                text: expanded(word, &known),
                is_value: !word.contains(char::is_whitespace),
            }));
        }
    }
    for name in mounted(origin) {
        for (key, text) in maps.get(home, name).into_iter().flatten() {
            all.push(Told {
                place: format!("ConfigMap {}, {key}", name.as_str().unwrap_or_default()),
                key: String::new(),
                text: text.clone(),
                is_value: false,
            });
        }
    }
    all
}

/// The names of the ConfigMaps that are mounted, on their own or among other sources.
fn mounted(origin: &Json) -> impl Iterator<Item = &Json> {
    let volumes = &workloads::template(origin)["spec"]["volumes"];
    let volumes = volumes.as_array().into_iter().flatten();
    volumes.flat_map(|volume| {
        let sources = volume["projected"]["sources"].as_array();
        let sources = sources.into_iter().flatten().chain([volume]);
        sources.map(|source| &source["configMap"]["name"])
    })
}

/// Variables of a container by their names.
type Variables = BTreeMap<String, String>;

/// The environment of a container: what ConfigMaps bring, then what is said here, where a variable
/// may speak of those before it.
fn environment(container: &Json, home: &str, maps: &ConfigMaps) -> Vec<Told> {
    let mut all = Vec::new();
    let mut known = Variables::new();
    for source in container["envFrom"].as_array().into_iter().flatten() {
        let prefix = source["prefix"].as_str().unwrap_or_default();
        for (key, text) in maps
            .get(home, &source["configMapRef"]["name"])
            .into_iter()
            .flatten()
        {
            let name = format!("{prefix}{key}");
            known.insert(name.clone(), text.clone());
            all.push(value(&name, key, text.clone()));
        }
    }
    for variable in container["env"].as_array().into_iter().flatten() {
        let name = variable["name"].as_str().unwrap_or_default();
        let reference = &variable["valueFrom"]["configMapKeyRef"];
        let entry = reference["key"].as_str();
        let entry = entry.and_then(|key| maps.get(home, &reference["name"])?.get(key).cloned());
        let said = variable["value"].as_str();
        if let Some(text) = said.map(|text| expanded(text, &known)).or(entry) {
            known.insert(name.to_owned(), text.clone());
            all.push(value(name, name, text));
        }
    }
    all
}

/// A text with the variables put in that it names as `$(NAME)`; `$$(NAME)` names none.
/// Source: Kubernetes documentation, "Define Dependent Environment Variables".
fn expanded(text: &str, known: &Variables) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('$') {
        done.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            done.push('$');
            rest = after;
            continue;
        }
        let named = after
            .strip_prefix('(')
            .and_then(|name| name.split_once(')'));
        match named.and_then(|(name, behind)| Some((known.get(name)?, behind))) {
            Some((value, behind)) => {
                done.push_str(value);
                rest = behind;
            }
            None => {
                done.push('$');
                rest = after;
            }
        }
    }
    done + rest
}

fn value(name: &str, place: &str, text: String) -> Told {
    Told {
        place: place.to_owned(),
        key: name.to_owned(),
        text,
        is_value: true,
    }
}

/// What was found in the texts of one workload.
#[derive(Default)]
struct Found {
    /// Calls, and the first place that tells of each.
    calls: BTreeMap<String, String>,
    notes: Vec<String>,
    metadata_server: bool,
}

impl Found {
    fn read(&mut self, one: &Told, all: &[Told], known: &Services, origin: &Json) {
        let home = namespace(origin);
        for address in addresses(&one.text) {
            self.address(&address, one, known, origin);
        }
        for address in settings(&one.text) {
            if known.resolve(&address.host, home).is_some() {
                self.address(&address, one, known, origin);
            }
        }
        let hostname = one.text.trim();
        let is_host = one.is_value && !one.key.is_empty() && !hostname.contains(':');
        if let Some((_, _, ports)) = known.resolve(hostname, home).filter(|_| is_host) {
            let beside = port_beside(&one.key, all);
            let port = beside.or(ports.first().copied().filter(|_| ports.len() == 1));
            let address = Address {
                scheme: None,
                host: hostname.to_owned(),
                port,
            };
            self.address(&address, one, known, origin);
        }
    }

    fn address(&mut self, address: &Address, one: &Told, known: &Services, origin: &Json) {
        let home = namespace(origin);
        let Some((namespace, name, ports)) = known.resolve(&address.host, home) else {
            let other = known.has_other(&address.host, home);
            self.elsewhere(address, one, other);
            return;
        };
        let only = ports.first().copied().filter(|_| ports.len() == 1);
        let port = address.port.or(address.usual_port());
        let port = port
            .filter(|port| ports.contains(port))
            .or(only.filter(|_| address.port.is_none()));
        let Some(port) = port else {
            let (text, place) = (&address.host, &one.place);
            self.notes.push(match address.port {
                Some(port) => format!("`{text}` ({place}) is a Service without a port {port}"),
                None => format!("`{text}` ({place}) is a Service with several ports"),
            });
            return;
        };
        let call = match namespace == home {
            true => format!("{name}:{port}"),
            false => format!("{name}.{namespace}:{port}"),
        };
        self.calls.entry(call).or_insert_with(|| one.place.clone());
    }

    /// An address that is no Service's: outside, Google's own, or nowhere.
    fn elsewhere(&mut self, address: &Address, one: &Told, other_service: bool) {
        if ["metadata.google.internal", "169.254.169.254", "metadata"]
            .contains(&address.host.as_str())
        {
            self.metadata_server = true;
            return;
        }
        if !one.is_value || !whole(&one.text) {
            return;
        }
        if other_service {
            let host = &address.host;
            self.notes.push(format!(
                "`{host}` ({}) is a Service that no workload of the manifests stands behind",
                one.place
            ));
        } else if let Some(call) = address.outside() {
            self.calls.entry(call).or_insert_with(|| one.place.clone());
        } else if address.is_outside_by_number() {
            let host = &address.host;
            self.notes.push(format!(
                "`{host}` ({}) is an address outside: `calls` takes names, so allow it by a policy",
                one.place
            ));
        } else if address.is_name_in_cluster() {
            // Not the whole text, which may hold a password.
            let host = &address.host;
            self.notes.push(format!(
                "`{host}` ({}) names a Service that isn't there",
                one.place
            ));
        }
    }
}

/// The number in the variable that goes with a host's: `DB_PORT` beside `DB_HOST`.
fn port_beside(key: &str, all: &[Told]) -> Option<u16> {
    let upper = key.to_uppercase();
    let stem = ["HOST", "HOSTNAME", "ADDR", "ADDRESS", "SERVER", "SERVICE"];
    let stem = stem.iter().find_map(|end| upper.strip_suffix(end))?;
    let wanted = format!("{stem}PORT");
    let found = all.iter().find(|one| one.key.to_uppercase() == wanted)?;
    found.text.trim().parse().ok()
}
