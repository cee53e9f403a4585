//! What a path means inside the blocks around it.

use handlebars::Path;
use handlebars::template::{BlockParam, HelperTemplate, Parameter};

use crate::render::FieldPath;

/// What `this` is, and the names that a block gives to values.
pub(super) struct Scope {
    pub(super) this: Option<FieldPath>,
    pub(super) names: Vec<(String, Option<FieldPath>)>,
}

impl Scope {
    pub(super) fn new(this: Option<FieldPath>) -> Self {
        Self {
            this,
            names: Vec::new(),
        }
    }
}

/// The scopes around a place, the innermost last.
pub(super) struct Scopes(pub(super) Vec<Scope>);

impl Scopes {
    /// What `each` and `with` make of `this`; `if` and `unless` leave it.
    pub(super) fn inner(&self, helper: &str, call: &HelperTemplate) -> Option<Scope> {
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

    /// A path from the view's root, unless it starts at something that has none.
    pub(super) fn resolve(&self, parameter: &Parameter) -> Option<FieldPath> {
        let raw = match parameter {
            Parameter::Name(name) => name,
            Parameter::Path(Path::Relative((_, raw))) => raw,
            _ => return None,
        };
        let (up, segments) = segments(raw);
        if raw.starts_with("@root") {
            return Some(steps(FieldPath::default(), &segments[1..]));
        }
        let depth = self.0.len().checked_sub(up + 1)?;
        let (first, rest) = match segments.split_first() {
            Some((first, rest)) => (*first, rest),
            None => return self.0[depth].this.clone(),
        };
        let mut names = self.0[..=depth].iter().rev().flat_map(|scope| &scope.names);
        if let Some((_, path)) = names.find(|(name, _)| name == first && up == 0) {
            return path.clone().map(|path| steps(path, rest));
        }
        self.0[depth]
            .this
            .clone()
            .map(|this| steps(this, &segments))
    }
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
