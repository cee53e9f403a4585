//! Which fields of its view a template reads, and whether they are there.
//!
//! Both engines take a misspelt field in a condition for false, in silence. So every path that a
//! template names is collected when it is loaded, and looked up in the view before it is rendered.

use std::fmt;

use serde_json::Value;

use super::Place;
use crate::suggest;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A field of a map.
    Field(String),
    /// Every item of a list, or every value of a map.
    Each,
}

/// A path from the view's root, such as `policies[].name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// The path one field further.
    pub(super) fn field(&self, name: &str) -> FieldPath {
        self.step(Step::Field(name.to_owned()))
    }

    /// The path of the items.
    pub(super) fn each(&self) -> FieldPath {
        self.step(Step::Each)
    }

    fn step(&self, step: Step) -> FieldPath {
        let mut steps = self.0.clone();
        steps.push(step);
        FieldPath(steps)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if at == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Each => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}

/// One place of a template that reads a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The path from the view's root.
    pub path: FieldPath,
    /// Where the template reads it.
    pub place: Place,
    /// Whether it is printed as it is, so that it must be a scalar.
    pub printed: bool,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldProblem {
    /// The view has no such field.
    Missing {
        /// The path up to the first step that isn't there.
        path: String,
        /// A field beside it with a similar name.
        nearest: Option<String>,
    },
    /// A list or a map is printed as if it were a scalar.
    NotScalar {
        /// The path.
        path: String,
        /// `list` or `map`.
        kind: &'static str,
    },
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldProblem::Missing { path, nearest } => {
                write!(f, "the view has no field `{path}`")?;
                match nearest {
                    Some(nearest) => write!(f, ", did you mean `{nearest}`?"),
                    None => Ok(()),
                }
            }
            FieldProblem::NotScalar { path, kind } => {
                write!(f, "`{path}` is a {kind}, which can't be printed as it is")
            }
        }
    }
}

impl Field {
    /// Looks the field up in a view. What is `null` has no parts to look up.
    pub fn problem(&self, view: &Value) -> Option<FieldProblem> {
        self.look(view, 0)
    }

    fn look(&self, value: &Value, at: usize) -> Option<FieldProblem> {
        let Some(step) = self.path.0.get(at) else {
            return self.scalar(value);
        };
        match (value, step) {
            (Value::Null, _) => None,
            (Value::Array(items), Step::Each) => {
                items.iter().find_map(|item| self.look(item, at + 1))
            }
            (Value::Object(map), Step::Each) => {
                map.values().find_map(|item| self.look(item, at + 1))
            }
            (Value::Object(map), Step::Field(name)) => match map.get(name) {
                Some(value) => self.look(value, at + 1),
                None => Some(self.missing(at, map.keys().map(String::as_str))),
            },
            (_, Step::Field(_) | Step::Each) => Some(self.missing(at, std::iter::empty())),
        }
    }

    fn scalar(&self, value: &Value) -> Option<FieldProblem> {
        let kind = match value {
            Value::Array(_) => "list",
            Value::Object(_) => "map",
            _ => return None,
        };
        self.printed.then(|| FieldProblem::NotScalar {
            path: self.path.to_string(),
            kind,
        })
    }

    fn missing<'a>(&self, at: usize, beside: impl Iterator<Item = &'a str>) -> FieldProblem {
        let nearest = match self.path.0.get(at) {
            Some(Step::Field(name)) => suggest::nearest(name, beside),
            _ => None,
        };
        FieldProblem::Missing {
            path: FieldPath(self.path.0[..=at].to_vec()).to_string(),
            nearest: nearest.map(str::to_owned),
        }
    }
}
