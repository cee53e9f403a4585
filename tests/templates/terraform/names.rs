//! Names that must meet: what is used is declared, what is declared is used.

use std::collections::BTreeSet;

use dplab::model::Lab;
use dplab::render::Renderer;
use hcl_edit::structure::Body;

use super::{labs, random};

/// A module: its files by name.
struct Module {
    files: Vec<(String, String)>,
}

impl Module {
    fn of(renderer: &Renderer, lab: &Lab, folder: &str) -> Module {
        Module {
            files: labs::files(renderer, lab, folder),
        }
    }

    fn bodies(&self) -> impl Iterator<Item = Body> {
        let code = self.files.iter().filter(|(path, _)| path.ends_with(".tf"));
        code.map(|(path, text)| {
            text.parse::<Body>()
                .unwrap_or_else(|error| panic!("{path}: {error}"))
        })
    }

    fn text(&self) -> String {
        let code = self.files.iter().filter(|(path, _)| path.ends_with(".tf"));
        code.map(|(_, text)| text.as_str()).collect()
    }

    fn settings(&self) -> Body {
        let file = self.files.iter().find(|(p, _)| p.ends_with(".tfvars"));
        file.unwrap().1.parse().unwrap()
    }

    /// Declared variables, and whether they have a default.
    fn variables(&self) -> Vec<(String, bool)> {
        let mut out = Vec::new();
        for body in self.bodies() {
            for block in body.get_blocks("variable") {
                let default = block.body.has_attribute("default");
                out.push((block.labels[0].as_str().to_owned(), default));
            }
        }
        out
    }

    fn locals(&self) -> BTreeSet<String> {
        let bodies: Vec<Body> = self.bodies().collect();
        let blocks = bodies.iter().flat_map(|body| body.get_blocks("locals"));
        let keys = blocks.flat_map(|block| block.body.attributes().map(|a| a.key.to_string()));
        keys.map(|key| key.trim().to_owned()).collect()
    }

    fn resources(&self) -> BTreeSet<String> {
        let bodies: Vec<Body> = self.bodies().collect();
        let blocks = bodies.iter().flat_map(|body| body.get_blocks("resource"));
        let name = |block: &hcl_edit::structure::Block| {
            format!("{}.{}", block.labels[0].as_str(), block.labels[1].as_str())
        };
        blocks.map(name).collect()
    }
}

/// The names behind a prefix such as `var.`.
fn used(text: &str, prefix: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (at, _) in text.match_indices(prefix) {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') {
            continue;
        }
        let rest = &text[at + prefix.len()..];
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        out.insert(rest[..end].to_owned());
    }
    out
}

/// Addresses of resources of the providers.
fn used_resources(text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with(['#', 'r', 'd']) || line.contains('='))
        .collect();
    let code = code.join("\n");
    let mut out = BTreeSet::new();
    for provider in ["google_", "kubernetes_", "time_"] {
        for (at, _) in code.match_indices(provider) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || "_.\"/".contains(c)) {
                continue;
            }
            let rest = &code[at..];
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
            let mut parts = rest[..end].split('.');
            if let (Some(kind), Some(name)) = (parts.next(), parts.next()) {
                out.insert(format!("{kind}.{name}"));
            }
        }
    }
    out
}

fn check(name: &str, module: &Module) {
    let text = module.text();
    let variables = module.variables();
    let declared: BTreeSet<String> = variables.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(declared.len(), variables.len(), "{name}: a variable twice");
    assert_eq!(used(&text, "var."), declared, "{name}: variables");
    assert_eq!(used(&text, "local."), module.locals(), "{name}: locals");
    let set: BTreeSet<String> = module
        .settings()
        .attributes()
        .map(|a| a.key.to_string().trim().to_owned())
        .collect();
    assert!(set.is_subset(&declared), "{name}: {set:?} {declared:?}");
    for (variable, default) in variables {
        assert!(default || set.contains(&variable), "{name}: {variable}");
    }
    let missing: Vec<String> = used_resources(&text)
        .difference(&module.resources())
        .cloned()
        .collect();
    assert!(missing.is_empty(), "{name}: {missing:?}");
}

#[test]
fn what_is_used_is_declared_and_the_other_way_round() {
    let renderer = labs::renderer();
    let random = (0..60).map(random::lab);
    let labs = labs::shipped().into_iter().chain(labs::variants());
    for named in labs.chain(random) {
        for folder in ["terraform/cluster", "terraform/workloads"] {
            let module = Module::of(&renderer, &named.lab, folder);
            check(&format!("{}: {folder}", named.name), &module);
        }
    }
}

#[test]
fn no_file_is_empty() {
    let renderer = labs::renderer();
    for named in labs::variants() {
        for (path, text) in labs::files(&renderer, &named.lab, "terraform/") {
            let body: Body = text.parse().unwrap();
            assert!(!body.is_empty(), "{}: {path}", named.name);
        }
    }
}
