//! Every object against Kubernetes' own schemas, unknown fields refused.

use std::process::Command;

use crate::support::lab::root;
use crate::support::skip;

/// Validates every object below a folder for the newest three minors that kubernetes-validate
/// knows. Kinds of GKE's own have no schema there, and those of
/// the Gateway API are held against it elsewhere (`gateway.rs`). Prints how many objects were looked at.
const SCRIPT: &str = r#"
import glob, os, sys, yaml, kubernetes_validate as k
folder = os.path.join(os.path.dirname(k.__file__), "kubernetes-json-schema")
names = [n[1:-len("-local-strict")] for n in os.listdir(folder) if n.endswith("-local-strict")]
minors = sorted({tuple(int(p) for p in n.split(".")[:2]) for n in names})[-3:]
own = {"NetworkLogging", "FQDNNetworkPolicy", "HealthCheckPolicy", "Kustomization"}
elsewhere = {"Gateway", "HTTPRoute", "ReferenceGrant"}
seen, wrong = set(), []
for path in sorted(glob.glob(sys.argv[1] + "/*/kubernetes/**/*.yaml", recursive=True)):
    text = open(path).read()
    if text in seen: continue
    seen.add(text)
    for data in yaml.safe_load_all(text):
        if data is None or data["kind"] in own | elsewhere: continue
        for minor in minors:
            try: k.validate(data, "%d.%d" % minor, strict=True)
            except Exception as error: wrong.append(f"{path} for {minor}: {error}")
print(len(seen))
sys.exit("\n".join(wrong[:20]) if wrong else 0)
"#;

#[test]
fn every_object_fits_the_newest_three_kubernetes_minors() {
    let python = |args: &[&str]| Command::new("python3").args(args).output();
    let there = python(&["-c", "import kubernetes_validate, yaml"]);
    if !there.is_ok_and(|output| output.status.success()) {
        let required = std::env::var("DPLAB_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "kubernetes-validate is required by DPLAB_REQUIRE_TOOLS=1"
        );
        return skip("kubernetes-validate is not installed");
    }
    let out = root().join("out");
    let output = python(&["-c", SCRIPT, out.as_str()]).expect("python3 runs");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    let seen: usize = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .expect("a number");
    assert!(seen > 100, "only {seen} files were looked at");
}
