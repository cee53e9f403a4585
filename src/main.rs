//! tmp
fn main() { print!("{}", dplab::profile::schema::text()) }
