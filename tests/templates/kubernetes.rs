//! The manifests as kubectl reads them, and the application against the one it describes.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value as Json;

use crate::support::lab::{lab, root, shipped, tree};
use crate::support::{shared, tool};

/// Objects by kind and name, without their namespace.
type Objects = BTreeMap<String, Json>;

#[test]
fn the_shop_equals_the_release_it_describes() {
    let Some(path) = shared("data/online-boutique-v0.10.6.yaml") else {
        return;
    };
    let release = objects(&std::fs::read_to_string(path).expect("the release"));
    let tree = tree(&lab("online-boutique"));
    let files = tree
        .iter()
        .filter(|(path, _)| path.as_str().starts_with("kubernetes/app/"));
    let texts: Vec<String> = files
        .filter(|(path, _)| path.name() != "kustomization.yaml")
        .map(|(_, file)| String::from_utf8(file.content.to_vec()).expect("UTF-8"))
        .collect();
    let generated = objects(&texts.join("---\n"));
    let count = |kind: &str| generated.keys().filter(|key| key.starts_with(kind)).count();
    assert_eq!(
        (
            count("Deployment/"),
            count("Service/"),
            count("ServiceAccount/")
        ),
        (12, 12, 11)
    );
    let differences = differences(&release, &generated);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn differences_are_found_and_named() {
    let one = objects("kind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 1}]}\n");
    let other = objects("kind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 2}]}\n");
    assert_eq!(
        differences(&one, &other),
        ["Service/a.spec.ports[0].port: the release has 1, generated is 2"]
    );
}

#[test]
fn every_kustomization_builds() {
    if !tool("kubectl") {
        return;
    }
    for name in shipped() {
        let kubernetes = root().join("out").join(&name).join("kubernetes");
        let mut folders = vec![kubernetes.clone()];
        if let Ok(stages) = kubernetes.join("stages").read_dir_utf8() {
            folders.extend(stages.map(|stage| stage.expect("an entry").into_path()));
        }
        for folder in folders {
            let output = Command::new("kubectl")
                .args(["kustomize", folder.as_str()])
                .output()
                .expect("kubectl runs");
            let words = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{folder}: {words}");
        }
    }
}

/// Every document, by kind and name.
fn objects(text: &str) -> Objects {
    let documents: Vec<Json> = serde_yaml::from_multiple(text).expect("YAML");
    let documents = documents.into_iter().filter(|document| !document.is_null());
    documents
        .map(|mut object| {
            if let Some(metadata) = object["metadata"].as_object_mut() {
                metadata.remove("namespace");
            }
            let kind = object["kind"].as_str().expect("a kind");
            let name = object["metadata"]["name"].as_str().expect("a name");
            let key = format!("{kind}/{name}");
            without_api_version(&mut object);
            (key, object)
        })
        .collect()
}

/// The kind tells enough here.
fn without_api_version(object: &mut Json) {
    if let Some(object) = object.as_object_mut() {
        object.remove("apiVersion");
    }
}

/// One line for each value that differs, with its path.
fn differences(release: &Objects, generated: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for key in release
        .keys()
        .chain(generated.keys())
        .collect::<std::collections::BTreeSet<_>>()
    {
        match (release.get(key), generated.get(key)) {
            (Some(one), Some(other)) => walk(key, one, other, &mut found),
            (Some(_), None) => found.push(format!("{key}: not generated")),
            _ => found.push(format!("{key}: the release has none")),
        }
    }
    found
}

fn walk(path: &str, release: &Json, generated: &Json, found: &mut Vec<String>) {
    match (release, generated) {
        (Json::Object(one), Json::Object(other)) => {
            let keys: std::collections::BTreeSet<&String> =
                one.keys().chain(other.keys()).collect();
            for key in keys {
                let value = |map: &serde_json::Map<String, Json>| map.get(key).cloned();
                let path = format!("{path}.{key}");
                match (value(one), value(other)) {
                    (Some(one), Some(other)) => walk(&path, &one, &other, found),
                    (Some(one), None) => found.push(format!(
                        "{path}: the release has {one}, generated is nothing"
                    )),
                    (None, other) => found.push(format!(
                        "{path}: the release has nothing, generated is {}",
                        other.unwrap_or_default()
                    )),
                }
            }
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                walk(&format!("{path}[{index}]"), one, other, found);
            }
        }
        (one, other) if one == other => {}
        (one, other) => found.push(format!(
            "{path}: the release has {one}, generated is {other}"
        )),
    }
}
