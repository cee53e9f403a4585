//! Tests of `src/tree`.
