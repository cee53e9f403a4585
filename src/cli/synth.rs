//! `dplab synth`: the policies that an application needs and no more.

use super::args::{AboutArgs, SynthArgs};
use super::import;
use super::load;
use super::term::Term;
use crate::check;
use crate::diag::has_errors;
use crate::exit::Exit;
use crate::lang::yaml;
use crate::manifest;
use crate::model::Lab;
use crate::model::edge::{Proxies, Way};
use crate::model::lab::Policy;
use crate::netpol::{Reading, World, reach, synth};
use crate::profile;
use crate::profile::layer::Overrides;
use crate::report::compare;
use crate::source::SourceMap;
use crate::staged::{self, Places};
use crate::view::objects;

pub(super) fn run(args: &SynthArgs, term: &Term) -> anyhow::Result<Exit> {
    let (lab, present) = match read(args, term)? {
        Ok(read) => read,
        Err(exit) => return Ok(exit),
    };
    let policies = synth::named(&lab.app, &lab.cluster, &args.prefix)?;
    for workload in manifest::of_values(lab.app.objects.iter().map(|one| &one.json)).workloads() {
        term.say(&format!(
            "look at: {workload} is carried as it is, so no calls are known of it and no policy is \
             made for it"
        ));
    }
    for note in synth::notes(&lab.app, &lab.cluster) {
        term.say(&format!("look at: {note}"));
    }
    if !args.compare {
        term.payload(&policies.iter().map(document).collect::<String>())?;
        return Ok(Exit::Fine);
    }
    let least = staged::world(&alone(&lab, policies), None, &Places::new());
    let reading = Reading::DPV2;
    let (present, least) = (reach(&present, reading), reach(&least, reading));
    term.payload(&compare::text(&present, &least))?;
    Ok(Exit::Fine)
}

/// Whether an object says who may reach whom.
fn is_policy(object: &serde_json::Value) -> bool {
    let kind = object["kind"].as_str().unwrap_or_default();
    kind.ends_with("NetworkPolicy")
}

/// One document of a stream that kubectl takes.
fn document(policy: &Policy) -> String {
    let what = yaml::comment(policy.description.as_str());
    format!(
        "---\n# {what}\n{}\n",
        yaml::document(&objects::policy(policy))
    )
}

/// The lab with these policies and nobody else in it.
fn alone(lab: &Lab, policies: Vec<Policy>) -> Lab {
    let mut lab = Lab {
        policies,
        probes: Vec::new(),
        stages: Vec::new(),
        ..lab.clone()
    };
    lab.app.objects.retain(|object| !is_policy(&object.json));
    lab
}

/// The lab, and the world as its policies are now: a profile's in its last stage.
fn read(args: &SynthArgs, term: &Term) -> anyhow::Result<Result<(Lab, World), Exit>> {
    let Some(path) = &args.profile else {
        return of_manifests(args, term);
    };
    let mut sources = SourceMap::new();
    let loaded = load::lab(path.clone(), &mut sources, &args.overrides.overrides())?;
    term.findings(&loaded.findings, &sources);
    let (Some(lab), false) = (loaded.lab, has_errors(&loaded.findings)) else {
        return Ok(Err(Exit::Invalid));
    };
    let last = lab.stages.last().cloned();
    let without_probes = Lab {
        probes: Vec::new(),
        ..lab.clone()
    };
    let present = staged::world(&without_probes, last.as_ref(), &Places::new());
    Ok(Ok((lab, present)))
}

fn of_manifests(args: &SynthArgs, term: &Term) -> anyhow::Result<Result<(Lab, World), Exit>> {
    let about = AboutArgs {
        name: Some("lab".to_owned()),
        project: "your-project".to_owned(),
        location: "us-east1".to_owned(),
    };
    let read = match import::read(&args.manifests, &about, term)? {
        Ok(read) => read,
        Err(exit) => return Ok(Err(exit)),
    };
    let found = manifest::read(&read.sources, &read.ids);
    for object in found.unread.iter().filter(|object| !object.known) {
        let place = read.sources.display(object.span);
        term.say(&format!(
            "look at: nothing is known of {object} ({place}), so no policy is made for what it makes"
        ));
    }
    let present = found.world;
    let imported = read.imported;
    let mut sources = SourceMap::new();
    let id = sources.add("imported profile", imported.profile);
    let read = profile::read(
        &mut sources,
        &load::Disk::default(),
        id,
        &Overrides::default(),
    );
    // What lints refuse is most often the very policies that these are to replace.
    let checked = read.value.as_ref().map(check::lab);
    let Some(lab) = checked.and_then(|checked| checked.value) else {
        term.findings(&read.findings, &sources);
        return Ok(Err(Exit::Invalid));
    };
    let regional = |way: &Way| way.proxies == Proxies::ProxySubnet;
    if let (true, Some(range)) = (
        lab.app.edge().ways().iter().any(regional),
        lab.cluster.network.proxy_range(),
    ) {
        term.say(&format!(
            "look at: `{range}` stands for the region's proxy-only subnet, which manifests don't say"
        ));
    }
    imported
        .notes
        .iter()
        .for_each(|note| term.say(&format!("look at: {note}")));
    Ok(Ok((lab, present)))
}
