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
