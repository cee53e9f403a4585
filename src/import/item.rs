//! One item of a profile on its way: what it says, and the object that it must give back.

use serde_json::{Map, Value as Json};

/// An item, and the object that it stands for.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// What the profile says.
    pub(super) says: Map<String, Json>,
    /// The object as it was read.
    pub(super) origin: Json,
}

/// A map that takes in what says something.
#[derive(Debug, Clone, Default)]
pub(super) struct Says(pub(super) Map<String, Json>);

impl Says {
    /// Says something, unless there is nothing to say.
    pub(super) fn put(&mut self, key: &str, value: impl Into<Json>) {
        let value = value.into();
        let empty = match &value {
            Json::Null => true,
            Json::Array(items) => items.is_empty(),
            Json::Object(map) => map.is_empty(),
            _ => false,
        };
        if !empty {
            self.0.insert(key.to_owned(), value);
        }
    }

    /// Says what an object has under the same key.
    pub(super) fn take(&mut self, from: &Json, keys: &[&str]) {
        for key in keys {
            self.put(key, from[*key].clone());
        }
    }

    /// Says it even if it is empty, where it isn't what is meant without a word.
    pub(super) fn unless(&mut self, key: &str, value: Json, otherwise: &Json) {
        if value != *otherwise {
            self.0.insert(key.to_owned(), value);
        }
    }
}

/// A map, `{}` where there is none.
pub(super) fn map_of(value: &Json) -> Json {
    match value {
        Json::Null => Json::Object(Map::new()),
        value => value.clone(),
    }
}

/// Whether a value is a map of texts.
pub(super) fn texts(value: &Json) -> bool {
    let map = value.as_object();
    value.is_null() || map.is_some_and(|map| map.values().all(Json::is_string))
}

/// Whether a map has every entry of another.
pub(super) fn includes(map: &Json, part: &Json) -> bool {
    let mut part = part.as_object().into_iter().flatten();
    part.all(|(key, value)| map.get(key) == Some(value))
}
