//! Profiles -> generated trees, for every command that needs them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use anyhow::Context as _;
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::args::{OverrideArgs, TemplateArgs};
use super::error::Usage;
use super::load::{self, Loaded};
use super::target::Target;
use super::templates;
use super::term::Term;
use crate::check::lint::Effort;
use crate::diag::{Code, Diagnostic, has_errors};
use crate::exit::Exit;
use crate::model;
use crate::parallel;
use crate::plan::{self, Planned};
use crate::render::{self, Renderer};
use crate::source::{SourceMap, Span};
use crate::tree::{self, Comparison, Disk, Lock, RelPath, Scope, Tree};

/// A lab with its generated tree.
pub(super) struct Lab {
    /// Its profile.
    pub(super) profile: Utf8PathBuf,
    /// The lab itself.
    pub(super) model: model::Lab,
    /// Its folder below the output root.
    pub(super) folder: RelPath,
    /// What is generated.
    tree: Tree,
    /// What is generated where it is there already.
    on_request: Vec<Planned>,
    renderer: Arc<Renderer>,
    /// The part that is generated.
    pub(super) scope: Scope,
}

impl Lab {
    /// What is generated whatever is there.
    pub(super) fn always(&self) -> &Tree {
        &self.tree
    }

    /// What is generated for a folder that owns these files. A part that is made on request only
    /// is kept up to date once it is there.
    pub(super) fn tree(&self, lock: &Lock) -> anyhow::Result<Cow<'_, Tree>> {
        let there = |path: &RelPath| lock.iter().any(|(owned, _)| part(owned) == part(path));
        let wanted = self.on_request.iter().filter(|file| there(&file.path));
        let wanted: Vec<Planned> = wanted.cloned().collect();
        let mut tree = Cow::Borrowed(&self.tree);
        for (path, file) in rendered_files(&self.renderer, &self.model, &wanted)?.iter() {
            tree.to_mut().insert(path.clone(), file.clone())?;
        }
        Ok(tree)
    }

    /// Compares with what a folder holds.
    pub(super) fn compare(&self, disk: Disk) -> anyhow::Result<Compared<'_>> {
        let tree = self.tree(disk.lock())?;
        let comparison = tree::compare_within(&tree, &disk, &self.scope);
        Ok(Compared {
            tree,
            disk,
            comparison,
        })
    }

    /// Compares with the lab's folder, each file of which is read once.
    pub(super) fn compare_in(&self, root: &Utf8Path) -> anyhow::Result<Compared<'_>> {
        self.compare(tree::read(root, &self.folder, &self.tree)?)
    }
}

/// The first folder of a path: `kcc`, `kubernetes`.
fn part(path: &RelPath) -> &str {
    path.as_str().split('/').next().unwrap_or_default()
}

/// A lab's tree and a folder's content, side by side.
pub(super) struct Compared<'a> {
    /// What is generated.
    pub(super) tree: Cow<'a, Tree>,
    /// What is there.
    pub(super) disk: Disk,
    /// How they differ.
    pub(super) comparison: Comparison,
}

/// Reads profiles and, at the same time, the templates, which take as long.
pub(super) fn loaded(
    target: &Target,
    overrides: &OverrideArgs,
    templates: &TemplateArgs,
    sources: &mut SourceMap,
    effort: Effort,
) -> anyhow::Result<(Vec<Loaded>, anyhow::Result<Renderer>)> {
    let (loaded, renderer) = parallel::both(
        || load::labs(&target.profiles, overrides, sources, effort),
        || Ok(Renderer::new(&templates::catalog(templates)?)?),
    );
    Ok((loaded?, renderer))
}

/// Checks and renders profiles. If any has an error, all findings are shown and nothing is
/// generated.
pub(super) fn generated(
    target: &Target,
    overrides: &OverrideArgs,
    templates: &TemplateArgs,
    only: &[String],
    term: &Term,
) -> anyhow::Result<Result<Vec<Lab>, Exit>> {
    let mut sources = SourceMap::new();
    let effort = Effort::Glance;
    let (loaded, renderer) = loaded(target, overrides, templates, &mut sources, effort)?;
    let findings = findings(&loaded);
    term.findings(&findings, &sources);
    if has_errors(&findings) {
        return Ok(Err(Exit::Invalid));
    }
    rendered(&loaded, renderer, target, only).map(Ok)
}

/// What was found in all profiles, and between them.
pub(super) fn findings(loaded: &[Loaded]) -> Vec<Diagnostic> {
    let own = loaded.iter().flat_map(|loaded| loaded.findings.clone());
    own.chain(same_names(loaded)).collect()
}

/// Renders the labs of profiles.
pub(super) fn rendered(
    loaded: &[Loaded],
    renderer: anyhow::Result<Renderer>,
    target: &Target,
    only: &[String],
) -> anyhow::Result<Vec<Lab>> {
    if target.folder.is_some() && loaded.len() > 1 {
        let folder = target.lab("")?;
        let words = format!("`{folder}` is one lab's folder; name its profile alone");
        return Err(Usage(words).into());
    }
    let renderer = Arc::new(renderer?);
    let labs = loaded
        .iter()
        .filter_map(|l| Some((&l.path, l.lab.as_ref()?)));
    let labs: Vec<(&Utf8PathBuf, &model::Lab)> = labs.collect();
    let generated = parallel::map(&labs, |(path, lab)| {
        generate(&renderer, path, lab, target, only)
    });
    generated.into_iter().collect()
}

fn generate(
    renderer: &Arc<Renderer>,
    profile: &Utf8Path,
    lab: &model::Lab,
    target: &Target,
    only: &[String],
) -> anyhow::Result<Lab> {
    let (mut files, mut on_request) = (plan::plan(lab)?, plan::on_request(lab)?);
    if !only.is_empty() {
        known(only, files.iter().chain(&on_request), lab)?;
        let wanted = |file: &Planned| only.iter().any(|part| file.is_part_of(part));
        files.retain(wanted);
        files.extend(on_request.extract_if(.., |file| wanted(file)));
        on_request.clear();
    }
    Ok(Lab {
        profile: profile.to_owned(),
        model: lab.clone(),
        folder: target.lab(lab.name.as_str())?,
        tree: rendered_files(renderer, lab, &files)?,
        on_request,
        renderer: Arc::clone(renderer),
        scope: Scope::of(only),
    })
}

fn rendered_files(
    renderer: &Renderer,
    lab: &model::Lab,
    files: &[Planned],
) -> anyhow::Result<Tree> {
    render::tree(renderer, files)
        .with_context(|| format!("the lab `{}` can't be rendered", lab.name))
}

/// Every part asked for must be one: a slip of the pen would write nothing, silently.
fn known<'a>(
    only: &[String],
    files: impl Iterator<Item = &'a Planned> + Clone,
    lab: &model::Lab,
) -> anyhow::Result<()> {
    for wanted in only {
        if files.clone().any(|file| file.is_part_of(wanted)) {
            continue;
        }
        let mut parts: Vec<&str> = files.map(|file| part(&file.path)).collect();
        parts.sort_unstable();
        parts.dedup();
        let words = format!(
            "the lab `{}` has no part `{wanted}`; it has {}, and what lies in them",
            lab.name,
            crate::diag::one_of(&parts)
        );
        return Err(Usage(words).into());
    }
    Ok(())
}

/// Two profiles of one name would write into one folder.
fn same_names(loaded: &[Loaded]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut spans: HashMap<&str, Span> = HashMap::new();
    for name in loaded.iter().filter_map(|one| one.name.as_ref()) {
        let first = match spans.entry(&name.value) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(new) => {
                new.insert(name.span);
                continue;
            }
        };
        let message = format!("`{}` is the name of another profile's lab", name.value);
        let finding = Diagnostic::new(Code::DuplicateName, message)
            .at(name.span, "expected a name of its own: it names the folder")
            .and(first, "it stands here first")
            .path("name");
        found.push(finding);
    }
    found
}

/// A lab's folder as it is shown: `out/online-boutique`.
pub(super) fn shown(root: &Utf8Path, folder: &RelPath) -> Utf8PathBuf {
    let path = root.join(folder.as_str());
    // What begins with `./` is no path to those who apply a patch.
    let parts = path
        .components()
        .filter(|part| *part != Utf8Component::CurDir);
    parts.collect()
}
