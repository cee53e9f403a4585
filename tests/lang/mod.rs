//! Tests of `src/lang`.
