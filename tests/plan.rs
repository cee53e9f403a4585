//! Tests of `src/plan`: no two things of a lab share a file.

use dplab::plan;

use crate::support::lab::lab_of;

#[test]
fn names_with_dots_and_kinds_of_other_groups_have_files_of_their_own() {
    let lab = lab_of(
        "p.yaml",
        "\
format: dplab/v1
name: example
cluster: {project: my-project, location: us-east1}
app:
  workloads:
    - {name: web, image: example.com/web, services: [{ports: [{port: 80}]}]}
  objects:
    - {apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: web, namespace: default}}
    - {apiVersion: v1, kind: Secret, metadata: {name: a.b, namespace: default}}
    - {apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b}}
    - {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: 'a:b'}}
    - {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a-b}}
policies:
  - {name: a.b, spec: {podSelector: {}}}
  - {name: a, namespace: b, spec: {podSelector: {}}}
",
    );
    let files = plan::plan(&lab).expect("a plan");
    let paths = files.iter().map(|file| file.path.as_str());
    let mine = |folder: &str| {
        let names = paths.clone().filter_map(|path| path.strip_prefix(folder));
        names.collect::<Vec<&str>>()
    };
    assert_eq!(
        mine("kubernetes/app/"),
        [
            "clusterrole-a-b-2.yaml",
            "clusterrole-a-b.yaml",
            "deployment-web.yaml",
            "kustomization.yaml",
            "secret-a.b.default.yaml",
            "secret-a.b.yaml",
            "service-web.yaml",
            "service.serving.knative.dev-web.yaml",
        ]
    );
    assert_eq!(
        mine("kubernetes/policies/"),
        ["a.b.default.yaml", "a.b.yaml", "kustomization.yaml"]
    );
}

#[test]
fn every_name_that_kubernetes_takes_has_a_file() {
    let long = [
        "a".repeat(63),
        "b".repeat(63),
        "c".repeat(63),
        "d".repeat(60),
    ]
    .join(".");
    let lab = lab_of(
        "p.yaml",
        &format!(
            "\
format: dplab/v1
name: example
cluster: {{project: my-project, location: us-east1}}
app:
  namespaces: [{{name: aux}}, {{name: kustomization}}]
  workloads: [{{name: nul, image: example.com/web, services: [{{ports: [{{port: 80}}]}}]}}]
  configMaps: [{{name: {long}, data: {{a: b}}}}]
  objects:
    - {{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: 'Ä/../*'}}}}
    - {{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: 'ä/../?'}}}}
policies:
  - {{name: con, spec: {{podSelector: {{}}}}}}
  - {{name: network-logging, spec: {{podSelector: {{}}}}}}
  - {{name: kustomization, spec: {{podSelector: {{}}}}}}
  - {{name: {long}, namespace: aux, spec: {{podSelector: {{}}}}}}
probes:
  - {{name: prn, from: {{image: example.com/curl}}, to: 'nul:80', run: [curl, web]}}
stages:
  - {{name: aux, policies: [con, network-logging, kustomization, {long}], expect: {{prn: {{verdict: allowed}}}}}}
"
        ),
    );
    let files = plan::plan(&lab).expect("a plan");
    let mut paths: Vec<String> = files
        .iter()
        .map(|f| f.path.as_str().to_lowercase())
        .collect();
    let count = paths.len();
    paths.dedup();
    assert_eq!(paths.len(), count, "{paths:#?}");
    for path in [
        "kubernetes/app/clusterrole-ä-..---2.yaml",
        "kubernetes/namespaces/_aux.yaml",
        "kubernetes/policies/_con.yaml",
        "kubernetes/probes/_prn.yaml",
        "kubernetes/stages/1-aux/_kustomization.yaml",
        "kubernetes/stages/1-aux/_network-logging.yaml",
    ] {
        assert!(paths.contains(&path.to_owned()), "{path}: {paths:#?}");
    }
}
