//! What Kubernetes made behind one's back is found and deleted, and nothing of anybody else.

use serde_json::{Value, json};

use super::bench::{Bench, text};
use super::failure::fails_anywhere;
use super::rendered::lab;
use super::{CLEAN_UP, VERIFY};
use crate::support::tool;

const UP: [&str; 5] = [
    "scripts/10-enable-apis.sh",
    "scripts/11-create-network.sh",
    "scripts/12-create-service-account.sh",
    "scripts/13-create-cluster.sh",
    "scripts/20-deploy-app.sh",
];

/// A lab that is up, with a way in over HTTP, in a cloud where others have load balancers too.
fn up(name: &str, state: &Value) -> Bench {
    let bench = Bench::new(&lab(name));
    bench.set("state.json", state);
    let mut world = bench.get("world.json");
    world["ingresses"] = json!(["default/shop"]);
    bench.set("world.json", &world);
    let there = |step: &&&str| bench.path("lab").join(step).exists();
    for step in UP.iter().filter(there) {
        bench.fine(step, &[]);
    }
    bench
}

/// Load balancers of others, one of them on a group of this lab.
fn of_others() -> Value {
    let theirs = json!({"network": "https://compute/networks/theirs", "zone": "us-east1-b"});
    let company = json!({"description": "", "name": "company"});
    json!({
        "networks": {"theirs": {"description": "", "name": "theirs"}, "company": company},
        "subnets": {"company-east": {"network": "company"}, "company-proxies": {
            "network": "company", "purpose": "REGIONAL_MANAGED_PROXY", "role": "ACTIVE",
            "ipCidrRange": "10.129.0.0/23",
        }},
        "groups": {"k8s1-theirs": theirs},
        "checks": {"k8s1-theirs": {}},
        "backends": {"k8s1-theirs": {
            "backends": [{"group": "https://compute/us-east1-b/k8s1-theirs"}],
            "healthChecks": ["https://compute/k8s1-theirs"],
        }},
        "maps": {"k8s2-um-theirs": {"pathMatchers": [{"service": "https://compute/backendServices/k8s1-theirs"}]}},
        "proxies": {"k8s2-tp-theirs": {"urlMap": "https://compute/k8s2-um-theirs"}},
        "forwarding": {"k8s2-fr-theirs": {"target": "https://compute/k8s2-tp-theirs"}},
        "addresses": {"theirs": {"network": "https://compute/networks/theirs", "region": "us-east1"}},
    })
}

/// What is there of all kinds.
fn names(state: &Value) -> Vec<String> {
    let kinds = state.as_object().unwrap().iter();
    let things = kinds.filter(|(kind, _)| *kind != "apis");
    let things = things.filter_map(|(kind, things)| Some((kind, things.as_object()?)));
    let mut names: Vec<String> = things
        .flat_map(|(kind, things)| things.keys().map(move |name| format!("{kind} {name}")))
        .collect();
    names.sort();
    names
}

#[test]
fn load_balancers_that_outlived_the_cluster_go_too() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let others = of_others();
    let bench = up("zonal", &others);
    // As after a deletion of the cluster by hand: nobody told Kubernetes to take anything down.
    let mut state = bench.get("state.json");
    state["clusters"] = json!({});
    bench.set("state.json", &state);
    let left = bench.run(VERIFY, &[], &[]);
    assert_eq!(left.status.code(), Some(1));
    let told = text(&left);
    for line in [
        "left: of a load balancer (forwarding-rules): k8s1-0003-fr",
        "left: of a load balancer (forwarding-rules): gkegw1-0003-fr",
        "left: of a load balancer (target-http-proxies): k8s1-0003-tp",
        "left: of a load balancer (url-maps): gkegw1-0003-um",
        "left: of a load balancer (backend-services): gkegw1-0003-b",
        "left: of a load balancer (health-checks): gkegw1-0003-b",
        "left: of a load balancer (http-health-checks): k8s-0a1b0002-node",
        "left: address gateway-0003",
        "left: network endpoint group k8s1-0003-k8s1",
    ] {
        assert!(told.lines().any(|l| l == line), "{line}:\n{told}");
    }
    assert!(!told.contains("theirs"), "{told}");
    let every = std::env::var("DPLAB_EVERY_FAILURE").is_ok_and(|value| value == "1");
    let mut turn = 0;
    fails_anywhere(&bench, CLEAN_UP, &["--yes"], &[], || {
        turn += 1;
        every || turn % 13 == 0
    });
    bench.fine(VERIFY, &[]);
    assert_eq!(names(&bench.state()), names(&others));
}

#[test]
fn in_a_network_of_others_kubernetes_takes_down_what_it_made() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let others = of_others();
    let bench = up("existing", &others);
    bench.fine(CLEAN_UP, &["--yes"]);
    bench.fine(VERIFY, &[]);
    let mut end = names(&bench.state());
    // What the cluster's own deletion leaves in a network that isn't the lab's can't be told apart.
    end.retain(|name| name != "groups k8s1-0a1b" && !name.starts_with("firewalls gke-"));
    assert_eq!(end, names(&others));
}
