//! Over the parsed templates: what they print, where, and which fields they read.

use std::collections::BTreeMap;

use handlebars::template::{
    BlockParam, DecoratorTemplate, HelperTemplate, Parameter, TemplateElement, TemplateMapping,
};
use handlebars::{Handlebars, Path, Template};

use super::super::fields::FieldPath;
use super::super::position::Position;
use super::super::{Field, Place, RenderError, Sources, names};
use super::helpers::{BLOCKS, known};
use crate::lang::Language;
use crate::suggest;

/// Partials inside partials go no deeper than this.
const DEPTH: usize = 16;

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
            scopes: vec![Scope::new(Some(FieldPath::default()))],
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

/// What `this` is, and the names that a block gives to values.
struct Scope {
    this: Option<FieldPath>,
    names: Vec<(String, Option<FieldPath>)>,
}

impl Scope {
    fn new(this: Option<FieldPath>) -> Self {
        Self {
            this,
            names: Vec::new(),
        }
    }
}

/// A template and the name of the file that it stands in.
type Body<'t> = (&'t str, &'t Template);

struct Walk<'t> {
    language: Language,
    registry: &'t Handlebars<'static>,
    scopes: Vec<Scope>,
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
        let scope = self.scope(helper, call);
        let entered = scope.is_some();
        self.scopes.extend(scope);
        if let Some(template) = &call.template {
            self.template(name, template)?;
        }
        if entered {
            self.scopes.pop();
        }
        if let Some(inverse) = &call.inverse {
            let after = std::mem::replace(&mut self.position, before);
            self.template(name, inverse)?;
            self.position = after;
        }
        Ok(())
    }

    /// What `each` and `with` make of `this`; `if` and `unless` leave it.
    fn scope(&self, helper: &str, call: &HelperTemplate) -> Option<Scope> {
        let over = call.params.first().and_then(|over| self.resolve(over));
        let this = match helper {
            "each" => over.map(|path| path.each()),
            "with" => over,
            _ => return None,
        };
        let mut scope = Scope::new(this.clone());
        match &call.block_param {
            Some(BlockParam::Single(value)) => scope.names.extend(named(value, this)),
            Some(BlockParam::Pair((value, key))) => {
                scope.names.extend(named(value, this));
                scope.names.extend(named(key, None));
            }
            _ => {}
        }
        Some(scope)
    }

    /// `{{#*inline "name"}}`
    fn define(
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

    fn partial(
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
        self.scopes.push(scope);
        self.depth += 1;
        let walked = self.template(file, template);
        self.depth -= 1;
        self.scopes.pop();
        self.bodies.pop();
        walked
    }

    /// A partial sees its first argument as `this`, and its named arguments as names.
    fn partial_scope(
        &mut self,
        call: &'t DecoratorTemplate,
        place: &Place,
    ) -> Result<Scope, RenderError> {
        for parameter in call.params.iter().chain(call.hash.values()) {
            self.parameter(parameter, place)?;
        }
        let this = match call.params.first() {
            Some(parameter) => self.resolve(parameter),
            None => self.scopes.last().and_then(|scope| scope.this.clone()),
        };
        let mut scope = Scope::new(this);
        for (key, value) in &call.hash {
            scope.names.push((key.clone(), self.resolve(value)));
        }
        Ok(scope)
    }

    /// The partials that a partial block defines for the partial it calls.
    fn definitions(
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

    fn find(&self, target: &str) -> Option<Body<'t>> {
        if let Some(body) = self.inline.get(target) {
            return Some(*body);
        }
        named_template(self.registry, target)
    }

    fn field(&mut self, parameter: &Parameter, place: &Place, printed: bool) {
        if let Some(path) = self.resolve(parameter) {
            self.fields.push(Field {
                path,
                place: place.clone(),
                printed,
            });
        }
    }

    /// A path from the view's root, unless it starts at something that has none.
    fn resolve(&self, parameter: &Parameter) -> Option<FieldPath> {
        let raw = match parameter {
            Parameter::Name(name) => name,
            Parameter::Path(Path::Relative((_, raw))) => raw,
            _ => return None,
        };
        let (up, segments) = segments(raw);
        if raw.starts_with("@root") {
            return Some(steps(FieldPath::default(), &segments[1..]));
        }
        let depth = self.scopes.len().checked_sub(up + 1)?;
        let (first, rest) = match segments.split_first() {
            Some((first, rest)) => (*first, rest),
            None => return self.scopes[depth].this.clone(),
        };
        let mut names = self.scopes[..=depth]
            .iter()
            .rev()
            .flat_map(|scope| &scope.names);
        if let Some((_, path)) = names.find(|(name, _)| name == first && up == 0) {
            return path.clone().map(|path| steps(path, rest));
        }
        self.scopes[depth]
            .this
            .clone()
            .map(|this| steps(this, &segments))
    }
}

fn named_template<'t>(registry: &'t Handlebars<'static>, name: &str) -> Option<Body<'t>> {
    let template = registry.get_template(name)?;
    Some((template.name.as_deref().unwrap_or_default(), template))
}

fn named(parameter: &Parameter, path: Option<FieldPath>) -> Option<(String, Option<FieldPath>)> {
    parameter.as_name().map(|name| (name.to_owned(), path))
}

/// How often a path goes up, and its parts: `../a.b/[c d]`.
fn segments(raw: &str) -> (usize, Vec<&str>) {
    let mut up = 0;
    let mut rest = raw;
    while let Some(shorter) = rest.strip_prefix("../").or_else(|| rest.strip_prefix("..")) {
        up += 1;
        rest = shorter;
    }
    let parts = rest
        .split(['.', '/'])
        .filter(|part| !part.is_empty() && *part != "this");
    (
        up,
        parts.map(|part| part.trim_matches(['[', ']'])).collect(),
    )
}

fn steps(start: FieldPath, parts: &[&str]) -> FieldPath {
    parts.iter().fold(start, |path, part| {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            path.each()
        } else {
            path.field(part)
        }
    })
}

fn refuse<T>(place: &Place, message: impl Into<String>) -> Result<T, RenderError> {
    Err(RenderError::Refused {
        place: place.clone(),
        message: message.into(),
    })
}
