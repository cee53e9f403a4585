//! Tests of `src/netpol`.

mod boutique;
mod cases;
mod gke;
mod help;
mod logs;
mod oracle;
mod properties;
mod random;
mod synth;
mod truth;
