//! Layers: a profile's bases, the application it uses, and what is set from outside.
//!
//! Files are read through [`Files`], so that this room touches no file system. Places survive: a
//! finding points into the file where the value was written.

use std::io::{Error, ErrorKind};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::catalogue;
use super::merge::merge;
use super::set::{self, Assignment};
use super::shelf::Shelf;
use super::yaml::{self, Entry, Limits, Node, Value};
use crate::diag::{Code, Diagnostic};
use crate::source::{SourceId, SourceMap, Span};
use crate::suggest::nearest;

/// Where profiles are read from.
pub trait Files {
    /// The text of a file.
    ///
    /// # Errors
    /// What the file system says.
    fn read(&self, path: &Utf8Path) -> Result<String, Error>;

    /// Where texts that several profiles stand on are kept, if they are to be read once only.
    fn shelf(&self) -> Option<&Shelf> {
        None
    }
}

/// What is laid on top of a profile from outside, in this order.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Files of values.
    pub values: Vec<Utf8PathBuf>,
    /// Single values, from the environment and then from the command line.
    pub assignments: Vec<Assignment>,
}

/// The most bases that one profile may stand on, all levels together.
const MAX_LAYERS: usize = 64;

/// The whole tree of a profile: its bases below, its application filled in, the overrides on top.
///
/// Nothing if the profile itself can't be read as YAML.
pub fn resolve(
    sources: &mut SourceMap,
    files: &dyn Files,
    profile: SourceId,
    overrides: &Overrides,
) -> (Option<Node>, Vec<Diagnostic>) {
    let mut stack = Stack {
        sources,
        files,
        open: Vec::new(),
        layers: 0,
        found: Vec::new(),
    };
    let Some(node) = stack.tree(profile, None) else {
        return (None, stack.found);
    };
    let mut node = stack.layered(profile, node);
    for path in &overrides.values {
        if let Some(over) = stack.values(path) {
            node = merge(node, over, &mut stack.found);
        }
    }
    for assignment in &overrides.assignments {
        set::apply(&mut node, assignment, stack.sources, &mut stack.found);
    }
    stack.no_late_bases(&mut node);
    let node = stack.application(node);
    (Some(node), stack.found)
}

struct Stack<'a> {
    sources: &'a mut SourceMap,
    files: &'a dyn Files,
    /// The files being read, the outermost first.
    open: Vec<Utf8PathBuf>,
    layers: usize,
    found: Vec<Diagnostic>,
}

impl Stack<'_> {
    /// A profile's tree with its bases below.
    fn layered(&mut self, id: SourceId, mut node: Node) -> Node {
        let path = normal(Utf8Path::new(self.name(id)));
        let bases = take(&mut node, "extends");
        while let Some(again) = take(&mut node, "extends") {
            let message = "the key `extends` stands here twice";
            let finding = Diagnostic::new(Code::DuplicateKey, message);
            self.found.push(
                finding
                    .at(again.span, "expected one list of paths")
                    .path("extends"),
            );
        }
        self.open.push(path);
        let mut below: Option<Node> = None;
        let bases = bases.map_or_else(Vec::new, |bases| self.bases(&bases));
        for base in bases {
            if let Some(base) = self.base(&base) {
                below = Some(match below {
                    None => base,
                    Some(below) => merge(below, base, &mut self.found),
                });
            }
        }
        self.open.pop();
        match below {
            None => node,
            Some(below) => merge(below, node, &mut self.found),
        }
    }

    /// One path, or a list of paths.
    fn bases(&mut self, node: &Node) -> Vec<Node> {
        match &node.value {
            Value::String(_) => vec![node.clone()],
            Value::Seq(items) => items.clone(),
            Value::Null => Vec::new(),
            other => {
                let message = format!(
                    "`extends` is a path or a list of paths, found {}",
                    other.kind()
                );
                self.found.push(
                    Diagnostic::new(Code::WrongType, message)
                        .at(node.span, "expected a path such as `base.yaml`")
                        .path("extends"),
                );
                Vec::new()
            }
        }
    }

    fn base(&mut self, node: &Node) -> Option<Node> {
        let Some(written) = node.as_str() else {
            self.found.push(
                Diagnostic::new(
                    Code::WrongType,
                    format!("a base is a path, found {}", node.value.kind()),
                )
                .at(node.span, "expected a path such as `base.yaml`")
                .path("extends"),
            );
            return None;
        };
        let path = normal(&self.folder(node.span).join(written));
        if self.open.contains(&path) {
            self.found.push(cycle(node.span, &path, &self.open));
            return None;
        }
        if self.layers == MAX_LAYERS {
            let message = format!("a profile stands on at most {MAX_LAYERS} bases");
            self.found
                .push(Diagnostic::new(Code::TooLarge, message).at(node.span, "one too many"));
            return None;
        }
        self.layers += 1;
        let id = self.open_file(&path, Some(node.span), "extends")?;
        let node = self.map_of(id)?;
        Some(self.layered(id, node))
    }

    /// What a file says, which must be a map: anything else would go under what is laid on it.
    fn map_of(&mut self, id: SourceId) -> Option<Node> {
        let node = self.shelved(id)?;
        if matches!(node.value, Value::Map(_)) {
            return Some(node);
        }
        let message = format!("a file of a profile is a map, found {}", node.value.kind());
        self.found.push(
            Diagnostic::new(Code::WrongType, message).at(node.span, "expected keys and values"),
        );
        None
    }

    /// Bases lie below the profile; what is laid on top can't bring any.
    fn no_late_bases(&mut self, node: &mut Node) {
        if let Some(late) = take(node, "extends") {
            let message = "bases can't be set from outside";
            self.found.push(
                Diagnostic::new(Code::Excluded, message)
                    .at(late.span, "expected in the profile itself")
                    .path("extends"),
            );
        }
    }

    fn values(&mut self, path: &Utf8Path) -> Option<Node> {
        let id = self.open_file(path, None, "")?;
        self.shelved(id)
    }

    /// Fills in what `app.use` names: the catalogue's application below, the profile's words on top.
    fn application(&mut self, mut node: Node) -> Node {
        let Some(app) = entry(&mut node, "app") else {
            return node;
        };
        let Some(name) = app.value.get("use").cloned() else {
            return node;
        };
        let Some(text) = name.as_str() else {
            return node;
        };
        let Some(below) = self.catalogue(text, name.span) else {
            return node;
        };
        take(&mut app.value, "use");
        app.value = merge(below, app.value.take(), &mut self.found);
        node
    }

    /// `apps/NAME.yaml` beside the file that uses it, or an application that comes with dplab.
    fn catalogue(&mut self, name: &str, span: Span) -> Option<Node> {
        let plain = !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.');
        if plain {
            let path = normal(&self.folder(span).join("apps").join(format!("{name}.yaml")));
            match (self.files.read(&path), catalogue::app(name)) {
                (Ok(text), _) => return self.app(path.as_str(), text),
                (Err(error), Some(text)) if error.kind() == ErrorKind::NotFound => {
                    return self.app(&format!("built-in:apps/{name}.yaml"), text.to_owned());
                }
                (Err(error), None) if error.kind() == ErrorKind::NotFound => {}
                (Err(error), _) => {
                    self.unreadable(&path, &error, Some(span), "app.use");
                    return None;
                }
            }
        }
        let known = catalogue::apps();
        let mut finding = Diagnostic::new(
            Code::UnknownName,
            format!("there is no application `{name}`"),
        )
        .at(
            span,
            format!(
                "expected a file `apps/{name}.yaml` beside this one, or {}",
                crate::diag::one_of(&known)
            ),
        )
        .path("app.use");
        if let Some(near) = nearest(name, known.iter().copied()) {
            finding = finding.suggest(span, near);
        }
        self.found.push(finding);
        None
    }

    /// An application's tree. It uses no other: there is one catalogue.
    fn app(&mut self, name: &str, text: String) -> Option<Node> {
        let id = self.sources.add(name, text);
        let mut node = self.map_of(id)?;
        if let Some(other) = take(&mut node, "use") {
            let message = "an application of the catalogue stands on its own";
            self.found.push(
                Diagnostic::new(Code::Excluded, message)
                    .at(other.span, "leave this out")
                    .path("app.use"),
            );
        }
        Some(node)
    }

    fn open_file(&mut self, path: &Utf8Path, at: Option<Span>, key: &str) -> Option<SourceId> {
        match self.files.read(path) {
            Ok(text) => Some(self.sources.add(path.as_str(), text)),
            Err(error) => {
                self.unreadable(path, &error, at, key);
                None
            }
        }
    }

    fn unreadable(&mut self, path: &Utf8Path, error: &Error, at: Option<Span>, key: &str) {
        let shown = match path.as_str() {
            "" => ".",
            path => path,
        };
        let message = format!("`{shown}` can't be read: {}", plain_io(error));
        let code = match error.kind() {
            ErrorKind::FileTooLarge => Code::TooLarge,
            _ => Code::UnreadableFile,
        };
        let finding = Diagnostic::new(code, message);
        self.found.push(match at {
            Some(span) => finding.at(span, "named here").path(key),
            None => finding,
        });
    }

    /// The tree of a text that other profiles may stand on too.
    fn shelved(&mut self, id: SourceId) -> Option<Node> {
        self.tree(id, self.files.shelf())
    }

    fn tree(&mut self, id: SourceId, shelf: Option<&Shelf>) -> Option<Node> {
        let read = match shelf {
            Some(shelf) => shelf.read(self.sources, id),
            None => yaml::read(self.sources, id, Limits::PROFILE)
                .map(|documents| documents.into_iter().next()),
        };
        match read {
            Ok(tree) => Some(tree.unwrap_or_else(|| Node {
                span: Span::new(id, 0..0),
                value: Value::Map(Vec::new()),
            })),
            Err(finding) => {
                self.found.push(*finding);
                None
            }
        }
    }

    fn name(&self, id: SourceId) -> &str {
        self.sources.get(id).map_or("", |source| source.name())
    }

    /// The folder of the file that holds a place.
    fn folder(&self, span: Span) -> Utf8PathBuf {
        Utf8Path::new(self.name(span.source))
            .parent()
            .map_or_else(Utf8PathBuf::new, Utf8Path::to_owned)
    }
}

fn cycle(span: Span, path: &Utf8Path, open: &[Utf8PathBuf]) -> Diagnostic {
    let way: Vec<&str> = open.iter().map(|path| path.as_str()).collect();
    Diagnostic::new(
        Code::ExtendsCycle,
        format!("`{path}` extends itself: {} -> {path}", way.join(" -> ")),
    )
    .at(span, "this closes the circle")
    .path("extends")
}

/// The operating system's words without its number.
fn plain_io(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::FileTooLarge => "it is larger than a profile may be".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

fn entry<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Entry> {
    match &mut node.value {
        Value::Map(entries) => entries.iter_mut().find(|entry| entry.key == key),
        _ => None,
    }
}

fn take(node: &mut Node, key: &str) -> Option<Node> {
    let Value::Map(entries) = &mut node.value else {
        return None;
    };
    let at = entries.iter().position(|entry| entry.key == key)?;
    Some(entries.remove(at).value)
}

/// The path without `.` and with `..` resolved, as far as text can tell.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut out = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other.as_str()),
        }
    }
    out
}
