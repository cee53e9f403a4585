//! The maintenance window is the same in every form of the lab.

use crate::support::lab::{lab_of, tree};

const BASE: &str = "format: dplab/v1\nname: example\napp: {use: online-boutique}\n\
                    cluster: {project: my-project, location: us-east1, maintenance: {start: 03:30}";

fn files(mode: &str) -> impl Fn(&str) -> String {
    let tree = tree(&lab_of("p.yaml", &format!("{BASE}, mode: {mode}}}\n")));
    move |path: &str| {
        let (_, file) = tree
            .iter()
            .find(|(name, _)| name.as_str() == path)
            .unwrap_or_else(|| panic!("{path} is there"));
        String::from_utf8(file.content.to_vec()).expect("text")
    }
}

#[test]
fn all_forms_of_the_lab_open_the_same_window() {
    for mode in ["standard", "autopilot"] {
        let file = files(mode);
        let script = file("scripts/13-create-cluster.sh");
        assert!(script.contains("--maintenance-window=03:30"), "{script}");
        let values = file("terraform/cluster/terraform.tfvars");
        let line = values
            .lines()
            .find(|line| line.starts_with("maintenance_start_time"));
        assert_eq!(
            line.and_then(|l| l.split_once("= ")).map(|(_, v)| v),
            Some("\"03:30\"")
        );
    }
}
