//! Gateways, HTTPRoutes and ReferenceGrants, for which kubernetes-validate ships no schemas: held
//! against the fields that the Gateway API requires, always, and against its own definitions where
//! `DPLAB_GATEWAY_API` names a folder of them (`config/crd/standard` of its repository).

use std::process::Command;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::support::lab::{lab_of, root, tree};
use crate::support::skip;

/// Every object of these kinds that a shipped profile or one of the tests generates, and those that
/// import takes in.
fn objects() -> Vec<Json> {
    let mut texts = vec![read("tests/import/gateway.yaml")];
    for folder in ["profiles", "tests/templates/profiles"] {
        let entries = root().join(folder).read_dir_utf8().expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").into_path());
        let yaml = paths.filter(|path| path.extension() == Some("yaml"));
        for path in yaml {
            let lab = lab_of(
                path.as_str(),
                &std::fs::read_to_string(&path).expect("a profile"),
            );
            let files = tree(&lab);
            let app = files
                .iter()
                .filter(|(path, _)| path.as_str().starts_with("kubernetes/app/"));
            texts.extend(
                app.map(|(_, file)| String::from_utf8(file.content.to_vec()).expect("UTF-8")),
            );
        }
    }
    let all = texts
        .iter()
        .flat_map(|text| serde_yaml::from_multiple::<Json>(text).expect("YAML"));
    let kinds = ["Gateway", "HTTPRoute", "ReferenceGrant"];
    let ours = all.filter(|object| kinds.iter().any(|kind| object["kind"] == *kind));
    // It holds a field that nobody knows, for import to carry.
    ours.filter(|object| object["metadata"]["name"] != "newer")
        .collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("a file")
}

/// What the Gateway API calls required, and what dplab writes beside it. Other fields are refused.
#[derive(Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
#[expect(dead_code, reason = "only whether an object fits is asked")]
enum Object {
    Gateway {
        #[serde(rename = "apiVersion")]
        version: String,
        metadata: Metadata,
        spec: Gateway,
    },
    #[serde(rename = "HTTPRoute")]
    Route {
        #[serde(rename = "apiVersion")]
        version: String,
        metadata: Metadata,
        spec: Route,
    },
    ReferenceGrant {
        #[serde(rename = "apiVersion")]
        version: String,
        metadata: Metadata,
        spec: Grant,
    },
}

macro_rules! fits {
    ($( $name:ident { $( $(#[$attr:meta])* $field:ident: $ty:ty, )* } )+) => { $(
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[expect(dead_code, reason = "only whether an object fits is asked")]
        struct $name { $( $(#[$attr])* $field: $ty, )* }
    )+ };
}

fits! {
    Metadata { name: String, namespace: Option<String>, labels: Option<Json>, annotations: Option<Json>, }
    Gateway { gateway_class_name: String, listeners: Vec<Listener>, addresses: Option<Vec<Json>>, }
    Listener {
        name: String, port: u16, protocol: String, hostname: Option<String>, tls: Option<Json>,
        allowed_routes: Option<Json>,
    }
    Route { parent_refs: Vec<Parent>, hostnames: Option<Vec<String>>, rules: Option<Vec<Rule>>, }
    Parent {
        group: Option<String>, kind: Option<String>, namespace: Option<String>, name: String,
        section_name: Option<String>, port: Option<u16>,
    }
    Rule {
        matches: Option<Vec<Match>>, filters: Option<Vec<Filter>>,
        backend_refs: Option<Vec<Backend>>, timeouts: Option<Json>,
    }
    Match {
        path: Option<Path>, headers: Option<Vec<Pair>>, query_params: Option<Vec<Pair>>,
        method: Option<String>,
    }
    Path { #[serde(rename = "type")] kind: Option<String>, value: Option<String>, }
    Pair { #[serde(rename = "type")] kind: Option<String>, name: String, value: String, }
    Filter {
        #[serde(rename = "type")] kind: String, request_header_modifier: Option<Json>,
        request_mirror: Option<Mirror>, request_redirect: Option<Json>, url_rewrite: Option<Json>,
    }
    Mirror { backend_ref: Backend, percent: Option<u32>, }
    Backend {
        group: Option<String>, kind: Option<String>, namespace: Option<String>, name: String,
        port: u16, weight: Option<u32>, filters: Option<Vec<Filter>>,
    }
    Grant { from: Vec<From>, to: Vec<To>, }
    From { group: String, kind: String, namespace: String, }
    To { group: String, kind: String, name: Option<String>, }
}

#[test]
fn every_object_has_what_the_gateway_api_requires_and_nothing_unknown() {
    let all = objects();
    assert!(all.len() > 10, "only {} objects were looked at", all.len());
    for object in all {
        let read: Result<Object, _> = serde_json::from_value(object.clone());
        if let Err(error) = read {
            panic!("{error}: {object:#}");
        }
    }
}

/// Validates objects from standard input against the definitions of a folder, unknown fields
/// refused. Prints how many were looked at.
const SCRIPT: &str = r#"
import glob, json, sys, jsonschema, yaml
def strict(schema):
    if isinstance(schema, dict):
        if "properties" in schema: schema.setdefault("additionalProperties", False)
        for key, value in schema.items():
            if key not in ("oneOf", "anyOf", "allOf", "not"): strict(value)
    elif isinstance(schema, list):
        for value in schema: strict(value)
schemas = {}
for path in glob.glob(sys.argv[1] + "/*.yaml"):
    for crd in yaml.safe_load_all(open(path)):
        if not crd or crd.get("kind") != "CustomResourceDefinition": continue
        spec = crd["spec"]
        for version in spec["versions"]:
            schema = version["schema"]["openAPIV3Schema"]
            schema["properties"]["metadata"] = {"type": "object"}
            strict(schema)
            schemas[spec["group"] + "/" + version["name"], spec["names"]["kind"]] = schema
objects, wrong = json.load(sys.stdin), []
for one in objects:
    name = one["kind"] + " " + one["metadata"]["name"]
    for error in jsonschema.Draft202012Validator(schemas[one["apiVersion"], one["kind"]]).iter_errors(one):
        wrong.append(f"{name}: {error.json_path}: {error.message}")
print(len(objects))
sys.exit("\n".join(wrong[:20]) if wrong else 0)
"#;

#[test]
fn every_object_fits_the_gateway_apis_own_definitions() {
    use std::io::Write as _;
    use std::process::Stdio;
    let Ok(folder) = std::env::var("DPLAB_GATEWAY_API") else {
        return skip("DPLAB_GATEWAY_API names no folder of the Gateway API's definitions");
    };
    let objects = objects();
    let mut python = Command::new("python3")
        .args(["-c", SCRIPT, &folder])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut input = python.stdin.take().expect("standard input");
    let text = serde_json::to_vec(&objects).expect("JSON");
    input.write_all(&text).expect("python3 reads");
    drop(input);
    let output = python.wait_with_output().expect("python3 ends");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        objects.len().to_string()
    );
}
