//! A value that is read for what must be understood of it, and carried on as it was written.

use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};

/// The name by which [`Whole`] asks the tree's deserializer for a node twice.
pub(super) const MARKER: &str = "$dplab::Whole";

/// A native object: read with the places of its leaves, and whole, in the order written.
#[derive(Debug, Clone)]
pub struct Whole<T> {
    /// What was read of it.
    pub read: T,
    /// All of it.
    pub json: serde_json::Value,
}

impl<T> Deref for Whole<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.read
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(MARKER, WholeVisitor(PhantomData))
    }
}

struct WholeVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for WholeVisitor<T> {
    type Value = Whole<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value, twice")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Whole<T>, A::Error> {
        let once = || A::Error::custom("a value can only be read twice from a profile's own tree");
        Ok(Whole {
            read: access.next_element()?.ok_or_else(once)?,
            json: access.next_element()?.ok_or_else(once)?,
        })
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Whole<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}
