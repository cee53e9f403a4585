//! `dplab init`: a commented profile that generates at once, and its schema beside it.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum as _;

use super::args::{InitArgs, Preset};
use super::term::Term;
use crate::exit::Exit;
use crate::model::names::{LabName, ProjectId};
use crate::profile::{catalogue, schema, set};

impl Preset {
    /// The shipped profile behind it.
    fn profile(self) -> &'static str {
        match self {
            Preset::Tutorial => "online-boutique",
            Preset::ZeroTrust => "zero-trust",
            Preset::Autopilot => "autopilot",
            Preset::Minimal => "minimal",
        }
    }
}

pub(super) fn run(args: &InitArgs, term: &Term) -> anyhow::Result<Exit> {
    if args.list {
        term.payload(&list())?;
        return Ok(Exit::Fine);
    }
    let text = match profile(args) {
        Ok(text) => text,
        Err(error) => {
            term.error(&error);
            return Ok(Exit::Usage);
        }
    };
    let folder = args.folder.join("profiles");
    let name = args.name.as_deref().unwrap_or(args.preset.profile());
    let files = [
        (folder.join(format!("{name}.yaml")), text),
        (
            folder.join(schema::FILE_NAME),
            schema::text(schema::profile()),
        ),
    ];
    let taken: Vec<&Utf8PathBuf> = files
        .iter()
        .filter(|(path, text)| is_other(path, text))
        .map(|(path, _)| path)
        .collect();
    if !taken.is_empty() && !args.force {
        for path in taken {
            term.error(&anyhow::anyhow!("`{path}` is there already"));
        }
        term.note("choose another `--name` or folder, or use `--force` to replace it");
        return Ok(Exit::Refused);
    }
    fs::create_dir_all(&folder).with_context(|| format!("`{folder}` can't be made"))?;
    for (path, text) in &files {
        write(path, text).with_context(|| format!("`{path}` can't be written"))?;
        term.say(&format!("{path}: written"));
    }
    term.say(&next(&args.folder));
    Ok(Exit::Fine)
}

/// What to do now.
fn next(folder: &Utf8Path) -> String {
    match folder.as_str() {
        "." | "" => "next: dplab generate".to_owned(),
        folder => format!("next: cd {folder} && dplab generate"),
    }
}

fn list() -> String {
    let line = |preset: &Preset| {
        let value = preset.to_possible_value()?;
        let help = value.get_help().map(ToString::to_string)?;
        Some(format!("{:10}  {help}\n", value.get_name()))
    };
    Preset::value_variants().iter().filter_map(line).collect()
}

/// The preset's text with the name and the project asked for, its comments kept.
fn profile(args: &InitArgs) -> anyhow::Result<String> {
    let preset = args.preset.profile();
    let text = catalogue::profile(preset)
        .with_context(|| format!("the profile `{preset}` is not in this program"))?;
    let mut changes = Vec::new();
    if let Some(name) = &args.name {
        LabName::parse(name).map_err(|e| anyhow::anyhow!("{e}: expected {}", e.expected))?;
        changes.push((["name"].as_slice(), name.as_str()));
    }
    if let Some(project) = &args.project {
        ProjectId::parse(project).map_err(|e| anyhow::anyhow!("{e}: expected {}", e.expected))?;
        changes.push((["cluster", "project"].as_slice(), project.as_str()));
    }
    Ok(set::in_text(text, &changes))
}

/// Whether something else than this text is there.
fn is_other(path: &Utf8Path, text: &str) -> bool {
    match fs::read(path) {
        Ok(bytes) => bytes != text.as_bytes(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Whole or not at all: written beside, then moved into place.
fn write(path: &Utf8Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let result = write_new(beside.as_std_path(), text).and_then(|()| fs::rename(&beside, path));
    if result.is_err() {
        // What is left of it, if anything; the error is told by the caller.
        let _ = fs::remove_file(&beside);
    }
    result
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
