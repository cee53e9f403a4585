//! The gcloud scripts' own words, from a dry run, and what they would make.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

use super::{Facts, add, flatten, snake_case};

/// The scripts that make what Terraform makes.
const SCRIPTS: [&str; 6] = [
    "enable-apis",
    "create-network",
    "create-service-account",
    "create-cluster",
    "create-alerting",
    "create-log-sink",
];

/// A dry run would delete the files that it has written; here they stay, to be read.
const RUN: &str = r#"rm() { :; }; export -f rm; exec bash "$1""#;

/// Runs the scripts dry and gives the commands that they show, as words.
pub(super) fn dry_run(folder: &Path) -> Vec<Vec<String>> {
    let scripts = folder.join("scripts");
    let mut paths: Vec<_> = std::fs::read_dir(&scripts)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            SCRIPTS
                .iter()
                .any(|name| path.to_string_lossy().contains(name))
        })
        .collect();
    paths.sort();
    let mut commands = Vec::new();
    for path in paths {
        let run = Command::new("bash")
            .args(["-c", RUN, "bash"])
            .arg(&path)
            .env("DRY_RUN", "1")
            .env("TMPDIR", folder)
            .env_remove("PROJECT_ID")
            .env_remove("CLUSTER_NAME")
            .env_remove("LOCATION")
            .output()
            .unwrap();
        let said = String::from_utf8(run.stdout).unwrap();
        let complained = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{}: {complained}", path.display());
        commands.extend(said.lines().map(|line| shlex::split(line).unwrap()));
    }
    commands
}

/// A gcloud command: what it does, to what, and how.
struct Gcloud {
    verb: String,
    names: Vec<String>,
    flags: BTreeMap<String, String>,
}

impl Gcloud {
    fn read(words: &[String], verb: &str) -> Option<Gcloud> {
        let line = words.join(" ");
        let rest = line.strip_prefix("gcloud ")?.strip_prefix(verb)?;
        rest.starts_with(' ').then_some(())?;
        let count = 1 + verb.split(' ').count();
        let (flags, names): (Vec<_>, Vec<_>) = words[count..]
            .iter()
            .cloned()
            .partition(|word| word.starts_with("--"));
        let flag = |flag: &String| {
            let (name, value) = flag[2..].split_once('=').unwrap_or((&flag[2..], "true"));
            (name.to_owned(), value.to_owned())
        };
        Some(Gcloud {
            verb: verb.to_owned(),
            names,
            flags: flags.iter().map(flag).collect(),
        })
    }

    /// Takes a flag, so that what nobody takes is noticed.
    fn take(&mut self, flag: &str) -> Option<String> {
        self.flags.remove(flag)
    }

    fn on(&mut self, flag: &str) -> bool {
        self.take(flag).is_some()
    }

    fn text(&mut self, flag: &str) -> Value {
        self.take(flag).map_or(Value::Null, Value::String)
    }

    fn number(&mut self, flag: &str) -> Value {
        self.take(flag)
            .map_or(Value::Null, |n| json!(n.parse::<i64>().unwrap()))
    }

    fn list(&mut self, flag: &str) -> Vec<String> {
        let list = self.take(flag).unwrap_or_default();
        list.split(',')
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn pairs(&mut self, flag: &str) -> Value {
        let list = self.list(flag);
        let pairs = list.iter().map(|pair| pair.split_once('=').unwrap());
        pairs
            .map(|(key, value)| (key.to_owned(), json!(value)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn file(&mut self, flag: &str) -> Value {
        let text = std::fs::read_to_string(self.take(flag).unwrap()).unwrap();
        snake_case(serde_json::from_str(&text).unwrap())
    }

    fn done(mut self) {
        for said in ["quiet", "format", "condition", "filter", "enabled"] {
            self.flags.remove(said);
        }
        assert!(
            self.flags.is_empty(),
            "{}: nobody reads {:?}",
            self.verb,
            self.flags
        );
    }
}

/// How a command is read: its verb, and what it says.
type Reader = (&'static str, fn(&mut Gcloud, &mut Facts));

const READERS: [Reader; 19] = [
    ("services enable", services),
    ("compute networks create", network),
    ("compute networks subnets create", subnet),
    ("compute routers create", router),
    ("compute routers nats create", nat),
    ("iam service-accounts create", account),
    ("projects add-iam-policy-binding", binding),
    ("container clusters create", standard),
    ("container clusters create-auto", autopilot),
    ("container clusters update", update),
    ("container node-pools create", pool),
    ("container node-pools delete", no_default_pool),
    ("logging metrics create", metric),
    ("beta monitoring channels create", channel),
    ("alpha monitoring policies create", alert),
    ("container node-pools update", update),
    ("logging sinks create", sink),
    ("pubsub topics add-iam-policy-binding", topic_role),
    ("storage buckets add-iam-policy-binding", bucket_role),
];

/// What the commands would make. Look-ups say nothing of it.
pub(super) fn facts(commands: &[Vec<String>]) -> Facts {
    let mut facts = Facts::new();
    for words in commands {
        let looks = ["describe", "list", "get-iam-policy"];
        if words
            .iter()
            .take(6)
            .any(|word| looks.contains(&word.as_str()))
        {
            continue;
        }
        let read = |(verb, _): &&Reader| Gcloud::read(words, verb).is_some();
        let reader = READERS.iter().find(read);
        let (verb, reader) = reader.unwrap_or_else(|| panic!("nobody reads {words:?}"));
        let mut command = Gcloud::read(words, verb).unwrap();
        reader(&mut command, &mut facts);
        command.done();
    }
    facts
}

fn services(it: &mut Gcloud, facts: &mut Facts) {
    let project = it.text("project");
    for name in &it.names {
        let values = json!({"service": name, "project": project});
        flatten(&format!("api {name}"), &values, facts);
    }
}

fn network(it: &mut Gcloud, facts: &mut Facts) {
    let values = json!({
        "name": it.names[0],
        "project": it.text("project"),
        "auto_create_subnetworks": it.text("subnet-mode") != json!("custom"),
        "routing_mode": it.text("bgp-routing-mode").as_str().unwrap().to_uppercase(),
        "description": it.text("description"),
    });
    flatten("network", &values, facts);
}

fn subnet(it: &mut Gcloud, facts: &mut Facts) {
    let range = |pair: &String| {
        let (name, range) = pair.split_once('=').unwrap();
        json!({"range_name": name, "ip_cidr_range": range})
    };
    let ranges: Vec<Value> = it.list("secondary-range").iter().map(range).collect();
    let mut values = json!({
        "name": it.names[0],
        "project": it.text("project"),
        "region": it.text("region"),
        "network": it.text("network"),
        "ip_cidr_range": it.text("range"),
        "secondary_ip_range": ranges,
        "purpose": it.text("purpose"),
        "role": it.text("role"),
        "description": it.text("description"),
    });
    if it.on("enable-private-ip-google-access") {
        values["private_ip_google_access"] = json!(true);
    }
    let key = super::subnet(values.get("purpose"));
    flatten(&key, &values, facts);
}

fn router(it: &mut Gcloud, facts: &mut Facts) {
    let values = json!({
        "name": it.names[0],
        "project": it.text("project"),
        "region": it.text("region"),
        "network": it.text("network"),
        "description": it.text("description"),
    });
    flatten("router", &values, facts);
}

fn nat(it: &mut Gcloud, facts: &mut Facts) {
    let auto = it.on("auto-allocate-nat-external-ips");
    let all = it.on("nat-all-subnet-ip-ranges");
    let values = json!({
        "name": it.names[0],
        "project": it.text("project"),
        "region": it.text("region"),
        "router": it.text("router"),
        "nat_ip_allocate_option": auto.then_some("AUTO_ONLY"),
        "source_subnetwork_ip_ranges_to_nat": all.then_some("ALL_SUBNETWORKS_ALL_IP_RANGES"),
    });
    flatten("nat", &values, facts);
}

fn account(it: &mut Gcloud, facts: &mut Facts) {
    let values = json!({
        "account_id": it.names[0],
        "project": it.text("project"),
        "display_name": it.text("display-name"),
        "description": it.text("description"),
    });
    flatten("account", &values, facts);
}

fn binding(it: &mut Gcloud, facts: &mut Facts) {
    let role = it.text("role");
    let values = json!({"role": role, "project": it.names[0], "member": it.text("member")});
    flatten(&format!("role {}", role.as_str().unwrap()), &values, facts);
}

/// What `create` and `create-auto` share.
fn cluster(it: &mut Gcloud, facts: &mut Facts) -> Value {
    let words = |words: Vec<String>, long: &[(&str, &str)]| -> Vec<String> {
        let word = |word: String| {
            let found = long.iter().find(|(short, _)| *short == word);
            found.map_or(word.clone(), |(_, long)| (*long).to_owned())
        };
        words.into_iter().map(word).collect()
    };
    let system = ("SYSTEM", "SYSTEM_COMPONENTS");
    let api = ("API_SERVER", "APISERVER");
    let mut values = json!({
        "name": it.names[0],
        "project": it.text("project"),
        "location": it.text("location"),
        "network": it.text("network"),
        "subnetwork": it.text("subnetwork"),
        "release_channel": {"channel": it.text("release-channel").as_str().unwrap().to_uppercase()},
        "min_master_version": it.text("cluster-version"),
        "ip_allocation_policy": {
            "cluster_secondary_range_name": it.text("cluster-secondary-range-name"),
            "services_secondary_range_name": it.text("services-secondary-range-name"),
        },
        "resource_labels": it.pairs("labels"),
        "logging_config": {"enable_components":
            words(it.list("logging"), &[system, ("WORKLOAD", "WORKLOADS"), api])},
        "monitoring_config": {"enable_components": words(it.list("monitoring"), &[system, api]),
            "advanced_datapath_observability_config": {
                "enable_relay": it.on("enable-dataplane-v2-flow-observability")}},
        // gcloud's default since 1.12.
        "master_auth": {"client_certificate_config": {
            "issue_client_certificate": it.on("issue-client-certificate")}},
        "enable_cilium_clusterwide_network_policy":
            it.on("enable-cilium-clusterwide-network-policy"),
        "enable_fqdn_network_policy": it.on("enable-fqdn-network-policy"),
    });
    if it.on("enable-private-nodes") {
        values["private_cluster_config"] = json!({
            "enable_private_nodes": true,
            "enable_private_endpoint": it.on("enable-private-endpoint"),
            "master_ipv4_cidr_block": it.text("master-ipv4-cidr"),
        });
    }
    if it.on("enable-master-authorized-networks") {
        let block = |range: &String| json!({"cidr_block": range});
        let blocks: Vec<Value> = it
            .list("master-authorized-networks")
            .iter()
            .map(block)
            .collect();
        values["master_authorized_networks_config"] = json!({"cidr_blocks": blocks});
        add(
            facts,
            "cluster.master_authorized_networks_config",
            json!(true),
        );
    }
    if it.on("enable-dns-access") {
        let endpoint = json!({"allow_external_traffic": true});
        values["control_plane_endpoints_config"] = json!({"dns_endpoint_config": endpoint});
    }
    values
}

fn autopilot(it: &mut Gcloud, facts: &mut Facts) {
    let mut values = cluster(it, facts);
    values["enable_autopilot"] = json!(true);
    let account = it.text("service-account");
    values["cluster_autoscaling"] =
        json!({"auto_provisioning_defaults": {"service_account": account}});
    // Always on with Autopilot.
    values["monitoring_config"]["advanced_datapath_observability_config"]["enable_metrics"] =
        json!(true);
    flatten("cluster", &values, facts);
}

fn standard(it: &mut Gcloud, facts: &mut Facts) {
    let mut values = cluster(it, facts);
    values["datapath_provider"] =
        json!(it.on("enable-dataplane-v2").then_some("ADVANCED_DATAPATH"));
    values["networking_mode"] = json!(it.on("enable-ip-alias").then_some("VPC_NATIVE"));
    values["default_max_pods_per_node"] = it.number("default-max-pods-per-node");
    values["enable_shielded_nodes"] = json!(it.on("enable-shielded-nodes"));
    values["enable_intranode_visibility"] = json!(it.on("enable-intra-node-visibility"));
    values["initial_node_count"] = it.number("num-nodes");
    values["node_config"] = node_config(it);
    let on = it.on("enable-managed-prometheus");
    let off = it.on("no-enable-managed-prometheus");
    assert!(on != off, "GKE chooses whether there is managed Prometheus");
    values["monitoring_config"]["managed_prometheus"] = json!({"enabled": on});
    values["monitoring_config"]["advanced_datapath_observability_config"]["enable_metrics"] =
        json!(it.on("enable-dataplane-v2-metrics"));
    if let Some(pool) = it.take("workload-pool") {
        values["workload_identity_config"] = json!({"workload_pool": pool});
    }
    if let Some(encryption) = it.take("in-transit-encryption") {
        let word = encryption.replace('-', "_").to_uppercase();
        values["in_transit_encryption_config"] = json!(format!("IN_TRANSIT_ENCRYPTION_{word}"));
    }
    if let Some(channel) = it.take("gateway-api") {
        let channel = format!("CHANNEL_{}", channel.to_uppercase());
        values["gateway_api_config"] = json!({"channel": channel});
    }
    if it.take("cluster-dns").as_deref() == Some("clouddns") {
        let scope = format!(
            "{}_SCOPE",
            it.take("cluster-dns-scope").unwrap().to_uppercase()
        );
        values["dns_config"] = json!({"cluster_dns": "CLOUD_DNS", "cluster_dns_scope": scope});
    }
    values["addons_config"] = it
        .list("addons")
        .iter()
        .map(|word| addon(word, true))
        .collect();
    flatten("cluster", &values, facts);
}

/// gcloud's word of an add-on -> Terraform's block.
fn addon(word: &str, on: bool) -> (String, Value) {
    let (block, negative) = match word {
        "BackupRestore" => ("gke_backup_agent_config", false),
        "ConfigConnector" => ("config_connector_config", false),
        "GcePersistentDiskCsiDriver" => ("gce_persistent_disk_csi_driver_config", false),
        "GcpFilestoreCsiDriver" => ("gcp_filestore_csi_driver_config", false),
        "GcsFuseCsiDriver" => ("gcs_fuse_csi_driver_config", false),
        "HorizontalPodAutoscaling" => ("horizontal_pod_autoscaling", true),
        "HttpLoadBalancing" => ("http_load_balancing", true),
        "NodeLocalDNS" => ("dns_cache_config", false),
        other => panic!("the add-on {other}"),
    };
    let value = if negative {
        json!({"disabled": !on})
    } else {
        json!({"enabled": on})
    };
    (block.to_owned(), value)
}

fn update(it: &mut Gcloud, facts: &mut Facts) {
    it.take("project");
    it.take("location");
    if it.on("enable-fqdn-network-policy") {
        facts.insert("cluster.enable_fqdn_network_policy".to_owned(), json!(true));
    }
    for pair in it.list("update-addons") {
        let (word, state) = pair.split_once('=').unwrap();
        let (block, value) = addon(word, state == "ENABLED");
        flatten(&format!("cluster.addons_config.{block}"), &value, facts);
    }
}

/// The nodes of the first pool, or of another.
fn node_config(it: &mut Gcloud) -> Value {
    let scopes = it.list("scopes");
    let scope = |word: &String| format!("https://www.googleapis.com/auth/{word}");
    let mut values = json!({
        "machine_type": it.text("machine-type"),
        "disk_type": it.text("disk-type"),
        "disk_size_gb": it.number("disk-size"),
        "image_type": it.text("image-type"),
        "service_account": it.text("service-account"),
        "oauth_scopes": scopes.iter().map(scope).collect::<Vec<_>>(),
        "shielded_instance_config": {
            "enable_secure_boot": it.on("shielded-secure-boot"),
            "enable_integrity_monitoring": it.on("shielded-integrity-monitoring"),
        },
    });
    if let Some(mode) = it.take("workload-metadata") {
        values["workload_metadata_config"] = json!({"mode": mode});
    }
    values
}

fn pool(it: &mut Gcloud, facts: &mut Facts) {
    let mut config = node_config(it);
    config["spot"] = json!(it.on("spot"));
    config["labels"] = it.pairs("node-labels");
    let mut values = json!({
        "name": it.names[0],
        "project": it.text("project"),
        "cluster": it.text("cluster"),
        "location": it.text("location"),
        "node_config": config,
        // Both are gcloud's default.
        "management": {
            "auto_repair": !it.on("no-enable-autorepair"),
            "auto_upgrade": !it.on("no-enable-autoupgrade"),
        },
    });
    let nodes = it.number("num-nodes");
    if it.on("enable-autoscaling") {
        values["initial_node_count"] = nodes;
        values["autoscaling"] = json!({
            "min_node_count": it.number("min-nodes"),
            "max_node_count": it.number("max-nodes"),
        });
    } else {
        values["node_count"] = nodes;
    }
    flatten(&format!("pool {}", it.names[0]), &values, facts);
}

fn no_default_pool(it: &mut Gcloud, facts: &mut Facts) {
    for flag in ["cluster", "project", "location"] {
        it.take(flag);
    }
    assert_eq!(it.names, ["default-pool"]);
    add(facts, "cluster.remove_default_node_pool", json!(true));
}

fn metric(it: &mut Gcloud, facts: &mut Facts) {
    let mut values = it.file("config-from-file");
    values["name"] = json!(it.names[0]);
    values["project"] = it.text("project");
    flatten("metric", &values, facts);
}

fn channel(it: &mut Gcloud, facts: &mut Facts) {
    let mut values = it.file("channel-content-from-file");
    values["project"] = it.text("project");
    flatten("channel", &values, facts);
}

fn alert(it: &mut Gcloud, facts: &mut Facts) {
    let mut values = it.file("policy-from-file");
    values["project"] = it.text("project");
    flatten("alert", &values, facts);
}

fn sink(it: &mut Gcloud, facts: &mut Facts) {
    let values = json!({
        "name": it.names[0],
        "destination": it.names[1],
        "project": it.text("project"),
        "description": it.text("description"),
        "filter": it.text("log-filter"),
        // gcloud asks for an account of its own by itself.
        "unique_writer_identity": true,
    });
    flatten("sink", &values, facts);
}

fn topic_role(it: &mut Gcloud, facts: &mut Facts) {
    let values = json!({
        "topic": it.names[0],
        "project": it.text("project"),
        "role": it.text("role"),
        "member": it.text("member"),
    });
    flatten("sink's role", &values, facts);
}

fn bucket_role(it: &mut Gcloud, facts: &mut Facts) {
    it.take("project");
    let values = json!({
        "bucket": it.names[0].strip_prefix("gs://"),
        "role": it.text("role"),
        "member": it.text("member"),
    });
    flatten("sink's role", &values, facts);
}
