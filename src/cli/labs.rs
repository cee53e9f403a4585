//! Profiles -> generated trees, for every command that needs them.

use anyhow::Context as _;
use camino::Utf8Path;

use super::args::{ProfileArgs, TemplateArgs};
use super::load::{self, Loaded};
use super::term::Term;
use crate::diag::{Code, Diagnostic, has_errors};
use crate::exit::Exit;
use crate::model;
use crate::plan;
use crate::render::{self, Catalog, Renderer};
use crate::source::SourceMap;
use crate::tree::{RelPath, Tree};

/// A lab with its generated tree.
pub(super) struct Lab {
    /// Its folder below the output root.
    pub(super) folder: RelPath,
    /// What is generated.
    pub(super) tree: Tree,
}

/// Reads, checks and renders profiles. If any has an error, all findings are shown and nothing is
/// generated.
pub(super) fn generated(
    profiles: &ProfileArgs,
    templates: &TemplateArgs,
    only: &[String],
    term: &Term,
) -> anyhow::Result<Result<Vec<Lab>, Exit>> {
    let mut sources = SourceMap::new();
    let loaded = load::labs(profiles, &mut sources)?;
    let mut findings: Vec<Diagnostic> = Vec::new();
    findings.extend(
        loaded
            .iter()
            .flat_map(|loaded| loaded.findings.iter().cloned()),
    );
    findings.extend(same_names(&loaded));
    term.findings(&findings, &sources);
    if has_errors(&findings) {
        return Ok(Err(Exit::Invalid));
    }
    let catalog = catalog(templates)?;
    let renderer = Renderer::new(&catalog)?;
    let labs = loaded.iter().filter_map(|loaded| loaded.lab.as_ref());
    let labs: anyhow::Result<Vec<Lab>> = labs.map(|lab| generate(&renderer, lab, only)).collect();
    labs.map(Ok)
}

fn generate(renderer: &Renderer, lab: &model::Lab, only: &[String]) -> anyhow::Result<Lab> {
    let mut files = plan::plan(lab)?;
    if !only.is_empty() {
        files.extend(plan::on_request(lab)?);
        files.retain(|file| only.iter().any(|part| file.is_part_of(part)));
    }
    let tree = render::tree(renderer, &files)
        .with_context(|| format!("the lab `{}` can't be rendered", lab.name))?;
    Ok(Lab {
        folder: RelPath::parse(lab.name.as_str())?,
        tree,
    })
}

/// Two profiles of one name would write into one folder.
fn same_names(loaded: &[Loaded]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, one) in loaded.iter().enumerate() {
        let Some(name) = &one.name else { continue };
        let others = loaded[..index]
            .iter()
            .filter_map(|other| other.name.as_ref());
        let same = others.filter(|other| other.value == name.value);
        found.extend(same.take(1).map(|first| {
            let message = format!("`{}` is the name of another profile's lab", name.value);
            Diagnostic::new(Code::DuplicateName, message)
                .at(name.span, "expected a name of its own: it names the folder")
                .and(first.span, "it stands here first")
                .path("name")
        }));
    }
    found
}

/// The built-in templates, and the user's own on top.
fn catalog(args: &TemplateArgs) -> anyhow::Result<Catalog> {
    let Some(folder) = &args.templates else {
        return Ok(Catalog::built_in()?);
    };
    let mut overrides = Vec::new();
    collect(folder, folder, &mut overrides)?;
    overrides.sort();
    Ok(Catalog::built_in()?.with_overrides(overrides)?)
}

fn collect(
    root: &Utf8Path,
    folder: &Utf8Path,
    into: &mut Vec<(String, String)>,
) -> anyhow::Result<()> {
    let entries = folder
        .read_dir_utf8()
        .with_context(|| format!("the templates in `{folder}` can't be read"))?;
    for entry in entries {
        let path = entry?.into_path();
        if path.is_dir() {
            collect(root, &path, into)?;
            continue;
        }
        let name = path
            .strip_prefix(root)
            .unwrap_or(&path)
            .as_str()
            .replace('\\', "/");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("the template `{path}` can't be read"))?;
        into.push((name, text));
    }
    Ok(())
}
