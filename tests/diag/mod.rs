//! Tests of `src/diag`.

mod explain;
