//! Tests of `src/netpol`.

mod cases;
mod help;
mod oracle;
mod properties;
mod random;
