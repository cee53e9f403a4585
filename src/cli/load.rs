//! Profiles from the file system to labs.

use std::io::{self, Read as _};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::args::OverrideArgs;
use crate::check;
use crate::check::lint::{self, Effort};
use crate::diag::{self, Code, Diagnostic, Severity, has_errors};
use crate::model::Lab;
use crate::profile::layer::{Files, Overrides};
use crate::profile::raw::RawProfile;
use crate::profile::shelf::Shelf;
use crate::profile::yaml::{self, Limits};
use crate::profile::{self, At};
use crate::source::{SourceId, SourceMap, Span};

/// The real file system, of which a run reads what profiles stand on once.
#[derive(Default)]
pub(super) struct Disk {
    shelf: Shelf,
}

impl Files for Disk {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        let bytes = bytes(path)?;
        String::from_utf8(bytes).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
    }

    fn shelf(&self) -> Option<&Shelf> {
        Some(&self.shelf)
    }
}

/// The bytes of a file, if they are no more than a profile may have: a device that never ends does
/// no harm.
fn bytes(path: &Utf8Path) -> io::Result<Vec<u8>> {
    let most = Limits::PROFILE.bytes;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    match bytes.len() > most {
        true => Err(io::ErrorKind::FileTooLarge.into()),
        false => Ok(bytes),
    }
}

/// Takes a profile in. Bytes that are no text, and too many of them, are findings.
pub(super) fn open(
    path: &Utf8Path,
    sources: &mut SourceMap,
) -> anyhow::Result<(SourceId, Option<Diagnostic>)> {
    let bytes = match bytes(path) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let id = sources.add(path.as_str(), "");
            return Ok((id, Some(yaml::too_large(id, Limits::PROFILE))));
        }
        bytes => bytes.with_context(|| format!("the profile `{path}` can't be read"))?,
    };
    let valid = match std::str::from_utf8(&bytes) {
        Ok(_) => None,
        Err(error) => Some(error.valid_up_to()),
    };
    let id = sources.add(path.as_str(), String::from_utf8_lossy(&bytes));
    let finding = valid.map(|at| {
        let message = "this is not YAML: it is not UTF-8 text";
        Diagnostic::new(Code::YamlSyntax, message).at(Span::new(id, at..at), "")
    });
    Ok((id, finding))
}

/// Where profiles are if none is named.
const FOLDER: &str = "profiles";

/// The profiles asked for: those named, or every file in `profiles/`, sorted.
pub(super) fn paths(named: &[Utf8PathBuf]) -> anyhow::Result<Vec<Utf8PathBuf>> {
    if !named.is_empty() {
        return Ok(named.to_vec());
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
    /// What else lints find, as hard as they looked: valid, and probably not meant.
    pub(super) lints: Vec<Diagnostic>,
}

/// Reads and checks profiles, all of them: one that is wrong doesn't hide the next.
pub(super) fn labs(
    named: &[Utf8PathBuf],
    overrides: &OverrideArgs,
    sources: &mut SourceMap,
    effort: Effort,
) -> anyhow::Result<Vec<Loaded>> {
    let overrides = overrides.overrides();
    let disk = Disk::default();
    paths(named)?
        .into_iter()
        .map(|path| read(path, &disk, sources, &overrides, effort))
        .collect()
}

/// Reads and checks one profile.
pub(super) fn lab(
    path: Utf8PathBuf,
    sources: &mut SourceMap,
    overrides: &Overrides,
) -> anyhow::Result<Loaded> {
    read(path, &Disk::default(), sources, overrides, Effort::Glance)
}

fn read(
    path: Utf8PathBuf,
    disk: &Disk,
    sources: &mut SourceMap,
    overrides: &Overrides,
    effort: Effort,
) -> anyhow::Result<Loaded> {
    let (id, refused) = open(&path, sources)?;
    if let Some(finding) = refused {
        return Ok(Loaded {
            path,
            name: None,
            raw: None,
            lab: None,
            findings: vec![finding],
            lints: Vec::new(),
        });
    }
    judged((path, id), disk, sources, overrides, effort)
}

/// A profile that is in no file, under the name by which findings call it.
pub(super) fn text(name: &str, text: &str, sources: &mut SourceMap) -> anyhow::Result<Loaded> {
    let id = sources.add(name, text);
    let (disk, overrides) = (Disk::default(), Overrides::default());
    judged(
        (name.into(), id),
        &disk,
        sources,
        &overrides,
        Effort::Glance,
    )
}

fn judged(
    (path, id): (Utf8PathBuf, SourceId),
    disk: &Disk,
    sources: &mut SourceMap,
    overrides: &Overrides,
    effort: Effort,
) -> anyhow::Result<Loaded> {
    let read = profile::read(sources, disk, id, overrides);
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
    let (told, lints) = lints(read.value.as_ref(), lab.as_ref(), effort);
    if has_errors(&told) {
        lab = None;
    }
    findings.extend(told);
    diag::sort(&mut findings);
    if lab.is_none() && !has_errors(&findings) {
        bail!("the profile `{path}` makes no lab, and nothing says why: a mistake in dplab");
    }
    Ok(Loaded {
        path,
        name,
        raw: read.value,
        lab,
        findings,
        lints,
    })
}

/// What every command tells: of what lints find the errors, and what the proof doesn't cover. Then
/// the rest.
fn lints(
    raw: Option<&RawProfile>,
    lab: Option<&Lab>,
    effort: Effort,
) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let (Some(raw), Some(lab)) = (raw, lab) else {
        return (Vec::new(), Vec::new());
    };
    let found = lint::lab(lab, &check::places(raw, lab), effort);
    let wrong = |finding: &Diagnostic| finding.severity == Severity::Error;
    let (mut told, rest): (Vec<Diagnostic>, _) = found.into_iter().partition(wrong);
    told.extend(check::objects(raw, lab));
    (told, rest)
}
