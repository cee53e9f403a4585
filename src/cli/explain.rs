//! `dplab explain`: what a finding means, a key of profiles, or where a generated line comes from.

use super::args::ExplainArgs;
use super::error::Usage;
use super::origin;
use super::term::Term;
use crate::diag::Code;
use crate::exit::Exit;
use crate::profile::reference;
use crate::suggest::nearest;

pub(super) fn run(args: &ExplainArgs, term: &Term) -> anyhow::Result<Exit> {
    let Some(what) = &args.what else {
        term.payload(&list())?;
        return Ok(Exit::Fine);
    };
    if let Some(text) = finding(what).or_else(|| key(what)) {
        term.payload(&text)?;
        return Ok(Exit::Fine);
    }
    if what.contains(['/', ':']) || what.contains('.') && !begins_like_a_key(what) {
        return origin::run(args, what, term);
    }
    let hint = hint(what);
    Err(Usage(format!("there is no finding and no key `{what}`; {hint}")).into())
}

fn finding(id: &str) -> Option<String> {
    Code::from_id(id).map(|code| code.explanation().to_owned())
}

/// A key by its path, or by its last word: the one page, or the paths to choose from.
fn key(id: &str) -> Option<String> {
    if let Some(page) = reference::explain(id) {
        return Some(page);
    }
    let end = format!(".{id}");
    let mut paths = reference::paths();
    paths.retain(|path| path.ends_with(&end));
    match paths.as_slice() {
        [] => None,
        [one] => reference::explain(one),
        many => Some(many.iter().map(|path| format!("{path}\n")).collect()),
    }
}

/// A file's name doesn't begin with a key of profiles and a dot.
fn begins_like_a_key(what: &str) -> bool {
    let first = what.split(['.', '[']).next();
    first.is_some_and(|first| reference::explain(first).is_some())
}

fn hint(id: &str) -> String {
    let paths = reference::paths();
    let codes = Code::ALL.iter().map(|code| code.id());
    let last = paths.iter().filter_map(|path| path.rsplit('.').next());
    let known = codes.chain(paths.iter().map(String::as_str)).chain(last);
    match nearest(id, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`dplab explain` lists the findings, `dplab schema` the keys".to_owned(),
    }
}

fn list() -> String {
    let ids = Code::ALL.iter().map(|code| code.id().len());
    let width = ids.max().unwrap_or(0);
    Code::ALL
        .iter()
        .map(|code| format!("{:width$}  {}\n", code.id(), code.summary()))
        .collect()
}
