//! Labs to render: those that are shipped, those that show one thing each, and random ones.

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

/// A lab around this cluster and alert.
fn around(name: &str, cluster: Value, alerting: Option<Value>) -> Named {
    match try_around(name, cluster, alerting) {
        Ok(named) => named,
        Err(findings) => panic!("{findings}"),
    }
}

fn try_around(name: &str, cluster: Value, alerting: Option<Value>) -> Result<Named, String> {
    let mut profile = json!({
        "format": "dplab/v1",
        "name": "lab",
        "cluster": cluster,
        "app": {"use": "online-boutique"},
    });
    if let Some(alerting) = alerting {
        profile["alerting"] = alerting;
    }
    Ok(Named {
        name: name.to_owned(),
        lab: read("profiles/test.yaml", &profile.to_string())?,
    })
}

/// The least cluster, with these keys on top.
fn cluster(keys: Value) -> Value {
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
        "pods": {"name": "p"}, "services": {"name": "s"}}});
    let mail =
        json!({"metric": "denied.all-x", "alert": "denied (all): x", "email": "me@example.com"});
    let one = json!({"metric": "m", "alert": "a", "workload": "redis-cart"});
    vec![
        around("least", cluster(json!({})), Some(one)),
        around("zonal", cluster(json!({"location": "us-east1-b"})), None),
        around("autopilot", cluster(autopilot), None),
        around("autopilot in an existing network", cluster(closed), None),
        around("private", cluster(private), Some(mail)),
        around("DNS endpoint", cluster(dns), None),
        around("existing network", cluster(existing), None),
        around("everything", cluster(everything()), None),
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

const ADDONS: [&str; 7] = [
    "BackupRestore",
    "ConfigConnector",
    "GcePersistentDiskCsiDriver",
    "GcpFilestoreCsiDriver",
    "GcsFuseCsiDriver",
    "HorizontalPodAutoscaling",
    "HttpLoadBalancing",
];
const LOGGING: [&str; 5] = [
    "SYSTEM",
    "WORKLOAD",
    "API_SERVER",
    "SCHEDULER",
    "CONTROLLER_MANAGER",
];
const MONITORING: [&str; 12] = [
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

/// A row of random decisions, the same for the same seed.
struct Dice(u64);

impl Dice {
    /// A number below `sides` (splitmix64).
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn yes(&mut self) -> bool {
        self.roll(2) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }

    /// Each with even chances.
    fn some(&mut self, of: &[&'static str]) -> Vec<&'static str> {
        of.iter().copied().filter(|_| self.yes()).collect()
    }
}

/// A random valid lab. What the checks refuse is thrown again, but not for ever.
pub(super) fn random(seed: u64) -> Named {
    let throws = (0..20).map(|throw| throw_random(seed, throw << 32));
    let mut refused = Vec::new();
    for lab in throws {
        match lab {
            Ok(named) => return named,
            Err(findings) => refused.push(findings),
        }
    }
    panic!(
        "the checks refuse every random lab:\n{}",
        refused.join("\n")
    );
}

fn throw_random(seed: u64, throw: u64) -> Result<Named, String> {
    let mut dice = Dice(seed ^ throw);
    let cluster = if dice.roll(4) == 0 {
        random_autopilot(&mut dice)
    } else {
        random_standard(&mut dice)
    };
    let alerting = dice.yes().then(|| random_alerting(&mut dice));
    try_around(&format!("random {seed}"), cluster, alerting)
}

fn random_alerting(dice: &mut Dice) -> Value {
    let mut alerting = json!({
        "metric": dice.pick(&["m", "denied.all-x", "a.b-c_d"]),
        "alert": dice.pick(&["a", "Denied: all (x)", "x_y.z"]),
    });
    if dice.yes() {
        alerting["workload"] = json!(dice.pick(&["redis-cart", "frontend"]));
    }
    if dice.yes() {
        alerting["email"] = json!("someone+lab@example.com");
    }
    alerting
}

fn random_common(dice: &mut Dice) -> Value {
    let mut out = cluster(json!({
        "project": dice.pick(&["your-project", "a12345", "p-1-2-3"]),
        "name": dice.pick(&["c", "your-cluster", "k8s-1"]),
        "location": dice.pick(&["us-east1", "europe-west4", "asia-south1"]),
        "releaseChannel": dice.pick(&["rapid", "regular", "stable", "extended"]),
        "network": random_network(dice),
        "privateNodes": dice.yes(),
        "deletionProtection": dice.yes(),
        "logging": with_system(dice.some(&LOGGING[1..])),
        "monitoring": with_system(dice.some(&MONITORING[1..])),
    }));
    out["nodeServiceAccount"] = json!(dice.pick(&["nodes-of-lab", "abcdef"]));
    if dice.yes() {
        out["version"] = json!(dice.pick(&["1.33", "1.32.4-gke.1415000"]));
    }
    if dice.yes() {
        out["labels"] = json!({"team": dice.pick(&["a", "b-c"]), "empty": ""});
    }
    out["controlPlane"] = random_control_plane(dice, out["privateNodes"] == json!(true));
    out
}

fn with_system(mut words: Vec<&'static str>) -> Vec<&'static str> {
    words.insert(0, "SYSTEM");
    words
}

fn random_network(dice: &mut Dice) -> Value {
    if dice.roll(3) > 0 {
        return json!({"subnet": {"name": dice.pick(&["s", "nodes-1"]), "range": "10.8.0.0/20"}});
    }
    let mut network = json!({"existing": true, "name": "net", "subnet": {"name": "sub"}});
    if dice.yes() {
        network["pods"] = json!({"name": "p"});
    }
    if dice.yes() {
        network["services"] = json!({"name": "s"});
    }
    network
}

fn random_control_plane(dice: &mut Dice, private: bool) -> Value {
    let mut plane = json!({"dnsAccess": dice.yes(), "privateEndpoint": private && dice.yes()});
    if private && dice.yes() {
        plane["range"] = json!("172.16.0.16/28");
    }
    if dice.yes() {
        let count = dice.roll(3);
        let network = |name| json!({"name": name, "range": "198.51.100.0/24"});
        let networks = (0..count).map(|_| network(dice.pick(&HOSTILE)));
        plane["authorizedNetworks"] = networks.collect();
    }
    plane
}

fn random_autopilot(dice: &mut Dice) -> Value {
    let mut out = random_common(dice);
    out["mode"] = json!("autopilot");
    out["dataplane"] = json!({
        "flowObservability": dice.yes(),
        "fqdnNetworkPolicy": dice.yes(),
        "ciliumClusterwideNetworkPolicy": dice.yes(),
    });
    out
}

fn random_standard(dice: &mut Dice) -> Value {
    let mut out = random_common(dice);
    if dice.yes() {
        out["location"] = json!("us-central1-f");
    }
    let identity = dice.yes();
    out["workloadIdentity"] = json!(identity);
    out["managedPrometheus"] = json!(dice.yes());
    out["maxPodsPerNode"] = json!(dice.pick(&[8, 32, 110, 256]));
    out["dataplane"] = json!({
        "metrics": dice.yes(),
        "flowObservability": dice.yes(),
        "fqdnNetworkPolicy": dice.yes(),
        "ciliumClusterwideNetworkPolicy": dice.yes(),
        "inTransitEncryption": dice.yes(),
        "intraNodeVisibility": dice.yes(),
    });
    let mut dns = json!({"provider": dice.pick(&["kube-dns", "cloud-dns"])});
    if dice.yes() {
        dns["nodeLocalCache"] = json!(dice.yes());
    }
    out["dns"] = dns;
    let mut addons = dice.some(&ADDONS);
    addons.retain(|addon| identity || *addon != "ConfigConnector");
    out["addons"] = json!(addons);
    let pools = 1 + dice.roll(3);
    out["nodePools"] = (0..pools).map(|n| random_pool(dice, n)).collect();
    out
}

fn random_pool(dice: &mut Dice, number: usize) -> Value {
    let (machine, disk) = dice.pick(&[
        ("e2-standard-2", "pd-standard"),
        ("n2d-highmem-8", "pd-balanced"),
        ("e2-custom-4-8192", "pd-ssd"),
        ("n4-standard-4", "hyperdisk-balanced"),
    ]);
    let mut pool = json!({
        "name": format!("pool-{number}"),
        "machineType": machine,
        "diskType": disk,
        "diskSizeGb": dice.pick(&[10, 50, 65536]),
        "imageType": dice.pick(&["COS_CONTAINERD", "UBUNTU_CONTAINERD"]),
        "spot": dice.yes(),
    });
    if dice.yes() {
        pool["autoscaling"] = json!({"min": dice.roll(2), "max": 1 + dice.roll(4)});
    } else {
        pool["nodesPerZone"] = json!(1 + dice.roll(3));
    }
    if dice.yes() {
        pool["labels"] = json!({"example.com/a": "b", "plain": dice.pick(&["", "x.y_z"])});
    }
    pool
}

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
    let text = |file: &Planned| match renderer.render(file.template, &file.view) {
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
