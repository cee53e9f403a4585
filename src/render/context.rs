//! A view in the forms that the engines take.
//!
//! Making these costs more than rendering most templates does, so that templates which see one view
//! share one context.

use std::sync::OnceLock;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// What a template sees.
#[derive(Debug)]
pub(super) struct Context {
    view: Value,
    tera: OnceLock<::tera::Context>,
    handlebars: OnceLock<::handlebars::Context>,
}

impl Context {
    pub(super) fn new(view: &impl Serialize) -> serde_json::Result<Context> {
        Ok(Context {
            view: serde_json::to_value(view)?,
            tera: OnceLock::new(),
            handlebars: OnceLock::new(),
        })
    }

    /// The view as it is, with its nulls.
    pub(super) fn view(&self) -> &Value {
        &self.view
    }

    /// The view without nulls, for Tera.
    pub(super) fn tera(&self) -> ::tera::TeraResult<&::tera::Context> {
        if let Some(context) = self.tera.get() {
            return Ok(context);
        }
        let context = ::tera::Context::from_serialize(&WithoutNulls(&self.view))?;
        Ok(self.tera.get_or_init(|| context))
    }

    /// The view without nulls, for Handlebars.
    pub(super) fn handlebars(&self) -> Result<&::handlebars::Context, ::handlebars::RenderError> {
        if let Some(context) = self.handlebars.get() {
            return Ok(context);
        }
        let context = ::handlebars::Context::wraps(WithoutNulls(&self.view))?;
        Ok(self.handlebars.get_or_init(|| context))
    }
}

/// Absent is one thing to a template, however the view says it; so printing it is an error.
struct WithoutNulls<'a>(&'a Value);

impl Serialize for WithoutNulls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let there = fields.iter().filter(|(_, value)| !value.is_null());
                let mut map = serializer.serialize_map(None)?;
                for (key, value) in there {
                    map.serialize_entry(key, &WithoutNulls(value))?;
                }
                map.end()
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(WithoutNulls)),
            scalar => scalar.serialize(serializer),
        }
    }
}
