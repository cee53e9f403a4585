//! Tests of `src/netpol`.
