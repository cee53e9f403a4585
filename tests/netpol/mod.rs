//! Tests of `src/netpol`.

mod cases;
mod help;
