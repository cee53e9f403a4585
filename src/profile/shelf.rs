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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_from_the_shelf_stands_where_it_was_asked_for() {
        let (mut sources, shelf) = (SourceMap::new(), Shelf::default());
        let ids = ["a.yaml", "b.yaml"].map(|name| sources.add(name, "x:\n- y: 1\n"));
        for id in ids {
            let tree = shelf.read(&sources, id).expect("YAML").expect("a tree");
            let fresh = yaml::read(&sources, id, Limits::PROFILE).expect("YAML");
            assert_eq!([tree], fresh[..]);
        }
    }

    #[test]
    fn what_cannot_be_read_is_found_each_time_at_its_own_place() {
        let (mut sources, shelf) = (SourceMap::new(), Shelf::default());
        for name in ["a.yaml", "b.yaml"] {
            let id = sources.add(name, "x: [");
            let finding = shelf.read(&sources, id).expect_err("no YAML");
            assert_eq!(finding.primary.map(|label| label.span.source), Some(id));
        }
    }
}
