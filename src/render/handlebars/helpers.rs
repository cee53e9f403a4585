//! The helpers: those that give a value, which is then quoted, and those that write finished text.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, PathAndJson, RenderContext,
    RenderError, RenderErrorReason, ScopedJson,
};
use serde_json::Value;

use crate::lang::{Language, markdown, shell, yaml};

/// Handlebars' own that may be used.
const OWN: [&str; 11] = [
    "and", "eq", "gt", "gte", "len", "lookup", "lt", "lte", "ne", "not", "or",
];

/// Those that open a block.
pub(super) const BLOCKS: [&str; 4] = ["each", "if", "unless", "with"];

/// What a helper makes of its arguments.
type Make = fn(&Helper<'_>) -> Result<String, RenderError>;

fn values(language: Language) -> &'static [(&'static str, Make)] {
    match language {
        Language::Markdown => &[("cat", cat), ("join", join), ("yaml", as_yaml)],
        _ => &[("cat", cat), ("join", join)],
    }
}

fn finished(language: Language) -> &'static [(&'static str, Make)] {
    match language {
        Language::Shell => &[("comment", shell_comment), ("words", words)],
        Language::Markdown => &[
            ("code", code),
            ("comment", html_comment),
            ("fence", fence),
            ("link", link),
            ("sentence", sentence),
            ("shell", shell_word),
        ],
        _ => &[("comment", html_comment)],
    }
}

/// The names that may be called in a language.
pub(super) fn known(language: Language) -> impl Iterator<Item = &'static str> {
    let ours = values(language).iter().chain(finished(language));
    OWN.into_iter().chain(ours.map(|(name, _)| *name))
}

pub(super) fn register(registry: &mut Handlebars<'static>, language: Language) {
    for (name, make) in values(language) {
        registry.register_helper(name, Box::new(Gives(*make)));
    }
    for (name, make) in finished(language) {
        registry.register_helper(name, Box::new(Writes(*make)));
    }
}

/// A helper whose value is quoted like any other.
struct Gives(Make);

impl HelperDef for Gives {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        (self.0)(helper).map(|text| ScopedJson::Derived(Value::from(text)))
    }
}

/// A helper whose text is finished.
struct Writes(Make);

impl HelperDef for Writes {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        out.write(&(self.0)(helper)?)?;
        Ok(())
    }
}

fn other(message: impl Into<String>) -> RenderError {
    RenderErrorReason::Other(message.into()).into()
}

/// An argument that is there.
fn argument<'h, 'rc>(helper: &'h Helper<'rc>, at: usize) -> Result<&'h Value, RenderError> {
    let found: Option<&PathAndJson<'rc>> = helper.param(at);
    match found {
        Some(value) if !value.is_value_missing() => Ok(value.value()),
        Some(value) => {
            Err(RenderErrorReason::MissingVariable(value.relative_path().cloned()).into())
        }
        None => Err(other(format!("`{}` takes more arguments", helper.name()))),
    }
}

fn option<'h>(helper: &'h Helper<'_>, name: &str, usual: &'h str) -> &'h str {
    let given = helper
        .hash_get(name)
        .and_then(|value| value.value().as_str());
    given.unwrap_or(usual)
}

/// A scalar's text.
fn text(value: &Value) -> Result<String, RenderError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(other("a list, a map or nothing can't be printed as it is")),
    }
}

fn cat(helper: &Helper<'_>) -> Result<String, RenderError> {
    let parts = (0..helper.params().len()).map(|at| argument(helper, at).and_then(text));
    parts.collect()
}

/// The items of a list; `key=value` of a map's entries. No part may hold the separator, which would
/// make two of one.
fn join(helper: &Helper<'_>) -> Result<String, RenderError> {
    let separator = option(helper, "sep", ",");
    let pair = option(helper, "pair", "=");
    let parts: Vec<String> = match argument(helper, 0)? {
        Value::Array(items) => items.iter().map(text).collect::<Result<_, _>>()?,
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| Ok(format!("{key}{pair}{}", text(value)?)))
            .collect::<Result<_, RenderError>>()?,
        _ => return Err(other("`join` takes a list or a map")),
    };
    let split = parts
        .iter()
        .find(|part| !separator.is_empty() && part.contains(separator));
    match split {
        Some(part) => Err(other(format!("{part:?} holds the separator {separator:?}"))),
        None => Ok(parts.join(separator)),
    }
}

fn as_yaml(helper: &Helper<'_>) -> Result<String, RenderError> {
    argument(helper, 0).map(yaml::document)
}

fn word(value: &Value) -> Result<String, RenderError> {
    let text = text(value)?;
    let word = shell::quote(&text).map_err(|error| other(format!("{error}, such as {text:?}")))?;
    Ok(word.into_owned())
}

fn words(helper: &Helper<'_>) -> Result<String, RenderError> {
    let Value::Array(items) = argument(helper, 0)? else {
        return Err(other("`words` takes a list"));
    };
    let words: Result<Vec<String>, RenderError> = items.iter().map(word).collect();
    Ok(words?.join(" "))
}

fn shell_word(helper: &Helper<'_>) -> Result<String, RenderError> {
    argument(helper, 0).and_then(word)
}

fn shell_comment(helper: &Helper<'_>) -> Result<String, RenderError> {
    Ok(shell::comment(&text(argument(helper, 0)?)?))
}

fn html_comment(helper: &Helper<'_>) -> Result<String, RenderError> {
    Ok(markdown::comment(&text(argument(helper, 0)?)?))
}

fn code(helper: &Helper<'_>) -> Result<String, RenderError> {
    Ok(markdown::code(&text(argument(helper, 0)?)?))
}

fn sentence(helper: &Helper<'_>) -> Result<String, RenderError> {
    Ok(markdown::sentence(&text(argument(helper, 0)?)?))
}

fn fence(helper: &Helper<'_>) -> Result<String, RenderError> {
    let text = text(argument(helper, 0)?)?;
    Ok(markdown::fence(&text, option(helper, "lang", "")))
}

fn link(helper: &Helper<'_>) -> Result<String, RenderError> {
    let (title, address) = (text(argument(helper, 0)?)?, text(argument(helper, 1)?)?);
    markdown::link(&title, &address).map_err(|error| other(error.to_string()))
}
