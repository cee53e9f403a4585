//! What was found out -> what people and machines read: text, JSON, CSV, Markdown, DOT, SVG.
//!
//! Pure: values in, text out. Nothing is printed here and no file is read. JSON documents carry a
//! `version`, which goes up when a reader of the old form would misread the new one.

pub mod answer;
pub mod compare;
pub mod connectivity;
mod dot;
pub mod drift;
pub mod expectations;
pub mod findings;
pub mod grade;
pub mod log_match;
pub mod logs;
pub mod mutation;
pub mod names;
pub mod place;
pub mod provenance;
pub mod reach;
mod svg;
pub mod table;

pub use answer::{Answer, Question};
pub use reach::{Filter, Shape, View};
pub use table::Table;

/// Version of the JSON documents of this room.
pub const VERSION: u32 = 1;
