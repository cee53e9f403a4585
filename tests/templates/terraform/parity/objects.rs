//! Config Connector's objects, and what they would make.

use serde_json::{Map, Value, json};

use super::{Facts, flatten, snake_case};

const ANNOTATIONS: &str = "cnrm.cloud.google.com";

/// What the objects would make.
pub(super) fn facts(objects: &[Value]) -> Facts {
    let mut facts = Facts::new();
    for object in objects {
        let (key, values) = read(object);
        flatten(&key, &Value::Object(values), &mut facts);
    }
    facts
}

/// What an object is called among the facts, and its values under Terraform's names.
fn read(object: &Value) -> (String, Map<String, Value>) {
    let kind = object["kind"].as_str().unwrap();
    let metadata = &object["metadata"];
    let name = metadata["name"].as_str().unwrap();
    let project = annotation(metadata, "project-id");
    let mut spec = object["spec"].as_object().cloned().unwrap();
    let name = match spec.shift_remove("resourceID") {
        Some(id) => id.as_str().unwrap().to_owned(),
        None => name.to_owned(),
    };
    let Value::Object(mut values) = snake_case(Value::Object(spec)) else {
        panic!("{kind} without a spec");
    };
    references(&mut values, project.as_str().unwrap());
    values.insert("project".to_owned(), project);
    let key = match kind {
        "Service" => named(&mut values, "service", &name, "api "),
        "IAMServiceAccount" => named(&mut values, "account_id", &name, "account"),
        "IAMPolicyMember" => binding(&mut values),
        "ContainerCluster" => cluster(&mut values, metadata, &name),
        "ContainerNodePool" => named(&mut values, "name", &name, "pool "),
        "LoggingLogMetric" => named(&mut values, "name", &name, "metric"),
        "MonitoringAlertPolicy" => labelled(&mut values, metadata, "alert"),
        "MonitoringNotificationChannel" => labelled(&mut values, metadata, "channel"),
        "ComputeNetwork" => named(&mut values, "name", &name, "network"),
        "ComputeSubnetwork" => {
            let key = super::subnet(values.get("purpose"));
            named(&mut values, "name", &name, &key)
        }
        "ComputeRouter" => named(&mut values, "name", &name, "router"),
        "ComputeRouterNAT" => named(&mut values, "name", &name, "nat"),
        other => panic!("nobody reads {other}"),
    };
    (key, values)
}

fn annotation(metadata: &Value, name: &str) -> Value {
    metadata["annotations"][format!("{ANNOTATIONS}/{name}")].clone()
}

/// A name of its own; a key that ends in a space has the name behind it.
fn named(values: &mut Map<String, Value>, argument: &str, name: &str, key: &str) -> String {
    values.insert(argument.to_owned(), json!(name));
    match key.ends_with(' ') {
        true => format!("{key}{name}"),
        false => key.to_owned(),
    }
}

/// Labels of these objects become user labels.
fn labelled(values: &mut Map<String, Value>, metadata: &Value, key: &str) -> String {
    values.insert("user_labels".to_owned(), metadata["labels"].clone());
    key.to_owned()
}

fn binding(values: &mut Map<String, Value>) -> String {
    values.shift_remove("resource");
    let from = values.shift_remove("member_from").unwrap();
    let account = from["service_account"].as_str().unwrap();
    values.insert(
        "member".to_owned(),
        json!(format!("serviceAccount:{account}")),
    );
    format!("role {}", values["role"].as_str().unwrap())
}

fn cluster(values: &mut Map<String, Value>, metadata: &Value, name: &str) -> String {
    values.insert("resource_labels".to_owned(), metadata["labels"].clone());
    if annotation(metadata, "remove-default-node-pool") == json!("true") {
        values.insert("remove_default_node_pool".to_owned(), json!(true));
    }
    let relay = values
        .get_mut("monitoring_config")
        .and_then(|it| it.pointer_mut("/advanced_datapath_observability_config/0"))
        .and_then(Value::as_object_mut)
        .unwrap();
    let mode = relay.shift_remove("relay_mode").unwrap();
    relay.insert("enable_relay".to_owned(), json!(mode != json!("DISABLED")));
    if values.contains_key("master_authorized_networks_config") {
        let marked = &mut values["master_authorized_networks_config"];
        if marked.get("cidr_blocks").is_none() {
            *marked = json!({"cidr_blocks": []});
        }
    }
    named(values, "name", name, "cluster")
}

/// `network_ref: {name: x}` -> `network: x`, at any depth.
fn references(values: &mut Map<String, Value>, project: &str) {
    let keys: Vec<String> = values.keys().cloned().collect();
    for key in keys {
        if let Some(short) = key.strip_suffix("_ref") {
            let reference = values.shift_remove(&key).unwrap();
            values.insert(short.to_owned(), target(short, &reference, project));
            continue;
        }
        match &mut values[&key] {
            Value::Object(inner) => references(inner, project),
            Value::Array(items) => {
                let objects = items.iter_mut().filter_map(Value::as_object_mut);
                objects.for_each(|inner| references(inner, project));
            }
            _ => {}
        }
    }
}

/// What a reference points at, as Terraform and gcloud name it.
fn target(what: &str, reference: &Value, project: &str) -> Value {
    let name = reference["name"]
        .as_str()
        .or(reference["external"].as_str());
    let name = name.unwrap().rsplit('/').next().unwrap();
    match what {
        "service_account" => json!(format!("{name}@{project}.iam.gserviceaccount.com")),
        _ => json!(name),
    }
}
