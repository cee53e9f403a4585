//! A call that fails, anywhere: the next run goes on from what is left.

use std::fs;
use std::path::Path;

use super::CLEAN_UP;
use super::bench::{Bench, text};
use super::clean::runnable;
use super::rendered::lab;
use crate::support::tool;

/// Every eleventh call fails, in turn before and after it has done its work; every call does with
/// `DPLAB_EVERY_FAILURE=1`, which takes some minutes.
#[test]
fn a_failure_anywhere_leaves_a_state_from_which_the_next_run_goes_on() {
    if !tool("bash") || !tool("python3") {
        return;
    }
    let every = std::env::var("DPLAB_EVERY_FAILURE").is_ok_and(|value| value == "1");
    let bench = Bench::new(&lab("zonal"));
    let steps: Vec<String> = runnable(&bench).cloned().collect();
    let mut picked = 0;
    for step in steps
        .iter()
        .filter(|step| !step.contains("inspect") && !step.contains("list-versions"))
    {
        let arguments: &[&str] = if step == CLEAN_UP { &["--yes"] } else { &[] };
        fails_anywhere(&bench, step, arguments, &[], || {
            picked += 1;
            every || picked % 11 == 0
        });
    }
}

/// Runs a step, and again for each call that is picked, with that call failing, in turn before and
/// after it has done its work. Then the step must go on to where it ends otherwise.
pub(super) fn fails_anywhere(
    bench: &Bench,
    step: &str,
    arguments: &[&str],
    env: &[(&str, &str)],
    mut picked: impl FnMut() -> bool,
) {
    let state = bench.path("cloud/state.json");
    let start = fs::read(&state).unwrap_or_default();
    let run = |env: &[(&str, &str)]| bench.run(step, arguments, env);
    let goes_on = || {
        let output = run(env);
        assert!(output.status.success(), "{step}: {}", text(&output));
    };
    goes_on();
    let (end, calls) = (bench.state(), bench.calls().len());
    let finish = fs::read(&state).unwrap();
    let picked = (1..=calls).filter(|_| picked()).collect::<Vec<_>>();
    for (turn, number) in picked.into_iter().enumerate() {
        let mode = if turn % 2 == 0 { "before" } else { "after" };
        restore(&state, &start);
        let at = number.to_string();
        let failing = [
            ("SIMULATOR_FAIL_AT", at.as_str()),
            ("SIMULATOR_FAIL_MODE", mode),
        ];
        let output = run(&[env, &failing].concat());
        let told = text(&output);
        assert!(
            !output.status.success(),
            "{step}: call {number} failed {mode}, and nobody minds:\n{told}"
        );
        goes_on();
        assert_eq!(bench.state(), end, "{step}: call {number} failed {mode}");
    }
    restore(&state, &finish);
}

fn restore(file: &Path, bytes: &[u8]) {
    match bytes.is_empty() {
        true => fs::remove_file(file).unwrap(),
        false => fs::write(file, bytes).unwrap(),
    }
}
