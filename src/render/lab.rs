//! A whole plan -> the tree of a lab.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::{RenderError, Renderer, context};
use crate::plan::Planned;
use crate::tree::{File, InsertError, Tree};

/// Why a lab has no tree.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A template failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Two files can't stand side by side.
    #[error(transparent)]
    Insert(#[from] InsertError),
}

/// Renders every file of a plan.
///
/// # Errors
/// The first file that can't be rendered, or can't stand beside another.
pub fn tree(renderer: &Renderer, plan: &[Planned]) -> Result<Tree, LabError> {
    let mut tree = Tree::new();
    let mut contexts = HashMap::new();
    for planned in plan {
        let context = match contexts.entry(Arc::as_ptr(&planned.view)) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(new) => new.insert(context(planned.template, planned.view.as_ref())?),
        };
        let text = renderer.render_in(planned.template, context)?;
        let file = File {
            bytes: text.into_bytes(),
            executable: planned.executable(),
            from: format!("{} <- {}", planned.template, planned.key),
        };
        tree.insert(planned.path.clone(), file)?;
    }
    Ok(tree)
}
