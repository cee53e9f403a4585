//! Texts that many profiles stand on, bases and applications, read as YAML once.

use std::cell::RefCell;
use std::collections::HashMap;

use super::yaml::{self, Limits, Node};
use crate::diag::Diagnostic;
use crate::source::{SourceId, SourceMap};

/// What was read before, by its text.
#[derive(Debug, Default)]
pub struct Shelf {
    trees: RefCell<HashMap<String, Node>>,
}

impl Shelf {
    /// [`yaml::read`] for a source with one document, whose tree is made anew only where its text
    /// is. A text that can't be read is read each time.
    pub(super) fn read(
        &self,
        sources: &SourceMap,
        id: SourceId,
    ) -> Result<Option<Node>, Box<Diagnostic>> {
        let text = sources.get(id).map_or("", |source| source.text());
        if let Some(tree) = self.trees.borrow().get(text) {
            let mut tree = tree.clone();
            tree.move_to(id);
            return Ok(Some(tree));
        }
        let tree = yaml::read(sources, id, Limits::PROFILE)?.into_iter().next();
        if let Some(tree) = &tree {
            self.trees
                .borrow_mut()
                .insert(text.to_owned(), tree.clone());
        }
        Ok(tree)
    }
}
