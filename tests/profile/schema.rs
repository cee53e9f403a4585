//! The committed schema is the one that the types give.

use dplab::profile::schema;

#[test]
fn the_committed_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/profile.schema.json");
    let committed = std::fs::read_to_string(path).expect("profiles/profile.schema.json");
    assert!(
        committed == schema::text(),
        "profiles/profile.schema.json is out of date: dplab schema > profiles/profile.schema.json"
    );
}
