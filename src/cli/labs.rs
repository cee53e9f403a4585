//! Profiles -> generated trees, for every command that needs them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

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
    on_request: Tree,
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
        let wanted = self.on_request.iter().filter(|(path, _)| there(path));
        let mut tree = Cow::Borrowed(&self.tree);
        for (path, file) in wanted {
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

/// Checks and renders profiles that were read. If any has an error, all findings are shown and
/// nothing is generated.
pub(super) fn generated(
    target: &Target,
    overrides: &OverrideArgs,
    templates: &TemplateArgs,
    only: &[String],
    term: &Term,
) -> anyhow::Result<Result<Vec<Lab>, Exit>> {
    let mut sources = SourceMap::new();
    let loaded = load::labs(&target.profiles, overrides, &mut sources, Effort::Glance)?;
    let findings = findings(&loaded);
    term.findings(&findings, &sources);
    if has_errors(&findings) {
        return Ok(Err(Exit::Invalid));
    }
    rendered(&loaded, target, templates, only).map(Ok)
}

/// What was found in all profiles, and between them.
pub(super) fn findings(loaded: &[Loaded]) -> Vec<Diagnostic> {
    let own = loaded.iter().flat_map(|loaded| loaded.findings.clone());
    own.chain(same_names(loaded)).collect()
}

/// Renders the labs of profiles.
pub(super) fn rendered(
    loaded: &[Loaded],
    target: &Target,
    templates: &TemplateArgs,
    only: &[String],
) -> anyhow::Result<Vec<Lab>> {
    if target.folder.is_some() && loaded.len() > 1 {
        let folder = target.lab("")?;
        let words = format!("`{folder}` is one lab's folder; name its profile alone");
        return Err(Usage(words).into());
    }
    let renderer = Renderer::new(&templates::catalog(templates)?)?;
    let labs = loaded
        .iter()
        .filter_map(|l| Some((&l.path, l.lab.as_ref()?)));
    labs.map(|(path, lab)| generate(&renderer, path, lab, target, only))
        .collect()
}

fn generate(
    renderer: &Renderer,
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
    let tree = |files: &[Planned]| {
        render::tree(renderer, files)
            .with_context(|| format!("the lab `{}` can't be rendered", lab.name))
    };
    Ok(Lab {
        profile: profile.to_owned(),
        model: lab.clone(),
        folder: target.lab(lab.name.as_str())?,
        tree: tree(&files)?,
        on_request: tree(&on_request)?,
        scope: Scope::of(only),
    })
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
    root.join(folder.as_str())
}
