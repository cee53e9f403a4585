//! dplab: one profile in, one whole GKE Dataplane V2 network policy lab out.

pub mod check;
pub mod cli;
pub mod diag;
pub mod exit;
pub mod lang;
pub mod manifest;
pub mod model;
pub mod netpol;
pub mod plan;
pub mod profile;
pub mod render;
pub mod report;
pub mod source;
pub mod suggest;
pub mod tree;
pub mod view;

pub use cli::run;
