//! dplab: one profile in, one whole GKE Dataplane V2 network policy lab out, and the proof of what
//! it will show.
//!
//! # One straight line
//!
//! ```text
//! bytes -> SourceMap -> RawProfile (every leaf placed) -> Lab (valid by construction)
//!       -> Plan (paths and views) -> files (each read back by its own language) -> Tree on disk
//! Lab, or manifests found on disk -> World -> reach, verdicts, log entries, with reasons -> report
//! ```
//!
//! Effects are at the two ends: [`cli`] prints and reads profiles, [`tree`] reads and writes labs.
//! Everything between is pure.
//!
//! # Rooms
//!
//! Each depends only on rooms before it; a test reads the `use` lines and holds that.
//!
//! | room | holds |
//! |---|---|
//! | [`source`] | texts, byte ranges in them, lines and columns |
//! | [`suggest`] | the nearest of some known words |
//! | `parallel` | one function over many things, on all cores |
//! | [`diag`] | findings, the one list of their codes, and how they are written |
//! | [`model`] | what is true: newtypes that only `parse` makes |
//! | [`lang`] | shell, YAML, HCL, Markdown, HTML, JSON: quoting, and reading back |
//! | [`tree`] | a generated tree: comparing, writing as one step, owning |
//! | [`profile`] | what was written: YAML with places, layers, the language and its schema |
//! | [`netpol`] | who can reach whom, and what GKE logs of it |
//! | [`manifest`] | Kubernetes objects as others wrote them, and the world that they make |
//! | [`staged`] | the world of each stage of a lab |
//! | [`check`] | from what was written to what is true, all mistakes in one run |
//! | [`view`] | the typed data that templates may see |
//! | [`plan`] | which files a lab has, from which template |
//! | [`render`] | templates to files |
//! | [`report`] | answers as text, JSON, Markdown, pictures |
//! | [`cli`] | the command line |
//!
//! # Invariants
//!
//! - A [`model::Lab`] can't be wrong: names in it lead somewhere, ranges fit, features agree.
//! - Every finding has a code with an explanation, and a place where one is known.
//! - A value never becomes code: each interpolation is one whole literal of its language.
//! - Output is the same bytes on every machine and every run.
//! - A kill at any moment leaves the old tree or the new one; nobody else's file is ever lost.

pub mod check;
pub mod cli;
pub mod diag;
pub mod exit;
pub mod import;
pub mod lang;
pub mod manifest;
pub mod model;
pub mod netpol;
mod parallel;
pub mod plan;
pub mod profile;
pub mod render;
pub mod report;
pub mod source;
pub mod staged;
pub mod suggest;
pub mod tree;
pub mod view;

pub use cli::run;
