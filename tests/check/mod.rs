//! Tests of `src/check`.

mod lints;
