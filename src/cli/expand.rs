//! `dplab expand`: a profile with its layers laid and its application filled in.

use super::args::ExpandArgs;
use super::load::{self, Disk};
use super::term::Term;
use crate::diag::{self, has_errors};
use crate::exit::Exit;
use crate::profile::layer;
use crate::profile::{expand, structure};
use crate::source::SourceMap;

pub(super) fn run(args: &ExpandArgs, term: &Term) -> anyhow::Result<Exit> {
    let mut sources = SourceMap::new();
    let (id, no_text) = load::open(&args.profile, &mut sources)?;
    let mut findings = Vec::from_iter(no_text);
    let mut fitting = None;
    if findings.is_empty() {
        let overrides = args.overrides.overrides();
        let (node, found) = layer::resolve(&mut sources, &Disk::default(), id, &overrides);
        findings.extend(found);
        fitting = node.map(|node| structure::fit(&node, &sources));
        let misfits = fitting.iter().flat_map(|(_, misfits)| misfits);
        findings.extend(misfits.cloned());
    }
    diag::sort(&mut findings);
    term.findings(&findings, &sources);
    if has_errors(&findings) {
        return Ok(Exit::Invalid);
    }
    if let Some((node, _)) = &fitting {
        let origin = args.origin.then_some(&sources);
        term.payload(&expand::text(node, origin))?;
    }
    Ok(Exit::Fine)
}
