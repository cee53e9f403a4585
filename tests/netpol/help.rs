//! Worlds for tests: from a folder of manifests, or from YAML in the test itself.

use std::path::Path;

use dplab::manifest::{self, Found, What};
use dplab::netpol::{Endpoint, World};
use dplab::source::{SourceId, SourceMap};

/// Reads every manifest of a folder, in the order of their names.
pub(crate) fn folder(path: &Path) -> Found {
    let mut names: Vec<_> = std::fs::read_dir(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    names.sort();
    let mut sources = SourceMap::new();
    let ids: Vec<SourceId> = names
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a manifest");
            sources.add(path.display().to_string(), text)
        })
        .collect();
    manifest::read(&sources, &ids)
}

/// Reads manifests written in the test.
pub(crate) fn found(text: &str) -> Found {
    let mut sources = SourceMap::new();
    let id = sources.add("test.yaml", text);
    manifest::read(&sources, &[id])
}

/// A world from manifests without a problem, but for names as short as `y`.
pub(crate) fn world(text: &str) -> World {
    let mut found = found(text);
    let bare = |what: &What| matches!(what, What::BareWord(_));
    found.problems.retain(|problem| !bare(&problem.what));
    assert_eq!(found.problems, [], "{text}");
    found.world
}

/// The workload with a name.
pub(crate) fn workload(world: &World, name: &str) -> Endpoint {
    let (namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, name),
    };
    let id = world.find_workloads(namespace, name).next();
    Endpoint::Workload(id.unwrap_or_else(|| panic!("no workload {name}")))
}
