//! `dplab diff`: what would be generated, against what is there.

use super::args::DiffArgs;
use super::labs::{self, Lab};
use super::term::Term;
use crate::exit::Exit;
use crate::tree::diff::diff;
use crate::tree::{self, Change, Disk};

pub(super) fn run(args: &DiffArgs, term: &Term) -> anyhow::Result<Exit> {
    let labs = match labs::generated(&args.profiles, &args.templates, &[], term)? {
        Ok(labs) => labs,
        Err(exit) => return Ok(exit),
    };
    let mut exit = Exit::Fine;
    for lab in &labs {
        exit = exit.max(one(args, lab, term)?);
    }
    Ok(match exit {
        Exit::Differs if args.exit_zero => Exit::Fine,
        exit => exit,
    })
}

fn one(args: &DiffArgs, lab: &Lab, term: &Term) -> anyhow::Result<Exit> {
    let disk = tree::read(&args.out.out, &lab.folder, &lab.tree)?;
    let comparison = tree::compare(&lab.tree, &disk);
    let folder = args.out.out.join(lab.folder.as_str());
    let mut out = String::new();
    for change in comparison
        .changes
        .iter()
        .filter(|change| change.kind.is_drift())
    {
        match (args.name_only, args.stat) {
            (true, _) => out.push_str(&format!("{folder}/{}\n", change.path)),
            (_, true) => out.push_str(&format!("{folder}/{}: {}\n", change.path, change.kind)),
            _ => out.push_str(&text(lab, &disk, change)),
        }
    }
    term.payload(&out)?;
    if comparison.is_drift() {
        return Ok(Exit::Differs);
    }
    term.say(&format!(
        "{folder}: {} files, no differences",
        comparison.unchanged
    ));
    Ok(Exit::Fine)
}

/// The kind of difference, then the difference.
fn text(lab: &Lab, disk: &Disk, change: &Change) -> String {
    let new = lab.tree.get(&change.path).map(|file| file.bytes.as_slice());
    let difference = diff(disk.bytes(&change.path), new);
    format!(
        "# {}: {}\n{}",
        change.path,
        change.kind,
        difference.unified(&change.path)
    )
}
