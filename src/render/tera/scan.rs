//! Tera templates read a second time: what they print, and which fields they read.
//!
//! Only what is on a list here passes. So no filter, tag or function can print a value past the
//! quoting, whatever Tera has or will have.

mod token;

use std::collections::BTreeMap;

use super::super::fields::FieldPath;
use super::super::position::Position;
use super::super::{Field, Place, RenderError, Sources, names};
use crate::lang::Language;
use token::{Kind, Piece, Token, pieces};

/// Filters that write finished text: they stand last.
const FINISHING: [&str; 5] = ["block", "comment", "document", "expr", "json"];

/// Filters that give a value.
const FILTERS: [&str; 15] = [
    "first", "join", "keys", "last", "length", "lower", "nth", "replace", "reverse", "sort", "str",
    "trim", "unique", "upper", "values",
];

/// Filters behind which the items are still the items.
const SAME_ITEMS: [&str; 4] = ["reverse", "sort", "unique", "values"];

const TAGS: [&str; 12] = [
    "block", "break", "continue", "elif", "else", "endblock", "endfor", "endif", "extends", "for",
    "if", "include",
];

const FUNCTIONS: [&str; 3] = ["range", "super", "throw"];

const KEYWORDS: [&str; 13] = [
    "False", "None", "True", "and", "else", "false", "if", "in", "is", "none", "not", "or", "true",
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
        positions(language, name, &read[name])?;
        let mut scan = Scan {
            read: &read,
            scopes: Vec::new(),
            fields: Vec::new(),
            blocks: BTreeMap::new(),
        };
        scan.template(name)?;
        fields.insert(name.to_owned(), scan.fields);
    }
    Ok(fields)
}

fn positions(language: Language, name: &str, pieces: &[Piece<'_>]) -> Result<(), RenderError> {
    let mut position = Position::new(language);
    for piece in pieces {
        match piece {
            Piece::Text(text) => position.text(text),
            Piece::Tag(_) => {}
            Piece::Print(tokens) => {
                let by = finishing(tokens);
                let is_super = tokens.first().is_some_and(|token| token.is("super"));
                if let Some(why) = position.refuses(by).filter(|_| !is_super) {
                    return Err(refused(name, tokens.first(), why));
                }
                position.value();
            }
        }
    }
    Ok(())
}

/// The finishing filter that ends an interpolation.
fn finishing<'a>(tokens: &[Token<'a>]) -> Option<&'a str> {
    let pipe = tokens.iter().rposition(|token| token.is("|"))?;
    let name = tokens.get(pipe + 1)?.text;
    FINISHING.contains(&name).then_some(name)
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
        if let [call, open, close] = tokens
            && call.is("super")
            && open.is("(")
            && close.is(")")
        {
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

    /// The path of the items that a loop runs over, where it runs over a field.
    fn items(&self, over: &[Token<'a>]) -> Option<FieldPath> {
        let (steps, length) = path(over)?;
        let same = over[length..]
            .iter()
            .all(|token| token.is("|") || SAME_ITEMS.contains(&token.text));
        same.then(|| self.resolve(&steps))?.map(|path| path.each())
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

    /// Checks an expression and notes the fields that it reads. `scalar` says that it is one path,
    /// printed as it is; `finish` says that finished text may be written here.
    fn expression(
        &mut self,
        name: &str,
        tokens: &[Token<'a>],
        scalar: bool,
        finish: bool,
    ) -> Result<(), RenderError> {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            at += match token.kind {
                Kind::Mark | Kind::Literal => 1,
                Kind::Word if before.is_some_and(|t| t.is("|")) => {
                    filter(name, tokens, at, finish)?;
                    1
                }
                Kind::Word => match role(tokens, at) {
                    Role::Skip => 1,
                    Role::Refused(why) => return Err(refused(name, Some(token), why)),
                    Role::Field => self.field(name, &tokens[at..], scalar),
                },
            };
        }
        Ok(())
    }

    /// Notes one path and gives its length in tokens.
    fn field(&mut self, name: &str, tokens: &[Token<'a>], printed: bool) -> usize {
        let Some((steps, length)) = path(tokens) else {
            return 1;
        };
        if let (Some(path), Some(first)) = (self.resolve(&steps), tokens.first()) {
            self.fields.push(Field {
                path,
                place: Place::new(name, first.at.line, first.at.column),
                printed,
            });
        }
        length
    }

    /// A path from the view's root, unless it starts at a name that has none.
    fn resolve(&self, steps: &[PathStep<'a>]) -> Option<FieldPath> {
        let (PathStep::Name(root), rest) = steps.split_first()? else {
            return None;
        };
        let bound = self
            .scopes
            .iter()
            .rev()
            .flat_map(|scope| scope.iter().rev());
        let start = match bound.into_iter().find(|(name, _)| name == root) {
            Some((_, path)) => path.clone()?,
            None => FieldPath::default().field(root),
        };
        Some(rest.iter().fold(start, |path, step| match step {
            PathStep::Name(name) => path.field(name),
            PathStep::Each => path.each(),
        }))
    }
}

fn filter(name: &str, tokens: &[Token<'_>], at: usize, finish: bool) -> Result<(), RenderError> {
    let text = tokens[at].text;
    if FINISHING.contains(&text) {
        let rest = &tokens[at + 1..];
        let last = rest.is_empty()
            || (rest[0].is("(") && rest.iter().position(|t| t.is(")")) == Some(rest.len() - 1));
        if finish && last && !tokens.iter().any(|token| token.is("if")) {
            return Ok(());
        }
        let why = format!("`{text}` writes finished text, so it stands last in `{{{{ … }}}}`");
        return Err(refused(name, tokens.get(at), why));
    }
    if FILTERS.contains(&text) {
        return Ok(());
    }
    let why = match text {
        "safe" | "escape" | "escape_html" | "escape_xml" => {
            format!("`{text}` would print a value past its quoting")
        }
        "default" => "`default` would hide a field that is not there".to_owned(),
        _ => format!("the filter `{text}` is not used in these templates"),
    };
    Err(refused(name, tokens.get(at), why))
}

/// What a word is in an expression.
enum Role {
    Field,
    Skip,
    Refused(String),
}

fn role(tokens: &[Token<'_>], at: usize) -> Role {
    let text = tokens[at].text;
    let back = |by: usize, mark: &str| {
        let token = at.checked_sub(by).and_then(|at| tokens.get(at));
        token.is_some_and(|token| token.is(mark))
    };
    let behind = |mark: &str| back(1, mark);
    let ahead = |mark: &str| tokens.get(at + 1).is_some_and(|token| token.is(mark));
    let argument = ahead("=") && (behind("(") || behind(","));
    let test = behind("is") || (behind("not") && back(2, "is"));
    if KEYWORDS.contains(&text) || behind(".") || behind("?.") || argument || test {
        return Role::Skip;
    }
    if ahead("(") {
        let known = FUNCTIONS.contains(&text) && text != "super";
        return if known {
            Role::Skip
        } else {
            Role::Refused(format!("`{text}()` is not used here"))
        };
    }
    if text == "for" || text.starts_with("__") {
        return Role::Refused(format!("`{text}` is not used in an expression here"));
    }
    Role::Field
}

#[derive(Debug, Clone, Copy)]
enum PathStep<'a> {
    Name(&'a str),
    Each,
}

/// The path at the start of some tokens, and how many of them it takes. It ends before an index
/// that is itself an expression.
fn path<'a>(tokens: &[Token<'a>]) -> Option<(Vec<PathStep<'a>>, usize)> {
    let first = tokens.first().filter(|token| token.kind == Kind::Word)?;
    if KEYWORDS.contains(&first.text) {
        return None;
    }
    let mut steps = vec![PathStep::Name(first.text)];
    let mut at = 1;
    loop {
        match &tokens[at..] {
            [dot, name, ..] if dot.is(".") || dot.is("?.") => {
                let number = name.kind == Kind::Literal;
                steps.push(if number {
                    PathStep::Each
                } else {
                    PathStep::Name(name.text)
                });
                at += 2;
            }
            [open, key, close, ..]
                if (open.is("[") || open.is("?["))
                    && key.kind == Kind::Literal
                    && close.is("]") =>
            {
                let name = key.text.trim_matches(['"', '\'', '`']);
                let number = name.len() == key.text.len();
                steps.push(if number {
                    PathStep::Each
                } else {
                    PathStep::Name(name)
                });
                at += 3;
            }
            _ => return Some((steps, at)),
        }
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
