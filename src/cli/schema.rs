//! `dplab schema`: the profile language as JSON Schema.

use super::term::Term;
use crate::exit::Exit;
use crate::profile::schema;

pub(super) fn run(term: &Term) -> anyhow::Result<Exit> {
    term.payload(&schema::text())?;
    Ok(Exit::Fine)
}
