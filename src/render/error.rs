//! Why nothing was rendered, and where in which template.

use std::fmt;

use super::FieldProblem;
use crate::lang::RereadError;
use crate::source::LineColumn;

/// The cause of an error, whatever library it comes from.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A place in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The template's name; a built-in that is overridden has [`super::BUILT_IN_PREFIX`] before it.
    pub template: String,
    /// Line and column, where known.
    pub at: Option<LineColumn>,
}

impl Place {
    pub(super) fn new(template: &str, line: usize, column: usize) -> Place {
        Place {
            template: template.to_owned(),
            at: Some(LineColumn { line, column }),
        }
    }

    pub(super) fn whole(template: &str) -> Place {
        Place {
            template: template.to_owned(),
            at: None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{}:{at}", self.template),
            None => f.write_str(&self.template),
        }
    }
}

/// Why nothing was rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A name that tells no language, or the wrong engine for it.
    #[error(
        "`{name}` is no template's name: YAML, HCL and JSON end in `.tera` (`x.yaml.tera`), \
         shell, Markdown and HTML in `.hbs` (`x.sh.hbs`)"
    )]
    NotATemplate {
        /// The name.
        name: String,
    },
    /// A name that no template has.
    #[error("there is no template `{name}`{}", did_you_mean(nearest.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The nearest that is one.
        nearest: Option<String>,
    },
    /// A template that the engine can't read.
    #[error("{place}: {message}")]
    Syntax {
        /// Where.
        place: Place,
        /// In the engine's words.
        message: String,
        /// The engine's error.
        #[source]
        source: Cause,
    },
    /// A template that does what templates must not.
    #[error("{place}: {message}")]
    Refused {
        /// Where.
        place: Place,
        /// What, and what to do instead.
        message: String,
    },
    /// A field that the view doesn't have, or not so.
    #[error("{place}: {problem}")]
    Field {
        /// Where the template reads it.
        place: Place,
        /// What is wrong with it.
        problem: FieldProblem,
    },
    /// The engine failed while rendering.
    #[error("{place}: {message}")]
    Failed {
        /// Where.
        place: Place,
        /// In the engine's words.
        message: String,
        /// The engine's error.
        #[source]
        source: Cause,
    },
    /// A value that the language can't hold.
    #[error("{template}: {message}")]
    Value {
        /// The template.
        template: String,
        /// The value, and why not.
        message: String,
    },
    /// A view that can't be turned into data.
    #[error("{template}: its view can't be read: {source}")]
    View {
        /// The template.
        template: String,
        /// Why not.
        source: serde_json::Error,
    },
    /// The result is not what it should be: the last door.
    #[error("{template} renders a broken file: {source}{}", quoted(line, source))]
    Reread {
        /// The template.
        template: String,
        /// The line of the result at which the reader stumbles; may be empty.
        line: String,
        /// What the language's own parser says of the result.
        source: RereadError,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(", did you mean `{name}`?"))
}

fn quoted(line: &str, error: &RereadError) -> String {
    if line.is_empty() || error.message.contains(line) {
        return String::new();
    }
    format!(", in `{line}`")
}

/// What an engine's "not defined" means once the view is known to have the field.
pub(super) fn absent(name: &str) -> String {
    format!("`{name}` is null here, so it can't be printed: ask for it in a condition first")
}
