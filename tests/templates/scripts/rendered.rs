//! Scripts of a profile, rendered into a folder.

use std::fs;
use std::path::{Path, PathBuf};

use dplab::model::Lab;
use dplab::plan;
use dplab::render::{Catalog, Renderer};

use crate::support::lab::lab_of;

/// Every profile whose scripts are tested: the shipped ones, and those that reach further.
pub(super) fn profiles() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for folder in ["profiles", "tests/templates/profiles"] {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        let files = entries.map(|entry| entry.unwrap().path());
        all.extend(files.filter(|path| path.extension().is_some_and(|e| e == "yaml")));
    }
    all.sort();
    all
}

/// The lab of a profile of the tests, or of a shipped one.
pub(super) fn lab(name: &str) -> Lab {
    let file = format!("{name}.yaml");
    let path = profiles()
        .into_iter()
        .rev()
        .find(|path| path.ends_with(&file));
    read(&path.unwrap())
}

/// Reads and checks a profile that must be fine.
pub(super) fn read(path: &Path) -> Lab {
    lab_of(path.to_str().unwrap(), &fs::read_to_string(path).unwrap())
}

/// Writes the lab's scripts below a folder and gives their names, sorted.
pub(super) fn scripts(lab: &Lab, folder: &Path) -> Vec<String> {
    let renderer = Renderer::new(&Catalog::built_in().unwrap()).unwrap();
    let mut names = Vec::new();
    for file in plan::plan(lab).unwrap() {
        if !file.template.starts_with("gcloud/") {
            continue;
        }
        let text = renderer.render(file.template, file.view.as_ref()).unwrap();
        let path = folder.join(file.path.as_str());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        names.push(file.path.as_str().to_owned());
    }
    names
}

/// The gcloud commands that a lab's runbook shows.
pub(super) fn runbook_commands(lab: &Lab) -> Vec<String> {
    let renderer = Renderer::new(&Catalog::built_in().unwrap()).unwrap();
    let files = plan::plan(lab).unwrap();
    let runbook = files.iter().find(|file| file.path.as_str() == "README.md");
    let runbook = runbook.unwrap();
    let text = renderer
        .render(runbook.template, runbook.view.as_ref())
        .unwrap();
    let spans = text.split('`').filter(|span| span.starts_with("gcloud "));
    spans.map(str::to_owned).collect()
}
