//! Single values set from outside: `--set path=value` and `DPLAB_SET_…` variables.

use super::shape::{Shape, ShapeId, Shapes};
use super::yaml::{self, Entry, Limits, Node, Value};
use crate::diag::{Code, Diagnostic};
use crate::source::{SourceId, SourceMap, Span};
use crate::suggest::nearest;

/// A value to set.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// How the user wrote it, for findings: `--set cluster.name=demo`.
    pub written: String,
    /// Where the path stands in `written`.
    pub path: std::ops::Range<usize>,
    /// Where the value stands in `written`.
    pub value: std::ops::Range<usize>,
    /// The path's segments.
    pub segments: Vec<Segment>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A key of a map, or the name of a thing in a list.
    Key(String),
    /// The same from an environment variable: case and `_` don't count.
    Loose(String),
}

impl Assignment {
    /// Reads `path=value`, the value in YAML: `cluster.releaseChannel=rapid`,
    /// `nodePools.lab.spot=true`. Nothing where there is no `=` or no path.
    pub fn parse(text: &str) -> Option<Self> {
        let (path, _) = text.split_once('=')?;
        let segments = path
            .split('.')
            .map(|s| Segment::Key(s.to_owned()))
            .collect();
        Self::build(
            format!("--set {text}"),
            "--set ".len(),
            path.len(),
            segments,
        )
    }

    /// Reads an environment variable: `DPLAB_SET_CLUSTER__RELEASE_CHANNEL=rapid`, a double
    /// underscore between the steps. Nothing for other variables.
    pub fn from_variable(name: &str, value: &str) -> Option<Self> {
        let path = name.strip_prefix("DPLAB_SET_")?;
        let segments = path
            .split("__")
            .map(|s| Segment::Loose(s.to_owned()))
            .collect();
        Self::build(format!("{name}={value}"), 0, name.len(), segments)
    }

    fn build(written: String, start: usize, length: usize, segments: Vec<Segment>) -> Option<Self> {
        let path = start..start + length;
        let value = path.end + 1..written.len();
        let whole = segments.iter().all(|segment| !segment.text().is_empty());
        whole.then_some(Self {
            written,
            path,
            value,
            segments,
        })
    }
}

impl Segment {
    fn text(&self) -> &str {
        match self {
            Segment::Key(text) | Segment::Loose(text) => text,
        }
    }

    fn is(&self, name: &str) -> bool {
        match self {
            Segment::Key(text) => text == name,
            Segment::Loose(text) => loose(text) == loose(name),
        }
    }
}

fn loose(text: &str) -> String {
    text.chars()
        .filter(|c| *c != '_' && *c != '-')
        .flat_map(char::to_lowercase)
        .collect()
}

/// Sets a value in a tree. What can't be set is a finding in the words of the assignment.
pub(super) fn apply(
    root: &mut Node,
    assignment: &Assignment,
    sources: &mut SourceMap,
    found: &mut Vec<Diagnostic>,
) {
    let id = sources.add("command line", assignment.written.clone());
    match value(assignment, id, sources) {
        Err(finding) => found.push(*finding),
        Ok(value) => {
            let setter = Setter {
                shapes: Shapes::profile(),
                path_span: Span::new(id, assignment.path.clone()),
            };
            if let Err(finding) = setter.set(root, setter.shapes.root, &assignment.segments, value)
            {
                found.push(*finding);
            }
        }
    }
}

/// The value as YAML reads it, its places moved to where it stands in the assignment.
fn value(
    assignment: &Assignment,
    id: SourceId,
    sources: &SourceMap,
) -> Result<Node, Box<Diagnostic>> {
    let text = &assignment.written[assignment.value.clone()];
    let place = Span::new(id, assignment.value.clone());
    let mut own = SourceMap::new();
    let own_id = own.add("value", text);
    let documents = yaml::read(&own, own_id, Limits::PROFILE).map_err(|finding| {
        Box::new(Diagnostic::new(finding.code, finding.message).at(place, ""))
    })?;
    debug_assert!(sources.get(id).is_some());
    let mut node = documents.into_iter().next().unwrap_or(Node {
        span: place,
        value: Value::Null,
    });
    node.place_all(place);
    Ok(node)
}

/// The entries of a map, which the node becomes if it isn't one.
fn entries(node: &mut Node) -> &mut Vec<Entry> {
    if !matches!(node.value, Value::Map(_)) {
        node.value = Value::Map(Vec::new());
    }
    match &mut node.value {
        Value::Map(entries) => entries,
        _ => unreachable!("made a map above"),
    }
}

struct Setter<'a> {
    shapes: &'a Shapes,
    path_span: Span,
}

impl Setter<'_> {
    fn set(
        &self,
        node: &mut Node,
        shape: ShapeId,
        segments: &[Segment],
        value: Node,
    ) -> Result<(), Box<Diagnostic>> {
        let Some((segment, rest)) = segments.split_first() else {
            *node = value;
            return Ok(());
        };
        match self.shapes.get(shape) {
            Shape::List(item) => self.set_item(node, *item, segment, rest, value),
            Shape::Map(map) => {
                let known = map.keys.iter().find(|(key, _)| segment.is(key));
                let (key, below) = match (known, map.others) {
                    (Some((key, below)), _) => (key.clone(), *below),
                    (None, Some(below)) => (segment.text().to_owned(), below),
                    (None, None) => {
                        let keys = map.keys.iter().map(|(key, _)| key.as_str());
                        return Err(self.unknown(segment, "key", keys.collect()));
                    }
                };
                self.set(self.entry(entries(node), key), below, rest, value)
            }
            _ => {
                let key = segment.text().to_owned();
                self.set(self.entry(entries(node), key), shape, rest, value)
            }
        }
    }

    /// A thing of a list, by its name or its number from 0.
    fn set_item(
        &self,
        node: &mut Node,
        shape: ShapeId,
        segment: &Segment,
        rest: &[Segment],
        value: Node,
    ) -> Result<(), Box<Diagnostic>> {
        let names: Vec<String> = node
            .items()
            .iter()
            .map(|item| {
                item.get("name")
                    .and_then(Node::as_str)
                    .unwrap_or("")
                    .to_owned()
            })
            .collect();
        let at = names
            .iter()
            .position(|name| segment.is(name))
            .or_else(|| segment.text().parse().ok().filter(|at| *at < names.len()));
        match (&mut node.value, at) {
            (Value::Seq(items), Some(at)) => self.set(&mut items[at], shape, rest, value),
            _ => {
                let names = names.iter().map(String::as_str).filter(|n| !n.is_empty());
                Err(self.unknown(segment, "name", names.collect()))
            }
        }
    }

    /// The value under a key, made if it isn't there.
    fn entry<'n>(&self, entries: &'n mut Vec<Entry>, key: String) -> &'n mut Node {
        let at = entries.iter().position(|entry| entry.key == key);
        let at = at.unwrap_or_else(|| {
            entries.push(Entry {
                key,
                key_span: self.path_span,
                value: Node {
                    span: self.path_span,
                    value: Value::Null,
                },
            });
            entries.len() - 1
        });
        &mut entries[at].value
    }

    fn unknown(&self, segment: &Segment, what: &str, known: Vec<&str>) -> Box<Diagnostic> {
        let text = segment.text();
        let code = match what {
            "key" => Code::UnknownKey,
            _ => Code::UnknownName,
        };
        let mut finding = Diagnostic::new(code, format!("`{text}` is not a {what} here")).at(
            self.path_span,
            format!("expected {}", crate::diag::one_of(&known)),
        );
        if let Some(near) = nearest(text, known.iter().copied()) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        Box::new(finding)
    }
}
