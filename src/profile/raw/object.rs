//! An object that a profile carries as it is, each of its keys and values with its place.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use super::native::Any;
use crate::profile::at::At;
use crate::profile::keyed::Keyed;
use crate::profile::yaml::{Entry, Node, Value};

/// The name by which an object asks the tree's deserializer for a map's placed keys.
pub(in crate::profile) const MARKER: &str = "$dplab::RawObject";

/// An object of any kind, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct RawObject(pub Node);

impl<'de> Deserialize<'de> for RawObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        At::<Tree>::deserialize(deserializer).map(|tree| RawObject(node(tree)))
    }
}

impl JsonSchema for RawObject {
    fn inline_schema() -> bool {
        Any::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Any::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Any::json_schema(generator)
    }
}

/// A value whose own place is known to whoever asked for it.
struct Tree(Value);

fn node(tree: At<Tree>) -> Node {
    Node {
        span: tree.span,
        value: tree.value.0,
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_newtype_struct(MARKER, TreeVisitor)?;
        Ok(Tree(value))
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    /// A map, of which the keys are asked for with their places.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, map: D) -> Result<Value, D::Error> {
        let entries = Keyed::<At<Tree>>::deserialize(map)?;
        let entry = |(key, value): (At<String>, At<Tree>)| Entry {
            key: key.value,
            key_span: key.span,
            value: node(value),
        };
        Ok(Value::Map(entries.0.into_iter().map(entry).collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<At<Tree>>()? {
            items.push(node(item));
        }
        Ok(Value::Seq(items))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Int(number.into()))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }
}
