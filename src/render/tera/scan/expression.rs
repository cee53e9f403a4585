//! The fields that an expression reads.

use super::rules::{PathStep, Role, filter, path, role};
use super::token::{Kind, Token};
use super::{Scan, refused};
use crate::render::fields::FieldPath;
use crate::render::{Field, Place, RenderError};

/// Filters behind which the items are still the items.
const SAME_ITEMS: [&str; 4] = ["reverse", "sort", "unique", "values"];

impl<'a> Scan<'_, 'a> {
    /// Checks an expression and notes the fields that it reads. `scalar` says that it is one path,
    /// printed as it is; `finish` says that finished text may be written here.
    pub(super) fn expression(
        &mut self,
        name: &str,
        tokens: &[Token<'a>],
        scalar: bool,
        finish: bool,
    ) -> Result<(), RenderError> {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            at += match token.kind {
                Kind::Mark | Kind::Literal => 1,
                Kind::Word if before.is_some_and(|t| t.is("|")) => {
                    filter(name, tokens, at, finish)?;
                    1
                }
                Kind::Word => match role(tokens, at) {
                    Role::Skip => 1,
                    Role::Refused(why) => return Err(refused(name, Some(token), why)),
                    Role::Field => self.field(name, &tokens[at..], scalar),
                },
            };
        }
        Ok(())
    }

    /// Notes one path and gives its length in tokens.
    pub(super) fn field(&mut self, name: &str, tokens: &[Token<'a>], printed: bool) -> usize {
        let Some((steps, length)) = path(tokens) else {
            return 1;
        };
        if let (Some(path), Some(first)) = (self.resolve(&steps), tokens.first()) {
            self.fields.push(Field {
                path,
                place: Place::new(name, first.at.line, first.at.column),
                printed,
            });
        }
        length
    }

    /// A path from the view's root, unless it starts at a name that has none.
    pub(super) fn resolve(&self, steps: &[PathStep<'a>]) -> Option<FieldPath> {
        let (PathStep::Name(root), rest) = steps.split_first()? else {
            return None;
        };
        let bound = self
            .scopes
            .iter()
            .rev()
            .flat_map(|scope| scope.iter().rev());
        let start = match bound.into_iter().find(|(name, _)| name == root) {
            Some((_, path)) => path.clone()?,
            None => FieldPath::default().field(root),
        };
        Some(rest.iter().fold(start, |path, step| match step {
            PathStep::Name(name) => path.field(name),
            PathStep::Each => path.each(),
        }))
    }

    /// The path of the items that a loop runs over, where it runs over a field.
    pub(super) fn items(&self, over: &[Token<'a>]) -> Option<FieldPath> {
        let (steps, length) = path(over)?;
        let same = over[length..]
            .iter()
            .all(|token| token.is("|") || SAME_ITEMS.contains(&token.text));
        same.then(|| self.resolve(&steps))?.map(|path| path.each())
    }
}
