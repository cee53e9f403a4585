//! Containers: what a pod's list says, in the words of a profile.

use serde_json::{Map, Value as Json, json};

use super::item::{Says, map_of};

/// Keys that a profile writes as Kubernetes does.
const SAME: &[&str] = &[
    "imagePullPolicy",
    "command",
    "args",
    "ports",
    "envFrom",
    "startupProbe",
    "readinessProbe",
    "livenessProbe",
    "resources",
    "volumeMounts",
];

/// What the main container adds to its workload's words.
pub(super) fn main(says: &mut Says, container: &Json, defaults: &Json) {
    says.put("env", env(&container["env"]));
    says.take(container, SAME);
    security(says, container, defaults);
}

/// A container beside the main one, or before it.
pub(super) fn other(container: &Json, defaults: &Json) -> Json {
    let mut says = Says::default();
    says.take(container, &["name", "image", "restartPolicy"]);
    main(&mut says, container, defaults);
    Json::Object(says.0)
}

fn security(says: &mut Says, container: &Json, defaults: &Json) {
    let own = map_of(&container["securityContext"]);
    says.unless("securityContext", own, &defaults["securityContext"]);
}

/// The environment as a map, if it is one: each variable once, with a text or a source.
fn env(list: &Json) -> Json {
    let mut all = Map::new();
    for variable in list.as_array().into_iter().flatten() {
        let fields = variable.as_object().map_or(0, Map::len);
        let value = match (&variable["value"], &variable["valueFrom"]) {
            (Json::String(text), Json::Null) => json!(text),
            (Json::Null, Json::Object(source)) => json!(source),
            _ => return Json::Null,
        };
        let Some(name) = variable["name"].as_str().filter(|_| fields == 2) else {
            return Json::Null;
        };
        if all.insert(name.to_owned(), value).is_some() {
            return Json::Null;
        }
    }
    Json::Object(all)
}

/// What most containers or pods have under a key, `{}` where there is nothing.
pub(super) fn most_common<'a>(all: impl Iterator<Item = &'a Json>, key: &str) -> Json {
    let mut counted: Vec<(Json, usize)> = Vec::new();
    for one in all {
        let value = map_of(&one[key]);
        match counted.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counted.push((value, 1)),
        }
    }
    let mut best: Option<(Json, usize)> = None;
    for (value, count) in counted {
        if best.as_ref().is_none_or(|(_, most)| count > *most) {
            best = Some((value, count));
        }
    }
    best.map_or_else(|| json!({}), |(value, _)| value)
}
