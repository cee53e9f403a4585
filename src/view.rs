//! The typed data that templates may see: flat, every field always there, nothing to compute.
//!
//! Both template engines take a misspelt name in a condition for false, so a view holds every
//! field also where it is empty, and a test compares what templates read with what views hold.
//! Views know no file names and no text of any language.

pub mod alerting;
pub mod ci;
pub mod cluster;
pub mod edge;
pub mod kubernetes;
pub mod log_sink;
pub mod objects;
pub mod runbook;
pub mod scripts;
pub mod stage;
