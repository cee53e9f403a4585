//! Profiles as written: YAML with places, layers, and the raw types that make the language.

pub mod at;
pub mod decode;
pub mod keyed;
pub mod raw;
pub mod schema;
mod shape;
pub mod structure;
pub mod yaml;

pub use at::At;
