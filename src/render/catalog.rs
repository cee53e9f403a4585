//! Which templates there are: the built-in ones, inside the binary, and what a user puts in their place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use super::RenderError;
use crate::lang::Language;
use crate::suggest;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The prefix under which an override reaches the built-in that it overrides.
pub const BUILT_IN_PREFIX: &str = "builtin/";

/// What a template is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// For languages with types: YAML, HCL, JSON.
    Tera,
    /// For languages where everything is text: shell, Markdown, HTML.
    Handlebars,
}

impl Engine {
    /// The engine of a language's templates.
    pub fn of(language: Language) -> Engine {
        match language {
            Language::Yaml | Language::Hcl | Language::Json => Engine::Tera,
            Language::Shell | Language::Markdown | Language::Html => Engine::Handlebars,
        }
    }

    /// What the names of its templates end in.
    pub fn extension(self) -> &'static str {
        match self {
            Engine::Tera => "tera",
            Engine::Handlebars => "hbs",
        }
    }
}

/// One template: the built-in text and, if there is one, the user's.
#[derive(Debug, Clone)]
pub struct Template {
    language: Language,
    built_in: Cow<'static, str>,
    overridden: Option<String>,
}

impl Template {
    /// The language that it renders.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text that is rendered: the user's, else the built-in.
    pub fn text(&self) -> &str {
        self.overridden.as_deref().unwrap_or(&self.built_in)
    }

    /// The built-in text, whatever the user has put in its place.
    pub fn built_in(&self) -> &str {
        &self.built_in
    }

    /// Whether a user's text stands in its place.
    pub fn is_overridden(&self) -> bool {
        self.overridden.is_some()
    }
}

/// All templates by name. A name is a path below `templates/`, such as `kubernetes/policy.yaml.tera`.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    templates: BTreeMap<String, Template>,
}

impl Catalog {
    /// The templates inside the binary.
    ///
    /// # Errors
    /// [`RenderError::NotATemplate`] for a file whose name tells no language.
    pub fn built_in() -> Result<Catalog, RenderError> {
        let mut files = Vec::new();
        collect(&BUILT_IN, &mut files);
        Catalog::of(files)
    }

    /// A catalogue of these names and texts.
    ///
    /// # Errors
    /// [`RenderError::NotATemplate`] for a name that tells no language, or the wrong engine.
    pub fn of<T: Into<Cow<'static, str>>>(
        templates: impl IntoIterator<Item = (String, T)>,
    ) -> Result<Catalog, RenderError> {
        let mut catalog = Catalog::default();
        for (name, text) in templates {
            let language = language(&name)?;
            let template = Template {
                language,
                built_in: plain_newlines(text.into()),
                overridden: None,
            };
            catalog.templates.insert(name, template);
        }
        Ok(catalog)
    }

    /// Puts a user's texts in place of the built-in ones of the same name.
    ///
    /// # Errors
    /// [`RenderError::Unknown`] for a name that is no built-in's.
    pub fn with_overrides(
        mut self,
        overrides: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Catalog, RenderError> {
        for (name, text) in overrides {
            if !self.templates.contains_key(&name) {
                return Err(self.unknown(&name));
            }
            let text = plain_newlines(Cow::Owned(text)).into_owned();
            if let Some(template) = self.templates.get_mut(&name) {
                template.overridden = Some(text);
            }
        }
        Ok(self)
    }

    /// The same catalogue with every text written anew: of a name, and whether it is the built-in
    /// that a user's text stands in front of.
    pub(super) fn rewritten(&self, mut write: impl FnMut(&str, bool, &str) -> String) -> Catalog {
        let mut catalog = self.clone();
        for (name, template) in &mut catalog.templates {
            let hidden = template.overridden.is_some();
            template.built_in = Cow::Owned(write(name, hidden, &template.built_in));
            if let Some(text) = &template.overridden {
                template.overridden = Some(write(name, false, text));
            }
        }
        catalog
    }

    /// Every template, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Template)> {
        self.templates.iter().map(|(name, t)| (name.as_str(), t))
    }

    /// The template of a name.
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.templates.get(name)
    }

    /// The error for a name that is not here, with the nearest that is.
    pub fn unknown(&self, name: &str) -> RenderError {
        let known = self.templates.keys().map(String::as_str);
        RenderError::Unknown {
            name: name.to_owned(),
            nearest: suggest::nearest(name, known).map(str::to_owned),
        }
    }
}

fn collect(dir: &'static Dir<'static>, files: &mut Vec<(String, &'static str)>) {
    for file in dir.files() {
        let name = file.path().to_string_lossy().replace('\\', "/");
        files.push((name, file.contents_utf8().unwrap_or_default()));
    }
    for inner in dir.dirs() {
        collect(inner, files);
    }
}

fn language(name: &str) -> Result<Language, RenderError> {
    let language = Language::of_template(name);
    language
        .filter(|language| name.ends_with(Engine::of(*language).extension()))
        .ok_or_else(|| RenderError::NotATemplate {
            name: name.to_owned(),
        })
}

/// Lines end in LF and no byte order mark stands in front, whatever the user's editor writes.
fn plain_newlines(text: Cow<'static, str>) -> Cow<'static, str> {
    if !text.contains('\r') && !text.starts_with('\u{feff}') {
        return text;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Cow::Owned(text.replace("\r\n", "\n"))
}
