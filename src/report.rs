//! Values -> what people and machines read.

pub mod drift;
pub mod provenance;
