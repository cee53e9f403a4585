//! `dplab explain FILE:LINE`: which template line made a line, and which key of which profile.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::args::ExplainArgs;
use super::load::{self, Loaded};
use super::provenance::{Templates, Written};
use super::term::Term;
use crate::check::lint::Effort;
use crate::exit::Exit;
use crate::lang::Language;
use crate::plan::Planned;
use crate::render::Place;
use crate::report::drift::redact::Redactor;
use crate::report::provenance::{Cause, planned};
use crate::source::SourceMap;
use crate::tree::{self, LOCK, RelPath};

pub(super) fn run(args: &ExplainArgs, what: &str, term: &Term) -> anyhow::Result<Exit> {
    let (file, line) = split(what);
    let found = Found::of(&file)?;
    let loaded = profile(args, &found)?;
    let (text, exit) = match explain(args, &found, &loaded, line)? {
        Some(text) => (text, Exit::Fine),
        None => (unknown(&found)?, Exit::Fine),
    };
    term.payload(&text)?;
    Ok(exit)
}

/// `FILE:LINE`, unless a file has just this name.
fn split(what: &str) -> (Utf8PathBuf, Option<usize>) {
    let parts = what.rsplit_once(':');
    let parts = parts.and_then(|(file, line)| Some((file, line.parse::<usize>().ok()?)));
    match parts {
        Some((file, line)) if !Utf8Path::new(what).exists() => (file.into(), Some(line)),
        _ => (what.into(), None),
    }
}

/// A file in a lab's folder.
struct Found {
    root: Utf8PathBuf,
    lab: RelPath,
    path: RelPath,
    text: String,
    shown: Utf8PathBuf,
}

impl Found {
    fn of(file: &Utf8Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file);
        let text = text.with_context(|| format!("`{file}` can't be read"))?;
        let whole = file.canonicalize_utf8()?;
        let mut folders = whole.ancestors().skip(1);
        let Some(folder) = folders.find(|folder| folder.join(LOCK).is_file()) else {
            bail!("`{file}` is in no lab's folder: there is no `{LOCK}` above it");
        };
        let path = RelPath::parse(whole.strip_prefix(folder)?.as_str())?;
        let (Some(root), Some(name)) = (folder.parent(), folder.file_name()) else {
            bail!("`{folder}` can't be a lab's folder");
        };
        Ok(Self {
            root: root.to_owned(),
            lab: RelPath::parse(name)?,
            path,
            text,
            shown: file.to_owned(),
        })
    }
}

/// The profile whose lab has the folder's name, or the one that was named.
fn profile(args: &ExplainArgs, found: &Found) -> anyhow::Result<Loaded> {
    let mut sources = SourceMap::new();
    let mut all = load::labs(&args.profile, &args.overrides, &mut sources, Effort::Glance)?;
    if args.profile.len() != 1 {
        let name = found.lab.as_str();
        all.retain(|one| one.name.as_ref().is_some_and(|own| own.value == name));
    }
    let loaded = all.into_iter().next();
    loaded.with_context(|| {
        format!(
            "no profile has a lab named `{}`; name it with `--profile`",
            found.lab
        )
    })
}

/// None for a file that the profile doesn't generate.
fn explain(
    args: &ExplainArgs,
    found: &Found,
    loaded: &Loaded,
    line: Option<usize>,
) -> anyhow::Result<Option<String>> {
    let path = &loaded.path;
    let lab = loaded.lab.as_ref();
    let lab = lab.with_context(|| format!("`{path}` has errors; see `dplab validate {path}`"))?;
    let Some(file) = planned(lab, &found.path) else {
        return Ok(None);
    };
    let templates = Templates::load(&args.templates)?;
    let written = Written::read(path, &args.overrides)?;
    let (text, places) = templates.trace(&file)?;
    let Some(line) = line else {
        return Ok(Some(whole(found, &file, &templates, &written, &text)));
    };
    let shown = Shown {
        found,
        file: &file,
        templates: &templates,
        written: &written,
        text: &text,
        places: &places,
    };
    shown.line(line).map(Some)
}

fn whole(
    found: &Found,
    file: &Planned,
    templates: &Templates,
    written: &Written,
    text: &str,
) -> String {
    let mut out = format!("{}\n", found.shown);
    if found.text != text {
        out.push_str("  it is not as it is generated now: see `dplab diff`\n");
    }
    let place = Place {
        template: file.template.to_owned(),
        at: None,
    };
    let _ = writeln!(out, "template  {}", templates.shown(&place));
    let _ = writeln!(out, "profile   {}", written.part(&file.key));
    out
}

/// Everything that is needed to explain one line.
struct Shown<'a> {
    found: &'a Found,
    file: &'a Planned,
    templates: &'a Templates,
    written: &'a Written,
    text: &'a str,
    places: &'a [Option<Place>],
}

impl Shown<'_> {
    fn line(&self, line: usize) -> anyhow::Result<String> {
        let file = &self.found.shown;
        let language = Language::of_file(self.found.path.name());
        let shown = Redactor::new()
            .text(language, &self.found.text)
            .into_owned();
        let there = line.checked_sub(1).and_then(|at| shown.lines().nth(at));
        let Some(there) = there.map(str::trim) else {
            let lines = shown.lines().count();
            bail!("`{file}` has no line {line}: it has {lines}");
        };
        let mut out = format!("{file}:{line}\n    {there}\n");
        let Some(at) = counterpart(&self.found.text, self.text, line - 1) else {
            out.push_str("this line is not generated: somebody wrote it, or it is out of date\n");
            let _ = writeln!(out, "profile   {}", self.written.part(&self.file.key));
            return Ok(out);
        };
        self.template(at, &mut out);
        let _ = writeln!(out, "profile   {}", self.written.part(&self.file.key));
        let causes = self.causes(at);
        for cause in &causes {
            let _ = writeln!(out, "{}", self.cause(cause));
        }
        if causes.is_empty() {
            out.push_str("value     none that was tried changes this line: the template says it, or a default\n");
        }
        Ok(out)
    }

    fn template(&self, at: usize, out: &mut String) {
        match self.places.get(at).and_then(Option::as_ref) {
            Some(place) => {
                let _ = writeln!(out, "template  {}", self.templates.shown(place));
                if let Some(line) = self.templates.line(place) {
                    let _ = writeln!(out, "    {}", line.trim());
                }
            }
            None => {
                let _ = writeln!(out, "template  built-in:{}", self.file.template);
            }
        }
    }

    fn causes(&self, at: usize) -> Vec<Cause> {
        let profile = self.written.profile();
        profile.map_or_else(Vec::new, |profile| {
            profile.causes(&self.templates.renderer, self.file, self.text, at)
        })
    }

    fn cause(&self, cause: &Cause) -> String {
        let place = self.written.shown(cause.span);
        match cause.certain {
            true => format!("value     {} ({place})", cause.key),
            false => format!("perhaps   {} ({place}), which reads alike", cause.key),
        }
    }
}

/// The line of the generated text that is a line of the file, both from 0.
fn counterpart(there: &str, generated: &str, line: usize) -> Option<usize> {
    let old: Vec<&str> = there.lines().collect();
    let new: Vec<&str> = generated.lines().collect();
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    ops.into_iter().find_map(|op| match op {
        DiffOp::Equal {
            old_index,
            new_index,
            len,
        } if (old_index..old_index + len).contains(&line) => Some(new_index + line - old_index),
        _ => None,
    })
}

/// A file that the profile doesn't generate: what the lock file knows of it.
fn unknown(found: &Found) -> anyhow::Result<String> {
    let lock = tree::owned(&found.root, &found.lab)?;
    let file = &found.shown;
    Ok(match lock.get(&found.path) {
        Some(owned) => format!(
            "{file}\n  no longer generated; it was made from {}\n",
            owned.from
        ),
        None if found.path.as_str() == LOCK => {
            format!("{file}\n  the list of what dplab owns here\n")
        }
        None => format!("{file}\n  not dplab's\n"),
    })
}
