//! `dplab explain`: what a finding means, or where a generated line comes from.

use super::args::ExplainArgs;
use super::error::Usage;
use super::origin;
use super::term::Term;
use crate::diag::Code;
use crate::exit::Exit;
use crate::suggest::nearest;

pub(super) fn run(args: &ExplainArgs, term: &Term) -> anyhow::Result<Exit> {
    let Some(what) = &args.what else {
        term.payload(&list())?;
        return Ok(Exit::Fine);
    };
    if let Some(code) = Code::from_id(what) {
        term.payload(code.explanation())?;
        return Ok(Exit::Fine);
    }
    if what.contains(['/', '.', ':']) {
        return origin::run(args, what, term);
    }
    let known = Code::ALL.iter().map(|code| code.id());
    let hint = match nearest(what, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`dplab explain` lists them all".to_owned(),
    };
    Err(Usage(format!("there is no finding `{what}`; {hint}")).into())
}

fn list() -> String {
    let ids = Code::ALL.iter().map(|code| code.id().len());
    let width = ids.max().unwrap_or(0);
    Code::ALL
        .iter()
        .map(|code| format!("{:width$}  {}\n", code.id(), code.summary()))
        .collect()
}
