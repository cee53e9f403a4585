//! What policies are looked at: a profile's, stage by stage, or those of manifests.

use std::collections::BTreeMap;

use anyhow::anyhow;
use camino::{Utf8Path, Utf8PathBuf};

use super::args::{DialectArg, HostNetworkArg, LintArg, OverrideArgs, SubjectArgs};
use super::load;
use super::manifests;
use super::term::Term;
use crate::check;
use crate::check::lint::{self, Facts};
use crate::diag::{self, Diagnostic, has_errors};
use crate::exit::Exit;
use crate::manifest::Unread;
use crate::model::Lab;
use crate::netpol::{Dialect, HostNetwork, Reading, World};
use crate::profile::raw::RawProfile;
use crate::source::SourceMap;
use crate::staged::{self, Places};

/// One state of affairs.
pub(super) struct Scene {
    /// The stage of the lab; none for manifests and for a lab without stages.
    pub(super) stage: Option<String>,
    /// What there is in it.
    pub(super) world: World,
}

/// A profile that was read, with what its commands need besides the scenes.
pub(super) struct Profile {
    /// As written.
    pub(super) raw: RawProfile,
    /// As it is.
    pub(super) lab: Lab,
    /// Where its policies stand.
    pub(super) places: Places,
}

/// What policies are looked at.
pub(super) struct Subject {
    /// States of affairs, the stages in order.
    pub(super) scenes: Vec<Scene>,
    /// The profile, if it is one.
    pub(super) profile: Option<Profile>,
    /// Whether something was left out because it is wrong.
    pub(super) failed: bool,
}

impl Subject {
    /// How it ended, as far as reading it goes.
    pub(super) fn exit(&self) -> Exit {
        if self.failed {
            Exit::Invalid
        } else {
            Exit::Fine
        }
    }

    /// The scenes of a stage, of all of them, or the last one.
    pub(super) fn stages(&self, wanted: Option<&str>) -> Result<Vec<&Scene>, anyhow::Error> {
        match wanted {
            None => Ok(self.scenes.last().into_iter().collect()),
            Some("all") => Ok(self.scenes.iter().collect()),
            Some(name) => {
                let found = self
                    .scenes
                    .iter()
                    .find(|scene| scene.stage.as_deref() == Some(name));
                let names = self
                    .scenes
                    .iter()
                    .filter_map(|scene| scene.stage.as_deref());
                let names: Vec<&str> = names.collect();
                found
                    .map(|scene| vec![scene])
                    .ok_or_else(|| match names.is_empty() {
                        true => anyhow!("there are no stages here, so no stage `{name}`"),
                        false => anyhow!(
                            "there is no stage `{name}`: {} or `all`",
                            diag::one_of(&names)
                        ),
                    })
            }
        }
    }
}

/// Reads what a command names, and shows the findings. An error of a profile ends the command.
/// Manifests are looked through for mistakes where the whole picture is asked for.
pub(super) fn read(
    (args, whole): (&SubjectArgs, bool),
    sources: &mut SourceMap,
    term: &Term,
) -> anyhow::Result<Result<Subject, Exit>> {
    match &args.subject {
        Some(path) => at(path, (args, whole), sources, term),
        None => manifests_at(&args.manifests, (args, whole), sources, term).map(Ok),
    }
}

/// Reads a profile, or the manifests of a folder.
pub(super) fn at(
    path: &Utf8Path,
    (args, whole): (&SubjectArgs, bool),
    sources: &mut SourceMap,
    term: &Term,
) -> anyhow::Result<Result<Subject, Exit>> {
    if path.is_dir() {
        return manifests_at(&[path.to_owned()], (args, whole), sources, term).map(Ok);
    }
    profile(path, &args.overrides, sources, term)
}

/// Reads a profile.
pub(super) fn profile(
    path: &Utf8Path,
    overrides: &OverrideArgs,
    sources: &mut SourceMap,
    term: &Term,
) -> anyhow::Result<Result<Subject, Exit>> {
    let loaded = load::lab(path.to_owned(), sources, &overrides.overrides())?;
    term.worth_saying(&loaded.findings, sources);
    let (Some(raw), Some(lab), false) = (loaded.raw, loaded.lab, has_errors(&loaded.findings))
    else {
        return Ok(Err(Exit::Invalid));
    };
    let places = check::places(&raw, &lab);
    Ok(Ok(Subject {
        scenes: scenes(&lab, &places),
        profile: Some(Profile { raw, lab, places }),
        failed: false,
    }))
}

fn scenes(lab: &Lab, places: &Places) -> Vec<Scene> {
    let scene = |stage| Scene {
        stage: None,
        world: staged::world(lab, stage, places),
    };
    if lab.stages.is_empty() {
        return vec![scene(None)];
    }
    let stages = lab.stages.iter();
    stages
        .map(|stage| Scene {
            stage: Some(stage.name.to_string()),
            ..scene(Some(stage))
        })
        .collect()
}

fn manifests_at(
    paths: &[Utf8PathBuf],
    (args, whole): (&SubjectArgs, bool),
    sources: &mut SourceMap,
    term: &Term,
) -> anyhow::Result<Subject> {
    let found = manifests::read(paths, sources)?;
    let mut findings: Vec<Diagnostic> = found
        .problems
        .iter()
        .map(crate::manifest::Problem::diagnostic)
        .collect();
    findings.extend(lints(&found.world, args, whole, term));
    diag::sort(&mut findings);
    term.worth_saying(&findings, sources);
    unread(&found.unread, sources, term);
    Ok(Subject {
        failed: has_errors(&findings),
        scenes: vec![Scene {
            stage: None,
            world: found.world,
        }],
        profile: None,
    })
}

/// Names every object that was not read: one by one what is not known, by kind what is known to
/// have no say.
fn unread(unread: &[Unread], sources: &SourceMap, term: &Term) {
    let mut without_say: BTreeMap<&str, usize> = BTreeMap::new();
    for object in unread {
        match (&object.kind, object.known) {
            (Some(kind), true) => *without_say.entry(kind).or_default() += 1,
            _ => term.say(&format!(
                "not read: {object} ({})",
                sources.display(object.span)
            )),
        }
    }
    if !without_say.is_empty() {
        let kinds = without_say
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"));
        let kinds: Vec<String> = kinds.collect();
        term.say(&format!(
            "without a say in who reaches whom: {}",
            kinds.join(", ")
        ));
    }
}

impl SubjectArgs {
    /// How policies are read.
    pub(super) fn reading(&self) -> Reading {
        let is_profile = self.subject.as_ref().is_some_and(|path| !path.is_dir());
        Reading {
            dialect: match self.reading.dialect {
                DialectArg::Dpv2 => Dialect::Dpv2,
                DialectArg::Strict => Dialect::Strict,
            },
            host_network: match self.reading.host_network {
                Some(HostNetworkArg::Node) => HostNetwork::Node,
                Some(HostNetworkArg::Pod) => HostNetwork::Pod,
                None if is_profile => HostNetwork::Node,
                None => HostNetwork::Pod,
            },
        }
    }
}

/// Lints take longer than the answer where there is much to look at, so then they are left to those
/// who ask for them.
fn lints(world: &World, args: &SubjectArgs, whole: bool, term: &Term) -> Vec<Diagnostic> {
    const LIMIT: usize = 100_000;
    let size = world.policies().len() * world.workloads().len();
    match args.lint {
        LintArg::Never => return Vec::new(),
        LintArg::Auto if !whole => return Vec::new(),
        LintArg::Auto if size > LIMIT => {
            term.say("not looked for mistakes in that many policies: `--lint always` does");
            return Vec::new();
        }
        LintArg::Auto | LintArg::Always => {}
    }
    lint::lints(&Facts::of_manifests(world, args.reading()))
}
