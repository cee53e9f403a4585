//! Tests of `src/profile`.

mod schema;
