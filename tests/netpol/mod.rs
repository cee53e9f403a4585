//! Tests of `src/netpol`.

mod boutique;
pub(crate) mod cases;
mod gke;
mod help;
mod lints;
mod logs;
mod oracle;
mod properties;
mod random;
mod synth;
mod truth;
