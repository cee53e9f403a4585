//! Manifests in, equal manifests out.

mod gateway;

use std::collections::{BTreeMap, BTreeSet};

use dplab::import::{About, ImportError, Imported, import};
use dplab::model::Lab;
use dplab::source::SourceMap;
use serde_json::{Value as Json, json};

use crate::support::lab::{lab_of, tree};
use crate::support::shared;

fn imported(text: &str) -> Result<Imported, ImportError> {
    let mut sources = SourceMap::new();
    let id = sources.add("manifests.yaml", text);
    let about = About {
        name: "imported".to_owned(),
        project: "your-project".to_owned(),
        location: "us-east1".to_owned(),
    };
    import(&sources, &[id], &about)
}

fn lab_from(text: &str) -> Lab {
    let imported = imported(text).expect("manifests that can be imported");
    lab_of("imported.yaml", &imported.profile)
}

/// Objects of a stream by kind, namespace and name, completed as the API server would.
fn objects(text: &str) -> BTreeMap<String, Json> {
    let documents: Vec<Json> = serde_yaml::from_multiple(text).expect("YAML");
    let lists = documents
        .into_iter()
        .flat_map(|document| match document["items"].as_array() {
            Some(items) => items.clone(),
            None => vec![document],
        });
    lists
        .filter(|object| !object.is_null())
        .map(|mut object| {
            complete(&mut object);
            let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
            let (kind, metadata) = (text(&object["kind"]), &object["metadata"]);
            let key = format!(
                "{kind} {}/{}",
                text(&metadata["namespace"]),
                text(&metadata["name"])
            );
            (key, object)
        })
        .collect()
}

fn complete(object: &mut Json) {
    without_nulls(object);
    let kind = object["kind"].as_str().unwrap_or_default().to_owned();
    if !["Namespace", "ClusterRole"].contains(&kind.as_str())
        && object["metadata"]["namespace"].is_null()
    {
        object["metadata"]["namespace"] = json!("default");
    }
    let ports = |list: &mut Json| {
        for port in list.as_array_mut().into_iter().flatten() {
            let map = port.as_object_mut().expect("a port");
            map.entry("protocol").or_insert(json!("TCP"));
        }
    };
    if kind == "Service" {
        let spec = object["spec"].as_object_mut().expect("a spec");
        spec.entry("type").or_insert(json!("ClusterIP"));
        ports(&mut object["spec"]["ports"]);
        for port in object["spec"]["ports"].as_array_mut().into_iter().flatten() {
            let number = port["port"].clone();
            port.as_object_mut()
                .expect("a port")
                .entry("targetPort")
                .or_insert(number);
        }
    }
    for list in ["containers", "initContainers"] {
        let path = format!("/spec/template/spec/{list}");
        for container in object
            .pointer_mut(&path)
            .and_then(Json::as_array_mut)
            .into_iter()
            .flatten()
        {
            if let Some(list) = container.get_mut("ports") {
                ports(list);
            }
        }
    }
    without_nulls(object);
}

fn without_nulls(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// What a lab generates, without what every lab has of its own.
fn generated(lab: &Lab) -> BTreeMap<String, Json> {
    let tree = tree(lab);
    let folders = [
        "kubernetes/app/",
        "kubernetes/policies/",
        "kubernetes/namespaces/",
    ];
    let ours = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
    let files = tree.iter().filter(|(path, _)| ours(path.as_str()));
    let texts: Vec<String> = files
        .filter(|(path, _)| path.name() != "kustomization.yaml")
        .map(|(_, file)| String::from_utf8(file.content.to_vec()).expect("UTF-8"))
        .collect();
    objects(&texts.join("---\n"))
}

fn assert_same(read: &BTreeMap<String, Json>, generated: &BTreeMap<String, Json>) {
    let names = |all: &BTreeMap<String, Json>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(read), names(generated));
    for (name, object) in read {
        assert_eq!(object, &generated[name], "{name}");
    }
}

/// Workload, Service, its port, the pods' port.
type Edge = (String, String, u64, u64);

fn edges(lab: &Lab) -> BTreeSet<Edge> {
    let app = &lab.app;
    let mut all = BTreeSet::new();
    for workload in &app.workloads {
        for call in &workload.calls {
            let (service, port) = app.called(call).expect("a port");
            let behind = app.behind(&call.namespace, service).next().expect("pods");
            let ports = dplab::model::app::App::pod_ports(behind, port);
            all.insert((
                workload.name.to_string(),
                service.name.to_string(),
                port.port.get().into(),
                ports[0].1.get().into(),
            ));
        }
    }
    all
}

#[test]
fn both_releases_of_the_shop_come_back_equal_with_their_calls() {
    let Some(graph) = shared("data/online-boutique-graph.json") else {
        return;
    };
    let graph = std::fs::read_to_string(graph).expect("the graph");
    let graph: Json = serde_json::from_str(&graph).expect("JSON");
    for version in ["v0.10.6", "v0.2.4"] {
        let path = format!("data/online-boutique-{version}.yaml");
        let path = shared(&path).expect("stands beside the graph");
        let text = std::fs::read_to_string(path).expect("the release");
        let imported = imported(&text).expect("the release");
        assert_eq!(
            imported.carried, [""; 0],
            "{version}: there is a word for all of it"
        );
        let lab = lab_of("imported.yaml", &imported.profile);
        assert_same(&objects(&text), &generated(&lab));
        let wanted = graph[version]["edges"].as_array().expect("edges");
        let text = |value: &Json| value.as_str().expect("a text").to_owned();
        let number = |value: &Json| value.as_u64().expect("a number");
        let wanted = wanted.iter().map(|edge| {
            let ports = (number(&edge["servicePort"]), number(&edge["podPort"]));
            (
                text(&edge["from"]),
                text(&edge["service"]),
                ports.0,
                ports.1,
            )
        });
        assert_eq!(edges(&lab), wanted.collect(), "{version}");
        let dangling = graph[version]["dangling"].as_array().map_or(0, Vec::len);
        assert_eq!(imported.notes.len(), dangling, "{:?}", imported.notes);
    }
}

#[test]
fn a_zoo_of_kinds_comes_back_equal() {
    let text = include_str!("zoo.yaml");
    let lab = lab_from(text);
    // The lab makes the namespace that only a pod of the zoo speaks of.
    let made = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: elsewhere}\n";
    assert_same(&objects(&format!("{text}{made}")), &generated(&lab));
    let told = |name: &str| {
        let workload = lab.app.workload(name).expect("a workload");
        let calls = workload.calls.iter();
        calls
            .map(|call| format!("{}.{}:{}", call.service, call.namespace, call.port))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("api"), ["cache.default:6379", "db.data:5432"]);
    assert_eq!(told("report"), ["api.default:80"]);
    assert_eq!(told("migrate"), ["db.data:5432"]);
    let api = lab.app.workload("api").expect("api");
    assert!(
        api.metadata_server,
        "its service account stands for one of Google's"
    );
    assert_eq!(api.outside[0].host.as_str(), "mail.example.com");
}

#[test]
fn what_is_carried_and_what_is_odd_is_told() {
    let imported = imported(include_str!("zoo.yaml")).expect("the zoo");
    let has = |line: &str| {
        assert!(
            imported.carried.iter().any(|one| one == line),
            "{line}: {:#?}",
            imported.carried
        );
    };
    has("Widget default/w whole");
    has("Deployment default/api container wait: `tty`");
    has("StatefulSet data/db: `spec.template.spec.tolerations`");
    has("Secret data/db whole, with its values: better make it by hand");
    assert_eq!(
        imported.notes,
        [
            "api: `nowhere` (GONE) names a Service that isn't there",
            "api: the Secret `api-keys` (envFrom) is not looked into: if it names a host, say so in \
             `calls`",
        ]
    );
}

#[test]
fn what_is_generated_can_be_imported_and_gives_the_same_again() {
    for name in crate::support::lab::shipped() {
        let first = generated(&crate::support::lab::lab(&name));
        let text: Vec<String> = first.values().map(Json::to_string).collect();
        let again = generated(&lab_from(&text.join("\n---\n")));
        assert_same(&first, &again);
    }
}

#[test]
fn manifests_that_are_none_are_refused() {
    let told = |text: &str| imported(text).expect_err("refused").to_string();
    assert_eq!(told(""), "there is no object in the manifests");
    assert!(told("a: [").contains("YAML") || !told("a: [").is_empty());
    let none = "this is no object of Kubernetes: it has no `apiVersion` and `kind`";
    assert!(told("a: 1\n").ends_with(none));
    let twice = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n\
                 apiVersion: v1\nkind: Service\nmetadata: {name: a}\n";
    assert_eq!(
        told(twice),
        "Service default/a stands in the manifests twice: manifests.yaml:1:1 and manifests.yaml:5:1"
    );
}

/// A Deployment and its Service, with more words where they stand.
fn pair(pod: &str, service: &str, port: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w}}\nspec:\n  \
         selector: {{matchLabels: {{app: w}}}}\n  template:\n    metadata: {{labels: {{app: w}}}}\n    \
         spec: {{{pod}containers: [{{name: main, image: i, ports: [{{name: http, containerPort: 8080}}]}}]}}\n\
         ---\napiVersion: v1\nkind: Service\nmetadata: {{name: w}}\n\
         spec: {{{service}selector: {{app: w}}, ports: [{{{port}port: 80, targetPort: http}}]}}\n"
    )
}

#[test]
fn words_that_mean_nothing_carry_nothing() {
    let plain = imported(&pair("", "", "")).expect("manifests");
    for (pod, service, port) in [
        ("", "clusterIP: '', ", ""),
        ("", "type: '', loadBalancerIP: '', ", ""),
        ("", "", "nodePort: 0, "),
        ("", "", "name: '', "),
        ("hostNetwork: false, ", "", ""),
        ("serviceAccountName: '', hostPID: false, ", "", ""),
    ] {
        let wordy = imported(&pair(pod, service, port)).expect("manifests");
        assert_eq!(wordy.profile, plain.profile, "{pod}{service}{port}");
        assert_eq!(wordy.carried, [""; 0], "{pod}{service}{port}");
    }
}

#[test]
fn what_a_cluster_added_is_left_out_and_that_is_said() {
    let plain = imported(&pair("", "", "")).expect("manifests");
    let added = "metadata: {name: w, uid: u, resourceVersion: '1', generation: 2, \
                 annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}'}}";
    let text = pair(
        "",
        "clusterIP: 10.1.1.1, clusterIPs: [10.1.1.1], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, ",
        "",
    );
    let text = text.replace("metadata: {name: w}", added) + "status: {loadBalancer: {}}\n";
    let exported = imported(&text).expect("manifests");
    assert_eq!(exported.profile, plain.profile);
    let note = "2 objects came out of a cluster: what it had added to them was left out";
    assert_eq!(exported.notes, [note]);
}

#[test]
fn a_call_that_gets_lost_is_told_and_is_no_call() {
    let caller = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec:\n  \
                  selector: {matchLabels: {app: c}}\n  template:\n    metadata: {labels: {app: c}}\n    \
                  spec: {containers: [{name: main, image: i, env: [{name: U, value: 'http://w:80'}]}]}\n";
    let fixed = pair("", "clusterIP: 10.1.1.1, ", "") + caller;
    let imported = imported(&fixed).expect("manifests");
    assert_eq!(imported.carried, ["Service default/w whole"]);
    assert_eq!(imported.calls, [""; 0]);
    let told = &imported.notes[..];
    assert!(
        matches!(told, [note] if note.starts_with("c: the call `w:80` is left out: ")),
        "{told:?}"
    );
}

#[test]
fn many_things_to_carry_are_carried() {
    let one = |n: usize| {
        let text = pair(
            "",
            &format!("clusterIP: 10.1.{}.{}, ", n / 250, n % 250),
            "",
        );
        text.replace("name: w", &format!("name: w{n}"))
            .replace("app: w", &format!("app: w{n}"))
    };
    let all: Vec<String> = (0..260).map(one).collect();
    let imported = imported(&all.join("---\n")).expect("manifests");
    assert_eq!(imported.carried.len(), 260);
}

#[test]
fn rights_of_pods_that_the_language_does_not_know_are_carried() {
    for context in ["{seLinuxOptions: {level: s0}}", "{newInKubernetes: true}"] {
        let text = pair(&format!("securityContext: {context}, "), "", "");
        let lab = lab_from(&text);
        let pod = &generated(&lab)["Deployment default/w"]["spec"]["template"]["spec"];
        let wanted: Json = serde_yaml::from_str(context).expect("YAML");
        assert_eq!(pod["securityContext"], wanted);
    }
}

#[test]
fn a_cluster_serves_the_policies_that_were_read() {
    let domain = "apiVersion: networking.gke.io/v1alpha1\nkind: FQDNNetworkPolicy\nmetadata: {name: f}\n\
                  spec: {podSelector: {}, egress: [{matches: [{name: a.b.com}], ports: [{protocol: TCP, port: 443}]}]}\n";
    let lab = lab_from(&(pair("", "", "") + "---\n" + domain));
    assert!(lab.cluster.dataplane.fqdn_network_policy);
    assert_eq!(lab.policies.len(), 1);
}

#[test]
fn names_of_pods_lead_to_their_service_and_other_services_are_known() {
    let tells = |value: &str| {
        let caller = format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: c}}\nspec:\n  \
             selector: {{matchLabels: {{app: c}}}}\n  template:\n    metadata: {{labels: {{app: c}}}}\n    \
             spec: {{containers: [{{name: main, image: i, env: [{{name: U, value: '{value}'}}]}}]}}\n---\n\
             apiVersion: v1\nkind: Service\nmetadata: {{name: legacy}}\nspec: {{ports: [{{port: 5432}}]}}\n"
        );
        let imported = imported(&(pair("", "", "") + &caller)).expect("manifests");
        (imported.calls, imported.notes)
    };
    let none: [String; 0] = [];
    for host in ["w-0.w", "w-0.w.default.svc.cluster.local", "w.default"] {
        let (calls, notes) = tells(&format!("http://{host}:80/x"));
        assert_eq!(calls, ["c -> w:80 (U)"], "{host}");
        assert_eq!(notes, none, "{host}");
    }
    let (calls, notes) = tells("postgres://user:secret@legacy:5432/x");
    assert_eq!(calls, none);
    assert_eq!(
        notes,
        ["c: `legacy` (U) is a Service that no workload of the manifests stands behind"]
    );
}

#[test]
fn what_policy_logging_says_beyond_its_switches_is_told() {
    let logging = "apiVersion: networking.gke.io/v1alpha1\nkind: NetworkLogging\n\
                   metadata: {name: default, labels: {a: b}}\n\
                   spec: {cluster: {deny: {log: true}}, node: {}}\n";
    let imported = imported(&(pair("", "", "") + "---\n" + logging)).expect("manifests");
    let told = |place: &str| {
        format!("NetworkLogging: `{place}` is left out, for every stage lays down its own")
    };
    assert_eq!(imported.notes, [told("metadata.labels"), told("spec.node")]);
    assert!(
        lab_of("imported.yaml", &imported.profile)
            .logging
            .deny
            .log()
    );
}

#[test]
fn an_object_stands_once_and_another_group_s_is_another() {
    let knative =
        "---\napiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: w}\nspec: {}\n";
    let both = imported(&(pair("", "", "") + knative)).expect("manifests");
    assert_eq!(
        both.carried,
        ["Service.serving.knative.dev default/w whole"]
    );
    let twice = imported(&(pair("", "", "") + "---\n" + &pair("", "", "")));
    assert_eq!(
        twice.expect_err("twice").to_string(),
        "Deployment default/w stands in the manifests twice: manifests.yaml:1:1 and \
         manifests.yaml:15:1"
    );
}

/// A caller in front of [`pair`], with what its container and its pod are told.
fn calls(container: &str, pod: &str) -> Vec<String> {
    let caller = format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: c}}\nspec:\n  \
         selector: {{matchLabels: {{app: c}}}}\n  template:\n    metadata: {{labels: {{app: c}}}}\n    \
         spec: {{{pod}containers: [{{name: main, image: i, {container}}}]}}\n\
         ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata: {{a.conf: 'u http://w/x'}}\n"
    );
    let imported = imported(&(pair("", "", "") + &caller)).expect("manifests");
    imported.calls.into_iter().chain(imported.notes).collect()
}

#[test]
fn calls_are_found_however_they_are_written() {
    let env = |value: &str| calls(&format!("env: [{{name: U, value: '{value}'}}]"), "");
    for value in [
        "host=w port=80 user=x",
        "Server=w;Port=80;Uid=x",
        "dns:///w:80",
        "http://w",
        r#"{"host": "w", "port": 80}"#,
    ] {
        assert_eq!(env(value), ["c -> w:80 (U)"], "{value}");
    }
    let dependent = "env: [{name: P, value: '80'}, {name: H, value: w.default}, \
                     {name: U, value: 'x=$(H).svc:$(P)'}, {name: V, value: '$$(H):81'}]";
    assert_eq!(calls(dependent, ""), ["c -> w:80 (H)"]);
    let argument = "env: [{name: P, value: 'w:80'}], args: ['--to=$(P)']";
    assert_eq!(calls(argument, ""), ["c -> w:80 (P)"]);
    let projected = "volumes: [{name: v, projected: {sources: [{configMap: {name: m}}]}}], ";
    assert_eq!(
        calls("tty: true", projected),
        ["c -> w:80 (ConfigMap m, a.conf)"]
    );
}

/// The name of a Service may be that of a database, a user or a kind of storage.
#[test]
fn a_name_alone_is_a_call_where_the_variable_is_called_like_a_host() {
    let env = |key: &str| calls(&format!("env: [{{name: {key}, value: w}}]"), "");
    for key in ["API_HOST", "API_HOSTNAME", "API_ADDR", "api_url"] {
        assert_eq!(env(key), [format!("c -> w:80 ({key})")]);
    }
    for key in ["POSTGRES_DB", "DB_USER", "OTEL_SERVICE_NAME", "CACHE_TYPE"] {
        assert_eq!(env(key), [""; 0], "{key}");
    }
    let perhaps = "c: `w` (THING) is the name of a Service: if that is a call, say so in `calls`";
    assert_eq!(env("THING"), [perhaps]);
    let outside =
        "env: [{name: SMTP_HOST, value: mail.example.com}, {name: SMTP_PORT, value: '587'}]";
    assert_eq!(
        calls(outside, ""),
        ["c -> tcp://mail.example.com:587 (SMTP_HOST)"]
    );
    let cors = calls(
        "env: [{name: CORS_ORIGIN, value: 'https://www.example.com'}]",
        "",
    );
    let words = "c: `www.example.com` (CORS_ORIGIN) is outside the cluster: if \
                 `https://www.example.com` is called, say so in `calls`";
    assert_eq!(cors, [words]);
}

/// Each variable doubles the one before it.
#[test]
fn variables_that_grow_out_of_one_another_end() {
    let mut env = "{name: V0, value: xxxxxxxxxx}".to_owned();
    for n in 1..64 {
        env += &format!(", {{name: V{n}, value: '$(V{m})$(V{m})'}}", m = n - 1);
    }
    assert_eq!(calls(&format!("env: [{env}]"), ""), [""; 0]);
}

#[test]
fn an_address_outside_is_no_call_and_is_told() {
    let env = |value: &str| calls(&format!("env: [{{name: U, value: '{value}'}}]"), "");
    let words =
        "c: `192.0.2.7` (U) is an address outside: `calls` takes names, so allow it by a policy";
    assert_eq!(env("https://192.0.2.7/x"), [words]);
    assert_eq!(env("127.0.0.1:80"), [""; 0]);
    assert_eq!(env("0.0.0.0:80"), [""; 0]);
}

#[test]
fn what_no_manifest_can_have_is_refused_at_its_place() {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let told = |data: &str| match imported(&format!("{head}data: {data}\n")) {
        Err(ImportError::Unfit(found)) => found.into_iter().map(|one| one.message).collect(),
        other => panic!("{other:?}"),
    };
    let twice: Vec<String> = told("{x: '1', x: '2'}");
    assert_eq!(twice, ["the key `x` stands here twice"]);
    let odd: Vec<String> = told("{x: a\u{85}b}");
    assert_eq!(odd, ["the character U+0085 can't stand here"]);
}

#[test]
fn names_that_cannot_be_said_are_carried_and_objects_may_have_items() {
    let text = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: w}\n---\n\
                apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: Bad_Name, labels: {a: b}}\n---\n\
                apiVersion: acl.example.com/v1\nkind: IPAllowList\nmetadata: {name: x}\nitems: [{a: 1}]\n\
                ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n\
                metadata: {name: r}\nrules: []\n---\n";
    let imported = imported(&(text.to_owned() + &pair("serviceAccountName: w, ", "", "")));
    let imported = imported.expect("manifests");
    let carried = [
        "IPAllowList default/x whole",
        "ClusterRole r whole",
        "ServiceAccount default/Bad_Name whole",
    ];
    assert_eq!(imported.carried, carried);
}

/// Nobody wrote such things by hand, and they are in many clusters.
#[test]
fn large_objects_are_carried() {
    let many: String = (0..60_000).map(|n| format!("  k{n}: [{n}]\n")).collect();
    let head = "apiVersion: x.example.com/v1\nkind: Big\nmetadata: {name: a}\nspec:\n";
    assert!(imported(&format!("{head}{many}")).is_ok());
}

#[test]
fn kinds_of_two_groups_are_two_kinds() {
    let one = |version: &str| {
        format!("apiVersion: {version}\nkind: Cluster\nmetadata: {{name: a}}\n---\n")
    };
    let text = one("a.example.com/v1") + &one("b.example.com/v1");
    assert!(imported(&text).is_ok());
    let again = text + &one("a.example.com/v1beta1");
    assert!(matches!(imported(&again), Err(ImportError::Twice { .. })));
}

#[test]
fn what_a_cluster_makes_itself_is_left_out_and_told() {
    let seen = "uid: u, resourceVersion: '1'";
    let owned = format!(
        "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {{name: w-1, {seen}, ownerReferences: \
         [{{kind: Deployment, name: w, controller: true}}]}}\nspec: {{selector: {{matchLabels: {{app: w}}}}}}\n---\n\
         apiVersion: v1\nkind: Service\nmetadata: {{name: kubernetes, {seen}}}\nspec: {{ports: [{{port: 443}}]}}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: kube-root-ca.crt, {seen}}}\ndata: {{}}\n---\n"
    );
    let job = format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: j, {seen}, labels: {{job-name: j}}}}\nspec:\n  \
         selector: {{matchLabels: {{controller-uid: u}}}}\n  template:\n    \
         metadata: {{labels: {{controller-uid: u, job-name: j, app: j}}}}\n    \
         spec: {{restartPolicy: Never, containers: [{{name: main, image: i}}]}}\n---\n"
    );
    let imported = imported(&(owned + &job + &pair("", "", ""))).expect("manifests");
    let words = "left out, since a cluster makes them itself: ReplicaSet default/w-1, Service \
                 default/kubernetes, ConfigMap default/kube-root-ca.crt";
    assert_eq!(imported.notes[0], words);
    assert_eq!(imported.carried, [""; 0]);
    assert!(
        !imported.profile.contains("controller-uid"),
        "{}",
        imported.profile
    );
}

#[test]
fn a_name_behind_an_unknown_variable_is_a_name() {
    let env = calls("env: [{name: U, value: '$(POD_NAME).w:80'}]", "");
    assert_eq!(env, ["c -> w:80 (U)"]);
}

/// Addresses often stand in Secrets, beside passwords, and nobody reads those.
#[test]
fn addresses_in_secrets_are_not_read_and_that_is_told() {
    let from = |key: &str| {
        let reference = "valueFrom: {secretKeyRef: {name: s, key: k}}";
        calls(&format!("env: [{{name: {key}, {reference}}}]"), "")
    };
    let words = |place: &str| {
        format!(
            "c: the Secret `s` ({place}) is not looked into: if it names a host, say so in `calls`"
        )
    };
    assert_eq!(from("DATABASE_URL"), [words("DATABASE_URL")]);
    assert_eq!(from("DB_PASSWORD"), [""; 0]);
    let all = calls("envFrom: [{secretRef: {name: s}}]", "");
    assert_eq!(all, [words("envFrom")]);
}

#[test]
fn a_namespace_of_the_cluster_itself_is_told() {
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system, labels: {a: b}, annotations: {c: d}}\n---\n";
    let imported = imported(&(text.to_owned() + &pair("", "", ""))).expect("manifests");
    let words = "Namespace kube-system is the cluster's own: a script gives it its labels, and nothing \
                 its annotations";
    assert_eq!(imported.notes, [words]);
}

/// As `jq '.items[]'` prints them.
#[test]
fn json_values_need_nothing_between_them() {
    let one = |name: &str| {
        let head = r#""apiVersion": "v1", "kind": "ConfigMap""#;
        format!(
            "{{\n  {head},\n  \"metadata\": {{\"name\": \"{name}\"}},\n  \"data\": {{\"y\": \"no\"}}\n}}\n"
        )
    };
    let imported = imported(&(one("a") + &one("b"))).expect("manifests");
    assert!(imported.profile.contains("name: a") && imported.profile.contains("name: b"));
    assert!(
        imported.profile.contains("\"y\": \"no\""),
        "{}",
        imported.profile
    );
    assert_eq!(imported.carried, [""; 0]);
}
