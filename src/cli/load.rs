//! Profiles from the file system to labs.

use std::io;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::args::ProfileArgs;
use crate::check;
use crate::diag::{self, Diagnostic, Severity};
use crate::model::Lab;
use crate::profile::layer::{Files, Overrides};
use crate::profile::raw::RawProfile;
use crate::profile::{self, At};
use crate::source::SourceMap;

/// The real file system.
pub(super) struct Disk;

impl Files for Disk {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }
}

/// Where profiles are if none is named.
const FOLDER: &str = "profiles";

/// The profiles asked for: those named, or every file in `profiles/`, sorted.
pub(super) fn paths(args: &ProfileArgs) -> anyhow::Result<Vec<Utf8PathBuf>> {
    if !args.profiles.is_empty() {
        return Ok(args.profiles.clone());
    }
    let folder = Utf8Path::new(FOLDER);
    let entries = folder.read_dir_utf8().with_context(|| {
        format!("no profile is given and there is no folder `{FOLDER}/` here; name a profile")
    })?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.into_path();
        if path.is_file() && matches!(path.extension(), Some("yaml" | "yml")) {
            found.push(path);
        }
    }
    if found.is_empty() {
        bail!("there is no profile in `{FOLDER}/`; name one");
    }
    found.sort();
    Ok(found)
}

/// One profile, read and checked.
pub(super) struct Loaded {
    /// Where it was read.
    pub(super) path: Utf8PathBuf,
    /// The lab's name as written.
    pub(super) name: Option<At<String>>,
    /// The profile as written, layers laid; none if it can't be read at all.
    pub(super) raw: Option<RawProfile>,
    /// The lab; none if anything is wrong with it.
    pub(super) lab: Option<Lab>,
    /// What was found, in the order of the text. Of what lints find, only errors.
    pub(super) findings: Vec<Diagnostic>,
    /// What else lints find: valid, and probably not meant.
    pub(super) lints: Vec<Diagnostic>,
}

/// Reads and checks profiles, all of them: one that is wrong doesn't hide the next.
pub(super) fn labs(args: &ProfileArgs, sources: &mut SourceMap) -> anyhow::Result<Vec<Loaded>> {
    let overrides = args.overrides.overrides();
    let paths = paths(args)?;
    paths
        .into_iter()
        .map(|path| lab(path, sources, &overrides))
        .collect()
}

pub(super) fn lab(
    path: Utf8PathBuf,
    sources: &mut SourceMap,
    overrides: &Overrides,
) -> anyhow::Result<Loaded> {
    let text = Disk
        .read(&path)
        .with_context(|| format!("the profile `{path}` can't be read"))?;
    let id = sources.add(path.as_str(), text);
    let read = profile::read(sources, &Disk, id, overrides);
    let structure_failed = read.failed();
    let mut findings = read.findings;
    let mut lab = None;
    let mut name = None;
    if let Some(raw) = &read.value {
        name.clone_from(&raw.name);
        let checked = check::lab(raw);
        findings.extend(checked.findings);
        lab = checked.value.filter(|_| !structure_failed);
    }
    let (wrong, lints) = lints(read.value.as_ref(), lab.as_ref());
    if !wrong.is_empty() {
        lab = None;
    }
    findings.extend(wrong);
    diag::sort(&mut findings);
    Ok(Loaded {
        path,
        name,
        raw: read.value,
        lab,
        findings,
        lints,
    })
}

/// What lints find, errors apart from the rest.
fn lints(raw: Option<&RawProfile>, lab: Option<&Lab>) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let (Some(raw), Some(lab)) = (raw, lab) else {
        return (Vec::new(), Vec::new());
    };
    let found = check::lint::lab(lab, &check::places(raw, lab));
    let wrong = |finding: &Diagnostic| finding.severity == Severity::Error;
    found.into_iter().partition(wrong)
}
