//! Tests of `src/render`.
