//! `dplab import`: existing manifests become a profile.

use anyhow::{Context as _, bail};
use camino::Utf8PathBuf;

use super::args::{AboutArgs, ImportArgs};
use super::manifests;
use super::term::Term;
use crate::exit::Exit;
use crate::import::{self, About, ImportError, Imported};
use crate::source::{SourceId, SourceMap};

pub(super) fn run(args: &ImportArgs, term: &Term) -> anyhow::Result<Exit> {
    let imported = match read(&args.manifests, &args.about, term)? {
        Ok(read) => read.imported,
        Err(exit) => return Ok(exit),
    };
    match &args.output {
        None => term.payload(&imported.profile)?,
        Some(path) => {
            if path.exists() && !args.force {
                let error = anyhow::anyhow!("`{path}` is there already");
                term.error(&error);
                term.note("`--force` writes over it");
                return Ok(Exit::Refused);
            }
            std::fs::write(path, &imported.profile)
                .with_context(|| format!("`{path}` can't be written"))?;
        }
    }
    tell(&imported, term);
    Ok(Exit::Fine)
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
    let ids = manifests::texts(paths, &mut sources)?;
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
