//! Tests of `src/manifest`.
