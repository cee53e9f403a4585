//! Shipped profiles, and others made from text, as labs and trees.

use camino::{Utf8Path, Utf8PathBuf};
use dplab::model::Lab;
use dplab::profile::layer::{Files, Overrides};
use dplab::render::{Catalog, Renderer};
use dplab::source::SourceMap;
use dplab::tree::Tree;
use dplab::{check, plan, profile, render};

/// The real file system.
pub(crate) struct Disk;

impl Files for Disk {
    fn read(&self, path: &Utf8Path) -> std::io::Result<String> {
        std::fs::read_to_string(path)
    }
}

/// The project's folder.
pub(crate) fn root() -> Utf8PathBuf {
    Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Names of the shipped profiles, sorted.
pub(crate) fn shipped() -> Vec<String> {
    let entries = root().join("profiles").read_dir_utf8().expect("profiles/");
    let paths = entries.map(|entry| entry.expect("an entry").into_path());
    let yaml = paths.filter(|path| path.extension() == Some("yaml"));
    let mut names: Vec<String> = yaml
        .map(|p| p.file_stem().expect("a name").to_owned())
        .collect();
    names.sort();
    names
}

/// A shipped profile's lab.
pub(crate) fn lab(name: &str) -> Lab {
    let path = root().join("profiles").join(format!("{name}.yaml"));
    let text = std::fs::read_to_string(&path).expect("a shipped profile");
    lab_of(path.as_str(), &text)
}

/// The lab of a profile's text; `path` is where it would lie. It must be without errors.
pub(crate) fn lab_of(path: &str, text: &str) -> Lab {
    let mut sources = SourceMap::new();
    let id = sources.add(path, text);
    let read = profile::read(&mut sources, &Disk, id, &Overrides::default());
    let raw = read.value.expect("a profile that can be read");
    let checked = check::lab(&raw);
    let all = [read.findings, checked.findings].concat();
    let words = dplab::diag::text::render(&all, &sources, false);
    checked.value.unwrap_or_else(|| panic!("{path}: {words}"))
}

/// What a lab generates.
pub(crate) fn tree(lab: &Lab) -> Tree {
    let catalog = Catalog::built_in().expect("templates");
    let renderer = Renderer::new(&catalog).expect("templates that load");
    let plan = plan::plan(lab).expect("a plan");
    render::tree(&renderer, &plan).expect("a tree")
}
