//! The last door of YAML: the parser under serde-saphyr, event by event.
//!
//! No tree is built, since nobody looks at one: this door stands before every file that is written.

use std::collections::HashSet;

use granit_parser::{Event, Marker, Parser, ScalarStyle};

use super::super::{Language, RereadError};

/// Reads every document: syntax, anchors, no key twice in one map, and no value that one reader
/// takes for a boolean and another for a word.
///
/// # Errors
/// The first of these.
pub fn reread(text: &str) -> Result<(), RereadError> {
    let mut open = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| refused(error.marker(), error.info()))?;
        step(event, &mut open).map_err(|message| refused(&span.start, message))?;
    }
    Ok(())
}

fn refused(at: &Marker, message: impl Into<String>) -> RereadError {
    RereadError::new(Language::Yaml, message).at(at.line(), at.col() + 1)
}

/// A list or a map that has not ended.
enum Open<'a> {
    List,
    Map {
        keys: HashSet<std::borrow::Cow<'a, str>>,
        /// Whether the next node is a key.
        at_key: bool,
    },
}

fn step<'a>(event: Event<'a>, open: &mut Vec<Open<'a>>) -> Result<(), String> {
    match event {
        Event::Scalar(text, style, _, tag) => {
            if !node(open) {
                let bare = style == ScalarStyle::Plain && tag.is_none();
                return if bare { one_meaning(&text) } else { Ok(()) };
            }
            let Some(Open::Map { keys, .. }) = open.last_mut() else {
                return Ok(());
            };
            if let Some(twice) = keys.replace(text) {
                return Err(format!("the key `{twice}` stands here a second time"));
            }
        }
        Event::SequenceStart(..) => {
            node(open);
            open.push(Open::List);
        }
        Event::MappingStart(..) => {
            node(open);
            open.push(Open::Map {
                keys: HashSet::new(),
                at_key: true,
            });
        }
        Event::Alias(_) => drop(node(open)),
        Event::SequenceEnd | Event::MappingEnd => drop(open.pop()),
        _ => {}
    }
    Ok(())
}

/// Takes a node in and says whether it is a key.
fn node(open: &mut [Open<'_>]) -> bool {
    let Some(Open::Map { at_key, .. }) = open.last_mut() else {
        return false;
    };
    *at_key = !*at_key;
    !*at_key
}

/// What kubectl, a YAML 1.1 reader, takes for a boolean and everyone else for a word.
fn one_meaning(text: &str) -> Result<(), String> {
    let words = ["y", "n", "yes", "no", "on", "off"];
    if words.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Err(format!(
            "`{text}` is a boolean to some readers: quote it, or write true or false"
        ));
    }
    Ok(())
}
