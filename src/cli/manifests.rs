//! Kubernetes manifests from the file system to a world.

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use crate::manifest::{self, Found};
use crate::source::{SourceId, SourceMap};

/// Reads manifests: files as they are named, and of folders all that is below them.
pub(super) fn read(paths: &[Utf8PathBuf], sources: &mut SourceMap) -> anyhow::Result<Found> {
    let ids = texts(paths, sources)?;
    Ok(manifest::read(sources, &ids))
}

/// The texts of manifests; `-` is what comes in on stdin.
pub(super) fn texts(
    paths: &[Utf8PathBuf],
    sources: &mut SourceMap,
) -> anyhow::Result<Vec<SourceId>> {
    let mut ids: Vec<SourceId> = Vec::new();
    for file in files(paths)? {
        let text = match file.as_str() {
            "-" => std::io::read_to_string(std::io::stdin()),
            _ => std::fs::read_to_string(&file),
        };
        let text = text.with_context(|| format!("the manifest `{file}` can't be read"))?;
        ids.push(sources.add(file.as_str(), text));
    }
    Ok(ids)
}

/// The files to read, those of a folder sorted by their paths.
fn files(paths: &[Utf8PathBuf]) -> anyhow::Result<Vec<Utf8PathBuf>> {
    let mut all = Vec::new();
    for path in paths {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let mut below = Vec::new();
        collect(path, &mut below)?;
        if below.is_empty() {
            bail!("there is no `.yaml`, `.yml` or `.json` file below `{path}`");
        }
        below.sort();
        all.extend(below);
    }
    Ok(all)
}

/// Hidden entries are no manifests, and links to folders may lead in circles.
fn collect(folder: &Utf8Path, into: &mut Vec<Utf8PathBuf>) -> anyhow::Result<()> {
    let entries = folder
        .read_dir_utf8()
        .with_context(|| format!("the folder `{folder}` can't be read"))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_name().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(path, into)?;
        } else if path.is_file() && is_manifest(path) {
            into.push(path.to_owned());
        }
    }
    Ok(())
}

fn is_manifest(path: &Utf8Path) -> bool {
    matches!(path.extension(), Some("yaml" | "yml" | "json"))
}
