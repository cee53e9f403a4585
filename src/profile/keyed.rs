//! A map whose keys know their places.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use super::at::At;

/// The name by which [`Keyed`] asks the tree's deserializer for placed keys.
pub(super) const MARKER: &str = "$dplab::Keyed";

/// Entries in the order written, each key with its place.
#[derive(Debug, Clone)]
pub struct Keyed<V>(pub Vec<(At<String>, V)>);

impl<V> Default for Keyed<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Keyed<V> {
    /// The entries in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &(At<String>, V)> {
        self.0.iter()
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Keyed<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(MARKER, KeyedVisitor(PhantomData))
    }
}

struct KeyedVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for KeyedVisitor<V> {
    type Value = Keyed<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Keyed<V>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_element::<(At<String>, V)>()? {
            entries.push(entry);
        }
        Ok(Keyed(entries))
    }
}

impl<V: schemars::JsonSchema> schemars::JsonSchema for Keyed<V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("MapOf{}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<V>(),
        })
    }
}
