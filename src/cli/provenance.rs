//! Where generated lines come from: for `explain FILE:LINE`, and for the hunks of a difference.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::args::{DiffArgs, OverrideArgs, TemplateArgs};
use super::drifts::Sides;
use super::load::Disk;
use super::templates;
use crate::plan::Planned;
use crate::profile::layer::{self, Files as _};
use crate::profile::yaml::Node;
use crate::render::{Catalog, Place, Renderer, Tracer};
use crate::report::drift::Content;
use crate::report::provenance::{Profile, planned};
use crate::source::{SourceMap, Span};
use crate::tree::diff::FileDiff;

/// Templates, as they render and with marks.
pub(super) struct Templates {
    folder: Option<Utf8PathBuf>,
    catalog: Catalog,
    pub(super) renderer: Renderer,
    tracer: Tracer,
}

impl Templates {
    pub(super) fn load(args: &TemplateArgs) -> anyhow::Result<Self> {
        let catalog = templates::catalog(args)?;
        Ok(Self {
            folder: args.templates.clone(),
            renderer: Renderer::new(&catalog)?,
            tracer: Tracer::new(&catalog)?,
            catalog,
        })
    }

    /// What a planned file holds, and the template line behind each of its lines.
    pub(super) fn trace(&self, file: &Planned) -> anyhow::Result<(String, Vec<Option<Place>>)> {
        let view = file.view.as_ref();
        let text = self.renderer.render(file.template, view)?;
        let places = self.tracer.lines(file.template, view, &text)?;
        Ok((text, places))
    }

    /// A place as it is shown: the user's own file, or `built-in:NAME`.
    pub(super) fn shown(&self, place: &Place) -> String {
        let line = place.at.map_or(String::new(), |at| format!(":{}", at.line));
        let template = self.catalog.get(&place.template);
        let own = template.is_some_and(|template| template.is_overridden());
        match &self.folder {
            Some(folder) if own => format!("{}{line}", folder.join(&place.template)),
            _ => {
                let name = place.template.trim_start_matches("builtin/");
                format!("built-in:{name}{line}")
            }
        }
    }

    /// The line of the template itself.
    pub(super) fn line(&self, place: &Place) -> Option<&str> {
        let name = place.template.strip_prefix("builtin/");
        let text = match name {
            Some(name) => self.catalog.get(name)?.built_in(),
            None => self.catalog.get(&place.template)?.text(),
        };
        text.lines().nth(place.at?.line.checked_sub(1)?)
    }
}

/// A profile's whole tree and its texts.
pub(super) struct Written {
    pub(super) sources: SourceMap,
    node: Option<Node>,
}

impl Written {
    pub(super) fn read(path: &Utf8Path, overrides: &OverrideArgs) -> anyhow::Result<Self> {
        let mut sources = SourceMap::new();
        let disk = Disk::default();
        let text = disk.read(path);
        let text = text.with_context(|| format!("the profile `{path}` can't be read"))?;
        let id = sources.add(path.as_str(), text);
        let (node, _) = layer::resolve(&mut sources, &disk, id, &overrides.overrides());
        Ok(Self { sources, node })
    }

    pub(super) fn profile(&self) -> Option<Profile<'_>> {
        let node = self.node.as_ref()?;
        Some(Profile {
            sources: &self.sources,
            node,
        })
    }

    /// `profiles/minimal.yaml:12`.
    pub(super) fn shown(&self, span: Span) -> String {
        match self.sources.locate(span) {
            Some((source, at)) => format!("{}:{}", source.name(), at.line),
            None => "?".to_owned(),
        }
    }

    /// The part of the profile, and where it was written.
    pub(super) fn part(&self, key: &str) -> String {
        let span = self.profile().and_then(|profile| profile.place(key));
        match span {
            Some(span) => format!("{key} ({})", self.shown(span)),
            None => key.to_owned(),
        }
    }
}

/// Says of each hunk what made its first changed line.
pub(super) fn add(sides: &mut [Sides<'_>], args: &DiffArgs) -> anyhow::Result<()> {
    let templates = Templates::load(&args.templates)?;
    for side in sides {
        let written = Written::read(&side.lab.profile, &args.overrides)?;
        for file in &mut side.drift.files {
            let Content::Lines(FileDiff::Text { hunks, .. }) = &file.content else {
                continue;
            };
            let Some(planned) = planned(&side.lab.model, &file.path) else {
                continue;
            };
            let (_, places) = templates.trace(&planned)?;
            let part = written.part(&planned.key);
            let origin = |line: Option<usize>| match line.and_then(|line| place(&places, line)) {
                Some(place) => format!("{} <- {part}", templates.shown(place)),
                None => format!("built-in:{} <- {part}", planned.template),
            };
            let firsts = hunks.iter().map(|hunk| Some(hunk.first_change()?.1));
            file.origins = firsts.map(origin).collect();
        }
    }
    Ok(())
}

/// The place of a line, from 1; of the next one that has a place where it has none.
fn place(places: &[Option<Place>], line: usize) -> Option<&Place> {
    let from = places.get(line.checked_sub(1)?..)?;
    from.iter().flatten().next()
}
