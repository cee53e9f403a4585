//! Profiles as written: YAML with places, layers, and the raw types that make the language.

pub mod at;
pub mod catalogue;
pub mod decode;
pub mod expand;
pub mod keyed;
pub mod layer;
pub mod merge;
pub mod raw;
pub mod reference;
pub mod schema;
pub mod set;
mod shape;
pub mod shelf;
pub mod structure;
pub mod whole;
pub mod yaml;

pub use at::At;

use crate::diag::{Checked, Code, Diagnostic, has_errors};
use crate::source::{SourceId, SourceMap};
use layer::{Files, Overrides};
use raw::RawProfile;
use yaml::Node;

/// Reads a profile: its layers, its structure, its typed form. Everything wrong with its structure
/// is found; what fits is given back also where something doesn't, so that the checks behind can
/// go on.
pub fn read(
    sources: &mut SourceMap,
    files: &dyn Files,
    profile: SourceId,
    overrides: &Overrides,
) -> Checked<RawProfile> {
    let (node, findings) = layer::resolve(sources, files, profile, overrides);
    match node {
        Some(node) => typed(sources, &node, findings),
        None => Checked {
            value: None,
            findings,
        },
    }
}

/// The typed form of a whole tree, in whose layers something may have been found already.
pub fn typed(
    sources: &SourceMap,
    node: &Node,
    mut findings: Vec<Diagnostic>,
) -> Checked<RawProfile> {
    let (fitting, mut misfits) = structure::fit(node, sources);
    if has_errors(&findings) {
        // What a base that can't be read would have given isn't missing.
        misfits.retain(|finding| finding.code != Code::MissingKey);
    }
    findings.extend(misfits);
    match decode::decode(&fitting) {
        Ok(raw) => Checked {
            value: Some(raw),
            findings,
        },
        Err(error) => {
            // What fits the schema fits the types; only a value between the two can end here.
            if !has_errors(&findings) {
                findings.push(error.into());
            }
            Checked {
                value: None,
                findings,
            }
        }
    }
}
