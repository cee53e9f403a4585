//! The generated tree.

pub mod path;
