//! `dplab import`: existing manifests become a profile.

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::args::{AboutArgs, ImportArgs};
use super::error::Usage;
use super::load;
use super::manifests::texts;
use super::term::Term;
use crate::check::lint::{Effort, Facts, lints};
use crate::diag::{self, Diagnostic, Severity};
use crate::exit::Exit;
use crate::import::{self, About, ImportError, Imported};
use crate::manifest::{self, Problem};
use crate::netpol::Reading;
use crate::source::{SourceId, SourceMap};

pub(super) fn run(args: &ImportArgs, term: &Term) -> anyhow::Result<Exit> {
    let mut read = match read(&args.manifests, &args.about, term)? {
        Ok(read) => read,
        Err(exit) => return Ok(exit),
    };
    match &args.output {
        None => term.payload(&read.imported.profile)?,
        Some(path) => {
            if path.exists() && !args.force {
                let error = anyhow::anyhow!("`{path}` is there already");
                term.error(&error);
                term.note("`--force` writes over it");
                return Ok(Exit::Refused);
            }
            std::fs::write(path, &read.imported.profile)
                .with_context(|| format!("`{path}` can't be written"))?;
        }
    }
    tell(&read.imported, term);
    let refused = refused(&mut read, args.output.as_deref())?;
    term.findings(&refused, &read.sources);
    if refused.is_empty() {
        return Ok(Exit::Fine);
    }
    term.note("`generate` refuses the profile as long as this stands in it");
    Ok(Exit::Invalid)
}

/// Why `generate` refuses the profile: what is wrong with the manifests, for it is in the profile as
/// it was; or else, at its place there, what is wrong with the profile.
fn refused(read: &mut Read, output: Option<&Utf8Path>) -> anyhow::Result<Vec<Diagnostic>> {
    let found = manifest::read(&read.sources, &read.ids);
    let facts = Facts {
        effort: Effort::Glance,
        ..Facts::of_manifests(&found.world, Reading::DPV2)
    };
    let mut all: Vec<Diagnostic> = found.problems.iter().map(Problem::diagnostic).collect();
    all.extend(lints(&facts));
    all.retain(is_error);
    if all.is_empty() {
        let name = output.map_or("the profile", Utf8Path::as_str);
        all = load::text(name, &read.imported.profile, &mut read.sources)?.findings;
        all.retain(is_error);
    }
    diag::sort(&mut all);
    Ok(all)
}

fn is_error(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error
}

/// Manifests, and the profile that they became.
pub(super) struct Read {
    pub(super) sources: SourceMap,
    pub(super) ids: Vec<SourceId>,
    pub(super) imported: Imported,
}

/// Reads manifests as a profile. Manifests that can't be read end the command.
pub(super) fn read(
    paths: &[Utf8PathBuf],
    about: &AboutArgs,
    term: &Term,
) -> anyhow::Result<Result<Read, Exit>> {
    let mut sources = SourceMap::new();
    let ids = texts(paths, &mut sources)?;
    let about = About {
        name: about.name.clone().unwrap_or_else(|| name(paths)),
        project: about.project.clone(),
        location: about.location.clone(),
    };
    match import::import(&sources, &ids, &about) {
        Ok(imported) => Ok(Ok(Read {
            sources,
            ids,
            imported,
        })),
        Err(ImportError::Yaml(finding)) => {
            term.findings(&[*finding], &sources);
            Ok(Err(Exit::Invalid))
        }
        Err(ImportError::Unfit(findings)) => {
            term.findings(&findings, &sources);
            Ok(Err(Exit::Invalid))
        }
        Err(ImportError::About(what)) => Err(Usage(what).into()),
        Err(ImportError::NotEqual(what)) => bail!("{}", ImportError::NotEqual(what)),
        Err(error) => {
            term.error(&error.into());
            Ok(Err(Exit::Invalid))
        }
    }
}

/// A lab's name from that of a file: lower-case letters, digits and hyphens.
fn name(paths: &[Utf8PathBuf]) -> String {
    let stem = paths.first().and_then(|path| path.file_stem());
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    let name: String = stem.unwrap_or_default().chars().map(plain).collect();
    let name = name.trim_matches('-');
    let name = name.get(..40).unwrap_or(name).trim_end_matches('-');
    match name.starts_with(|c: char| c.is_ascii_lowercase()) {
        true => name.to_owned(),
        false => format!("lab-{name}").trim_end_matches('-').to_owned(),
    }
}

fn tell(imported: &Imported, term: &Term) {
    for call in &imported.calls {
        term.detail(&format!("call: {call}"));
    }
    for carried in &imported.carried {
        term.say(&format!("carried: {carried}"));
    }
    for note in &imported.notes {
        term.say(&format!("look at: {note}"));
    }
    let (calls, carried) = (imported.calls.len(), imported.carried.len());
    term.say(&format!(
        "calls found: {calls}; fields and objects carried: {carried}"
    ));
}
