//! Single values set from outside: `--set path=value` and `DPLAB_SET_…` variables.

use super::shape::{Shape, ShapeId, Shapes};
use super::yaml::{self, Entry, Limits, Node, Value};
use crate::diag::{Code, Diagnostic};
use crate::lang::yaml::quote;
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
    /// A thing of a list by its number from 0.
    Index(usize),
}

/// The name under which assignments stand among the sources.
pub const SOURCE: &str = "command line";

/// The most steps of a path: no value lies deeper.
const MAX_STEPS: usize = 64;

impl Assignment {
    /// Reads `path=value`, the value in YAML: `cluster.releaseChannel=rapid`,
    /// `cluster.nodePools.lab.spot=true`, `stages[0].title=Open`, `cluster.labels."a.b"=c`.
    /// Nothing where there is no `=` or no path.
    pub fn parse(text: &str) -> Option<Self> {
        let (segments, rest) = steps(text)?;
        rest.strip_prefix('=')?;
        let length = text.len() - rest.len();
        Some(Self::build(
            format!("--set {text}"),
            "--set ".len(),
            length,
            segments,
        ))
    }

    /// Reads an environment variable: `DPLAB_SET_CLUSTER__RELEASE_CHANNEL=rapid`, a double
    /// underscore between the steps. Nothing for other variables; a path that can't be read has no
    /// steps and is a finding when it is applied.
    pub fn from_variable(name: &str, value: &str) -> Option<Self> {
        let path = name.strip_prefix("DPLAB_SET_")?;
        let steps: Vec<&str> = path.split("__").collect();
        let whole = steps.len() <= MAX_STEPS && steps.iter().all(|step| !step.is_empty());
        let segments = match whole {
            true => steps
                .iter()
                .map(|s| Segment::Loose((*s).to_owned()))
                .collect(),
            false => Vec::new(),
        };
        let written = format!("{name}={value}");
        Some(Self::build(written, 0, name.len(), segments))
    }

    fn build(written: String, start: usize, length: usize, segments: Vec<Segment>) -> Self {
        let path = start..start + length;
        let value = path.end + 1..written.len();
        Self {
            written,
            path,
            value,
            segments,
        }
    }
}

/// The steps of a path, and the text behind them.
fn steps(text: &str) -> Option<(Vec<Segment>, &str)> {
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        let (step, behind) = step(rest)?;
        steps.push(step);
        rest = behind;
        rest = match rest.strip_prefix('.') {
            Some(behind) => behind,
            None if rest.starts_with('[') => rest,
            None => break,
        };
        if steps.len() == MAX_STEPS {
            return None;
        }
    }
    Some((steps, rest))
}

/// `key`, `"a key with dots"` or `[0]`, and the text behind it.
fn step(text: &str) -> Option<(Segment, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (key, rest) = quoted.split_once('"')?;
        return Some((Segment::Key(key.to_owned()), rest));
    }
    if let Some(number) = text.strip_prefix('[') {
        let (number, rest) = number.split_once(']')?;
        return Some((Segment::Index(number.parse().ok()?), rest));
    }
    let end = text.find(['.', '=', '[', '"']).unwrap_or(text.len());
    let (key, rest) = text.split_at(end);
    (!key.is_empty()).then(|| (Segment::Key(key.to_owned()), rest))
}

impl Segment {
    /// The step as a key or a name; a number is none.
    fn text(&self) -> &str {
        match self {
            Segment::Key(text) | Segment::Loose(text) => text,
            Segment::Index(_) => "",
        }
    }

    /// Where in a list of so many things the step leads, if it is a number.
    fn index(&self, length: usize) -> Option<usize> {
        let index = match self {
            Segment::Index(index) => *index,
            Segment::Key(text) | Segment::Loose(text) => text.parse().ok()?,
        };
        (index < length).then_some(index)
    }

    fn is(&self, name: &str) -> bool {
        match self {
            Segment::Key(text) => text == name,
            Segment::Loose(text) => loose(text) == loose(name),
            Segment::Index(_) => false,
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
    let id = sources.add(SOURCE, assignment.written.clone());
    if assignment.segments.is_empty() {
        found.push(not_a_path(Span::new(id, assignment.path.clone())));
        return;
    }
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

/// A text with some of its values replaced where they stand, everything around them kept. A value
/// that isn't there stays away.
pub fn in_text(text: &str, changes: &[(&[&str], &str)]) -> String {
    let mut sources = SourceMap::new();
    let id = sources.add("text", text);
    let documents = yaml::read(&sources, id, Limits::PROFILE).unwrap_or_default();
    let place = |path: &[&str]| {
        let root = documents.first()?;
        let node = path.iter().try_fold(root, |node, key| node.get(key))?;
        Some(node.span.range())
    };
    let placed = changes
        .iter()
        .filter_map(|(path, value)| Some((place(path)?, *value)));
    let mut placed: Vec<(std::ops::Range<usize>, &str)> = placed.collect();
    placed.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = text.to_owned();
    for (range, value) in placed {
        text.replace_range(range, &quote(value));
    }
    text
}

fn not_a_path(span: Span) -> Diagnostic {
    let message = "this variable doesn't say what to set";
    Diagnostic::new(Code::BadValue, message).at(
        span,
        "expected such as `DPLAB_SET_CLUSTER__PROJECT`, `__` between the steps",
    )
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
            Shape::List { item, .. } => self.set_item(node, *item, segment, rest, value),
            Shape::Map(map) => {
                let known = map.keys.iter().find(|(key, _)| segment.is(key));
                let (key, below) = match (known, map.others) {
                    (Some((key, below)), _) => (key.clone(), *below),
                    (None, Some(below)) => (segment.text().to_owned(), below),
                    (None, None) => {
                        let keys: Vec<&str> =
                            map.keys.iter().map(|(key, _)| key.as_str()).collect();
                        return Err(self.unknown(segment, &keys));
                    }
                };
                self.set_below(node, key, (below, rest), value)
            }
            _ => {
                let key = segment.text().to_owned();
                self.set_below(node, key, (shape, rest), value)
            }
        }
    }

    /// Below a key of a map, which the node becomes if it isn't one.
    fn set_below(
        &self,
        node: &mut Node,
        key: String,
        (shape, rest): (ShapeId, &[Segment]),
        value: Node,
    ) -> Result<(), Box<Diagnostic>> {
        let mut entries = match std::mem::replace(&mut node.value, Value::Null) {
            Value::Map(entries) => entries,
            _ => Vec::new(),
        };
        let set = self.set(self.entry(&mut entries, key), shape, rest, value);
        node.value = Value::Map(entries);
        set
    }

    /// A thing of a list, by its name or its number from 0. Nothing behind the `=` takes it away.
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
            .or_else(|| segment.index(names.len()));
        match (&mut node.value, at) {
            (Value::Seq(items), Some(at)) if rest.is_empty() && value.value == Value::Null => {
                items.remove(at);
                Ok(())
            }
            (Value::Seq(items), Some(at)) => self.set(&mut items[at], shape, rest, value),
            _ => {
                let known = names.iter().map(String::as_str).filter(|n| !n.is_empty());
                Err(self.unknown_item(segment, names.len(), known.collect()))
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

    fn unknown(&self, segment: &Segment, known: &[&str]) -> Box<Diagnostic> {
        let key = segment.text();
        let message = match segment {
            Segment::Index(index) => format!("there are keys here, and no item {index}"),
            _ => format!("`{key}` is not a key here"),
        };
        let finding = Diagnostic::new(Code::UnknownKey, message);
        Box::new(self.expected(finding, key, known))
    }

    fn unknown_item(&self, segment: &Segment, length: usize, known: Vec<&str>) -> Box<Diagnostic> {
        let message = match segment {
            Segment::Index(index) => format!("there is no item {index} here, there are {length}"),
            _ => format!("nothing here has the name `{}`", segment.text()),
        };
        let finding = Diagnostic::new(Code::UnknownName, message);
        Box::new(self.expected(finding, segment.text(), &known))
    }

    fn expected(&self, finding: Diagnostic, text: &str, known: &[&str]) -> Diagnostic {
        let right = match known {
            [] => "the list is empty".to_owned(),
            known => format!("expected {}", crate::diag::one_of(known)),
        };
        let finding = finding.at(self.path_span, right);
        match nearest(text, known.iter().copied()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding,
        }
    }
}
