//! Over the parsed templates: what they print, where, and which fields they read.

mod partial;
mod scope;

use std::collections::BTreeMap;

use handlebars::template::{HelperTemplate, Parameter, TemplateElement, TemplateMapping};
use handlebars::{Handlebars, Template};

use super::super::fields::FieldPath;
use super::super::position::Position;
use super::super::{Field, Place, RenderError, Sources, names};
use super::helpers::{BLOCKS, known};
use crate::lang::Language;
use crate::suggest;
use scope::{Scope, Scopes};

/// Checks every template and gives the fields that each reads.
pub(super) fn all(
    language: Language,
    registry: &Handlebars<'static>,
    sources: &Sources<'_>,
) -> Result<BTreeMap<String, Vec<Field>>, RenderError> {
    let mut fields = BTreeMap::new();
    for name in names(sources) {
        let Some((name, template)) = named_template(registry, name) else {
            continue;
        };
        let mut walk = Walk {
            language,
            registry,
            scopes: Scopes(vec![Scope::new(Some(FieldPath::default()))]),
            inline: BTreeMap::new(),
            bodies: Vec::new(),
            depth: 0,
            position: Position::new(language),
            fields: Vec::new(),
        };
        walk.template(name, template)?;
        fields.insert(name.to_owned(), walk.fields);
    }
    Ok(fields)
}

/// A template and the name of the file that it stands in.
type Body<'t> = (&'t str, &'t Template);

struct Walk<'t> {
    language: Language,
    registry: &'t Handlebars<'static>,
    scopes: Scopes,
    /// Partials that a template defines itself.
    inline: BTreeMap<String, Body<'t>>,
    /// What stands between the tags of the partial blocks around.
    bodies: Vec<Option<Body<'t>>>,
    depth: usize,
    position: Position,
    fields: Vec<Field>,
}

impl<'t> Walk<'t> {
    fn template(&mut self, name: &'t str, template: &'t Template) -> Result<(), RenderError> {
        let places = template.mapping.iter().map(
            |TemplateMapping {
                 0: line, 1: column, ..
             }| { Place::new(name, *line, *column) },
        );
        for (element, place) in template.elements.iter().zip(places) {
            self.element(name, element, &place)?;
        }
        Ok(())
    }

    fn element(
        &mut self,
        name: &'t str,
        element: &'t TemplateElement,
        place: &Place,
    ) -> Result<(), RenderError> {
        match element {
            TemplateElement::RawString(text) => {
                self.position.text(text);
                Ok(())
            }
            TemplateElement::Comment(_) => Ok(()),
            TemplateElement::HtmlExpression(_) => refuse(
                place,
                "`{{{…}}}` and `{{&…}}` would print a value past its quoting",
            ),
            TemplateElement::Expression(call) => self.print(call, place),
            TemplateElement::HelperBlock(call) => self.block(name, call, place),
            TemplateElement::DecoratorBlock(call) => self.define(name, call, place),
            TemplateElement::DecoratorExpression(_) => {
                refuse(place, "decorators are not used here")
            }
            TemplateElement::PartialExpression(call) | TemplateElement::PartialBlock(call) => {
                self.partial(name, call, place)
            }
            _ => refuse(place, "this is not used in these templates"),
        }
    }

    fn print(&mut self, call: &'t HelperTemplate, place: &Place) -> Result<(), RenderError> {
        let name = call.name.as_name().unwrap_or_default();
        let bare = call.params.is_empty() && call.hash.is_empty();
        let helper = !bare || known(self.language).any(|known| known == name);
        if let Some(why) = self.position.refuses(helper.then_some(name)) {
            return refuse(place, why);
        }
        self.position.value();
        if helper {
            return self.call(call, place);
        }
        match &call.name {
            Parameter::Subexpression(_) => self.parameter(&call.name, place),
            name => {
                self.field(name, place, true);
                Ok(())
            }
        }
    }

    /// A helper with its arguments.
    fn call(&mut self, call: &'t HelperTemplate, place: &Place) -> Result<(), RenderError> {
        let name = call.name.as_name().unwrap_or_default();
        if !known(self.language).any(|known| known == name) {
            return self.unknown(name, place);
        }
        self.arguments(call, place)
    }

    fn arguments(&mut self, call: &'t HelperTemplate, place: &Place) -> Result<(), RenderError> {
        for parameter in call.params.iter().chain(call.hash.values()) {
            self.parameter(parameter, place)?;
        }
        Ok(())
    }

    fn unknown(&self, name: &str, place: &Place) -> Result<(), RenderError> {
        let near = suggest::nearest(name, known(self.language).chain(BLOCKS));
        let near = near.map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
        let language = self.language;
        refuse(
            place,
            format!("`{name}` is no helper of {language} templates{near}"),
        )
    }

    fn parameter(&mut self, parameter: &'t Parameter, place: &Place) -> Result<(), RenderError> {
        match parameter {
            Parameter::Literal(_) => Ok(()),
            Parameter::Subexpression(inner) => match inner.as_element() {
                TemplateElement::Expression(call) => self.call(call, place),
                _ => Ok(()),
            },
            _ => {
                self.field(parameter, place, false);
                Ok(())
            }
        }
    }

    fn block(
        &mut self,
        name: &'t str,
        call: &'t HelperTemplate,
        place: &Place,
    ) -> Result<(), RenderError> {
        let helper = call.name.as_name().unwrap_or_default();
        if !BLOCKS.contains(&helper) {
            return self.unknown(helper, place);
        }
        self.arguments(call, place)?;
        let before = self.position.clone();
        let scope = self.scopes.inner(helper, call);
        let entered = scope.is_some();
        self.scopes.0.extend(scope);
        if let Some(template) = &call.template {
            self.template(name, template)?;
        }
        if entered {
            self.scopes.0.pop();
        }
        if let Some(inverse) = &call.inverse {
            let after = std::mem::replace(&mut self.position, before);
            self.template(name, inverse)?;
            self.position = after;
        }
        Ok(())
    }

    fn field(&mut self, parameter: &Parameter, place: &Place, printed: bool) {
        if let Some(path) = self.scopes.resolve(parameter) {
            self.fields.push(Field {
                path,
                place: place.clone(),
                printed,
            });
        }
    }
}

fn named_template<'t>(registry: &'t Handlebars<'static>, name: &str) -> Option<Body<'t>> {
    let template = registry.get_template(name)?;
    Some((template.name.as_deref().unwrap_or_default(), template))
}

fn refuse<T>(place: &Place, message: impl Into<String>) -> Result<T, RenderError> {
    Err(RenderError::Refused {
        place: place.clone(),
        message: message.into(),
    })
}
