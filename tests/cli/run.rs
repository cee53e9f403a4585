//! Runs the real program.

use std::path::Path;
use std::process::{Command, Output};

/// Runs `dplab` in a folder with no surprises from the environment, and waits for its end.
pub(super) fn dplab(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dplab"));
    for (name, _) in std::env::vars() {
        if name.starts_with("DPLAB_") || name.starts_with("CLICOLOR") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(folder)
        .args(args)
        .env_remove("NO_COLOR")
        .output()
        .expect("dplab runs")
}

/// The exit code; a signal is none.
pub(super) fn code(output: &Output) -> i32 {
    output.status.code().expect("dplab ended by itself")
}

/// stderr as text.
pub(super) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// stdout as text.
pub(super) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// A folder of the tests.
pub(super) fn fixtures(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cli")
        .join(name)
}
