//! Labs to render: those that are shipped, and those that show one thing each.

use std::path::{Path, PathBuf};

use camino::Utf8Path;
use dplab::check;
use dplab::model::Lab;
use dplab::plan::{self, Planned};
use dplab::profile::{self, layer};
use dplab::render::{Catalog, Renderer};
use dplab::source::SourceMap;
use serde_json::{Value, json};

/// A lab and what to call it in a message.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) lab: Lab,
}

struct Disk;

impl layer::Files for Disk {
    fn read(&self, path: &Utf8Path) -> std::io::Result<String> {
        std::fs::read_to_string(path)
    }
}

/// The lab of a profile, or what is wrong with it.
fn read(path: &str, text: &str) -> Result<Lab, String> {
    let mut sources = SourceMap::default();
    let id = sources.add(path, text.to_owned());
    let read = profile::read(&mut sources, &Disk, id, &layer::Overrides::default());
    let raw = read.value.filter(|_| read.findings.is_empty());
    let raw = raw.ok_or_else(|| format!("{text}\n{:?}", read.findings))?;
    let checked = check::lab(&raw);
    checked
        .value
        .ok_or_else(|| format!("{text}\n{:?}", checked.findings))
}

/// The profiles that come with dplab.
pub(super) fn shipped() -> Vec<Named> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "yaml"));
    paths.sort();
    let named = |path: &PathBuf| Named {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        lab: read(
            path.to_str().unwrap(),
            &std::fs::read_to_string(path).unwrap(),
        )
        .unwrap(),
    };
    paths.iter().map(named).collect()
}

/// A lab around this cluster, with these keys beside it.
fn around(name: &str, cluster: Value, beside: Value) -> Named {
    match try_around(name, cluster, beside) {
        Ok(named) => named,
        Err(findings) => panic!("{findings}"),
    }
}

pub(super) fn try_around(name: &str, cluster: Value, beside: Value) -> Result<Named, String> {
    let mut profile = json!({
        "format": "dplab/v1",
        "name": "lab",
        "cluster": cluster,
        "app": {"use": "online-boutique"},
    });
    if let (Some(profile), Value::Object(keys)) = (profile.as_object_mut(), beside) {
        profile.extend(keys);
    }
    Ok(Named {
        name: name.to_owned(),
        lab: read("profiles/test.yaml", &profile.to_string())?,
    })
}

/// The least cluster, with these keys on top.
pub(super) fn cluster(keys: Value) -> Value {
    let mut cluster = json!({"project": "your-project", "name": "lab", "location": "us-east1"});
    if let (Some(cluster), Value::Object(keys)) = (cluster.as_object_mut(), keys) {
        cluster.extend(keys);
    }
    cluster
}

/// What a text could do to a file that takes it in without care.
pub(super) const HOSTILE: [&str; 12] = [
    "a\"b\\c",
    "${x}",
    "%{if true}",
    "{{ project }}",
    "# no comment",
    "$${a}%%{b}",
    "$$${a}",
    "<<EOT",
    "*/ x /*",
    "'; rm",
    "ü⟨é⟩ 日本",
    "\\u0041 \\n",
];

/// A lab for each thing that Terraform writes in a way of its own.
pub(super) fn variants() -> Vec<Named> {
    let autopilot = json!({"mode": "autopilot", "dataplane": {
        "flowObservability": true, "fqdnNetworkPolicy": true, "ciliumClusterwideNetworkPolicy": true,
    }});
    let closed = json!({"mode": "autopilot", "privateNodes": true,
        "network": {"existing": true, "name": "net", "subnet": {"name": "sub"}},
        "controlPlane": {"authorizedNetworks": []}});
    let hostile = HOSTILE.map(|name| json!({"name": name, "range": "203.0.113.0/24"}));
    let private = json!({"privateNodes": true, "deletionProtection": true, "controlPlane": {
        "authorizedNetworks": hostile, "privateEndpoint": true, "range": "172.16.0.0/28"}});
    let dns = json!({"controlPlane": {"dnsAccess": true}, "network": {"nat": true}});
    let existing = json!({"managedPrometheus": false, "workloadIdentity": false,
        "releaseChannel": "extended", "dns": {"nodeLocalCache": true}, "network": {
        "existing": true, "name": "net", "subnet": {"name": "sub"},
        "proxySubnet": {"range": "10.64.0.0/23"},
        "pods": {"name": "p"}, "services": {"name": "s"}}});
    let mail = json!({"alerting": {
        "metric": "denied.all-x", "alert": "denied (all): x", "email": "me@example.com"}});
    let one = json!({"alerting": {"metric": "m", "alert": "a", "workload": "redis-cart"}});
    let topic = json!({"destination": "pubsub.googleapis.com/projects/your-project/topics/logs"});
    let bucket = json!({"destination": "storage.googleapis.com/logs.example.com",
        "connections": "denied", "name": "to-bucket"});
    let on_metric = json!({"logSink": topic, "alerting": {"condition": "metric-threshold",
        "threshold": {"value": 7, "alignmentPeriodMinutes": 1, "durationMinutes": 3},
        "email": "me@example.com"}});
    let log_bucket = |project| {
        let place = format!("projects/{project}/locations/eu/buckets/logs");
        json!({"logSink": {"destination": format!("logging.googleapis.com/{place}")}})
    };
    let zonal = || cluster(json!({"location": "us-east1-b"}));
    let none = || json!({});
    vec![
        around("least", cluster(json!({})), one),
        around("zonal", zonal(), json!({"logSink": bucket})),
        around("autopilot", cluster(autopilot), none()),
        around("autopilot in an existing network", cluster(closed), none()),
        around("private", cluster(private), mail),
        around("DNS endpoint", cluster(dns), none()),
        around("existing network", cluster(existing), none()),
        around("metric alert and topic", zonal(), on_metric),
        around("log bucket", zonal(), log_bucket("your-project")),
        around("log bucket elsewhere", zonal(), log_bucket("company-logs")),
        around("everything", cluster(everything()), none()),
    ]
}

fn everything() -> Value {
    json!({
        "version": "1.33",
        "dataplane": {
            "metrics": true, "flowObservability": true, "fqdnNetworkPolicy": true,
            "ciliumClusterwideNetworkPolicy": true, "inTransitEncryption": true,
            "intraNodeVisibility": true,
        },
        "dns": {"provider": "cloud-dns", "nodeLocalCache": false},
        "addons": ADDONS,
        "gatewayApi": true,
        "network": {"proxySubnet": {"name": "proxies", "range": "10.64.0.0/26"}},
        "maxPodsPerNode": 64,
        "logging": LOGGING,
        "monitoring": MONITORING,
        "labels": {"team": "net", "cost-centre": "a_1"},
        "nodePools": [
            {"name": "one", "machineType": "e2-standard-4", "nodesPerZone": 1,
             "labels": {"example.com/pool": "one", "plain": ""}},
            {"name": "two-spot", "autoscaling": {"min": 0, "max": 3}, "spot": true,
             "imageType": "UBUNTU_CONTAINERD", "diskType": "pd-ssd", "diskSizeGb": 20},
        ],
    })
}

pub(super) const ADDONS: [&str; 7] = [
    "BackupRestore",
    "ConfigConnector",
    "GcePersistentDiskCsiDriver",
    "GcpFilestoreCsiDriver",
    "GcsFuseCsiDriver",
    "HorizontalPodAutoscaling",
    "HttpLoadBalancing",
];
pub(super) const LOGGING: [&str; 5] = [
    "SYSTEM",
    "WORKLOAD",
    "API_SERVER",
    "SCHEDULER",
    "CONTROLLER_MANAGER",
];
pub(super) const MONITORING: [&str; 12] = [
    "SYSTEM",
    "API_SERVER",
    "SCHEDULER",
    "CONTROLLER_MANAGER",
    "STORAGE",
    "POD",
    "DEPLOYMENT",
    "STATEFULSET",
    "DAEMONSET",
    "HPA",
    "KUBELET",
    "CADVISOR",
];

/// The templates of these folders, loaded.
pub(super) fn renderer_of(folders: &[&str]) -> Renderer {
    let catalog = Catalog::built_in().unwrap();
    let wanted = |name: &str| folders.iter().any(|folder| name.starts_with(folder));
    let templates = catalog.iter().filter(|(name, _)| wanted(name));
    let templates = templates.map(|(name, it)| (name.to_owned(), it.text().to_owned()));
    Renderer::new(&Catalog::of(templates).unwrap()).unwrap()
}

/// The templates that these tests are about.
pub(super) fn renderer() -> Renderer {
    renderer_of(&["terraform/", "kcc/"])
}

/// The files of a lab below a folder: path and text.
pub(super) fn files(renderer: &Renderer, lab: &Lab, folder: &str) -> Vec<(String, String)> {
    let mut planned = plan::plan(lab).unwrap();
    planned.extend(plan::on_request(lab).unwrap());
    planned.retain(|file| file.path.as_str().starts_with(folder));
    let text = |file: &Planned| match renderer.render(file.template, file.view.as_ref()) {
        Ok(text) => (file.path.as_str().to_owned(), text),
        Err(error) => panic!("{}: {error}", file.path.as_str()),
    };
    planned.iter().map(text).collect()
}

/// Writes files below a folder.
pub(super) fn write(folder: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}
