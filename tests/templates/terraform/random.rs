//! Random valid labs, the same for the same seed.

use serde_json::{Value, json};

use super::labs::{ADDONS, HOSTILE, LOGGING, MONITORING, Named, cluster, try_around};

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
pub(super) fn lab(seed: u64) -> Named {
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
    let mut beside = json!({});
    if dice.yes() {
        beside["alerting"] = random_alerting(&mut dice);
    }
    if dice.roll(3) == 0 {
        beside["logSink"] = random_sink(&mut dice);
    }
    try_around(&format!("random {seed}"), cluster, beside)
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
    if dice.yes() {
        alerting["condition"] = json!("metric-threshold");
        alerting["threshold"] = json!({"value": dice.roll(3), "durationMinutes": dice.roll(10)});
    } else if dice.yes() {
        alerting["notificationRateLimitSeconds"] = json!(1 + dice.roll(1000));
    }
    alerting
}

fn random_sink(dice: &mut Dice) -> Value {
    json!({
        "destination": dice.pick(&[
            "pubsub.googleapis.com/projects/your-project/topics/a~b+c%d",
            "pubsub.googleapis.com/projects/another-project/topics/logs",
            "storage.googleapis.com/logs_of.example.com",
            "logging.googleapis.com/projects/your-project/locations/global/buckets/_Default",
            "logging.googleapis.com/projects/another-project/locations/us-east1/buckets/a.b",
        ]),
        "connections": dice.pick(&["all", "denied"]),
    })
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
        let subnet = json!({"name": dice.pick(&["s", "nodes-1"]), "range": "10.8.0.0/20"});
        let mut network = json!({"subnet": subnet});
        if dice.yes() {
            network["proxySubnet"] = dice.pick(&["{}", r#"{"name": "p"}"#]).parse().unwrap();
        }
        return network;
    }
    let mut network = json!({"existing": true, "name": "net", "subnet": {"name": "sub"}});
    if dice.yes() {
        network["proxySubnet"] = json!({"range": "10.64.0.0/26"});
    }
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
    out["gatewayApi"] = json!(dice.yes());
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
