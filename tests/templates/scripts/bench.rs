//! A lab's scripts and a simulator of gcloud and kubectl to run them against.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, str};

use dplab::model::Lab;
use dplab::model::lab::PolicySpec;
use dplab::model::log_sink::Destination;
use dplab::model::stage::Probe;
use dplab::model::workload::WorkloadKind;
use dplab::netpol::{Reading, Verdict};
use dplab::plan;
use dplab::report::expectations::Prober;
use dplab::staged;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::rendered;

/// A lab on a bench.
pub(super) struct Bench {
    folder: TempDir,
    /// The lab's scripts.
    pub(super) scripts: Vec<String>,
}

impl Bench {
    /// The lab, in a cloud where nothing of it exists, and where it goes as it predicts.
    pub(super) fn new(lab: &Lab) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("cloud")).unwrap();
        let scripts = rendered::scripts(lab, &folder.path().join("lab"));
        let bench = Bench { folder, scripts };
        bench.set("world.json", &world(lab, &bench.path("lab")));
        bench
    }

    /// A path on the bench.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One of the simulator's files.
    pub(super) fn get(&self, name: &str) -> Value {
        let text = fs::read_to_string(self.path("cloud").join(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Writes one of the simulator's files.
    pub(super) fn set(&self, name: &str, value: &Value) {
        fs::write(self.path("cloud").join(name), value.to_string()).unwrap();
    }

    /// Changes what a probe does in a stage.
    pub(super) fn outcome(&self, stage: &str, probe: &str, changes: &[(&str, Value)]) {
        let mut world = self.get("world.json");
        for (key, value) in changes {
            world["outcomes"][format!("{stage} {probe}")][*key] = value.clone();
        }
        self.set("world.json", &world);
    }

    /// Runs a script, without any pause in it.
    pub(super) fn run(&self, script: &str, arguments: &[&str], env: &[(&str, &str)]) -> Output {
        let _ = fs::remove_file(self.path("cloud/calls.jsonl"));
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates/stand-ins");
        let path = std::env::var("PATH").unwrap();
        Command::new("bash")
            .arg(self.path("lab").join(script))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", tools.display()))
            .env("LANG", "C.UTF-8")
            .env("SIMULATOR", self.path("cloud"))
            .env("SIMULATOR_PYTHON", python())
            .env("RESULTS_FILE", self.path("results.jsonl"))
            .envs(["POLL", "SETTLE", "QUIET"].map(|name| (format!("{name}_SECONDS"), "0")))
            .envs(["WAIT", "LOG", "START"].map(|name| (format!("{name}_SECONDS"), "2")))
            .envs(env.iter().copied())
            .output()
            .unwrap()
    }

    /// Runs a script that must end well, and gives what it printed on both streams.
    pub(super) fn fine(&self, script: &str, arguments: &[&str]) -> String {
        let output = self.run(script, arguments, &[]);
        assert!(output.status.success(), "{script}: {}", text(&output));
        text(&output)
    }

    /// The calls of the last run, as they arrived.
    pub(super) fn calls(&self) -> Vec<Vec<String>> {
        let calls = fs::read_to_string(self.path("cloud/calls.jsonl")).unwrap_or_default();
        calls
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What exists, without what only counts looks and time.
    pub(super) fn state(&self) -> Value {
        let mut state = self.get("state.json");
        for key in ["clock", "logs", "young", "ids"] {
            state.as_object_mut().unwrap().remove(key);
        }
        without(&mut state, &["looks", "started", "id", "asked"]);
        state
    }

    /// The results, a value a line.
    pub(super) fn results(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("results.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Bench {
    /// How `dplab grade` judges the results, with a shipped profile.
    pub(super) fn grade(&self, profile: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dplab"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg("grade")
            .arg(self.path("results.jsonl"))
            .arg(format!("profiles/{profile}.yaml"))
            .output()
            .unwrap()
    }
}

/// Both streams of a process.
pub(super) fn text(output: &Output) -> String {
    let stream = |bytes: &[u8]| str::from_utf8(bytes).unwrap().to_owned();
    stream(&output.stdout) + &stream(&output.stderr)
}

fn without(value: &mut Value, keys: &[&str]) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !keys.contains(&key.as_str()));
            map.values_mut().for_each(|value| without(value, keys));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| without(value, keys)),
        _ => {}
    }
}

/// The interpreter itself: what stands on PATH may be a slow script in front of it.
fn python() -> String {
    let script = "import sys; print(sys.executable)";
    let output = Command::new("python3")
        .args(["-c", script])
        .output()
        .unwrap();
    str::from_utf8(&output.stdout).unwrap().trim().to_owned()
}

/// What the simulator must know of a lab, with every probe doing what the evaluator says.
fn world(lab: &Lab, root: &Path) -> Value {
    let files = plan::plan(lab).unwrap();
    let mut stages = Map::new();
    let mut outcomes = Map::new();
    for stage in &lab.stages {
        let key = format!("stages.{}", stage.name);
        let own = |file: &&plan::Planned| {
            file.key == key && file.path.as_str().ends_with("/kustomization.yaml")
        };
        let path = files.iter().find(own).unwrap().path.as_str();
        let folder = path.trim_end_matches("/kustomization.yaml");
        let policies = lab.policies_named(&stage.policies);
        let policies: Vec<String> = policies
            .map(|p| {
                let kind = match p.spec {
                    PolicySpec::Network(_) => "networkpolicy",
                    PolicySpec::Fqdn(_) => "fqdnnetworkpolicy",
                };
                format!("{kind}/{}/{}", p.namespace, p.name)
            })
            .collect();
        stages.insert(
            folder.to_owned(),
            json!({"name": stage.name, "policies": policies}),
        );
        let there = staged::world(lab, Some(stage), &staged::Places::new());
        let prober = Prober::new(lab, &there, Reading::DPV2);
        for probe in &lab.probes {
            let outcome = prober.outcome(stage.name.as_str(), probe).unwrap();
            let allowed = outcome.verdict() == Verdict::Allowed;
            let logged = outcome.logged().unwrap();
            let prints = probe.prints.as_ref().map_or("", |p| p.as_str());
            let outcome = match allowed {
                true => {
                    json!({"phase": "Succeeded", "exit": 0, "output": prints, "logged": logged})
                }
                false => json!({"phase": "Failed", "exit": 124, "output": "", "logged": logged}),
            };
            outcomes.insert(format!("{} {}", stage.name, probe.name), outcome);
        }
    }
    let destination = lab.log_sink.as_ref().map(|sink| &sink.destination);
    let elsewhere = match destination {
        Some(Destination::Topic { project, .. } | Destination::LogBucket { project, .. }) => {
            Some(project)
        }
        _ => None,
    };
    let namespace = lab.app.namespace.as_str();
    let probes: Map<String, Value> = lab
        .probes
        .iter()
        .map(|probe| {
            let key = format!("probes.{}", probe.name);
            let file = files.iter().find(|file| file.key == key).unwrap();
            let value = json!({
                "name": probe.name, "pod": probe.source.pod, "namespace": probe.source.namespace,
                "port": probe.target.pod_port, "target_pod": pod_of(lab, probe),
                "target_namespace": probe.target.namespace,
            });
            (file.path.as_str().to_owned(), value)
        })
        .collect();
    let services = lab.app.load_balancers();
    let ingresses = lab.app.ingresses.iter();
    let gateways = lab.app.gateways.iter().map(|gateway| &gateway.meta);
    json!({
        "project": lab.cluster.project, "location": lab.cluster.location.as_str(),
        "region": lab.cluster.location.region(),
        "destinations": destination.map(ToString::to_string).into_iter().collect::<Vec<_>>(),
        "others": elsewhere.into_iter().collect::<Vec<_>>(), "metric_looks": 2,
        "root": root, "stages": stages, "outcomes": outcomes, "probes": probes,
        "kinds": dplab::view::edge::edge(&lab.app).kinds,
        "load_balancers": services.map(|(_, s)| format!("{namespace}/{}", s.name)).collect::<Vec<_>>(),
        "gateways": gateways.map(|g| format!("{}/{}", g.namespace, g.name)).collect::<Vec<_>>(),
        "ingresses": ingresses.map(|i| format!("{}/{}", i.namespace, i.name)).collect::<Vec<_>>(),
    })
}

/// The name of a pod that a probe goes to, as Kubernetes would give it.
fn pod_of(lab: &Lab, probe: &Probe) -> String {
    let name = &probe.target.workload;
    match lab.app.workload(name.as_str()).unwrap().kind {
        WorkloadKind::Deployment => format!("{name}-74594bd569-wcvlz"),
        WorkloadKind::StatefulSet { .. } => format!("{name}-0"),
        _ => format!("{name}-wcvlz"),
    }
}
