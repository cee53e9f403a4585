//! Everything that a workload's containers are told: environment, arguments, ConfigMaps.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::super::apart;
use super::super::draft::Draft;
use super::super::equal::namespace;
use super::super::workloads;
use super::names::may_hold_an_address;

/// A text that a container is told, and where.
pub(super) struct Told {
    pub(super) place: String,
    pub(super) key: String,
    pub(super) text: String,
    /// It is one value, and not a file or a script.
    pub(super) is_value: bool,
}

/// Entries of ConfigMaps by namespace and name.
pub(super) struct ConfigMaps(BTreeMap<(String, String), BTreeMap<String, String>>);

impl ConfigMaps {
    pub(super) fn of(draft: &Draft) -> Self {
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
pub(super) fn told(origin: &Json, maps: &ConfigMaps) -> Vec<Told> {
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
        all.push(command_line(container, &known));
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

/// Command and arguments as one line: what one word asks for, the next may say.
fn command_line(container: &Json, known: &Variables) -> Told {
    let words = ["command", "args"].map(|key| container[key].as_array());
    let words = words.into_iter().flatten().flatten();
    let words: Vec<String> = words
        .filter_map(Json::as_str)
        .map(|word| expanded(word, known))
        .collect();
    Told {
        place: "args".to_owned(),
        key: String::new(),
        text: words.join(" "),
        is_value: false,
    }
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

/// Longer than any address; variables that speak of one another could make a text endless.
const MOST: usize = 64 << 10;

/// A text with the variables put in that it names as `$(NAME)`; `$$(NAME)` names none.
/// Source: Kubernetes documentation, "Define Dependent Environment Variables".
fn expanded(text: &str, known: &Variables) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('$') {
        if done.len() > MOST {
            break;
        }
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

/// Variables that may hold an address and come from a Secret, whose values are nobody's business:
/// each with the Secret's name. All of a Secret may become variables at once.
pub(super) fn hidden(origin: &Json) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for container in workloads::all_containers(origin) {
        for variable in container["env"].as_array().into_iter().flatten() {
            let key = variable["name"].as_str().unwrap_or_default();
            let secret = variable["valueFrom"]["secretKeyRef"]["name"].as_str();
            if let Some(secret) = secret.filter(|_| may_hold_an_address(key)) {
                all.push((key.to_owned(), secret.to_owned()));
            }
        }
        for source in container["envFrom"].as_array().into_iter().flatten() {
            let secret = source["secretRef"]["name"].as_str();
            all.extend(secret.map(|secret| ("envFrom".to_owned(), secret.to_owned())));
        }
    }
    all
}
