//! Tests of `src/staged`: what a lab carries as it is belongs to its world.

mod places;
mod probes;

use dplab::check;
use dplab::diag::Diagnostic;
use dplab::model::Lab;
use dplab::model::policy::Direction;
use dplab::model::port::Port;
use dplab::netpol::{Connection, Endpoint, Evaluator, Flow, Reading, Verdict, WorkloadId, World};
use dplab::profile::layer::Overrides;
use dplab::profile::{self, raw::RawProfile};
use dplab::source::{SourceMap, Span};
use dplab::staged::{self, Places};

use crate::support::lab::{Disk, tree};

const HEAD: &str = "\
format: dplab/v1
name: example
cluster: {project: my-project, location: us-east1}
";

/// A deployment `web`, and a pod, a Service, a namespace and a policy that are carried.
const CARRIED: &str = "\
app:
  workloads:
    - {name: web, image: example.com/web}
    - {name: other, image: example.com/web}
  objects:
    - apiVersion: v1
      kind: Namespace
      metadata: {name: jobs, labels: {team: jobs}}
    - apiVersion: v1
      kind: Pod
      metadata: {name: runner, namespace: jobs, labels: {app: runner}}
      spec: {containers: [{name: a, image: example.com/a, ports: [{name: http, containerPort: 8080}]}]}
    - apiVersion: v1
      kind: Service
      metadata: {name: runner, namespace: jobs}
      spec: {selector: {app: runner}, ports: [{port: 80, targetPort: http}]}
    - apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: web, namespace: default}
      spec:
        podSelector: {matchLabels: {app: web}}
        policyTypes: [Ingress]
        ingress:
          - from: [{namespaceSelector: {matchLabels: {team: jobs}}}]
stages:
  - name: open
";

struct Read {
    sources: SourceMap,
    raw: RawProfile,
    lab: Lab,
}

fn read(text: &str) -> Read {
    let mut sources = SourceMap::new();
    let id = sources.add("p.yaml", format!("{HEAD}{text}"));
    let read = profile::read(&mut sources, &Disk, id, &Overrides::default());
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    let raw = read.value.expect("a profile");
    let checked = check::lab(&raw);
    let lab = checked
        .value
        .unwrap_or_else(|| panic!("{:?}", checked.findings));
    Read { sources, raw, lab }
}

/// What is found in what a profile carries: `code line:column message`.
fn findings(text: &str) -> Vec<String> {
    let read = read(text);
    let told = |finding: &Diagnostic| {
        let place = finding.primary.as_ref().expect("a place").span;
        let place = read.sources.display(place);
        let place = place.strip_prefix("p.yaml:").unwrap_or(&place).to_owned();
        let path = finding.path.as_deref().unwrap_or_default();
        format!("{} {place} {path} {}", finding.code, finding.message)
    };
    check::objects(&read.raw, &read.lab)
        .iter()
        .map(told)
        .collect()
}

/// A file that a lab generates.
fn text_of(lab: &Lab, path: &str) -> String {
    let tree = tree(lab);
    let file = tree.iter().find(|(known, _)| known.as_str() == path);
    String::from_utf8(file.expect("a file").1.content.to_vec()).expect("UTF-8")
}

/// Who may open a connection to whom, on TCP 80.
fn pairs(world: &World) -> Vec<String> {
    let evaluator = Evaluator::new(world, Reading::DPV2);
    let mut all = Vec::new();
    for (from, source) in world.workloads().iter().enumerate() {
        for (to, target) in world.workloads().iter().enumerate() {
            let flow = Flow {
                source: Endpoint::Workload(WorkloadId(from)),
                destination: Endpoint::Workload(WorkloadId(to)),
                connection: Connection::tcp(Port::parse(80).expect("a port")),
            };
            if from != to && evaluator.evaluate(&flow).verdict == Verdict::Allowed {
                all.push(format!("{source} -> {target}"));
            }
        }
    }
    all
}

#[test]
fn carried_objects_are_in_the_world_of_every_stage() {
    let read = read(CARRIED);
    for stage in [None, read.lab.stages.first()] {
        let world = staged::world(&read.lab, stage, &Places::new());
        assert_eq!(
            pairs(&world),
            [
                "default/web[Deployment] -> default/other[Deployment]",
                "default/web[Deployment] -> jobs/runner[Pod]",
                "default/other[Deployment] -> jobs/runner[Pod]",
                "jobs/runner[Pod] -> default/web[Deployment]",
                "jobs/runner[Pod] -> default/other[Deployment]",
            ]
        );
        assert!(world.service("jobs", "runner").is_some());
        let jobs = world.namespace("jobs").expect("a namespace");
        assert_eq!(jobs.labels.get("team"), Some("jobs"));
    }
}

#[test]
fn the_runbook_names_carried_policies_in_every_stage() {
    let text = text_of(&read(CARRIED).lab, "README.md");
    assert!(
        text.contains("| Policies at every stage | `default/web` |\n"),
        "{text}"
    );
}

#[test]
fn carried_objects_have_their_places_in_the_profile() {
    let read = read(CARRIED);
    let places = check::places(&read.raw, &read.lab);
    let world = staged::world(&read.lab, None, &places);
    let told = |span: Option<Span>| read.sources.display(span.expect("a place"));
    let policy = &world.policies()[0];
    assert_eq!(told(policy.spans.policy), "p.yaml:22:24");
    assert_eq!(
        told(policy.spans.rule(Direction::Ingress, 1)),
        "p.yaml:27:13"
    );
    let runner = world.workloads().last().expect("a workload");
    assert_eq!(told(runner.span), "p.yaml:12:7");
    assert_eq!(told(world.services()[0].span), "p.yaml:16:7");
    assert_eq!(
        told(world.namespace("jobs").expect("jobs").span),
        "p.yaml:9:7"
    );
}

#[test]
fn what_the_proof_does_not_cover_and_what_stages_do_not_switch_is_said() {
    assert_eq!(
        findings(CARRIED),
        [
            "always-in-force 22:24 app.objects[3] `NetworkPolicy default/web` is in force at every \
             stage"
        ]
    );
    let open = CARRIED.replace("stages:\n  - name: open\n", "");
    assert_eq!(findings(&open), [""; 0]);
    let one = |object: &str| findings(&format!("app:\n  objects:\n    - {object}\n"));
    assert_eq!(
        one("{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}}"),
        ["outside-the-proof 6:7 app.objects[0] the proof doesn't cover `Widget default/w`"]
    );
    assert_eq!(
        one("{apiVersion: v1, kind: Secret, metadata: {name: w}}"),
        [""; 0]
    );
}

#[test]
fn objects_that_the_lab_makes_or_says_itself_are_refused() {
    let beside = |objects: &str| {
        let text = CARRIED.replace("  objects:\n", &format!("  objects:\n{objects}"));
        let found = findings(&text);
        let others = found.into_iter().filter(|one| !one.starts_with("always"));
        others.collect::<Vec<String>>()
    };
    let object = |version: &str, kind: &str, name: &str| {
        format!("    - {{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}}}}}\n")
    };
    assert_eq!(
        beside(&object("apps/v1", "Deployment", "web")),
        ["duplicate-name 9:7 app.objects[0] the lab makes `Deployment default/web` already"]
    );
    let listener = "{name: http, port: 80, protocol: HTTP}";
    let gateway = format!(
        "  gateways: [{{name: front, spec: {{gatewayClassName: gke-l7-gxlb, listeners: [{listener}]}}}}]\n"
    );
    let carried = object("gateway.networking.k8s.io/v1", "Gateway", "front");
    let text = format!("{gateway}  objects:\n{carried}");
    let found = findings(&CARRIED.replace("  objects:\n", &text));
    let twice = "duplicate-name 10:7 app.objects[0] the lab makes `Gateway default/front` already";
    assert!(found.contains(&twice.to_owned()), "{found:#?}");
    assert_eq!(beside(&object("example.com/v1", "Secret", "web")), [""; 0]);
    assert_eq!(
        beside(&object("v1", "Secret", "web").repeat(2)),
        ["duplicate-name 10:7 app.objects[1] `Secret default/web` stands here twice"]
    );
    assert_eq!(
        beside(&object(
            "networking.gke.io/v1alpha1",
            "NetworkLogging",
            "default"
        )),
        ["excluded 9:7 app.objects[0] `NetworkLogging default` is the lab's own"]
    );
    let annotated = CARRIED.replace(
        "- name: open",
        "- {name: open, annotate: {namespaces: [jobs]}}",
    );
    assert_eq!(
        findings(&annotated)[1],
        "excluded 9:7 app.objects[0] the stage `open` annotates the namespace `jobs`, which is \
         carried as it is"
    );
}

#[test]
fn policies_of_kinds_that_the_cluster_does_not_serve_are_refused() {
    let one = |object: &str| findings(&format!("app:\n  objects:\n    - {object}\n"));
    assert_eq!(
        one(
            "{apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {name: c}, \
             spec: {endpointSelector: {}, ingress: [{}]}}"
        ),
        [
            "needs 6:7 app.objects[0] `CiliumClusterwideNetworkPolicy c` needs a cluster that serves its kind"
        ]
    );
    assert_eq!(
        one("{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: c}}"),
        [
            "not-served-by-gke 6:40 app.objects[0] CiliumNetworkPolicy default/c: CiliumNetworkPolicy \
          has no effect on GKE: GKE serves only the clusterwide kind of Cilium's policies"
        ]
    );
    let invalid = one(
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: c}, \
                       spec: {podSelector: {}, ingress: [{from: [{}]}]}}",
    );
    assert!(invalid[0].starts_with("bad-value 6:"), "{invalid:?}");
}

#[test]
fn the_lab_makes_the_namespaces_that_objects_go_into() {
    let text = "\
app:
  namespaces: [{name: there, existing: true}]
  objects:
    - {apiVersion: v1, kind: Secret, metadata: {name: a, namespace: shop}}
    - {apiVersion: v1, kind: Secret, metadata: {name: a, namespace: there}}
    - {apiVersion: v1, kind: Secret, metadata: {name: a, namespace: kube-system}}
    - {apiVersion: v1, kind: Secret, metadata: {name: a, namespace: jobs}}
    - {apiVersion: v1, kind: Namespace, metadata: {name: jobs}}
stages:
  - {name: open, annotate: {namespaces: [shop, there, default]}}
";
    let lab = read(text).lab;
    let made: Vec<&str> = lab.made_namespaces().map(|name| name.as_str()).collect();
    assert_eq!(made, ["shop"]);
    let terraform = text_of(&lab, "terraform/workloads/main.tf");
    let words = "  own_namespaces = [\n    \"shop\",\n  ]\n";
    assert!(terraform.contains(words), "{terraform}");
}
