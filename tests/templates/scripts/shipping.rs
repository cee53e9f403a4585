//! Where the policy log goes: an alert on a metric that takes its time, a sink to what is there.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::bench::{Bench, text};
use super::rendered::{self, lab};
use super::{CLEAN_UP, RUN, VERIFY};
use crate::support::lab::lab_of;
use crate::support::tool;

const ALERTING: &str = "scripts/60-create-alerting.sh";
const SINK: &str = "scripts/16-create-log-sink.sh";

/// A fresh cloud for a profile of the tests; none without the tools.
fn bench(profile: &str) -> Option<Bench> {
    (tool("bash") && tool("python3")).then(|| Bench::new(&lab(profile)))
}

/// Changes one of the simulator's files.
fn change(bench: &Bench, file: &str, change: impl FnOnce(&mut Value)) {
    let mut value = bench.get(file);
    change(&mut value);
    bench.set(file, &value);
}

fn count(bench: &Bench, words: &[&str]) -> usize {
    let calls = bench.calls().into_iter();
    calls
        .filter(|call| {
            call[1..].starts_with(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>())
        })
        .count()
}

const CREATE_ALERT: [&str; 4] = ["alpha", "monitoring", "policies", "create"];

#[test]
fn an_alert_on_the_metric_waits_until_cloud_monitoring_knows_it() {
    let Some(bench) = bench("zonal") else { return };
    let told = bench.fine(ALERTING, &[]);
    assert_eq!(told.matches("not yet: ERROR").count(), 2, "{told}");
    assert_eq!(count(&bench, &CREATE_ALERT), 3);
    let state = bench.state();
    let policies = state["policies"].as_object().unwrap();
    let policy = policies.values().next().unwrap();
    assert_eq!(
        policy["conditions"][0]["conditionThreshold"],
        json!({
            "filter": "resource.type=\"k8s_node\" AND metric.type=\"logging.googleapis.com/user/zonal-denied\"",
            "comparison": "COMPARISON_GT", "thresholdValue": 0, "duration": "120s",
            "aggregations": [{"alignmentPeriod": "300s", "perSeriesAligner": "ALIGN_DELTA",
                "crossSeriesReducer": "REDUCE_SUM"}],
        })
    );
    assert_eq!(policy.get("alertStrategy"), None);
    assert!(
        policy["flags"]
            .as_array()
            .unwrap()
            .contains(&json!("notification-channels"))
    );
    bench.fine(ALERTING, &[]);
    assert_eq!(bench.state(), state, "a second run changes nothing");
}

#[test]
fn it_stops_with_the_reason_when_the_metric_never_comes() {
    let Some(bench) = bench("zonal") else { return };
    change(&bench, "world.json", |world| {
        world["metric_looks"] = json!(1_000_000)
    });
    let output = bench.run(ALERTING, &[], &[("WAIT_SECONDS", "0")]);
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("error: waited 0 seconds for gcloud alpha monitoring policies create")
            && told.contains("Cannot find metric(s) that match type"),
        "{told}"
    );
    change(&bench, "world.json", |world| {
        world["metric_looks"] = json!(0)
    });
    bench.fine(ALERTING, &[]);
    assert_eq!(bench.state()["policies"].as_object().unwrap().len(), 1);
}

#[test]
fn another_complaint_is_not_waited_for_nor_is_there_a_wait_with_a_log_match() {
    let Some(bench) = bench("zonal") else { return };
    let looks = [("SIMULATOR_FAIL_AT", "9")];
    let output = bench.run(ALERTING, &[], &looks);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(count(&bench, &CREATE_ALERT), 1, "{:#?}", bench.calls());

    let log_match = Bench::new(&lab("online-boutique"));
    let told = log_match.fine(ALERTING, &[]);
    assert!(!told.contains("not yet"), "{told}");
    assert_eq!(count(&log_match, &CREATE_ALERT), 1);
}

#[test]
fn a_destination_that_is_not_there_stops_the_sink() {
    for profile in ["zonal", "existing", "autopilot", "private"] {
        let Some(bench) = bench(profile) else { return };
        change(&bench, "world.json", |world| {
            world["destinations"] = json!([])
        });
        let output = bench.run(SINK, &[], &[]);
        let told = text(&output);
        assert_eq!(output.status.code(), Some(1), "{profile}: {told}");
        assert!(
            told.contains("is not there, and the lab never makes it"),
            "{profile}: {told}"
        );
        assert_eq!(count(&bench, &["logging", "sinks"]), 0, "{profile}");
    }
}

/// Who may write where, as the simulator keeps it.
fn grants(bench: &Bench) -> Vec<String> {
    let state = bench.state();
    let all = state["grants"].as_array().unwrap().iter();
    all.map(|grant| {
        format!(
            "{} {}",
            grant[0].as_str().unwrap(),
            grant[1].as_str().unwrap()
        )
    })
    .collect()
}

#[test]
fn a_sink_gets_the_role_that_its_destination_needs_and_loses_it_again() {
    let roles = [
        (
            "zonal",
            vec!["projects/company-logs roles/logging.bucketWriter"],
        ),
        ("existing", vec![]),
        (
            "autopilot",
            vec!["storage.googleapis.com/company_logs.example.com roles/storage.objectCreator"],
        ),
        (
            "private",
            vec![
                "pubsub.googleapis.com/projects/company-logs/topics/policy~log+100% roles/pubsub.publisher",
            ],
        ),
    ];
    for (profile, expected) in roles {
        let Some(bench) = bench(profile) else { return };
        bench.fine(SINK, &[]);
        assert_eq!(grants(&bench), expected, "{profile}");
        let state = bench.state();
        bench.fine(SINK, &[]);
        assert_eq!(
            bench.state(),
            state,
            "{profile}: a second run changes nothing"
        );

        let left = bench.run(VERIFY, &[], &[]);
        let told = text(&left);
        assert_eq!(left.status.code(), Some(1), "{profile}: {told}");
        assert!(told.contains("left: log sink "), "{profile}: {told}");
        let role = told.contains("left: role at the destination of the log sink: roles/");
        assert_eq!(role, !expected.is_empty(), "{profile}: {told}");

        bench.fine(CLEAN_UP, &["--yes"]);
        bench.fine(VERIFY, &[]);
        let end = bench.state();
        assert_eq!(
            (&end["sinks"], &end["grants"]),
            (&json!({}), &json!([])),
            "{profile}"
        );
    }
}

#[test]
fn a_role_that_is_left_without_its_sink_is_told() {
    let Some(bench) = bench("private") else {
        return;
    };
    bench.fine(SINK, &[]);
    change(&bench, "state.json", |state| state["sinks"] = json!({}));
    let told = text(&bench.run(VERIFY, &[], &[]));
    assert!(
        told.contains("left: role at the destination of the log sink: roles/pubsub.publisher of serviceAccount:service-1@"),
        "{told}"
    );
    assert!(!told.contains("left: log sink"), "{told}");
}

#[test]
fn a_role_that_another_sink_needs_stays() {
    let topic = "pubsub.googleapis.com/projects/company-logs/topics/policy~log+100%";
    let buckets = "logging.googleapis.com/projects/company-logs/locations/us/buckets";
    let others = [
        ("zonal", format!("{buckets}/other"), true),
        ("zonal", buckets.replace("company-logs", "company"), false),
        ("private", topic.to_owned(), true),
        ("private", format!("{topic}-2"), false),
    ];
    for (profile, destination, needs) in others {
        let Some(bench) = bench(profile) else { return };
        bench.fine(SINK, &[]);
        let theirs = json!({"name": "theirs", "description": "", "destination": destination});
        change(&bench, "state.json", |state| {
            state["sinks"]["theirs"] = theirs.clone();
        });
        let told = bench.fine(CLEAN_UP, &["--yes"]);
        let stays = told.contains("another sink writes there too");
        assert_eq!(stays, needs, "{profile}: {told}");
        let sinks = &bench.state()["sinks"];
        assert_eq!(*sinks, json!({"theirs": theirs}), "{profile}");
        assert_eq!(grants(&bench).len(), usize::from(needs), "{profile}");
        bench.fine(VERIFY, &[]);
    }
}

#[test]
fn a_sink_of_others_is_left_alone_and_one_of_the_lab_follows_the_profile() {
    let Some(bench) = bench("autopilot") else {
        return;
    };
    bench.fine(SINK, &[]);
    let ours = bench.get("state.json")["sinks"].clone();
    let name = ours.as_object().unwrap().keys().next().unwrap().clone();
    let cases = [
        ("description", "theirs", "is not this lab's"),
        (
            "destination",
            "storage.googleapis.com/other",
            "run 90-clean-up.sh of the lab as it was",
        ),
    ];
    for (key, value, words) in cases {
        change(&bench, "state.json", |state| {
            state["sinks"][&name][key] = json!(value)
        });
        let output = bench.run(SINK, &[], &[]);
        let told = text(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(words), "{told}");
        change(&bench, "state.json", |state| state["sinks"] = ours.clone());
    }
    change(&bench, "state.json", |state| {
        state["sinks"][&name]["filter"] = json!("an old one")
    });
    bench.fine(SINK, &[]);
    assert_eq!(bench.get("state.json")["sinks"], ours);

    change(&bench, "state.json", |state| {
        state["sinks"][&name]["description"] = json!("theirs")
    });
    bench.fine(CLEAN_UP, &["--yes"]);
    assert_eq!(
        bench.state()["sinks"].as_object().unwrap().len(),
        1,
        "theirs is kept"
    );
    assert_eq!(grants(&bench).len(), 1, "and so is its role");
}

#[test]
fn a_lab_with_both_runs_again_and_leaves_nothing() {
    let Some(bench) = bench("three-tier") else {
        return;
    };
    bench.fine(RUN, &[]);
    assert!(bench.results().iter().all(|result| result["ok"] == true));
    assert_eq!(bench.grade("three-tier").status.code(), Some(0));
    let state = bench.state();
    let sink = &state["sinks"]["three-tier-policy-log"];
    assert_eq!(
        sink["destination"],
        "pubsub.googleapis.com/projects/your-project/topics/policy-log"
    );
    assert!(!sink["filter"].as_str().unwrap().contains("disposition"));
    assert!(
        state["apis"]
            .as_array()
            .unwrap()
            .contains(&json!("pubsub.googleapis.com"))
    );
    bench.fine(RUN, &["--again"]);
    assert_eq!(bench.state(), state, "a second run changes nothing");
    bench.fine(CLEAN_UP, &["--yes"]);
    bench.fine(VERIFY, &[]);
    let mut end = bench.state();
    end.as_object_mut()
        .unwrap()
        .retain(|key, value| key != "apis" && *value != json!({}) && *value != json!([]));
    assert_eq!(end, json!({}), "nothing is left");
}

/// The one thing of a kind that there is.
fn only(state: &Value, kind: &str) -> Value {
    let things: Vec<&Value> = state[kind].as_object().unwrap().values().collect();
    assert_eq!(things.len(), 1, "{kind}: {state:#}");
    things[0].clone()
}

#[test]
fn what_there_is_follows_the_profile() {
    let Some(bench) = bench("zonal") else { return };
    bench.fine(ALERTING, &[]);
    let before = bench.state();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates/profiles/zonal.yaml");
    let mut other = fs::read_to_string(path).unwrap();
    for (from, to) in [
        ("threshold: {", "threshold: {value: 7, "),
        ("email: ", "email: other-"),
        ("workload: redis-cart", "workload: frontend"),
    ] {
        assert!(other.contains(from), "{from}");
        other = other.replace(from, to);
    }
    rendered::scripts(&lab_of("zonal.yaml", &other), &bench.path("lab"));
    let told = bench.fine(ALERTING, &[]);
    let state = bench.state();
    let metric = only(&state, "metrics");
    let filter = metric["filter"].as_str().unwrap();
    assert!(filter.contains("^frontend-"), "{told}");
    let channel = only(&state, "channels");
    let address = channel["labels"]["email_address"].as_str().unwrap();
    assert!(address.starts_with("other-"), "{address}");
    assert_eq!(
        channel["name"],
        only(&before, "channels")["name"],
        "it is the same channel"
    );
    let policy = only(&state, "policies");
    let threshold = &policy["conditions"][0]["conditionThreshold"]["thresholdValue"];
    assert_eq!(*threshold, json!(7), "{told}");
    bench.fine(ALERTING, &[]);
    assert_eq!(bench.state(), state, "a second run changes nothing");

    // Another lab may have a cluster of the same name elsewhere: what is that lab's stays.
    let mut theirs = only(&state, "policies");
    theirs["displayName"] = json!("theirs");
    theirs["userLabels"]["dplab_lab"] = json!("another");
    change(&bench, "state.json", |state| {
        state["policies"]["projects/p/alertPolicies/theirs"] = theirs;
    });

    // Under other names it is the same lab's, and what had the old ones goes.
    let renamed = other.replace(
        "alerting:\n",
        "alerting:\n  metric: other-denied\n  alert: another name\n",
    );
    assert_ne!(renamed, other);
    rendered::scripts(&lab_of("zonal.yaml", &renamed), &bench.path("lab"));
    bench.fine(ALERTING, &[]);
    let state = bench.state();
    let name = only(&state, "metrics")["name"].clone();
    assert!(name.as_str().unwrap().starts_with("other-"), "{name}");
    assert_eq!(
        state["policies"].as_object().unwrap().len(),
        2,
        "its own and theirs"
    );
    // And a lab that was renamed without that finds them all the same.
    rendered::scripts(&lab_of("zonal.yaml", &other), &bench.path("lab"));
    let left = bench.run(VERIFY, &[], &[]);
    assert!(String::from_utf8_lossy(&left.stdout).contains("left: metric other-"));
    bench.fine(CLEAN_UP, &["--yes"]);
    bench.fine(VERIFY, &[]);
    assert_eq!(only(&bench.state(), "policies")["displayName"], "theirs");
}
