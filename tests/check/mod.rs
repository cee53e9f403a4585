//! Tests of `src/check`: what GKE and Kubernetes refuse is refused before anything is made.

mod gateway;
mod lints;
mod maintenance;
mod refused;
mod shipping;

use std::io;

use camino::Utf8Path;
use dplab::profile::layer::{Files, Overrides};
use dplab::source::SourceMap;
use dplab::{check, diag, profile};

const BASE: &str = "\
format: dplab/v1
name: example
cluster: {project: my-project, location: us-east1}
app: {use: online-boutique}
";

struct Folder;

impl Files for Folder {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        match path.as_str() {
            "base.yaml" => Ok(BASE.to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// What is found in a profile on top of a plain one: `code line:column message`, in order.
fn findings(text: &str) -> Vec<String> {
    let mut sources = SourceMap::new();
    let id = sources.add("p.yaml", format!("{text}\nextends: base.yaml\n"));
    let read = profile::read(&mut sources, &Folder, id, &Overrides::default());
    let mut found = read.findings;
    if let Some(raw) = &read.value {
        found.extend(check::lab(raw).findings);
    }
    diag::sort(&mut found);
    let told = found.iter().map(|finding| {
        let label = finding.primary.as_ref().expect("a place");
        let place = sources.display(label.span);
        let place = place.strip_prefix("p.yaml:").unwrap_or(&place);
        format!("{} {place} {}", finding.code, finding.message)
    });
    told.collect()
}

/// What GKE is not known to refuse is no error.
#[test]
fn a_range_of_pods_that_may_be_too_large_makes_a_lab() {
    let text = "cluster: {network: {pods: {range: 64.0.0.0/8}}}\nextends: base.yaml\n";
    let mut sources = SourceMap::new();
    let id = sources.add("p.yaml", text);
    let read = profile::read(&mut sources, &Folder, id, &Overrides::default());
    let checked = check::lab(&read.value.expect("a profile"));
    assert_eq!(checked.findings.len(), 1, "{:?}", checked.findings);
    assert!(checked.value.is_some());
}
