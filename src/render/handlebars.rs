//! Handlebars 6: templates of shell, Markdown and HTML, where everything is text.
//!
//! Every `{{x}}` goes through the language's quoting. [`walk`] goes over the parsed templates when
//! they are loaded and refuses raw output, unknown helpers and values in wrong places.

mod helpers;
mod walk;

use std::collections::BTreeMap;

use ::handlebars::template::TemplateElement;
use ::handlebars::{Handlebars, RenderErrorReason, Template, TemplateError};

use super::{Context, Field, Place, RenderError, Sources, absent};
use crate::lang::{Language, html, markdown, shell};
use crate::parallel;

/// Stands around what the escape function, which can't fail, has to say of a value that the language
/// can't hold. No quoting writes it and no template may hold it, so it can't be anything else.
const REFUSED: char = '\0';

/// The templates of one language.
#[derive(Debug)]
pub(super) struct Engine {
    registry: Handlebars<'static>,
}

impl Engine {
    /// Loads and walks all templates of a language; gives the fields that each reads.
    pub(super) fn new(
        language: Language,
        sources: &Sources<'_>,
    ) -> Result<(Engine, BTreeMap<String, Vec<Field>>), RenderError> {
        let engine = Engine::trusted(language, sources)?;
        let fields = walk::all(language, &engine.registry, sources)?;
        Ok((engine, fields))
    }

    /// Loads templates that are known to be fine, without looking at them again.
    pub(super) fn trusted(
        language: Language,
        sources: &Sources<'_>,
    ) -> Result<Engine, RenderError> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_escape_fn(escape(language));
        helpers::register(&mut registry, language);
        // Reading templates costs more than rendering them.
        let sources: Vec<(&String, &&str)> = sources.iter().collect();
        let read = parallel::map(&sources, |(name, text)| template(name, text));
        for ((name, _), template) in sources.iter().zip(read) {
            registry.register_template(name, template?);
        }
        Ok(Engine { registry })
    }

    pub(super) fn render(&self, name: &str, context: &Context) -> Result<String, RenderError> {
        let context = context.handlebars();
        let text = context
            .and_then(|context| self.registry.render_with_context(name, context))
            .map_err(|error| failure(name, error))?;
        match text.split(REFUSED).nth(1) {
            None => Ok(text),
            Some(message) => Err(RenderError::Value {
                template: name.to_owned(),
                message: message.to_owned(),
            }),
        }
    }
}

fn template(name: &str, text: &str) -> Result<Template, RenderError> {
    if text.contains(REFUSED) {
        return Err(RenderError::Refused {
            place: Place::whole(name),
            message: "a template can't hold the character U+0000".to_owned(),
        });
    }
    if text.contains("{{") {
        return parsed(name, text);
    }
    // Without tags a template is its text, and a long text takes long to be read.
    let mut template = parsed(name, " ")?;
    template.elements = vec![TemplateElement::RawString(text.to_owned())];
    Ok(template)
}

fn parsed(name: &str, text: &str) -> Result<Template, RenderError> {
    let mut registry = Handlebars::new();
    // What is written stands as it is written: an indented partial would change what is in it.
    registry.set_prevent_indent(true);
    registry
        .register_template_string(name, text)
        .map_err(|error| syntax(name, error))?;
    let template = registry.get_template(name).cloned();
    Ok(template.unwrap_or_default())
}

fn escape(language: Language) -> fn(&str) -> String {
    match language {
        Language::Shell => |text| match shell::quote(text) {
            Ok(word) => word.into_owned(),
            Err(error) => format!("{REFUSED}{error}, such as {text:?}{REFUSED}"),
        },
        Language::Markdown => markdown::quote,
        _ => html::quote,
    }
}

fn syntax(name: &str, error: TemplateError) -> RenderError {
    let place = match error.pos() {
        Some((line, column)) => Place::new(name, line, column),
        None => Place::whole(name),
    };
    RenderError::Syntax {
        place,
        message: error.reason().to_string(),
        source: Box::new(error),
    }
}

fn failure(name: &str, error: ::handlebars::RenderError) -> RenderError {
    let template = error.template_name.as_deref().unwrap_or(name);
    let place = match (error.line_no, error.column_no) {
        (Some(line), Some(column)) => Place::new(template, line, column),
        _ => Place::whole(template),
    };
    let message = match error.reason() {
        RenderErrorReason::MissingVariable(Some(path)) => absent(path),
        reason => reason.to_string(),
    };
    RenderError::Failed {
        place,
        message,
        source: Box::new(error),
    }
}
