//! The whole lab against the simulator: up, again, and down; and when it goes otherwise.

use serde_json::json;

use super::bench::{Bench, text};
use super::rendered::lab;
use super::{CLEAN_UP, RUN, VERIFY};
use crate::support::tool;

#[test]
fn the_whole_lab_runs_again_and_leaves_nothing() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let bench = Bench::new(&lab("online-boutique"));
    bench.set("state.json", &somebody_elses());
    let told = bench.fine(RUN, &[]);
    assert_eq!(
        told.matches(" ok\n").count(),
        24,
        "each probe of each stage, twice:\n{told}"
    );
    let results = bench.results();
    assert_eq!(results.len(), 12);
    assert!(results.iter().all(|result| result["ok"] == true));
    assert_eq!(
        results[2]["measured"],
        json!({"verdict": "denied", "logged": false})
    );
    assert_eq!(
        results[7]["expected"],
        json!({"verdict": null, "logged": null})
    );

    let graded = bench.grade("online-boutique");
    assert_eq!(graded.status.code(), Some(0), "{}", text(&graded));

    bench.fine("scripts/50-read-logs.sh", &["deny-logging"]);
    let filters: Vec<String> = bench
        .calls()
        .into_iter()
        .filter_map(|call| call.get(3).cloned())
        .collect();
    assert!(
        filters.contains(&results[4]["filter"].as_str().unwrap().to_owned()),
        "{filters:?}"
    );

    let state = bench.state();
    bench.fine(RUN, &[]);
    assert_eq!(bench.state(), state, "a second run changes nothing");
    assert_eq!(
        bench.results().len(),
        12,
        "stages that are done are left out"
    );
    bench.fine(RUN, &["--again"]);
    assert_eq!(bench.state(), state, "nor do stages that run again");

    let left = bench.run(VERIFY, &[], &[]);
    assert_eq!(left.status.code(), Some(1), "a lab that is up is left over");
    bench.fine(CLEAN_UP, &["--yes"]);
    bench.fine(VERIFY, &[]);
    assert_eq!(
        things(&bench.state()),
        things(&somebody_elses()),
        "what was there before is there still"
    );
    bench.fine(CLEAN_UP, &["--yes"]);
}

/// A cloud in which others have things too.
fn somebody_elses() -> serde_json::Value {
    let theirs = json!({"network": "https://compute/networks/theirs"});
    json!({
        "clock": 0, "apis": [], "networks": {"theirs": {"description": "", "name": "theirs"}},
        "subnets": {}, "routers": {}, "accounts": {}, "bindings": [["somebody", "roles/viewer"]],
        "young": [], "clusters": {}, "contexts": ["minikube"], "metrics": {},
        "policies": {"projects/p/alertPolicies/1": {"displayName": "dplab: denied connection to redis-cart"}},
        "channels": {}, "firewalls": {"k8s-fw-theirs": theirs}, "forwarding": {"theirs": {}},
        "pools": {"theirs": {}}, "groups": {"k8s1-theirs": theirs},
        "disks": {"pvc-theirs": {"labels": {"goog-k8s-cluster-name": "theirs"}, "zone": "us-east1-b"}},
        "logs": [], "ids": 0,
        "sinks": {"theirs": {"name": "theirs", "destination": "storage.googleapis.com/theirs"}},
        "grants": [["storage.googleapis.com/theirs", "roles/storage.objectCreator", "serviceAccount:theirs"]],
    })
}

/// What there is, without APIs, which stay on, and without what only counts looks and time.
fn things(state: &serde_json::Value) -> serde_json::Value {
    let mut state = state.clone();
    let kinds = state.as_object_mut().unwrap();
    kinds.retain(|kind, things| {
        !["apis", "clock", "ids", "logs", "young"].contains(&kind.as_str())
            && *things != json!({})
            && *things != json!([])
    });
    state
}

#[test]
fn other_clusters_come_up_and_go_too() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    for name in ["autopilot", "existing", "private"] {
        let lab = lab(name);
        let bench = Bench::new(&lab);
        if name == "existing" {
            let mut state = somebody_elses();
            state["networks"]["company"] = json!({"description": "", "name": "company"});
            state["subnets"]["company-east"] = json!({"network": "company"});
            state["subnets"]["company-proxies"] = json!({
                "network": "company", "purpose": "REGIONAL_MANAGED_PROXY", "role": "ACTIVE",
                "ipCidrRange": "10.129.0.0/23",
            });
            bench.set("state.json", &state);
        }
        bench.fine(RUN, &[]);
        let pools = &bench.state()["clusters"][lab.cluster.name.as_str()]["pools"];
        let expected: Vec<&str> = lab.cluster.standard().map_or_else(Vec::new, |standard| {
            standard
                .node_pools
                .iter()
                .map(|pool| pool.name.as_str())
                .collect()
        });
        assert_eq!(pools, &json!(expected), "{name}");
        bench.fine(CLEAN_UP, &["--yes"]);
        bench.fine(VERIFY, &[]);
        if name == "existing" {
            assert_eq!(bench.state()["networks"]["company"]["name"], "company");
        }
    }
}

#[test]
fn a_lab_that_does_not_come_out_as_predicted_says_so_and_goes_on() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let bench = Bench::new(&lab("online-boutique"));
    bench.outcome(
        "open",
        "rogue-ping",
        &[("phase", json!("Failed")), ("exit", json!(127))],
    );
    bench.outcome(
        "policy",
        "cartservice-ping",
        &[("phase", json!("Failed")), ("exit", json!(124))],
    );
    bench.outcome("deny-logging", "rogue-ping", &[("logged", json!(false))]);
    bench.outcome(
        "delegated",
        "rogue-ping",
        &[("logged", json!(true)), ("late", json!(0))],
    );
    bench.outcome(
        "namespace-annotated",
        "rogue-ping",
        &[("phase", json!("Pending"))],
    );
    bench.outcome(
        "allow-logging",
        "cartservice-ping",
        &[("output", json!("what?"))],
    );
    bench.outcome("allow-logging", "rogue-ping", &[("at_once", json!(true))]);
    let output = bench.run(RUN, &[], &[("START_SECONDS", "0"), ("LOG_SECONDS", "0")]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output));
    let graded = bench.grade("online-boutique");
    assert_eq!(graded.status.code(), Some(4), "{}", text(&graded));
    let results = bench.results();
    let reason = |stage: &str, probe: &str| {
        let own = results
            .iter()
            .find(|r| r["stage"] == stage && r["probe"] == probe)
            .unwrap();
        own["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        reason("open", "rogue-ping"),
        "the image can't run the command: exit code 127"
    );
    assert_eq!(
        reason("policy", "rogue-ping"),
        "the denial proves nothing: its control cartservice-ping did not get through"
    );
    assert_eq!(
        reason("policy", "cartservice-ping"),
        "expected allowed, measured denied"
    );
    assert_eq!(
        reason("deny-logging", "rogue-ping"),
        "expected a log entry, found none"
    );
    assert_eq!(
        reason("delegated", "rogue-ping"),
        "expected no log entry, found one"
    );
    assert!(
        reason("namespace-annotated", "rogue-ping").starts_with("the pod didn't finish within")
    );
    assert_eq!(
        reason("allow-logging", "cartservice-ping"),
        "it succeeded, but did not print PONG"
    );
    assert_eq!(
        reason("allow-logging", "rogue-ping"),
        "it failed at once, exit code 124: what a policy denies is dropped, and lasts until the time \
         is up"
    );
}

#[test]
fn a_network_without_the_proxy_only_subnet_is_refused_before_anything_is_made() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let bench = Bench::new(&lab("existing"));
    let mut state = somebody_elses();
    state["networks"]["company"] = json!({"description": "", "name": "company"});
    state["subnets"]["company-east"] = json!({"network": "company"});
    bench.set("state.json", &state);
    let output = bench.run(RUN, &[], &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output);
    assert!(said.contains("and there is none"), "{said}");
    assert_eq!(bench.state()["clusters"], json!({}));
}

/// Makes the cluster and what it stands on.
fn cluster(bench: &Bench) {
    for step in [
        "10-enable-apis",
        "11-create-network",
        "12-create-service-account",
        "13-create-cluster",
    ] {
        bench.fine(&format!("scripts/{step}.sh"), &[]);
    }
}

#[test]
fn what_another_cluster_of_the_lab_stands_on_is_kept() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let bench = Bench::new(&lab("online-boutique"));
    cluster(&bench);
    let mut state = bench.get("state.json");
    let clusters = state["clusters"].as_object_mut().unwrap();
    let mut cluster = clusters.remove("your-cluster").unwrap();
    cluster["location"] = json!("us-west1");
    clusters.insert("second".to_owned(), cluster);
    bench.set("state.json", &state);

    let output = bench.run(CLEAN_UP, &["--yes"], &[]);
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("error: the cluster second in us-west1 stands on what would go next"),
        "{told}"
    );
    assert_eq!(bench.state()["networks"], state["networks"]);
    assert_eq!(bench.state()["accounts"], state["accounts"]);
    let left = text(&bench.run(VERIFY, &[], &[]));
    assert!(left.contains("left: cluster second\n"), "{left}");
}

#[test]
fn a_node_pool_that_lacks_nodes_is_no_cluster_to_wait_for() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let bench = Bench::new(&lab("online-boutique"));
    cluster(&bench);
    let mut state = bench.get("state.json");
    let cluster = &mut state["clusters"]["your-cluster"];
    let pool = cluster["pools"][0].as_str().unwrap().to_owned();
    cluster["ill"] = json!({pool.as_str(): "RUNNING_WITH_ERROR"});
    bench.set("state.json", &state);
    let output = bench.run(RUN, &[], &[]);
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let reason = format!("error: the node pool {pool} is in the state RUNNING_WITH_ERROR");
    assert!(told.contains(&reason), "{told}");
}

#[test]
fn a_component_that_is_missing_is_told_before_anything_is_made() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let bench = Bench::new(&lab("online-boutique"));
    let mut world = bench.get("world.json");
    world["components"] = json!(["beta"]);
    bench.set("world.json", &world);
    let output = bench.run(RUN, &[], &[]);
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let reason =
        "error: gcloud's component alpha is not installed: gcloud components install alpha";
    assert!(told.contains(reason), "{told}");
    assert_eq!(bench.state()["networks"], json!({}));
}

#[test]
fn the_proxy_only_subnet_comes_and_goes_with_the_network() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let bench = Bench::new(&lab("private"));
    bench.fine("scripts/10-enable-apis.sh", &[]);
    bench.fine("scripts/11-create-network.sh", &[]);
    let made = &bench.state()["subnets"]["private-cluster-proxies"];
    assert_eq!(made["purpose"], "REGIONAL_MANAGED_PROXY");
    assert_eq!(made["ipCidrRange"], "10.0.48.0/23");
    bench.fine(CLEAN_UP, &["--yes"]);
    assert_eq!(bench.state()["subnets"], json!({}));
}

/// That a stage is done is believed only where its results say so, and its script says what it said.
#[test]
fn stages_without_results_and_changed_ones_run_again() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let bench = Bench::new(&lab("online-boutique"));
    bench.fine(RUN, &[]);
    let all = bench.results();
    let told = bench.fine(RUN, &[]);
    assert!(told.contains("stage open: done before"), "{told}");
    assert_eq!(bench.results(), all, "nothing is run twice");
    let stage = |name: &str| all.iter().filter(|one| one["stage"] == name).count();
    let results = bench.path("results.jsonl");
    let lines = std::fs::read_to_string(&results).unwrap();
    let kept: String = lines
        .lines()
        .filter(|line| !line.contains("\"stage\":\"open\""))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(&results, kept).unwrap();
    let script = bench.path("lab/scripts/30-stage-2-policy.sh");
    let changed = std::fs::read_to_string(&script).unwrap() + "# changed\n";
    std::fs::write(&script, changed).unwrap();
    let told = bench.fine(RUN, &[]);
    assert!(!told.contains("stage open: done before"), "{told}");
    assert!(!told.contains("stage policy: done before"), "{told}");
    assert!(told.contains("stage deny-logging: done before"), "{told}");
    assert_eq!(bench.results().len(), all.len() + stage("policy"));
}
