//! Tera 2: templates of YAML, HCL and JSON, where numbers and booleans stay bare.
//!
//! Tera hands only strings to its escape function, which is the language's quoting. It keeps its
//! syntax tree to itself, so [`scan`] reads the tags a second time: what is on no list there is
//! refused, which leaves no way to print a value but through the quoting or the filters below.

mod scan;

use std::collections::BTreeMap;
use std::io::{self, Write};

use ::tera::{ErrorKind, Kwargs, State, Tera, TeraResult, Value};

use super::{Context, Field, Place, RenderError, Sources, absent};
use crate::lang::{Language, hcl, json, yaml};

/// The templates of one language.
#[derive(Debug)]
pub(super) struct Engine {
    tera: Tera,
}

impl Engine {
    /// Loads and scans all templates of a language; gives the fields that each reads.
    pub(super) fn new(
        language: Language,
        sources: &Sources<'_>,
    ) -> Result<(Engine, BTreeMap<String, Vec<Field>>), RenderError> {
        let mut tera = empty(language);
        match tera.add_raw_templates(sources) {
            Ok(()) => {}
            // Tera knows what it lacks; the scan knows where, and what to do instead.
            Err(error) if matches!(error.kind(), ErrorKind::Msg(_)) => {
                scan::all(language, sources)?;
                return Err(failure(error, "templates", true));
            }
            Err(error) => return Err(failure(error, "templates", true)),
        }
        let fields = scan::all(language, sources)?;
        Ok((Engine { tera }, fields))
    }

    /// Loads templates that are known to be fine, without looking at them again.
    pub(super) fn trusted(
        language: Language,
        sources: &Sources<'_>,
    ) -> Result<Engine, RenderError> {
        let mut tera = empty(language);
        tera.add_raw_templates(sources)
            .map_err(|error| failure(error, "templates", true))?;
        Ok(Engine { tera })
    }

    pub(super) fn render(&self, name: &str, context: &Context) -> Result<String, RenderError> {
        let context = context.tera();
        context
            .and_then(|context| self.tera.render(name, context))
            .map_err(|error| failure(error, name, false))
    }
}

fn empty(language: Language) -> Tera {
    let mut tera = Tera::default();
    tera.autoescape_on([""]);
    tera.set_escape_fn(escape(language));
    register(&mut tera, language);
    tera
}

fn escape(language: Language) -> ::tera::EscapeFn {
    fn write(text: &str, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(text.as_bytes())
    }
    match language {
        Language::Yaml => |text, out| write(&yaml::quote(text), out),
        Language::Hcl => |text, out| write(&hcl::quote(text), out),
        _ => |text, out| write(&json::quote(text), out),
    }
}

fn register(tera: &mut Tera, language: Language) {
    match language {
        Language::Yaml => {
            filter(tera, "block", yaml::block);
            filter(tera, "document", |value, _| yaml::document(value));
            filter(tera, "comment", |value, _| yaml::comment(&plain(value)));
        }
        Language::Hcl => {
            filter(tera, "expr", hcl::expression);
            filter(tera, "comment", |value, _| hcl::comment(&plain(value)));
        }
        _ => filter(tera, "json", json::pretty),
    }
}

/// Registers a filter whose text is finished: the quoting doesn't touch it again.
fn filter(tera: &mut Tera, name: &'static str, write: fn(&serde_json::Value, usize) -> String) {
    let run = move |value: Value, arguments: Kwargs, _: &State| -> TeraResult<Value> {
        if value.is_undefined() {
            return Err(::tera::Error::message(absent("this")));
        }
        let indent = arguments.get::<usize>("indent")?.unwrap_or(0);
        let value = serde_json::to_value(&value).map_err(::tera::Error::message)?;
        Ok(Value::safe_string(&write(&value, indent)))
    };
    tera.register_filter(name, run);
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn in_our_words(message: &str) -> String {
    let undefined = ["Variable `", "Field `"];
    let name = undefined
        .iter()
        .find_map(|start| message.strip_prefix(start));
    match name.and_then(|rest| rest.split_once("` is not defined")) {
        Some((name, _)) => absent(name),
        None => message.to_owned(),
    }
}

fn failure(error: ::tera::Error, template: &str, loading: bool) -> RenderError {
    let (place, message) = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let at = report.span();
            let place = Place::new(report.filename(), at.start_line, at.start_col + 1);
            (place, in_our_words(report.message()))
        }
        ErrorKind::MissingParent { current, parent } => (
            Place::whole(current),
            format!("there is no template `{parent}`"),
        ),
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => (
            Place::whole(tpl),
            "this template leads back to itself".to_owned(),
        ),
        _ => (Place::whole(template), error.to_string()),
    };
    let source = Box::new(error);
    if loading {
        return RenderError::Syntax {
            place,
            message,
            source,
        };
    }
    RenderError::Failed {
        place,
        message,
        source,
    }
}
