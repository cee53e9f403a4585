//! Tests of `src/netpol`.

mod boutique;
pub(crate) mod cases;
mod edge;
mod gke;
pub(crate) mod help;
mod logs;
mod oracle;
mod properties;
mod random;
mod synth;
mod truth;
