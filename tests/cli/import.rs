//! `dplab import` and `dplab synth` as processes.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::run::{code, dplab, stderr, stdout};

const SHOP: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  paused: true
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: nginx, env: [{name: DB, value: 'db:5432'}]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: main, image: postgres}]}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {selector: {app: db}, ports: [{port: 5432}]}
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("shop")).expect("a folder");
    std::fs::write(folder.path().join("shop/all.yaml"), SHOP).expect("a file");
    folder
}

#[test]
fn what_is_imported_generates_at_once() {
    let folder = folder();
    let at = |args: &[&str]| dplab(folder.path(), args);
    let output = at(&["import", "shop", "-o", "shop.yaml"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(
        stderr(&output),
        "carried: Deployment default/web: `spec.paused`\n\
         calls found: 1; fields and objects carried: 1\n"
    );
    assert_eq!(code(&at(&["validate", "shop.yaml"])), 0);
    assert_eq!(code(&at(&["generate", "shop.yaml"])), 0);
    let web = folder
        .path()
        .join("out/shop/kubernetes/app/deployment-web.yaml");
    assert!(
        std::fs::read_to_string(web)
            .expect("generated")
            .contains("paused: true")
    );
    let again = at(&["import", "shop", "-o", "shop.yaml"]);
    assert_eq!(code(&again), 5, "a profile that is there is not lost");
    assert!(stderr(&again).contains("`--force` writes over it"));
    assert_eq!(
        code(&at(&["import", "shop", "-o", "shop.yaml", "--force"])),
        0
    );
}

#[test]
fn manifests_come_in_on_stdin() {
    let folder = folder();
    let output = piped(
        folder.path(),
        &["import", "-", "--name", "piped", "-q"],
        SHOP,
    );
    assert!(output.contains("name: piped"), "{output}");
    assert!(output.contains("calls:"), "{output}");
}

fn piped(folder: &Path, args: &[&str], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dplab"))
        .current_dir(folder)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("dplab runs");
    let mut stdin = child.stdin.take().expect("stdin");
    stdin.write_all(input.as_bytes()).expect("input");
    drop(stdin);
    let output = child.wait_with_output().expect("dplab ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn policies_are_made_of_manifests_and_of_profiles_alike() {
    let folder = folder();
    let at = |args: &[&str]| dplab(folder.path(), args);
    let of_manifests = at(&["synth", "--manifests", "shop"]);
    assert_eq!(code(&of_manifests), 0, "{}", stderr(&of_manifests));
    let text = stdout(&of_manifests);
    for name in ["least-deny-all", "least-web", "least-db"] {
        assert!(text.contains(&format!("name: {name}")), "{text}");
    }
    assert_eq!(code(&at(&["import", "shop", "-o", "shop.yaml"])), 0);
    assert_eq!(stdout(&at(&["synth", "shop.yaml"])), text);
    let compared = stdout(&at(&["synth", "shop.yaml", "--compare"]));
    assert!(
        compared.contains("pairs in the cluster: 2 now, 1 with least privilege"),
        "{compared}"
    );
}

#[test]
fn workloads_that_are_carried_get_no_policies_and_that_is_said() {
    let folder = folder();
    let profile = "format: dplab/v1\nname: a\ncluster: {project: my-project, location: us-east1}\n\
                   app: {objects: [{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n}}]}\n";
    std::fs::write(folder.path().join("carried.yaml"), profile).expect("a file");
    let output = dplab(folder.path(), &["synth", "carried.yaml"]);
    assert_eq!(
        stderr(&output),
        "look at: n/p[Pod] is carried as it is, so no calls are known of it and no policy is made \
         for it\n"
    );
}

#[test]
fn the_cluster_s_own_namespaces_are_not_closed_as_a_whole() {
    let folder = folder();
    let profile = "format: dplab/v1\nname: a\ncluster: {project: my-project, location: us-east1}\n\
                   app:\n  namespaces: [{name: kube-system, existing: true}]\n  workloads:\n  \
                   - {name: agent, image: i, namespace: kube-system}\n  - {name: web, image: i}\n";
    std::fs::write(folder.path().join("system.yaml"), profile).expect("a file");
    let output = dplab(folder.path(), &["synth", "system.yaml"]);
    assert_eq!(
        stderr(&output),
        "look at: `kube-system` is the cluster's own, so no policy denies everything there\n"
    );
    let text = stdout(&output);
    let made = |name: &str| text.matches(&format!("name: {name}\n")).count();
    assert_eq!(
        (made("least-deny-all"), made("least-agent")),
        (1, 1),
        "{text}"
    );
}

#[test]
fn what_policies_leave_closed_is_told() {
    let folder = folder();
    let profile = "format: dplab/v1\nname: a\ncluster: {project: my-project, location: us-east1}\n\
                   app:\n  workloads:\n  \
                   - {name: agent, image: i, hostNetwork: true, ports: [{containerPort: 9000}], \
                   services: [{ports: [{port: 9000}]}], calls: ['web:80']}\n  \
                   - {name: web, image: j, ports: [{containerPort: 80}], \
                   services: [{ports: [{port: 80}]}], calls: ['agent:9000']}\n  \
                   ingresses: [{name: door, spec: {ingressClassName: nginx, \
                   defaultBackend: {service: {name: web, port: {number: 80}}}}}]\n";
    std::fs::write(folder.path().join("closed.yaml"), profile).expect("a file");
    let output = dplab(folder.path(), &["synth", "closed.yaml"]);
    assert_eq!(
        stderr(&output),
        "look at: the Ingress `door` is not served by GKE, so its controller's pods are not let in\n\
         look at: `agent` is on its node's network, so `web:80` is not opened for its calls\n\
         look at: `web` calls `agent:9000`, whose pods are on their node's network: no policy can \
         name those, so the call is not opened\n"
    );
    assert_eq!(code(&output), 0);
}

#[test]
fn manifests_that_cannot_be_read_are_3_and_none_at_all_64() {
    let folder = folder();
    let at = |args: &[&str]| dplab(folder.path(), args);
    std::fs::write(folder.path().join("broken.yaml"), "a: [").expect("a file");
    std::fs::write(folder.path().join("none.yaml"), "a: 1").expect("a file");
    assert_eq!(code(&at(&["import", "broken.yaml"])), 3);
    assert_eq!(code(&at(&["import", "none.yaml"])), 3);
    assert_eq!(code(&at(&["import", "gone.yaml"])), 1);
    assert_eq!(code(&at(&["import"])), 64);
    assert_eq!(code(&at(&["synth"])), 64);
}

/// What dplab generated, kustomization and all, can be taken in again.
#[test]
fn every_generated_application_is_imported_again() {
    for lab in crate::support::lab::shipped() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("out/{lab}/kubernetes/app"));
        let app = app.to_str().expect("UTF-8");
        let output = dplab(
            folder.path(),
            &["import", app, "--name", "again", "-o", "again.yaml"],
        );
        assert_eq!(code(&output), 0, "{lab}: {}", stderr(&output));
        let left_out = "kustomization.yaml:1:1 is kustomize's and was left out";
        assert!(
            stderr(&output).contains(left_out),
            "{lab}: {}",
            stderr(&output)
        );
        let output = dplab(folder.path(), &["generate", "again.yaml", "-o", "out"]);
        assert_eq!(code(&output), 0, "{lab}: {}", stderr(&output));
    }
}

#[test]
fn manifests_that_generate_would_refuse_are_told_at_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n\
                  spec: {podSelector: {}, policyTypes: [Egress], ingress: [{}], egress: [{}]}\n";
    std::fs::write(folder.path().join("p.yaml"), policy).expect("a file");
    let output = dplab(folder.path(), &["import", "p.yaml", "-o", "lab.yaml", "-q"]);
    assert_eq!(code(&output), 3);
    let text = stderr(&output);
    assert!(
        text.starts_with("error[rules-without-type]: `p` has ingress rules"),
        "{text}"
    );
    assert!(text.contains("--> p.yaml:4:"), "{text}");
    let note = "help: `generate` refuses the profile as long as this stands in it";
    assert!(text.contains(note), "{text}");
    assert_eq!(code(&dplab(folder.path(), &["generate", "lab.yaml"])), 3);
    // Where kubectl reads a boolean, people a text: only the profile's own places say so.
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {x: on}}\n";
    std::fs::write(folder.path().join("s.yaml"), service).expect("a file");
    let output = dplab(folder.path(), &["import", "s.yaml", "-q"]);
    assert_eq!(code(&output), 3);
    let place = "--> the profile:15:12";
    assert!(stderr(&output).contains(place), "{}", stderr(&output));
}

#[test]
fn what_the_command_line_says_of_the_lab_must_be_possible() {
    let folder = folder();
    for (option, value, words) in [
        ("--name", "Bad Name", "`Bad Name` can't be a lab's name"),
        ("--project", "X", "`X` can't be a project id"),
        (
            "--location",
            "mars",
            "`mars` is neither a region nor a zone",
        ),
    ] {
        let output = dplab(folder.path(), &["import", "shop", option, value]);
        assert_eq!(code(&output), 64);
        assert_eq!(stderr(&output), format!("error: {words}\n"));
    }
}

/// Deeper than what a profile's own words ever get, on every thread.
#[test]
fn deep_objects_are_read_carried_and_generated() {
    let folder = tempfile::tempdir().expect("a folder");
    let depth = 110;
    let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let object = |n: usize| {
        let head = format!("apiVersion: x.example.com/v1\nkind: Deep\nmetadata: {{name: a{n}}}\n");
        format!(
            "{head}spec:\n  text: {}\n  a: {deep}\n---\n",
            "x".repeat(70_000)
        )
    };
    let text: String = (0..4).map(object).collect();
    std::fs::write(folder.path().join("deep.yaml"), text).expect("a file");
    let at = |args: &[&str]| code(&dplab(folder.path(), args));
    assert_eq!(at(&["reach", "--manifests", "deep.yaml"]), 0);
    assert_eq!(at(&["import", "deep.yaml", "-o", "lab.yaml"]), 0);
    assert_eq!(at(&["generate", "lab.yaml"]), 0);
}
