//! Templates -> files, each read back by its own language before anyone writes it.
//!
//! Every interpolation is one whole literal of the language that the template renders: the language's
//! quoting is the engine's escape function, always on. Raw output is refused when a template is
//! loaded, and so are a value inside quotes, an unknown filter, helper or tag, and a field that the
//! view doesn't have. Nothing here knows what the files are for.
//!
//! # Rules for template authors
//!
//! The name tells the language and the engine: `policy.yaml.tera`, `create-cluster.sh.hbs`. Tera
//! renders YAML, HCL and JSON; Handlebars renders shell, Markdown and HTML.
//!
//! * A value is whole: no quotes around it. Join parts: `{{ name ~ "-probe" }}` in Tera,
//!   `{{cat name "-probe"}}` in Handlebars. In shell, parts may touch: `--flag={{x}}`.
//! * A value never follows text without a blank in YAML, and never stands in a heredoc, a block scalar,
//!   shell arithmetic or a code span: build the text in the view. HCL references are fixed text.
//! * In Handlebars a field with a helper's name is `this.code`.
//! * Every field named must be in the view, also in a condition. A field that is `null` counts as
//!   absent: false in a condition, an error when printed.
//! * Nobody aligns HCL: the result is laid out as `terraform fmt` does it.
//!
//! ## Tera: `if`, `for`, `set`, `block`, `extends`, `include`, `raw`
//!
//! | filter | for | example |
//! |---|---|---|
//! | `block(indent=N)` | YAML: any value behind a key that stands at column N | `spec:{{ spec \| block(indent=0) }}` |
//! | `document` | YAML: any value as a whole document | `{{ manifest \| document }}` |
//! | `expr(indent=N)` | HCL: any value as an expression | `labels = {{ labels \| expr(indent=2) }}` |
//! | `json(indent=N)` | JSON: any value | `"rules": {{ rules \| json(indent=2) }}` |
//! | `comment` | YAML, HCL: text on a comment line | `# {{ title \| comment }}` |
//! | `join(sep=",")` | one string of many | `{{ zones \| join(sep=",") }}` |
//! | `length first last nth keys values sort unique reverse lower upper str trim replace` | Tera's own | `{% for k in labels \| keys %}` |
//!
//! The first five write finished text, so they stand last in a `{{ … }}`.
//!
//! ## Handlebars: `if`, `unless`, `each`, `with`, `lookup`, `eq ne gt gte lt lte and or not len`, partials
//!
//! | helper | for | example |
//! |---|---|---|
//! | `join` | one string of a list or of a map's `key=value` | `--labels={{join labels sep=","}}` |
//! | `cat` | one string of several values | `{{code (cat "kubectl get " name)}}` |
//! | `words` | shell: a list as several words | `zones=({{words zones}})` |
//! | `comment` | text on a comment line | `# {{comment title}}` |
//! | `code` | Markdown: a code span | `{{code name}}` |
//! | `sentence` | Markdown: text whose names stand in backticks | `{{sentence why}}` |
//! | `link` | Markdown: a link | `{{link title address}}` |
//! | `fence` | Markdown: a fenced block, at the start of a line | `{{fence command lang="sh"}}` |
//! | `shell` | Markdown: a shell word inside a fence | `kubectl logs {{shell pod}}` |
//! | `yaml` | Markdown: any value as YAML text | `{{fence (yaml spec) lang="yaml"}}` |
//!
//! ## Overrides
//!
//! A user's template of the same name replaces the built-in. It may still use it: in Tera
//! `{% extends "builtin/kubernetes/policy.yaml.tera" %}` (or `include`), in Handlebars
//! `{{> builtin/docs/runbook.md.hbs}}`. Overrides go through the same doors.

mod catalog;
mod context;
mod door;
mod error;
mod fields;
mod handlebars;
mod lab;
mod position;
mod tera;
mod trace;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub use catalog::{BUILT_IN_PREFIX, Catalog, Engine, Template};
pub use error::{Place, RenderError};
pub use fields::{Field, FieldPath, FieldProblem, Step};
pub use lab::{LabError, tree};
pub use trace::Tracer;

use crate::lang::Language;
use crate::tree::Content;
use context::Context;
use door::Door;
use error::absent;

/// Loaded templates, ready to render. Loading is the costly part: make one and share it.
#[derive(Debug)]
pub struct Renderer {
    catalog: Catalog,
    tera: BTreeMap<Language, tera::Engine>,
    handlebars: BTreeMap<Language, handlebars::Engine>,
    fields: BTreeMap<String, Vec<Field>>,
    door: Door,
}

impl Renderer {
    /// Loads every template of a catalogue.
    ///
    /// # Errors
    /// The first template that can't be read or does what templates must not.
    pub fn new(catalog: &Catalog) -> Result<Renderer, RenderError> {
        let mut renderer = Renderer::empty(catalog);
        for language in Language::ALL {
            renderer.load(language)?;
        }
        Ok(renderer)
    }

    fn empty(catalog: &Catalog) -> Renderer {
        Renderer {
            catalog: catalog.clone(),
            tera: BTreeMap::new(),
            handlebars: BTreeMap::new(),
            fields: BTreeMap::new(),
            door: Door::default(),
        }
    }

    fn load(&mut self, language: Language) -> Result<(), RenderError> {
        let sources = sources(&self.catalog, language);
        if sources.is_empty() {
            return Ok(());
        }
        match Engine::of(language) {
            Engine::Tera => {
                let (engine, fields) = tera::Engine::new(language, &sources)?;
                self.tera.insert(language, engine);
                self.fields.extend(fields);
            }
            Engine::Handlebars => {
                let (engine, fields) = handlebars::Engine::new(language, &sources)?;
                self.handlebars.insert(language, engine);
                self.fields.extend(fields);
            }
        }
        Ok(())
    }

    /// The templates that were loaded.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Every place where a template, or what it includes, reads a field of its view. None for an
    /// unknown name.
    pub fn fields(&self, template: &str) -> Option<&[Field]> {
        self.fields.get(template).map(Vec::as_slice)
    }

    /// Renders one template: LF, one newline at the end, laid out, and read back.
    ///
    /// # Errors
    /// Whatever stands in the way, with the template's name and the place where known.
    pub fn render(&self, template: &str, view: &impl Serialize) -> Result<String, RenderError> {
        let content = self.render_in(template, &context(template, view)?)?;
        Ok(String::from_utf8_lossy(&content).into_owned())
    }

    /// [`Renderer::render`] for a view that other templates see too.
    fn render_in(&self, template: &str, context: &Context) -> Result<Content, RenderError> {
        let loaded = self.catalog.get(template);
        let loaded = loaded.ok_or_else(|| self.catalog.unknown(template))?;
        self.check(template, context.view())?;
        let language = loaded.language();
        let made = self.raw(template, language, context)?;
        self.door.finish(template, language, made)
    }

    /// What the engine makes of a template, as it is.
    fn raw(
        &self,
        template: &str,
        language: Language,
        context: &Context,
    ) -> Result<String, RenderError> {
        let text = match Engine::of(language) {
            Engine::Tera => self
                .tera
                .get(&language)
                .map(|engine| engine.render(template, context)),
            Engine::Handlebars => self
                .handlebars
                .get(&language)
                .map(|engine| engine.render(template, context)),
        };
        text.unwrap_or_else(|| Err(self.catalog.unknown(template)))
    }

    fn check(&self, template: &str, view: &Value) -> Result<(), RenderError> {
        let fields = self.fields.get(template).map_or(&[][..], Vec::as_slice);
        for field in fields {
            if let Some(problem) = field.problem(view) {
                return Err(RenderError::Field {
                    place: field.place.clone(),
                    problem,
                });
            }
        }
        Ok(())
    }
}

/// The texts of a language: what is rendered under its name, the built-ins once more under the prefix
/// if there are overrides to use them.
type Sources<'a> = BTreeMap<String, &'a str>;

fn sources(catalog: &Catalog, language: Language) -> Sources<'_> {
    let mut sources = Sources::new();
    let overridden = catalog.iter().any(|(_, t)| t.is_overridden());
    for (name, template) in catalog.iter().filter(|(_, t)| t.language() == language) {
        sources.insert(name.to_owned(), template.text());
        if overridden {
            sources.insert(format!("{BUILT_IN_PREFIX}{name}"), template.built_in());
        }
    }
    sources
}

/// The names under which templates are rendered.
fn names<'s>(sources: &'s Sources<'_>) -> impl Iterator<Item = &'s str> {
    let names = sources.keys().map(String::as_str);
    names.filter(|name| !name.starts_with(BUILT_IN_PREFIX))
}

fn context(template: &str, view: &impl Serialize) -> Result<Context, RenderError> {
    Context::new(view).map_err(|source| RenderError::View {
        template: template.to_owned(),
        source,
    })
}
