//! Tests of `src/manifest`.

use dplab::diag::Severity;
use dplab::manifest::{self, Found};
use dplab::model::policy::Direction;
use dplab::netpol::{PolicySpec, World};
use dplab::source::SourceMap;

fn read(texts: &[&str]) -> (SourceMap, Found) {
    let mut sources = SourceMap::new();
    let ids: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| sources.add(format!("{n}.yaml"), *text))
        .collect();
    let found = manifest::read(&sources, &ids);
    (sources, found)
}

/// Each problem as `place: severity id: words`.
fn problems(text: &str) -> Vec<String> {
    let (sources, found) = read(&[text]);
    let line = |problem: &manifest::Problem| {
        let severity = problem.what.severity().as_str();
        let place = sources.display(problem.span);
        format!(
            "{place}: {severity} {}: {}",
            problem.what.id(),
            problem.what
        )
    };
    found.problems.iter().map(line).collect()
}

fn names(world: &World) -> Vec<String> {
    world.workloads().iter().map(ToString::to_string).collect()
}

#[test]
fn bare_words_are_told_and_read_as_kubectl_and_people_do() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: n, labels: {a: \"y\", b: on}}\n\
                spec: {hostNetwork: yes, containers: []}\n";
    let words = "kubectl reads a bare";
    let rest = "as a boolean: it refuses it where a text is wanted";
    assert_eq!(
        problems(text),
        [
            format!("0.yaml:3:18: warning bare-word: {words} `n` {rest}"),
            format!("0.yaml:3:41: warning bare-word: {words} `on` {rest}"),
            format!("0.yaml:4:21: warning bare-word: {words} `yes` {rest}"),
        ]
    );
    let (_, found) = read(&[text]);
    let pod = &found.world.workloads()[0];
    assert_eq!((pod.name.as_str(), pod.host_network), ("n", true));
    assert_eq!(pod.labels.get("b"), Some("on"));
}

#[test]
fn an_object_without_a_name_is_told_and_left_out() {
    let policy = |name: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{{name}}}\n\
             spec: {{podSelector: {{}}}}\n"
        )
    };
    for name in ["", "name: {{ include \"x\" }}", "name: ''"] {
        let text = policy(name);
        assert_eq!(
            problems(&text),
            ["0.yaml:3:11: error missing-key: `metadata.name` is missing"],
            "{name}"
        );
        assert!(read(&[&text]).1.world.policies().is_empty());
    }
}

#[test]
fn every_kind_that_makes_pods_is_a_workload() {
    let pod = "template: {metadata: {labels: {app: x}}, spec: {hostNetwork: true}}";
    let kinds = [
        ("apps/v1", "Deployment"),
        ("apps/v1", "ReplicaSet"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("batch/v1", "Job"),
        ("v1", "ReplicationController"),
    ];
    let mut text = String::new();
    for (version, kind) in kinds {
        text += &format!(
            "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{{pod}}}\n---\n"
        );
    }
    text += &format!(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: x}}\n\
         spec: {{jobTemplate: {{spec: {{{pod}}}}}}}\n"
    );
    let (_, found) = read(&[&text]);
    assert!(
        found.problems.is_empty() && found.unread.is_empty(),
        "{found:?}"
    );
    assert_eq!(
        names(&found.world),
        [
            "default/x[Deployment]",
            "default/x[ReplicaSet]",
            "default/x[StatefulSet]",
            "default/x[DaemonSet]",
            "default/x[Job]",
            "default/x[ReplicationController]",
            "default/x[CronJob]",
        ]
    );
    for workload in found.world.workloads() {
        assert_eq!(workload.labels.get("app"), Some("x"));
        assert!(workload.host_network);
    }
}

#[test]
fn lists_are_opened_and_pods_go_to_their_controllers() {
    let pod = |name: &str, tier: &str| {
        format!(
            r#"{{"metadata": {{"name": "{name}", "labels": {{"tier": "{tier}"}}, "ownerReferences":
            [{{"kind": "Other", "name": "o"}}, {{"kind": "ReplicaSet", "name": "rs", "controller": true}}]}},
            "status": {{"podIP": "10.0.0.1", "podIPs": [{{"ip": "10.0.0.1"}}, {{"ip": "2001:db8::1"}}]}}}}"#
        )
    };
    let items = [pod("rs-a", "x"), pod("rs-b", "x"), pod("rs-c", "y")].join(",");
    let json = format!(r#"{{"apiVersion": "v1", "kind": "PodList", "items": [{items}]}}"#);
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    \
                name: mirror\n    ownerReferences:\n    - {kind: Node, name: n, controller: true}\n";
    let (_, found) = read(&[&json, list]);
    assert_eq!(
        names(&found.world),
        [
            "default/rs[ReplicaSet]",
            "default/rs[ReplicaSet]",
            "default/mirror[Pod]"
        ]
    );
    let first = &found.world.workloads()[0];
    assert_eq!(first.pods.len(), 2, "equal replicas are one");
    assert_eq!(first.pods[0].ips.len(), 2);
}

#[test]
fn nothing_is_dropped_silently() {
    let (_, found) = read(&[
        "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\n---\nkind: Service\n\
         apiVersion: serving.knative.dev/v1\nmetadata: {name: k}\n---\nreplicas: 3\n---\n\
         kind: NetworkPolicy\napiVersion: projectcalico.org/v3\nmetadata: {name: calico}\n",
    ]);
    let unread: Vec<(String, bool)> = found
        .unread
        .iter()
        .map(|unread| (unread.to_string(), unread.known))
        .collect();
    assert_eq!(
        unread,
        [
            ("ConfigMap default/c".to_owned(), true),
            ("Service default/k".to_owned(), false),
            ("not a Kubernetes object".to_owned(), false),
            ("NetworkPolicy default/calico".to_owned(), false),
        ]
    );
}

#[test]
fn a_broken_document_hides_no_other() {
    let (sources, found) = read(&[
        "kind: Pod\napiVersion: v1\nmetadata: {name: a}\n---\nkind: [\n---\n\
         kind: Pod\napiVersion: v1\nmetadata: {name: b}\n",
    ]);
    assert_eq!(names(&found.world), ["default/a[Pod]", "default/b[Pod]"]);
    assert_eq!(found.problems.len(), 1);
    assert!(found.failed());
    let place = sources.display(found.problems[0].span);
    let lines = ["0.yaml:4:", "0.yaml:5:", "0.yaml:6:"];
    assert!(lines.iter().any(|line| place.starts_with(line)), "{place}");
}

fn policy(spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\nspec:\n{spec}"
    )
}

#[test]
fn what_the_api_server_refuses_is_a_problem_at_its_place() {
    let rows = [
        (
            "  ingress:\n  - from:\n    - {}\n",
            "0.yaml:7:7: error invalid-policy: a peer needs `podSelector`, `namespaceSelector` or \
             `ipBlock`: `podSelector: {}` means every pod of the namespace, and leaving the list \
             out means everyone",
        ),
        (
            "  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.0/8}\n      podSelector: {}\n",
            "0.yaml:7:7: error invalid-policy: `ipBlock` can't stand beside a selector: make two \
             items of it, and either may match",
        ),
        (
            "  podSelector:\n    matchExpressions:\n    - {key: a, operator: In}\n",
            "0.yaml:7:7: error invalid-policy: `In` needs at least one value",
        ),
        (
            "  podSelector:\n    matchExpressions:\n    - {key: a, operator: Equals}\n",
            "0.yaml:7:7: error invalid-policy: `Equals` is no operator: one of `In`, `NotIn`, \
             `Exists`, `DoesNotExist` is",
        ),
        (
            "  ingress:\n  - ports:\n    - {port: http, endPort: 90}\n",
            "0.yaml:7:7: error invalid-policy: `endPort` needs a `port` by number, and `http` is a \
             name",
        ),
        (
            "  ingress:\n  - ports:\n    - {port: 91, endPort: 90}\n",
            "0.yaml:7:7: error invalid-policy: `endPort` 90 is below `port` 91: a range goes up",
        ),
        (
            "  ingress:\n  - from:\n    - ipBlock:\n        cidr: 10.0.0.0/8\n        except: [11.0.0.0/8]\n",
            "0.yaml:9:17: error invalid-policy: `11.0.0.0/8` can't be left out of `10.0.0.0/8`: it \
             must be a smaller block inside of it",
        ),
        (
            "  policyTypes: [Ingres]\n",
            "0.yaml:5:17: error bad-value: `Ingres` can't be `policyTypes`: `Ingress` or `Egress` \
             is right",
        ),
        (
            "  podSelector: {matchLabels: {version: 1}}\n",
            "0.yaml:5:40: error wrong-type: `version` must be a string, and this is a whole number",
        ),
        (
            "  ingress: {}\n",
            "0.yaml:5:12: error wrong-type: `ingress` must be a list, and this is a map",
        ),
        (
            "  podSelector: {matchLabels: {app: a b}}\n",
            "0.yaml:5:16: error bad-value: `a b` can't be a label value: it has at most 63 letters, \
             digits, `-`, `_` or `.`, and begins and ends with a letter or a digit",
        ),
        (
            "  podSelector: {matchExpressions: [{key: 'a:b', operator: Exists}]}\n",
            "0.yaml:5:16: error bad-value: `a:b` can't be a label key: its name has 1 to 63 \
             letters, digits, `-`, `_` or `.`, and begins and ends with a letter or a digit",
        ),
        (
            "  podSelector: {}\n  podSelector: {matchLabels: {app: a}}\n",
            "0.yaml:6:3: error duplicate-key: the key `podSelector` stands here twice",
        ),
    ];
    for (spec, wanted) in rows {
        let text = policy(spec);
        assert_eq!(problems(&text), [wanted], "{spec}");
        assert_eq!(
            read(&[&text]).1.world.policies(),
            [],
            "never a guess: {spec}"
        );
    }
}

#[test]
fn labels_that_no_pod_can_have_are_told() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {app: a b}}\n";
    let wanted = "0.yaml:3:29: error bad-value: `a b` can't be a label value: it has at most 63 \
                  letters, digits, `-`, `_` or `.`, and begins and ends with a letter or a digit";
    assert_eq!(problems(text), [wanted]);
}

#[test]
fn versions_that_are_not_served_are_refused() {
    let rows = [
        (
            "extensions/v1beta1",
            "NetworkPolicy",
            "networking.k8s.io/v1",
        ),
        ("v1", "NetworkPolicy", "networking.k8s.io/v1"),
        ("apps/v1beta2", "Deployment", "apps/v1"),
        ("batch/v1beta1", "CronJob", "batch/v1"),
    ];
    for (written, kind, right) in rows {
        let text =
            format!("kind: {kind}\napiVersion: {written}\nmetadata: {{name: a}}\nspec: {{}}\n");
        let wanted = format!(
            "0.yaml:2:13: error not-served-by-gke: GKE serves no {kind} of `{written}`: `{right}` \
             is right"
        );
        assert_eq!(problems(&text), [wanted]);
    }
    let other = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\n";
    assert_eq!(
        problems(other),
        [""; 0],
        "another group has kinds of its own"
    );
}

#[test]
fn a_service_that_stands_twice_counts_as_it_stood_last() {
    let service = |port: u16| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: [{{port: {port}}}]}}\n"
        )
    };
    let text = format!("{}---\n{}", service(80), service(81));
    let twice = "0.yaml:6:1: warning duplicate-object: this object stands in the manifests twice: \
                 the last one counts";
    assert_eq!(problems(&text), [twice]);
    let (_, found) = read(&[&text]);
    let ports = found.world.services().iter().flat_map(|one| &one.ports);
    assert_eq!(ports.map(|port| port.port.get()).collect::<Vec<_>>(), [81]);
}

#[test]
fn what_is_odd_but_accepted_is_a_warning() {
    let text =
        policy("  podSelecter: {}\n  ingress:\n  - from:\n    - ipBlock: {cidr: 10.1.2.3/8}\n");
    assert_eq!(
        problems(&text),
        [
            "0.yaml:5:3: warning unknown-field: `podSelecter` is no field of a NetworkPolicy's \
             spec, so the API server ignores or refuses it; `podSelector` is",
            "0.yaml:8:23: warning host-bits: `10.1.2.3/8` has bits set behind its length: it means \
             `10.0.0.0/8`",
        ]
    );
    assert_eq!(read(&[&text]).1.world.policies().len(), 1);
    let twice = format!(
        "{}---\n{}",
        policy("  podSelector: {}\n"),
        policy("  ingress: []\n")
    );
    let (_, found) = read(&[&twice]);
    assert_eq!(found.problems[0].what.id(), "duplicate-object");
    assert_eq!(found.problems[0].what.severity(), Severity::Warning);
    assert_eq!(found.world.policies().len(), 1, "the last one counts");
}

#[test]
fn kinds_that_gke_does_not_serve_are_named() {
    let text = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c}\n---\n\
                apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\n\
                metadata: {name: a}\n---\napiVersion: cilium.io/v2\n\
                kind: CiliumClusterwideNetworkPolicy\nmetadata: {name: l7}\nspec:\n  \
                endpointSelector: {}\n  ingress:\n  - toPorts:\n    - ports: [{port: \"80\"}]\n      \
                rules: {http: [{}]}\n";
    let (_, found) = read(&[text]);
    let ids: Vec<&str> = found.problems.iter().map(|p| p.what.id()).collect();
    assert_eq!(ids, ["not-served-by-gke"; 3]);
    assert_eq!(found.world.policies(), []);
}

#[test]
fn namespaces_logging_and_places_are_read() {
    let (sources, found) = read(&[
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ns\n  labels: {team: a, \
         kubernetes.io/metadata.name: liar}\n  annotations:\n    \
         policy.network.gke.io/enable-deny-logging: \"true\"\n---\n\
         apiVersion: networking.gke.io/v1alpha1\nkind: NetworkLogging\nmetadata: {name: default}\n\
         spec:\n  cluster:\n    allow: {log: true, delegate: true}\n    deny: {log: true}\n---\n\
         apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\n  \
         namespace: other\nspec:\n  ingress:\n  - from: []\n  -\n    from: []\n",
    ]);
    assert_eq!(found.problems, []);
    let namespace = found.world.namespace("ns").expect("a namespace");
    let own_name = namespace.labels.get("kubernetes.io/metadata.name");
    assert_eq!(own_name, Some("ns"), "the label is immutable");
    let implied = &found.world.namespace("other").expect("implied").labels;
    assert_eq!(implied.get("kubernetes.io/metadata.name"), Some("other"));
    assert!(found.world.logging.allow.delegate() && found.world.logging.deny.log());
    let policy = &found.world.policies()[0];
    let place = |number| {
        let span = policy
            .spans
            .rule(Direction::Ingress, number)
            .expect("a place");
        sources.display(span)
    };
    assert_eq!(
        (place(1), place(2)),
        ("0.yaml:24:5".to_owned(), "0.yaml:26:5".to_owned())
    );
}

#[test]
fn delegation_without_logging_is_refused() {
    let text = "apiVersion: networking.gke.io/v1alpha1\nkind: NetworkLogging\n\
                metadata: {name: default}\nspec: {cluster: {deny: {log: false, delegate: true}}}\n";
    assert_eq!(
        problems(text),
        [
            "0.yaml:4:24: error delegate-without-log: `delegate: true` needs `log: true`: without \
          it nothing is logged that could be delegated"
        ]
    );
}

#[test]
fn a_policy_is_written_as_it_was_read() {
    let specs = [
        "{}",
        r#"{"podSelector":{},"policyTypes":[],"ingress":[],"egress":[{}]}"#,
        r#"{"podSelector":{"matchLabels":{"z":"1","a":"2"}},"ingress":[{"from":[]},{"ports":[]}]}"#,
        r#"{"policyTypes":["Egress","Ingress"],"egress":[{"to":[{"namespaceSelector":{},"podSelector":{"matchExpressions":[{"key":"k","operator":"NotIn","values":["b","a"]},{"key":"k","operator":"Exists"}]}},{"ipBlock":{"cidr":"10.1.2.3/8","except":["10.9.0.0/16"]}}],"ports":[{"protocol":"UDP","port":53},{"port":"http"},{"port":80,"endPort":90},{}]}]}"#,
    ];
    for spec in specs {
        let text = format!(
            r#"{{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{{"name":"p"}},"spec":{spec}}}"#
        );
        let (_, found) = read(&[&text]);
        let PolicySpec::Network(read) = &found.world.policies()[0].spec else {
            panic!("{found:?}");
        };
        assert_eq!(serde_json::to_string(read).expect("JSON"), spec);
    }
}

#[test]
fn the_order_of_reading_does_not_hang_on_threads() {
    let mut text = String::new();
    for n in 0..4_000 {
        text += &format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p-{n}, labels: {{n: \"{n}\"}}}}\n---\n"
        );
    }
    let (_, found) = read(&[&text]);
    let wanted: Vec<String> = (0..4_000).map(|n| format!("default/p-{n}[Pod]")).collect();
    assert_eq!(names(&found.world), wanted);
}

#[test]
fn a_clusterwide_policy_without_ingress_is_refused_by_gke() {
    let text = "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\n\
                metadata: {name: c}\nspec: {endpointSelector: {}, egress: [{toEntities: [all]}]}\n";
    let (_, found) = read(&[text]);
    assert_eq!(found.problems[0].what.id(), "not-served-by-gke");
}

#[test]
fn a_real_application_is_read_whole() {
    let Some(path) = crate::support::shared("data/online-boutique-v0.10.6.yaml") else {
        return;
    };
    let text = std::fs::read_to_string(path).expect("manifests");
    let (_, found) = read(&[&text]);
    assert_eq!(found.problems, []);
    assert_eq!(found.world.workloads().len(), 12);
    assert_eq!(found.world.services().len(), 12);
    let accounts = found.unread.iter().filter(|unread| unread.known);
    assert_eq!((found.unread.len(), accounts.count()), (11, 11));
}

#[test]
fn json_objects_may_stand_one_behind_another() {
    let pod = |name: &str| {
        format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"{name}\"}}\n}}\n"
        )
    };
    let (sources, found) = read(&[&(pod("a") + &pod("b") + &pod("c"))]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let places = found.world.workloads().iter().filter_map(|one| one.span);
    let places: Vec<String> = places
        .map(|span| sources.display(span).to_string())
        .collect();
    assert_eq!(places, ["0.yaml:1:1", "0.yaml:3:1", "0.yaml:5:1"]);
}
