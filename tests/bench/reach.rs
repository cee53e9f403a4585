//! From manifests on disk to all pairs: time and peak memory, for 1,000 and 10,000 pods with a
//! policy each, in several forms. Run with `cargo bench --bench reach`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that can't go on should say so and stop"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dplab::manifest;
use dplab::netpol::{Reading, reach};
use dplab::source::SourceMap;

/// How the pods' policies relate them.
#[derive(Clone, Copy)]
enum Form {
    /// Each pod is reached by the next one only, in YAML as people write it.
    Chain,
    /// As the chain, in YAML as `kubectl get -o yaml` writes it: one long list with status and all.
    Exported,
    /// Ingress from the own namespace and egress to it, each on a port of its own.
    Dense,
    /// Ingress by address blocks of its own.
    Blocks,
}

fn pod(out: &mut String, i: usize, form: Form) {
    let pad = if matches!(form, Form::Exported) {
        "  "
    } else {
        ""
    };
    let lines = [
        "apiVersion: v1".to_owned(),
        "kind: Pod".to_owned(),
        "metadata:".to_owned(),
        format!("  name: pod-{i}"),
        format!("  namespace: ns-{}", i % 20),
        "  labels:".to_owned(),
        format!("    app: app-{i}"),
        format!("    tier: tier-{}", i % 3),
        "spec:".to_owned(),
        "  containers:".to_owned(),
        "  - name: main".to_owned(),
        "    image: example.com/app:1.2.3".to_owned(),
        "    ports:".to_owned(),
        "    - name: http".to_owned(),
        "      containerPort: 8080".to_owned(),
    ];
    let status = [
        "    resources:",
        "      requests: {cpu: 100m, memory: 64Mi}",
        "    terminationMessagePath: /dev/termination-log",
        "    volumeMounts:",
        "    - mountPath: /var/run/secrets/kubernetes.io/serviceaccount",
        "      name: kube-api-access-x",
        "      readOnly: true",
        "  dnsPolicy: ClusterFirst",
        "  restartPolicy: Always",
        "  schedulerName: default-scheduler",
        "  terminationGracePeriodSeconds: 30",
        "  tolerations:",
        "  - effect: NoExecute",
        "    key: node.kubernetes.io/not-ready",
        "    operator: Exists",
        "    tolerationSeconds: 300",
        "status:",
        "  conditions:",
        "  - lastProbeTime: null",
        "    lastTransitionTime: \"2026-01-01T00:00:00Z\"",
        "    status: \"True\"",
        "    type: Ready",
        "  phase: Running",
    ];
    for (n, line) in lines.iter().enumerate() {
        let start = if n == 0 && !pad.is_empty() { "- " } else { pad };
        let _ = writeln!(out, "{start}{line}");
    }
    if matches!(form, Form::Exported) {
        for line in status {
            let _ = writeln!(out, "{pad}{line}");
        }
        let _ = writeln!(
            out,
            "{pad}  podIP: 10.{}.{}.{}",
            i / 65536,
            i / 256 % 256,
            i % 256
        );
    } else {
        out.push_str("---\n");
    }
}

fn policy(out: &mut String, i: usize, n: usize, form: Form) {
    let next = (i + 1) % n;
    let port = 1024 + i % 60_000;
    let rules = match form {
        Form::Chain | Form::Exported => format!(
            "  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - namespaceSelector: {{}}\n      \
             podSelector:\n        matchLabels:\n          app: app-{next}\n    ports:\n    \
             - protocol: TCP\n      port: 8080\n"
        ),
        Form::Dense => format!(
            "  policyTypes:\n  - Ingress\n  - Egress\n  ingress:\n  - from:\n    - podSelector: {{}}\n    \
             ports:\n    - port: {port}\n  egress:\n  - to:\n    - podSelector: {{}}\n"
        ),
        Form::Blocks => format!(
            "  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - ipBlock:\n        cidr: \
             10.{}.{}.{}/32\n    - namespaceSelector:\n        matchLabels:\n          \
             kubernetes.io/metadata.name: ns-{}\n",
            i / 65536,
            i / 256 % 256,
            i % 256,
            i % 20
        ),
    };
    let _ = write!(
        out,
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: policy-{i}\n  \
         namespace: ns-{}\nspec:\n  podSelector:\n    matchLabels:\n      app: app-{i}\n{rules}---\n",
        i % 20
    );
}

/// Writes the manifests: pods in one file, policies in another.
fn write(folder: &Path, n: usize, form: Form) -> Vec<PathBuf> {
    let mut pods = String::new();
    if matches!(form, Form::Exported) {
        pods.push_str("apiVersion: v1\nkind: List\nitems:\n");
    }
    let mut policies = String::new();
    for i in 0..n {
        pod(&mut pods, i, form);
        policy(&mut policies, i, n, form);
    }
    let paths = vec![folder.join("pods.yaml"), folder.join("policies.yaml")];
    std::fs::write(&paths[0], pods).unwrap();
    std::fs::write(&paths[1], policies).unwrap();
    paths
}

/// Time to read and time to compute, and the number of pairs.
fn run(paths: &[PathBuf]) -> (Duration, Duration, usize) {
    let start = Instant::now();
    let mut sources = SourceMap::new();
    let mut ids = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).unwrap();
        ids.push(sources.add(path.display().to_string(), text));
    }
    let found = manifest::read(&sources, &ids);
    assert!(found.problems.is_empty() && found.unread.is_empty());
    let read = start.elapsed();
    let start = Instant::now();
    let reach = reach(&found.world, Reading::DPV2);
    let pairs = reach.count();
    (read, start.elapsed(), pairs)
}

/// The most memory the process has had, in MiB, where the system tells.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.map_or_else(|| "?".to_owned(), |kib| (kib / 1024).to_string())
}

fn main() {
    // Whoever runs all targets as tests does not want to wait for this.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    let forms = [
        ("chain", Form::Chain),
        ("exported", Form::Exported),
        ("dense", Form::Dense),
        ("blocks", Form::Blocks),
    ];
    let only = std::env::args().skip(1).find(|name| !name.starts_with('-'));
    println!(
        "{:<10} {:>6} {:>7} {:>9} {:>9} {:>9} {:>11} {:>9}",
        "form", "pods", "MiB", "read ms", "reach ms", "all ms", "pairs", "peak MiB"
    );
    for (name, form) in forms {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        for n in [1_000, 10_000] {
            let folder = tempfile::tempdir().unwrap();
            let paths = write(folder.path(), n, form);
            let bytes: u64 = paths
                .iter()
                .map(|p| std::fs::metadata(p).unwrap().len())
                .sum();
            let best = (0..5)
                .map(|_| run(&paths))
                .min_by_key(|run| run.0 + run.1)
                .unwrap();
            let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
            #[expect(clippy::cast_precision_loss, reason = "a size to look at")]
            let size = format!("{:.1}", bytes as f64 / 1_048_576.0);
            println!(
                "{name:<10} {n:>6} {size:>7} {:>9} {:>9} {:>9} {:>11} {:>9}",
                ms(best.0),
                ms(best.1),
                ms(best.0 + best.1),
                best.2,
                peak_memory()
            );
        }
    }
}
