//! The language's shapes, compiled from its JSON Schema for the walk over a tree.

use std::sync::LazyLock;

use serde_json::Value as Json;

use super::schema;

/// What a value may look like.
#[derive(Debug)]
pub(super) enum Shape {
    /// Any value; carried as written.
    Any,
    /// Text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number within bounds.
    Integer { min: i128, max: i128 },
    /// A whole number within bounds, or text.
    IntegerOrText { min: i128, max: i128 },
    /// Any number, or text: a quantity.
    NumberOrText,
    /// One of these words.
    Word(Vec<String>),
    /// A list of one shape, of so many items at least.
    List { item: ShapeId, min: usize },
    /// A map with these keys, or with any keys of one shape.
    Map(MapShape),
    /// Text, or such a map.
    TextOrMap(MapShape),
}

/// A map's keys.
#[derive(Debug, Default)]
pub(super) struct MapShape {
    /// Known keys in the order of the language, with their shapes.
    pub(super) keys: Vec<(String, ShapeId)>,
    /// Keys that must be there.
    pub(super) required: Vec<String>,
    /// The shape of values under any other key; none: no other key may stand here.
    pub(super) others: Option<ShapeId>,
}

/// Index of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShapeId(usize);

/// All shapes of the language.
pub(super) struct Shapes {
    shapes: Vec<Shape>,
    named: Vec<(String, ShapeId)>,
    /// The shape of a whole profile.
    pub(super) root: ShapeId,
}

static PROFILE: LazyLock<Shapes> = LazyLock::new(|| Shapes::compile(schema::language()));

impl Shapes {
    /// The shapes of a profile.
    pub(super) fn profile() -> &'static Shapes {
        &PROFILE
    }

    /// The shape behind an id.
    pub(super) fn get(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0]
    }

    fn compile(document: &Json) -> Shapes {
        let mut shapes = Shapes {
            shapes: Vec::new(),
            named: Vec::new(),
            root: ShapeId(0),
        };
        shapes.root = shapes.add(document, document);
        shapes
    }

    fn add(&mut self, schema: &Json, document: &Json) -> ShapeId {
        if let Some(alternatives) = schema["anyOf"].as_array()
            && let Some(first) = alternatives.iter().find(|s| s["type"] != "null")
        {
            return self.add(first, document);
        }
        if let Some(reference) = schema["$ref"].as_str() {
            return self.reference(reference, document);
        }
        let id = ShapeId(self.shapes.len());
        self.shapes.push(Shape::Any);
        self.fill(id, schema, document);
        id
    }

    /// A named shape is entered before it is compiled, so that it may contain itself.
    fn reference(&mut self, reference: &str, document: &Json) -> ShapeId {
        if let Some((_, id)) = self.named.iter().find(|(name, _)| name == reference) {
            return *id;
        }
        let id = ShapeId(self.shapes.len());
        self.shapes.push(Shape::Any);
        self.named.push((reference.to_owned(), id));
        let pointer = reference.trim_start_matches('#');
        let schema = document.pointer(pointer).unwrap_or(&Json::Null);
        self.fill(id, schema, document);
        id
    }

    fn fill(&mut self, id: ShapeId, schema: &Json, document: &Json) {
        let shape = self.shape(schema, document);
        self.shapes[id.0] = shape;
    }

    fn shape(&mut self, schema: &Json, document: &Json) -> Shape {
        if let Some(words) = words(schema) {
            return Shape::Word(words);
        }
        let (min, max) = bounds(schema);
        match types(schema).as_slice() {
            ["string"] => Shape::Text,
            ["boolean"] => Shape::Bool,
            ["integer"] => Shape::Integer { min, max },
            ["integer", "string"] => Shape::IntegerOrText { min, max },
            ["string", "number"] => Shape::NumberOrText,
            ["array"] => Shape::List {
                item: self.add(&schema["items"], document),
                min: usize::from(schema["minItems"].is_number()),
            },
            ["object"] => Shape::Map(self.map(schema, document)),
            ["object", "string"] => Shape::TextOrMap(self.map(schema, document)),
            _ => Shape::Any,
        }
    }

    fn map(&mut self, schema: &Json, document: &Json) -> MapShape {
        let keys = schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, schema)| (key.clone(), self.add(schema, document)))
            .collect();
        let required = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect();
        let others = match &schema["additionalProperties"] {
            Json::Bool(false) => None,
            others => Some(self.add(others, document)),
        };
        MapShape {
            keys,
            required,
            others,
        }
    }
}

fn words(schema: &Json) -> Option<Vec<String>> {
    if let Some(values) = schema["enum"].as_array() {
        return Some(texts(values.iter()));
    }
    let alternatives = schema["oneOf"].as_array()?;
    Some(texts(alternatives.iter().map(|one| &one["const"])))
}

fn texts<'a>(values: impl Iterator<Item = &'a Json>) -> Vec<String> {
    values
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

fn types(schema: &Json) -> Vec<&str> {
    match &schema["type"] {
        Json::String(one) => vec![one],
        Json::Array(many) => many
            .iter()
            .filter_map(Json::as_str)
            .filter(|name| *name != "null")
            .collect(),
        _ => Vec::new(),
    }
}

fn bounds(schema: &Json) -> (i128, i128) {
    let bound = |key: &str| schema[key].as_i64().map(i128::from);
    let (min, max) = match schema["format"].as_str() {
        Some("uint32") => (0, u32::MAX.into()),
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    };
    (
        bound("minimum").unwrap_or(min),
        bound("maximum").unwrap_or(max),
    )
}
