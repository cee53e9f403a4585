//! `dplab templates`: which there are, a copy to change, and whether the changed ones hold.

use std::fs;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::args::{EjectArgs, LintArgs, OutArgs, OverrideArgs, TemplateArgs, TemplatesCommand};
use super::error::Usage;
use super::labs;
use super::target::Target;
use super::term::Term;
use crate::exit::Exit;
use crate::render::{Catalog, Renderer};

pub(super) fn run(command: &TemplatesCommand, term: &Term) -> anyhow::Result<Exit> {
    match command {
        TemplatesCommand::List(args) => list(args, term),
        TemplatesCommand::Eject(args) => eject(args, term),
        TemplatesCommand::Lint(args) => lint(args, term),
    }
}

fn list(args: &TemplateArgs, term: &Term) -> anyhow::Result<Exit> {
    let catalog = catalog(args)?;
    let lines = catalog
        .iter()
        .map(|(name, template)| match template.is_overridden() {
            true => format!("{name}  (replaced)\n"),
            false => format!("{name}\n"),
        });
    term.payload(&lines.collect::<String>())?;
    Ok(Exit::Fine)
}

fn eject(args: &EjectArgs, term: &Term) -> anyhow::Result<Exit> {
    let catalog = Catalog::built_in()?;
    let mut chosen = Vec::new();
    for wanted in &args.names {
        let folder = format!("{}/", wanted.trim_end_matches('/'));
        let found = catalog
            .iter()
            .filter(|(name, _)| *name == wanted || name.starts_with(&folder));
        let before = chosen.len();
        chosen.extend(found);
        if chosen.len() == before {
            return Err(Usage(catalog.unknown(wanted).to_string()).into());
        }
    }
    let taken = chosen.iter().map(|(name, _)| args.to.join(name));
    let taken: Vec<Utf8PathBuf> = taken.filter(|path| path.exists() && !args.force).collect();
    if !taken.is_empty() {
        for path in taken {
            term.error(&anyhow::anyhow!("`{path}` is there already"));
        }
        term.note("nothing was copied; `--force` replaces what is there");
        return Ok(Exit::Refused);
    }
    for (name, template) in chosen {
        let path = args.to.join(name);
        write(&path, template.built_in())?;
        term.say(&format!("{path}"));
    }
    Ok(Exit::Fine)
}

fn write(path: &Utf8Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("can't make the folder `{folder}`"))?;
    }
    fs::write(path, text).with_context(|| format!("can't write `{path}`"))
}

/// Loading finds what a template must not do; rendering every lab finds what it writes wrongly.
fn lint(args: &LintArgs, term: &Term) -> anyhow::Result<Exit> {
    let templates = TemplateArgs {
        templates: args.folder.clone(),
    };
    let catalog = catalog(&templates)?;
    Renderer::new(&catalog)?;
    let target = Target::of(&args.profiles, &OutArgs { out: None })?;
    let overrides = OverrideArgs::default();
    let labs = match labs::generated(&target, &overrides, &templates, &[], term)? {
        Ok(labs) => labs,
        Err(exit) => return Ok(exit),
    };
    let replaced = catalog.iter().filter(|(_, t)| t.is_overridden()).count();
    let all = catalog.iter().count();
    let labs = labs.len();
    term.say(&format!(
        "{all} templates, {replaced} of them replaced: fine, as far as {labs} labs use them"
    ));
    Ok(Exit::Fine)
}

/// The built-in templates, and the user's own on top.
pub(super) fn catalog(args: &TemplateArgs) -> anyhow::Result<Catalog> {
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
        let text = fs::read_to_string(&path)
            .with_context(|| format!("the template `{path}` can't be read"))?;
        into.push((name, text));
    }
    Ok(())
}
