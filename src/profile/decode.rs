//! The tree -> typed values, by serde; [`super::at::At`] leaves get their places.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::at;
use super::keyed;
use super::raw::object;
use super::whole;
use super::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// A node that does not fit the type asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// What doesn't fit, in serde's words.
    pub message: String,
    /// The innermost place known.
    pub span: Option<Span>,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

impl From<DecodeError> for Diagnostic {
    fn from(error: DecodeError) -> Self {
        let finding = Diagnostic::new(Code::WrongType, error.message);
        match error.span {
            Some(span) => finding.at(span, ""),
            None => finding,
        }
    }
}

impl serde::de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            message: message.to_string(),
            span: None,
        }
    }
}

/// Reads a typed value from a tree.
///
/// # Errors
/// The first node that does not fit, with its place.
pub fn decode<T: DeserializeOwned>(node: &Node) -> Result<T, DecodeError> {
    T::deserialize(NodeDeserializer { node })
}

#[derive(Clone, Copy)]
struct NodeDeserializer<'a> {
    node: &'a Node,
}

impl NodeDeserializer<'_> {
    fn placed(self, error: DecodeError) -> DecodeError {
        DecodeError {
            span: error.span.or(Some(self.node.span)),
            ..error
        }
    }
}

impl<'de> IntoDeserializer<'de, DecodeError> for NodeDeserializer<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(*b),
            Value::Int(n) => visit_int(*n, visitor),
            Value::Float(n) => visitor.visit_f64(*n),
            Value::String(s) => visitor.visit_str(s),
            Value::Seq(items) => visitor.visit_seq(SeqDeserializer::new(
                items.iter().map(|node| NodeDeserializer { node }),
            )),
            Value::Map(entries) => visitor.visit_map(MapDeserializer::new(
                entries
                    .iter()
                    .map(|e| (e.key.as_str(), NodeDeserializer { node: &e.value })),
            )),
        }
        .map_err(|error| self.placed(error))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match (name, &self.node.value) {
            (keyed::MARKER, _) => {}
            (whole::MARKER, _) => {
                return visitor.visit_seq(SeqDeserializer::new([self, self].into_iter()));
            }
            (object::MARKER, value) if !matches!(value, Value::Map(_)) => {
                return self.deserialize_any(visitor);
            }
            _ => return visitor.visit_newtype_struct(self),
        }
        let Value::Map(entries) = &self.node.value else {
            let error = format!("expected a map, found {}", self.node.value.kind());
            return Err(self.placed(DecodeError::custom(error)));
        };
        visitor
            .visit_seq(SeqDeserializer::new(entries.iter().map(Pair)))
            .map_err(|error| self.placed(error))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == at::MARKER {
            return visitor.visit_map(Placed {
                node: self.node,
                step: 0,
            });
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let result = match &self.node.value {
            Value::String(s) => visitor.visit_enum(s.as_str().into_deserializer()),
            other => Err(DecodeError::custom(format!(
                "expected a word, found {}",
                other.kind()
            ))),
        };
        result.map_err(|error| self.placed(error))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string
        bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

fn visit_int<'de, V: Visitor<'de>>(n: i128, visitor: V) -> Result<V::Value, DecodeError> {
    if let Ok(n) = i64::try_from(n) {
        visitor.visit_i64(n)
    } else if let Ok(n) = u64::try_from(n) {
        visitor.visit_u64(n)
    } else {
        visitor.visit_i128(n)
    }
}

/// The two entries that `At` asks for.
struct Placed<'a> {
    node: &'a Node,
    step: u8,
}

impl<'de> MapAccess<'de> for Placed<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        let key = match self.step {
            0 => "span",
            1 => "value",
            _ => return Ok(None),
        };
        let key: StrDeserializer<'_, DecodeError> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, DecodeError> {
        self.step += 1;
        if self.step == 1 {
            let parts = self.node.span.to_parts();
            return seed.deserialize(SeqDeserializer::new(parts.into_iter()));
        }
        seed.deserialize(NodeDeserializer { node: self.node })
    }
}

/// An entry of a map, as the pair that `Keyed` asks for.
struct Pair<'a>(&'a Entry);

impl<'de> IntoDeserializer<'de, DecodeError> for Pair<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Pair<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let key = Node {
            span: self.0.key_span,
            value: Value::String(self.0.key.clone()),
        };
        let pair = [&key, &self.0.value];
        visitor.visit_seq(SeqDeserializer::new(
            pair.into_iter().map(|node| NodeDeserializer { node }),
        ))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string option
        bytes byte_buf unit unit_struct newtype_struct seq tuple tuple_struct map
        struct enum identifier ignored_any
    }
}
