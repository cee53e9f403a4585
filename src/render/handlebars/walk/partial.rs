//! Partials: other templates, and those that a template defines itself.

use handlebars::Template;
use handlebars::template::{DecoratorTemplate, Parameter, TemplateElement};

use super::scope::Scope;
use super::{Body, Walk, named_template, refuse};
use crate::render::{Place, RenderError};

/// Partials inside partials go no deeper than this.
const DEPTH: usize = 16;

impl<'t> Walk<'t> {
    /// `{{#*inline "name"}}`
    pub(super) fn define(
        &mut self,
        name: &'t str,
        call: &'t DecoratorTemplate,
        place: &Place,
    ) -> Result<(), RenderError> {
        let defined = match call.params.first() {
            Some(Parameter::Literal(value)) => value.as_str(),
            _ => None,
        };
        match (call.name.as_name(), defined, &call.template) {
            (Some("inline"), Some(defined), Some(template)) => {
                self.inline.insert(defined.to_owned(), (name, template));
                Ok(())
            }
            _ => refuse(
                place,
                "of decorators only `{{#*inline \"name\"}}` is used here",
            ),
        }
    }

    pub(super) fn partial(
        &mut self,
        name: &'t str,
        call: &'t DecoratorTemplate,
        place: &Place,
    ) -> Result<(), RenderError> {
        let target = call.name.as_name().unwrap_or_default();
        let scope = self.partial_scope(call, place)?;
        if target == "@partial-block" {
            return match self.bodies.pop().flatten() {
                Some((name, body)) => {
                    let walked = self.template(name, body);
                    self.bodies.push(Some((name, body)));
                    walked
                }
                None => refuse(place, "there is no block around this partial"),
            };
        }
        let target = target.trim_matches(['[', ']', '\'']);
        let usual = call.template.as_ref().map(|body| (name, body));
        let Some((file, template)) = self.find(target).or(usual) else {
            return refuse(place, format!("there is no template `{target}`"));
        };
        if self.depth >= DEPTH {
            return refuse(place, "partials are nested too deep");
        }
        let body = call.template.as_ref();
        self.definitions(name, body, place)?;
        self.bodies.push(body.map(|body| (name, body)));
        self.scopes.0.push(scope);
        self.depth += 1;
        let walked = self.template(file, template);
        self.depth -= 1;
        self.scopes.0.pop();
        self.bodies.pop();
        walked
    }

    /// A partial sees its first argument as `this`, and its named arguments as names.
    pub(super) fn partial_scope(
        &mut self,
        call: &'t DecoratorTemplate,
        place: &Place,
    ) -> Result<Scope, RenderError> {
        for parameter in call.params.iter().chain(call.hash.values()) {
            self.parameter(parameter, place)?;
        }
        let this = match call.params.first() {
            Some(parameter) => self.scopes.resolve(parameter),
            None => self.scopes.0.last().and_then(|scope| scope.this.clone()),
        };
        let mut scope = Scope::new(this);
        for (key, value) in &call.hash {
            scope.names.push((key.clone(), self.scopes.resolve(value)));
        }
        Ok(scope)
    }

    /// The partials that a partial block defines for the partial it calls.
    pub(super) fn definitions(
        &mut self,
        name: &'t str,
        body: Option<&'t Template>,
        place: &Place,
    ) -> Result<(), RenderError> {
        for element in body.iter().flat_map(|body| &body.elements) {
            if let TemplateElement::DecoratorBlock(call) = element {
                self.define(name, call, place)?;
            }
        }
        Ok(())
    }

    pub(super) fn find(&self, target: &str) -> Option<Body<'t>> {
        if let Some(body) = self.inline.get(target) {
            return Some(*body);
        }
        named_template(self.registry, target)
    }
}
