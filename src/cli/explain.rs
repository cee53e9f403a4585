//! `dplab explain`: what a finding means, with a bad and a good example.

use super::args::ExplainArgs;
use super::term::Term;
use crate::diag::Code;
use crate::exit::Exit;
use crate::suggest::nearest;

pub(super) fn run(args: &ExplainArgs, term: &Term) -> anyhow::Result<Exit> {
    let Some(id) = &args.what else {
        term.payload(&list())?;
        return Ok(Exit::Fine);
    };
    let Some(code) = Code::from_id(id) else {
        let known = Code::ALL.iter().map(|code| code.id());
        let hint = match nearest(id, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`dplab explain` lists them all".to_owned(),
        };
        term.error(&anyhow::anyhow!("there is no finding `{id}`; {hint}"));
        return Ok(Exit::Usage);
    };
    term.payload(code.explanation())?;
    Ok(Exit::Fine)
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
