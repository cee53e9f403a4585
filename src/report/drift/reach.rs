//! What a difference between two trees means for who reaches whom, stage by stage.
//!
//! Both sides are read from their manifests, by the same reader: a stage's world is the
//! application, the probes and what lies in the stage's folder. Files that are neither generated
//! nor owned are left out, because nothing applies them.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest;
use crate::netpol::dialect::Reading;
use crate::netpol::diff::{Change, ChangeKind, between};
use crate::netpol::reach::Passage;
use crate::netpol::world::World;
use crate::source::SourceMap;
use crate::tree::{Disk, Tree};

/// What is the same in every stage.
const COMMON: [&str; 3] = [
    "kubernetes/app/",
    "kubernetes/namespaces/",
    "kubernetes/probes/",
];
/// Where the stages are.
const STAGES: &str = "kubernetes/stages/";
/// What is in force at the end, and all there is where a lab has no stages.
const END: &str = "kubernetes/policies/";

/// What opens and closes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReachDrift {
    /// Stages that change alike, in the order of the first.
    pub groups: Vec<Group>,
    /// Manifests that could not be read, so that this is not the whole truth.
    pub problems: Vec<String>,
}

/// Stages in which the same opens and closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Their folders: `2-policy`; none for a lab without stages.
    pub stages: Vec<String>,
    /// What changes: from what is there to what would be generated.
    pub changes: Vec<Change>,
}

impl ReachDrift {
    /// How many connections change in a way, over all stages.
    pub fn count(&self, kind: ChangeKind) -> usize {
        let changes = self.groups.iter().flat_map(|group| &group.changes);
        changes.filter(|change| change.kind == kind).count()
    }

    /// Whether nothing opens or closes.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.problems.is_empty()
    }
}

impl Group {
    /// `in the stages 2-policy and 3-deny-logging`.
    pub fn when(&self) -> String {
        match self.stages.as_slice() {
            [] => "always".to_owned(),
            [only] => format!("in the stage {only}"),
            [all @ .., last] => format!("in the stages {} and {last}", all.join(", ")),
        }
    }
}

/// `frontend -> redis-cart` in words, and what passes.
pub fn words(change: &Change) -> String {
    let (from, to) = (&change.source, &change.destination);
    let passes = match change.kind {
        ChangeKind::Opened => passage(&change.after),
        ChangeKind::Closed => passage(&change.before),
        ChangeKind::Changed => {
            format!("{} -> {}", passage(&change.before), passage(&change.after))
        }
    };
    format!("{from} => {to}: {passes}")
}

fn passage(passage: &Passage) -> String {
    match (passage.allowed.is_empty(), passage.unknown.is_empty()) {
        (_, true) => passage.allowed.to_string(),
        (true, false) => format!("perhaps {}", passage.unknown),
        (false, false) => format!("{}, perhaps {}", passage.allowed, passage.unknown),
    }
}

type Files<'a> = BTreeMap<&'a str, &'a [u8]>;

/// Compares what is there with what is generated.
pub fn reach(new: &Tree, disk: &Disk) -> ReachDrift {
    let generated = new.iter();
    let generated = generated.map(|(path, file)| (path.as_str(), &*file.content));
    let generated: Files<'_> = generated.filter(|(path, _)| is_manifest(path)).collect();
    let known = disk.iter().map(|(path, _)| path);
    let there = known.filter_map(|path| Some((path.as_str(), disk.bytes(path)?)));
    let there: Files<'_> = there.filter(|(path, _)| is_manifest(path)).collect();
    let mut found = ReachDrift::default();
    if generated == there || there.is_empty() {
        return found;
    }
    let mut stages: BTreeSet<&str> = generated.keys().filter_map(|path| stage(path)).collect();
    stages.retain(|name| there.keys().any(|path| stage(path) == Some(name)));
    let all: Vec<Option<&str>> = match stages.is_empty() {
        true => vec![None],
        false => stages.into_iter().map(Some).collect(),
    };
    for stage in all {
        let changes = changes(&there, &generated, stage, &mut found.problems);
        found.add(stage, changes);
    }
    found.problems.sort();
    found.problems.dedup();
    found
}

impl ReachDrift {
    fn add(&mut self, stage: Option<&str>, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let alike = self.groups.iter_mut().find(|g| g.changes == changes);
        match alike {
            Some(group) => group.stages.extend(stage.map(str::to_owned)),
            None => self.groups.push(Group {
                stages: stage.map(str::to_owned).into_iter().collect(),
                changes,
            }),
        }
    }
}

fn is_manifest(path: &str) -> bool {
    path.starts_with("kubernetes/") && path.ends_with(".yaml")
}

fn stage(path: &str) -> Option<&str> {
    path.strip_prefix(STAGES)?.split('/').next()
}

fn changes(
    before: &Files<'_>,
    after: &Files<'_>,
    stage: Option<&str>,
    problems: &mut Vec<String>,
) -> Vec<Change> {
    let (old, new) = (of_stage(before, stage), of_stage(after, stage));
    if old == new {
        return Vec::new();
    }
    let (old, new) = (world(&old, problems), world(&new, problems));
    between(&old, &new, Reading::DPV2)
}

fn of_stage<'a>(files: &Files<'a>, stage: Option<&str>) -> Files<'a> {
    let own = stage.map_or(END.to_owned(), |stage| format!("{STAGES}{stage}/"));
    let wanted = |path: &str| path.starts_with(&own) || COMMON.iter().any(|c| path.starts_with(c));
    let found = files.iter().filter(|(path, _)| wanted(path));
    found.map(|(path, bytes)| (*path, *bytes)).collect()
}

fn world(files: &Files<'_>, problems: &mut Vec<String>) -> World {
    let mut sources = SourceMap::new();
    let add = |(path, bytes): (&&str, &&[u8])| sources.add(*path, String::from_utf8_lossy(bytes));
    let ids: Vec<_> = files.iter().map(add).collect();
    let found = manifest::read(&sources, &ids);
    let words = found.problems.iter();
    problems.extend(words.map(|p| format!("{}: {}", sources.display(p.span), p.what)));
    found.world
}
