//! Who calls whom, from what containers are told: environment, arguments, ConfigMaps.
//!
//! A call is a name that a Service of the manifests answers to, with a port: `service:port`,
//! `service.namespace.svc`, a URL, or a variable `X_HOST` beside `X_PORT`. What names a Service that
//! isn't there is no call, but worth a note. A host outside is taken only where it is the whole
//! value, since texts are full of addresses that nobody calls.

mod address;
mod names;
mod settings;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use self::address::{Address, addresses, whole};
use self::names::{names_a_host, names_no_target, names_something_else, port_beside};
use self::settings::settings;
use self::told::{ConfigMaps, Told, hidden, told};
use super::apart;
use super::draft::Draft;
use super::equal::namespace;
use super::{services, workloads};

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
        found.mentions(&told, &known, &origin);
        for (variable, secret) in hidden(&origin) {
            found.notes.push(format!(
                "the Secret `{secret}` ({variable}) is not looked into: if it names a host, say so in \
                 `calls`"
            ));
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
            if let Some((_, _, ports)) = known.resolve(&address.host, home) {
                // Another setting may be called a port and be none of the Service's.
                let port = address.port.filter(|port| ports.contains(port));
                self.address(&Address { port, ..address }, one, known, origin);
            }
        }
        self.bare_name(one, all, known, origin);
    }

    /// A variable whose whole value is the name of a Service. What the variable is called decides:
    /// a database, a user or a kind of storage may have the same name.
    fn bare_name(&mut self, one: &Told, all: &[Told], known: &Services, origin: &Json) {
        let home = namespace(origin);
        let hostname = one.text.trim();
        let is_host = one.is_value && !one.key.is_empty() && !hostname.contains(':');
        let beside = port_beside(&one.key, all);
        let Some((_, _, ports)) = known.resolve(hostname, home).filter(|_| is_host) else {
            // Outside, only a port beside tells a host from any other text with dots.
            if is_host && beside.is_some() && whole(hostname) {
                let address = Address {
                    scheme: None,
                    host: hostname.to_owned(),
                    port: beside,
                };
                self.elsewhere(&address, one, known.has_other(hostname, home));
            }
            return;
        };
        if beside.is_none() && !hostname.contains('.') && !names_a_host(&one.key) {
            return;
        }
        let port = beside.or(ports.first().copied().filter(|_| ports.len() == 1));
        let address = Address {
            scheme: None,
            host: hostname.to_owned(),
            port,
        };
        self.address(&address, one, known, origin);
    }

    /// Names of Services that stand in texts and led to no call: nobody but a reader can say whether
    /// they are called.
    fn mentions(&mut self, told: &[Told], known: &Services, origin: &Json) {
        let home = namespace(origin);
        let own = origin["metadata"]["name"].as_str().unwrap_or_default();
        let mut seen = BTreeSet::new();
        for one in told.iter().filter(|one| !names_something_else(&one.key)) {
            let words = one
                .text
                .split(|c: char| !(c.is_alphanumeric() || "-.".contains(c)));
            for word in words.map(|word| word.trim_matches(['.', '-'])) {
                let Some((namespace, name, _)) = known.resolve(word, home) else {
                    continue;
                };
                let shown = match namespace == home {
                    true => name.to_owned(),
                    false => format!("{name}.{namespace}"),
                };
                let called = |call: &String| call.rsplit_once(':').is_some_and(|it| it.0 == shown);
                if name == own || self.calls.keys().any(called) || !seen.insert(shown) {
                    continue;
                }
                self.notes.push(format!(
                    "`{name}` ({}) is the name of a Service: if that is a call, say so in `calls`",
                    one.place
                ));
            }
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
        } else if let Some(call) = address.outside().filter(|_| names_no_target(&one.key)) {
            self.notes.push(format!(
                "`{}` ({}) is outside the cluster: if `{call}` is called, say so in `calls`",
                address.host, one.place
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
