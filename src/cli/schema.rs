//! `dplab schema`: the profile language as JSON Schema.

use super::args::SchemaArgs;
use super::term::Term;
use crate::exit::Exit;
use crate::profile::schema;

pub(super) fn run(args: &SchemaArgs, term: &Term) -> anyhow::Result<Exit> {
    let schema = if args.app {
        schema::app()
    } else {
        schema::profile()
    };
    term.payload(&schema::text(schema))?;
    Ok(Exit::Fine)
}
