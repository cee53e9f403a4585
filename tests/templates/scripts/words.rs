//! Values never become code, and texts arrive as they were written.

use std::process::Command;

use super::bench::{Bench, text};
use super::rendered::{lab, scripts};
use super::{CLEAN_UP, RUN};
use crate::support::tool;

#[test]
fn hostile_words_arrive_as_they_were_written() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let lab = lab("hostile");
    let bench = Bench::new(&lab);
    let told = bench.fine(RUN, &[]);
    for stage in &lab.stages {
        assert!(
            told.contains(stage.title.as_str()),
            "{}:\n{told}",
            stage.title.as_str()
        );
    }
    assert!(
        bench.results().iter().all(|result| result["ok"] == true),
        "{told}"
    );
    let state = bench.state();
    let channel = state["channels"]
        .as_object()
        .unwrap()
        .values()
        .next()
        .unwrap();
    let alerting = lab.alerting.as_ref().unwrap();
    assert_eq!(
        channel["labels"]["email_address"],
        alerting.email.as_ref().unwrap().as_str()
    );
    let policy = state["policies"]
        .as_object()
        .unwrap()
        .values()
        .next()
        .unwrap();
    assert_eq!(policy["displayName"], alerting.alert.as_str());
    bench.fine(CLEAN_UP, &["--yes"]);
    assert!(!bench.path("owned").exists(), "a value became code");
}

#[test]
fn settings_that_are_no_names_are_refused() {
    if !tool("bash") {
        return;
    }
    let bench = Bench::new(&lab("zonal"));
    let hostile = [
        ("PROJECT_ID", "p\" OR \"x"),
        ("CLUSTER_NAME", "$(id)"),
        ("LOCATION", "--all"),
    ];
    for setting in hostile {
        let output = bench.run("scripts/10-enable-apis.sh", &[], &[setting]);
        assert!(
            !output.status.success() && bench.calls().is_empty(),
            "{}",
            text(&output)
        );
    }
}

/// The functions of lib.sh that write texts into other languages, against readers of those.
#[test]
fn json_and_shell_words_are_read_back_as_they_were() {
    if !tool("bash") {
        return;
    }
    let texts = [
        "",
        "plain",
        "-n",
        "a b",
        "it's",
        "\"q\" \\ \\\\",
        "$(id) `id` ${x}",
        "ü 漢字 🦀",
        "tab\tand\nnewline",
        "\u{1}\u{7f}",
        "a&b;c|d",
        "&\\&",
        "*?[x]",
        "~",
        "!!",
        "''",
    ];
    let folder = tempfile::tempdir().unwrap();
    scripts(&lab("zonal"), folder.path());
    let script = "source \"$1\"; shift; for text in \"$@\"; do json \"${text}\"; printf '%s\\0' \"${REPLY}\"; \
                  quote \"${text}\"; printf '%s\\0' \"${REPLY}\"; done";
    let output = Command::new("bash")
        .args(["-c", script, "bash"])
        .arg(folder.path().join("scripts/lib.sh"))
        .args(texts)
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut words = printed.split('\0');
    for expected in texts {
        let read: String = serde_json::from_str(words.next().unwrap()).unwrap();
        assert_eq!(read, expected);
        assert_eq!(
            shlex::split(words.next().unwrap()),
            Some(vec![expected.to_owned()])
        );
    }
}

/// A complaint says the name of what is missing, whatever that is.
#[test]
fn what_is_not_there_is_told_from_what_may_not_be_looked_at() {
    if !tool("bash") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    scripts(&lab("zonal"), folder.path());
    let complaints = [
        (
            "The resource 'projects/p/global/networks/permission-lab-network' was not found",
            "1",
        ),
        (
            "Error from server (NotFound): namespaces \"permissions\" not found",
            "1",
        ),
        (
            "ERROR: (gcloud) NOT_FOUND: Metric forbidden-denied does not exist.",
            "1",
        ),
        (
            "Permission 'compute.networks.get' denied on resource 'x' (or it may not exist)",
            "0",
        ),
        (
            "Required 'compute.networks.get' permission for 'projects/p/global/networks/n'",
            "0",
        ),
        (
            "Error from server (Forbidden): namespaces \"x\" is forbidden",
            "0",
        ),
        (
            "ERROR: PERMISSION_DENIED: Cloud DNS API has not been used in project 1",
            "0",
        ),
        (
            "ResponseError: code=403, message=not found or no access",
            "0",
        ),
        ("a network that can't be reached", "0"),
    ];
    let script =
        "source \"$1\"; shift; for ERR in \"$@\"; do read_absence; echo \"${ABSENT}\"; done";
    let output = Command::new("bash")
        .args(["-c", script, "bash"])
        .arg(folder.path().join("scripts/lib.sh"))
        .args(complaints.map(|(complaint, _)| complaint))
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    for ((complaint, absent), read) in complaints.iter().zip(printed.lines()) {
        assert_eq!(read, *absent, "{complaint}");
    }
    assert_eq!(printed.lines().count(), complaints.len());
}
