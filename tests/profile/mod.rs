//! Tests of `src/profile`.

mod bounds;
mod compose;
mod mutate;
mod reference;
mod schema;
