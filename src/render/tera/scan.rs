//! Tera templates read a second time: what they print, and which fields they read.
//!
//! Only what is on a list here passes. So no filter, tag or function can print a value past the
//! quoting, whatever Tera has or will have.

mod expression;
mod rules;
mod token;

use std::collections::BTreeMap;

use super::super::fields::FieldPath;
use super::super::position::Position;
use super::super::{Field, Place, RenderError, Sources, names};
use crate::lang::Language;
use rules::{finishing, path};
use token::{Piece, Token, pieces};

const TAGS: [&str; 12] = [
    "block", "break", "continue", "elif", "else", "endblock", "endfor", "endif", "extends", "for",
    "if", "include",
];

/// Checks every template and gives the fields that each reads.
pub(super) fn all(
    language: Language,
    sources: &Sources<'_>,
) -> Result<BTreeMap<String, Vec<Field>>, RenderError> {
    let read: BTreeMap<&str, Vec<Piece<'_>>> = sources
        .iter()
        .map(|(name, text)| (name.as_str(), pieces(text)))
        .collect();
    let mut fields = BTreeMap::new();
    for name in names(sources) {
        let mut scan = Scan {
            read: &read,
            scopes: Vec::new(),
            fields: Vec::new(),
            blocks: BTreeMap::new(),
        };
        scan.template(name)?;
        positions(language, name, &read[name])?;
        fields.insert(name.to_owned(), scan.fields);
    }
    Ok(fields)
}

/// Follows the text of a template and refuses values that stand in a wrong place.
fn positions(language: Language, name: &str, pieces: &[Piece<'_>]) -> Result<(), RenderError> {
    let mut position = Position::new(language);
    let mut last = None;
    for piece in pieces {
        let (why, token) = match piece {
            Piece::Text(text) => (position.refuses_text(text), last),
            Piece::Print(tokens) if is_super(tokens) => (None, None),
            Piece::Print(tokens) => (position.refuses(finishing(tokens)), tokens.first()),
            Piece::Tag(_) => (None, None),
        };
        if let Some(why) = why {
            return Err(refused(name, token, why));
        }
        match piece {
            Piece::Text(text) => position.text(text),
            Piece::Print(tokens) if !is_super(tokens) => {
                position.value();
                last = tokens.first();
            }
            Piece::Print(_) | Piece::Tag(_) => position.text(""),
        }
    }
    Ok(())
}

/// `{{ super() }}` prints what the parent's block prints, which is text of this template's kind.
fn is_super(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [call, open, close] => call.is("super") && open.is("(") && close.is(")"),
        _ => false,
    }
}

fn refused(template: &str, token: Option<&Token<'_>>, message: impl Into<String>) -> RenderError {
    let place = token.map_or(Place::whole(template), |token| {
        Place::new(template, token.at.line, token.at.column)
    });
    RenderError::Refused {
        place,
        message: message.into(),
    }
}

/// What a name stands for: a path of the view, or something that has none.
type Binding<'a> = (&'a str, Option<FieldPath>);

/// One walk over a template and what it is made of.
struct Scan<'s, 'a> {
    read: &'s BTreeMap<&'a str, Vec<Piece<'a>>>,
    /// The names of each `for` around the current place; the last wins.
    scopes: Vec<Vec<Binding<'a>>>,
    fields: Vec<Field>,
    /// Blocks that a child puts in the place of its parent's.
    blocks: BTreeMap<&'a str, (&'a str, &'s [Piece<'a>])>,
}

impl<'s, 'a> Scan<'s, 'a> {
    fn find(&self, name: &str) -> Option<(&'a str, &'s [Piece<'a>])> {
        let found = self.read.get_key_value(name);
        found.map(|(name, pieces)| (*name, pieces.as_slice()))
    }

    fn template(&mut self, name: &str) -> Result<(), RenderError> {
        let Some((name, pieces)) = self.find(name) else {
            return Err(refused(name, None, "this template is not there"));
        };
        self.scopes.push(Vec::new());
        let walked = match parent(pieces) {
            Some(parent) => {
                for (block, body) in blocks(pieces) {
                    self.blocks.entry(block).or_insert((name, body));
                }
                self.checked_outside(name, pieces)?;
                self.template(parent)
            }
            None => self.walk(name, pieces),
        };
        self.scopes.pop();
        walked
    }

    /// Tera drops what a child has outside its blocks; what stands there is a mistake.
    fn checked_outside(&self, name: &str, pieces: &[Piece<'a>]) -> Result<(), RenderError> {
        let mut depth = 0usize;
        for piece in pieces {
            match piece {
                Piece::Tag(tokens) if starts(tokens, "block") => depth += 1,
                Piece::Tag(tokens) if starts(tokens, "endblock") => depth = depth.saturating_sub(1),
                Piece::Print(tokens) if depth == 0 => {
                    let why = "outside its blocks, a template that extends another prints nothing";
                    return Err(refused(name, tokens.first(), why));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn walk(&mut self, name: &'a str, pieces: &'s [Piece<'a>]) -> Result<(), RenderError> {
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(_) => {}
                Piece::Print(tokens) => self.print(name, tokens)?,
                Piece::Tag(tokens) => self.tag(name, tokens, &pieces[at..])?,
            }
        }
        Ok(())
    }

    fn print(&mut self, name: &'a str, tokens: &[Token<'a>]) -> Result<(), RenderError> {
        if is_super(tokens) {
            return Ok(());
        }
        if let [word] = tokens
            && (word.is("none") || word.is("None"))
        {
            return Err(refused(name, tokens.first(), "this prints nothing"));
        }
        let whole = path(tokens).is_some_and(|(_, length)| length == tokens.len());
        self.expression(name, tokens, whole, true)
    }

    fn tag(
        &mut self,
        name: &'a str,
        tokens: &[Token<'a>],
        from: &'s [Piece<'a>],
    ) -> Result<(), RenderError> {
        let Some((word, rest)) = tokens.split_first() else {
            return Ok(());
        };
        match word.text {
            "set" => self.set(name, word, rest),
            "for" => self.enter(name, rest),
            "endfor" => {
                self.scopes.pop();
                Ok(())
            }
            "if" | "elif" => self.expression(name, rest, false, false),
            "include" => self.include(name, rest),
            "block" => self.block(rest, from),
            other if TAGS.contains(&other) => Ok(()),
            other => {
                let why = format!("the tag `{other}` is not used in these templates");
                Err(refused(name, Some(word), why))
            }
        }
    }

    fn set(
        &mut self,
        name: &'a str,
        word: &Token<'a>,
        rest: &[Token<'a>],
    ) -> Result<(), RenderError> {
        let [variable, equal, value @ ..] = rest else {
            return Err(refused(name, Some(word), "`set` takes `name = value` here"));
        };
        if !equal.is("=") {
            return Err(refused(name, Some(word), "`set` takes `name = value` here"));
        }
        self.expression(name, value, false, false)?;
        let whole = path(value).filter(|(_, length)| *length == value.len());
        let bound = whole.and_then(|(steps, _)| self.resolve(&steps));
        self.bind(variable.text, bound);
        Ok(())
    }

    fn bind(&mut self, name: &'a str, path: Option<FieldPath>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name, path));
        }
    }

    fn enter(&mut self, name: &'a str, rest: &[Token<'a>]) -> Result<(), RenderError> {
        let split = rest.iter().position(|token| token.is("in")).unwrap_or(0);
        let (names, over) = (&rest[..split], rest.get(split + 1..).unwrap_or_default());
        self.expression(name, over, false, false)?;
        let items = self.items(over);
        self.scopes.push(Vec::new());
        self.bind("loop", None);
        let names: Vec<&'a str> = names
            .iter()
            .filter(|t| !t.is(","))
            .map(|t| t.text)
            .collect();
        if let [key, _] = names[..] {
            self.bind(key, None);
        }
        if let Some(item) = names.last() {
            self.bind(item, items);
        }
        Ok(())
    }

    fn include(&mut self, name: &'a str, rest: &[Token<'a>]) -> Result<(), RenderError> {
        let Some(target) = rest.first() else {
            return Ok(());
        };
        let target = target.text.trim_matches(['"', '\'', '`']);
        match self.find(target) {
            Some((included, pieces)) => self.walk(included, pieces),
            None => Err(refused(
                name,
                rest.first(),
                format!("there is no template `{target}`"),
            )),
        }
    }

    /// A child's block is walked where its parent has it, so that it sees the loops around it.
    fn block(&mut self, rest: &[Token<'a>], from: &'s [Piece<'a>]) -> Result<(), RenderError> {
        let Some(name) = rest.first() else {
            return Ok(());
        };
        let Some((template, body)) = self.blocks.get(name.text).copied() else {
            return Ok(());
        };
        if std::ptr::eq(body.as_ptr(), from[1..].as_ptr()) {
            return Ok(());
        }
        self.walk(template, body)
    }
}

fn starts(tokens: &[Token<'_>], word: &str) -> bool {
    tokens.first().is_some_and(|token| token.is(word))
}

fn parent<'a>(pieces: &[Piece<'a>]) -> Option<&'a str> {
    pieces.iter().find_map(|piece| match piece {
        Piece::Tag(tokens) if starts(tokens, "extends") => {
            Some(tokens.get(1)?.text.trim_matches(['"', '\'', '`']))
        }
        _ => None,
    })
}

/// Every block of a template with what stands between its tags.
fn blocks<'s, 'a>(pieces: &'s [Piece<'a>]) -> Vec<(&'a str, &'s [Piece<'a>])> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Tag(tokens) if starts(tokens, "block") => {
                open.push((tokens.get(1).map_or("", |token| token.text), at + 1));
            }
            Piece::Tag(tokens) if starts(tokens, "endblock") => {
                if let Some((name, start)) = open.pop() {
                    found.push((name, &pieces[start..at]));
                }
            }
            _ => {}
        }
    }
    found
}
