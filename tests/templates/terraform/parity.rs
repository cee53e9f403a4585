//! Parity: the gcloud scripts and the Terraform describe the same lab.
//!
//! Both are read from their own text, neither from the view that they come from: the scripts by a
//! dry run, Terraform by working its expressions out. What they would make becomes facts under
//! Terraform's names, and every fact must be on both sides, but for those listed here.

mod commands;
mod objects;
mod report;

use std::collections::{BTreeMap, BTreeSet};

use dplab::render::Renderer;
use serde_json::{Value, json};

use super::hcl;
use super::kcc::documents;
use super::labs::{self, Named};
use super::random;
use crate::support::tool;

/// What would be made: `cluster.release_channel.channel` -> `"REGULAR"`.
type Facts = BTreeMap<String, Value>;

/// What only Terraform says, and why. A `*` stands for any name.
const ONLY_TERRAFORM: [(&str, &str); 5] = [
    (
        "api *.disable_on_destroy",
        "the scripts never switch an API off",
    ),
    (
        "cluster.deletion_protection",
        "it is Terraform's own guard, the API knows nothing of it",
    ),
    (
        "cluster.master_authorized_networks_config.cidr_blocks.*.display_name",
        "gcloud takes the addresses only",
    ),
    (
        "cluster.cluster_autoscaling.auto_provisioning_defaults.oauth_scopes",
        "gcloud's create-auto asks for this scope by itself",
    ),
    (
        "alert.notification_channels",
        "a dry run makes no channel that it could name",
    ),
];

/// What only the scripts say, and why.
const ONLY_SCRIPTS: [(&str, &str); 6] = [
    ("alert.user_labels.dplab_lab", WHOSE),
    ("channel.user_labels.dplab_lab", WHOSE),
    (
        "alert.user_labels.dplab_content",
        "Terraform knows from its state whether an alert is as the profile says",
    ),
    (
        "cluster.addons_config.gce_persistent_disk_csi_driver_config.enabled",
        ADDONS,
    ),
    (
        "cluster.addons_config.horizontal_pod_autoscaling.disabled",
        ADDONS,
    ),
    ("cluster.addons_config.http_load_balancing.disabled", ADDONS),
];

const WHOSE: &str = "Terraform knows from its state what the lab made";
const ADDONS: &str = "gcloud's --addons takes the place of GKE's default set, so it names that too";

fn add(facts: &mut Facts, key: &str, value: Value) {
    let before = facts.insert(key.to_owned(), value);
    assert!(before.is_none(), "{key} is said twice");
}

/// Takes a value apart. A list of one object is a block; what is absent or empty says nothing.
fn flatten(key: &str, value: &Value, facts: &mut Facts) {
    match value {
        Value::Null => {}
        Value::Object(map) => {
            for (name, value) in map {
                flatten(&format!("{key}.{name}"), value, facts);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let many = items.len() > 1 || key.ends_with(".cidr_blocks");
            for (at, item) in items.iter().enumerate() {
                let key = if many {
                    format!("{key}.{at}")
                } else {
                    key.to_owned()
                };
                flatten(&key, item, facts);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        value => add(facts, key, value.clone()),
    }
}

/// The API writes `displayName` where Terraform writes `display_name`.
fn snake_case(value: Value) -> Value {
    let key = |key: String| {
        let mut out = String::new();
        for c in key.chars() {
            if c.is_ascii_uppercase() {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        }
        out
    };
    match value {
        Value::Object(map) => {
            let pairs = map.into_iter().map(|(k, v)| (key(k), snake_case(v)));
            Value::Object(pairs.collect())
        }
        Value::Array(items) => items.into_iter().map(snake_case).collect(),
        other => other,
    }
}

/// What Terraform would make.
fn terraform(files: &[(String, String)]) -> Facts {
    let mut facts = Facts::new();
    for mut resource in hcl::Module::read(files).resources() {
        let key = match resource.kind.as_str() {
            "google_project_service" => format!("api {}", resource.key),
            "google_compute_network" => "network".to_owned(),
            "google_compute_subnetwork" => subnet(resource.values.get("purpose")),
            "google_compute_router" => "router".to_owned(),
            "google_compute_router_nat" => "nat".to_owned(),
            "google_service_account" => "account".to_owned(),
            "google_project_iam_member" => format!("role {}", text(&resource.values["role"])),
            "google_container_cluster" => "cluster".to_owned(),
            "google_container_node_pool" => format!("pool {}", resource.key),
            "google_logging_metric" => "metric".to_owned(),
            "google_monitoring_notification_channel" => "channel".to_owned(),
            "google_monitoring_alert_policy" => "alert".to_owned(),
            "google_logging_project_sink" => "sink".to_owned(),
            "google_pubsub_topic_iam_member" | "google_storage_bucket_iam_member" => {
                "sink's role".to_owned()
            }
            // Only the order of things: the scripts try again instead.
            "time_sleep" => continue,
            other => panic!("nobody reads {other}"),
        };
        if key == "cluster" {
            short_names(&mut resource.values);
            if resource
                .values
                .contains_key("master_authorized_networks_config")
            {
                add(
                    &mut facts,
                    "cluster.master_authorized_networks_config",
                    json!(true),
                );
            }
        }
        flatten(&key, &Value::Object(resource.values), &mut facts);
    }
    facts
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// What a subnet is called among the facts: only the one for proxies has a purpose.
fn subnet(purpose: Option<&Value>) -> String {
    let purpose = purpose.filter(|purpose| !purpose.is_null());
    purpose.map_or_else(
        || "subnet".to_owned(),
        |purpose| format!("subnet {purpose}"),
    )
}

/// gcloud takes a subnet of the cluster's project and region by its last name.
fn short_names(values: &mut serde_json::Map<String, Value>) {
    if let Some(Value::String(name)) = values.get_mut("subnetwork") {
        let last = name.rsplit('/').next().unwrap_or_default().to_owned();
        *name = last;
    }
}

fn listed(list: &[(&str, &str)], key: &str) -> bool {
    list.iter().any(|(pattern, _)| fits(pattern, key))
}

fn fits(pattern: &str, key: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => key.starts_with(head) && key.ends_with(tail),
        None => key == pattern,
    }
}

/// What only Terraform says beside Config Connector, and why.
const NOT_IN_CONFIG_CONNECTOR: [(&str, &str); 7] = [
    (
        "api *.disable_on_destroy",
        "an annotation abandons the API instead",
    ),
    (
        "cluster.deletion_protection",
        "it is Terraform's own guard, the API knows nothing of it",
    ),
    (
        "cluster.master_authorized_networks_config",
        "the blocks themselves are compared",
    ),
    (
        "channel.display_name",
        "Config Connector takes the object's name",
    ),
    (
        "alert.notification_channels",
        "the object names the channel by a name of its own",
    ),
    ("sink*", NO_SINK),
    ("role roles/logging.bucketWriter.*", NO_SINK),
];

const NO_SINK: &str = "log sinks are left to the scripts and Terraform";

/// What only Config Connector says, and why.
const ONLY_CONFIG_CONNECTOR: [(&str, &str); 1] = [(
    "alert.notification_channels.name",
    "Terraform and gcloud learn the channel's name when it is made",
)];

/// Where the scripts and Terraform don't agree.
fn differences(scripts: &Facts, terraform: &Facts) -> Vec<String> {
    compare(
        ("scripts", scripts, &ONLY_SCRIPTS),
        terraform,
        &ONLY_TERRAFORM,
    )
}

/// A name, what it says, and what only it says.
type Side<'a> = (&'a str, &'a Facts, &'a [(&'a str, &'a str)]);

fn compare(other: Side<'_>, terraform: &Facts, only_terraform: &[(&str, &str)]) -> Vec<String> {
    let (name, facts, only) = other;
    let mut out = Vec::new();
    for (key, value) in facts {
        match terraform.get(key) {
            Some(right) if right == value => {}
            Some(right) => out.push(format!("{key}: {name} {value}, Terraform {right}")),
            None if listed(only, key) => {}
            None => out.push(format!("{key}: only {name} says {value}")),
        }
    }
    for (key, value) in terraform {
        if !facts.contains_key(key) && !listed(only_terraform, key) {
            out.push(format!("{key}: only Terraform says {value}"));
        }
    }
    out
}

fn config_connector(renderer: &Renderer, named: &Named) -> Facts {
    let files = labs::files(renderer, &named.lab, "kcc/");
    let objects = files.iter().flat_map(|(_, text)| documents(text));
    objects::facts(&objects.collect::<Vec<_>>())
}

#[test]
fn config_connector_describes_the_same_lab() {
    let renderer = labs::renderer();
    let random = (0..super::tools::count()).map(random::lab);
    let labs = labs::shipped().into_iter().chain(labs::variants());
    for named in labs.chain(random) {
        let objects = config_connector(&renderer, &named);
        let files = labs::files(&renderer, &named.lab, "terraform/cluster/");
        let terraform = terraform(&files);
        let side = ("Config Connector", &objects, &ONLY_CONFIG_CONNECTOR[..]);
        let differences = compare(side, &terraform, &NOT_IN_CONFIG_CONNECTOR);
        assert!(differences.is_empty(), "{}: {differences:#?}", named.name);
    }
}

/// Both sides of a lab, from their own text.
fn sides(named: &Named, renderer: &Renderer) -> (Facts, Vec<(String, String)>) {
    let folder = tempfile::tempdir().unwrap();
    labs::write(
        folder.path(),
        &labs::files(renderer, &named.lab, "scripts/"),
    );
    let scripts = commands::facts(&commands::dry_run(folder.path()));
    let files = labs::files(renderer, &named.lab, "terraform/cluster/");
    (scripts, files)
}

#[test]
fn scripts_and_terraform_describe_the_same_lab() {
    if !tool("bash") {
        return;
    }
    let renderer = labs::renderer_of(&["terraform/", "gcloud/"]);
    let random = (0..super::tools::count() / 2).map(random::lab);
    let labs = labs::shipped().into_iter().chain(labs::variants());
    let mut seen = BTreeSet::new();
    for named in labs.chain(random) {
        let (scripts, files) = sides(&named, &renderer);
        let terraform = terraform(&files);
        assert!(terraform.len() > 30, "{}: too little", named.name);
        let differences = differences(&scripts, &terraform);
        assert!(differences.is_empty(), "{}: {differences:#?}", named.name);
        seen.extend(scripts.into_keys().chain(terraform.into_keys()));
    }
    // An exception that no lab needs would hide the next difference.
    for (pattern, why) in ONLY_TERRAFORM.iter().chain(&ONLY_SCRIPTS) {
        let needed = seen.iter().any(|key| fits(pattern, key));
        assert!(needed, "no lab has {pattern} ({why})");
    }
}

/// What could go wrong in a template: text of the Terraform, what stands there instead, and the
/// fact that is no longer the same.
const SLIPS: [(&str, &str, &str); 12] = [
    (
        "\"REGULAR\"",
        "\"RAPID\"",
        "cluster.release_channel.channel",
    ),
    (
        "ADVANCED_DATAPATH",
        "LEGACY_DATAPATH",
        "cluster.datapath_provider",
    ),
    (
        "enable_relay   = true",
        "enable_relay = false",
        "enable_relay",
    ),
    (
        "\"WORKLOADS\",",
        "",
        "cluster.logging_config.enable_components",
    ),
    (
        "10.4.0.0/14",
        "10.5.0.0/16",
        "subnet.secondary_ip_range.0.ip_cidr_range",
    ),
    ("disk_size_gb   = 20", "disk_size_gb = 200", "pool two-spot"),
    (
        "spot           = true",
        "spot = false",
        "pool two-spot.node_config.spot",
    ),
    (
        "max = 3",
        "max = 4",
        "pool two-spot.autoscaling.max_node_count",
    ),
    (
        "GKE_METADATA",
        "GCE_METADATA",
        "workload_metadata_config.mode",
    ),
    (
        "private_ip_google_access = true",
        "",
        "subnet.private_ip_google_access",
    ),
    (
        "roles/container.defaultNodeServiceAccount",
        "roles/editor",
        "role roles/editor",
    ),
    (
        "CLOUD_DNS",
        "PLATFORM_DEFAULT",
        "cluster.dns_config.cluster_dns",
    ),
];

#[test]
fn a_slip_in_a_template_is_found() {
    if !tool("bash") {
        return;
    }
    let renderer = labs::renderer_of(&["terraform/", "gcloud/"]);
    let named = labs::variants().pop().unwrap();
    let (scripts, files) = sides(&named, &renderer);
    for (right, wrong, fact) in SLIPS {
        let there = files.iter().any(|(_, text)| text.contains(right));
        assert!(there, "{right} is nowhere in {}", named.name);
        let slip = |(path, text): &(String, String)| (path.clone(), text.replace(right, wrong));
        let files: Vec<_> = files.iter().map(slip).collect();
        let found = differences(&scripts, &terraform(&files));
        let found = found.join("\n");
        assert!(found.contains(fact), "{right} -> {wrong}: {found:?}");
    }
}
