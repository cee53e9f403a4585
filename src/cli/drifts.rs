//! Labs compared with a folder or with a git revision, for the commands that show it.

use super::git::Revision;
use super::labs::{Lab, shown};
use super::target::Target;
use crate::parallel;
use crate::report::drift::{Drift, Options};
use crate::tree::{Change, Disk, Protection};

/// A lab, how it differs, and what is there.
pub(super) struct Sides<'a> {
    /// The lab.
    pub(super) lab: &'a Lab,
    /// How it differs.
    pub(super) drift: Drift,
    /// What is there.
    pub(super) disk: Disk,
    /// What generating would lose.
    pub(super) refused: Vec<Change>,
}

/// Compares labs with their folders, as they are or as a git revision has them.
pub(super) fn compare<'a>(
    labs: &'a [Lab],
    target: &Target,
    against: Option<&str>,
    options: Options,
) -> anyhow::Result<Vec<Sides<'a>>> {
    let revision = against.map(|reference| Revision::find(&target.root, reference));
    let revision = revision.transpose()?;
    let sides = parallel::map(labs, |lab| one(lab, target, revision.as_ref(), options));
    sides.into_iter().collect()
}

fn one<'a>(
    lab: &'a Lab,
    target: &Target,
    revision: Option<&Revision>,
    options: Options,
) -> anyhow::Result<Sides<'a>> {
    let compared = match revision {
        Some(revision) => lab.compare(revision.disk(&lab.folder, lab.always())?)?,
        None => lab.compare_in(&target.root)?,
    };
    let folder = shown(&target.root, &lab.folder);
    let (tree, disk) = (&compared.tree, &compared.disk);
    let drift = Drift::of(folder, tree, disk, &compared.comparison, options);
    let mut refused = compared.comparison.refused(false);
    refused.retain(|change| change.kind.protection() > Protection::None);
    Ok(Sides {
        lab,
        drift,
        refused,
        disk: compared.disk,
    })
}
