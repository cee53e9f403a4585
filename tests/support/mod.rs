//! What tests of every room share: where the references are, and which outside tools are there.

pub(crate) mod lab;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// A reference of the developers' shared folder, or none in a user's clone: then the test says
/// by name that it skipped.
pub(crate) fn shared(relative: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(relative);
    if path.exists() {
        return Some(path);
    }
    skip(&format!("../shared/{relative} is not here"));
    None
}

/// Whether an outside tool is there. With `DPLAB_REQUIRE_TOOLS=1` a missing tool fails the test.
pub(crate) fn tool(name: &str) -> bool {
    let found = Command::new("bash")
        .args(["-c", "command -v \"$1\" >/dev/null", "bash", name])
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        let required = std::env::var("DPLAB_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "{name} is required by DPLAB_REQUIRE_TOOLS=1 but isn't on PATH"
        );
        skip(&format!("{name} is not on PATH"));
    }
    found
}

/// Says that the running test skips something, and why; past the harness, which would swallow it.
pub(crate) fn skip(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "skipped in {test}: {why}");
}

/// Says something past the harness, which would swallow it.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
