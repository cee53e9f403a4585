//! A whole plan -> the tree of a lab.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::{Context, RenderError, Renderer, context};
use crate::parallel;
use crate::plan::{Planned, View};
use crate::tree::{Content, File, InsertError, Tree};

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
    let mut texts = Texts::default();
    let numbers: Result<Vec<usize>, _> = plan.iter().map(|file| texts.number(file)).collect();
    let made = parallel::map(&texts.all, |text| {
        renderer.render_in(text.template, &text.context)
    });
    let made: Vec<Content> = made.into_iter().collect::<Result<_, _>>()?;
    let mut tree = Tree::new();
    for (planned, number) in plan.iter().zip(numbers?) {
        let file = File {
            content: made[number].clone(),
            executable: planned.executable(),
            from: format!("{} <- {}", planned.template, planned.key),
        };
        tree.insert(planned.path.clone(), file)?;
    }
    Ok(tree)
}

/// A text to be made.
struct Text {
    template: &'static str,
    context: Arc<Context>,
}

/// The texts of a plan: what several files with the same template and view hold is made once.
#[derive(Default)]
struct Texts {
    all: Vec<Text>,
    contexts: HashMap<*const View, Arc<Context>>,
    numbers: HashMap<(*const View, &'static str), usize>,
}

impl Texts {
    /// The number of a file's text.
    fn number(&mut self, planned: &Planned) -> Result<usize, RenderError> {
        let (template, view) = (planned.template, Arc::as_ptr(&planned.view));
        if let Some(number) = self.numbers.get(&(view, template)) {
            return Ok(*number);
        }
        let context = match self.contexts.entry(view) {
            Entry::Occupied(made) => Arc::clone(made.get()),
            Entry::Vacant(new) => {
                let context = context(template, planned.view.as_ref())?;
                Arc::clone(new.insert(Arc::new(context)))
            }
        };
        self.all.push(Text { template, context });
        self.numbers.insert((view, template), self.all.len() - 1);
        Ok(self.all.len() - 1)
    }
}
