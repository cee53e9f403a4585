//! One test binary; its modules mirror the rooms of `src`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on should say so and stop"
)]

mod check;
mod cli;
mod diag;
mod golden;
mod import;
mod lang;
mod layers;
mod manifest;
mod netpol;
mod plan;
mod profile;
mod readme;
mod render;
mod staged;
mod support;
mod templates;
mod tree;
