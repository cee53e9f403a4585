//! `dplab explain`: what a finding means, or a key of profiles.

use super::args::ExplainArgs;
use super::term::Term;
use crate::diag::Code;
use crate::exit::Exit;
use crate::profile::reference;
use crate::suggest::nearest;

pub(super) fn run(args: &ExplainArgs, term: &Term) -> anyhow::Result<Exit> {
    let Some(id) = &args.id else {
        term.payload(&list())?;
        return Ok(Exit::Fine);
    };
    let Some(text) = finding(id).or_else(|| key(id)) else {
        term.error(&anyhow::anyhow!(
            "there is no finding and no key `{id}`; {}",
            hint(id)
        ));
        return Ok(Exit::Usage);
    };
    term.payload(&text)?;
    Ok(Exit::Fine)
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
    let width = Code::ALL
        .iter()
        .map(|code| code.id().len())
        .max()
        .unwrap_or(0);
    Code::ALL
        .iter()
        .map(|code| format!("{:width$}  {}\n", code.id(), code.summary()))
        .collect()
}
