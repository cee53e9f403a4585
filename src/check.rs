//! What was written -> what is true: a profile becomes a [`Lab`], or says all that stands in the
//! way.
//!
//! Every check goes on after a finding, with what is still known, so that one run reports
//! everything. Nothing here reads files or renders text.

mod alerting;
mod apart;
mod app;
mod calls;
mod cluster;
mod container;
mod control_plane;
mod cx;
mod edge;
mod exposure;
mod fqdn;
mod gateway;
mod grant;
mod labels;
pub mod lint;
mod location;
mod log_sink;
mod logging;
mod network;
mod nodes;
mod objects;
mod observability;
mod patch;
mod path;
mod places;
mod policy;
mod pools;
mod probe;
mod route;
mod service;
mod stage;
mod workload;

use crate::diag::{Checked, Code, Diagnostic, has_errors};
use crate::model::Lab;
use crate::model::logging::LoggingSpec;
use crate::model::names::{DnsLabel, LabName};
use crate::model::text::Prose;
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::suggest::nearest;
use crate::tree::RelPath;
use cx::Cx;
use path::Path;

pub use objects::findings as objects;
pub use places::places;

/// The version of the profile language that this dplab reads.
pub const FORMAT: &str = "dplab/v1";

/// Checks a profile as written. Findings come in the order of the checks.
pub fn lab(raw: &RawProfile) -> Checked<Lab> {
    let mut cx = Cx::default();
    let lab = read(&mut cx, raw);
    let findings = cx.found;
    Checked {
        value: lab.filter(|_| !has_errors(&findings)),
        findings,
    }
}

fn read(cx: &mut Cx, raw: &RawProfile) -> Option<Lab> {
    let root = Path::Root;
    format(cx, raw.format.as_ref());
    let name = name(cx, raw.name.as_ref());
    let description: Prose = cx.prose(&root.key("description"), raw.description.as_ref());
    let cluster = raw
        .cluster
        .as_ref()
        .and_then(|cluster| cluster::cluster(cx, cluster, name.as_ref(), edge::wants(raw)));
    let app = app::app(cx, raw.app.as_ref());
    let namespace = app.as_ref().map(|app| &app.namespace);
    let policies = policy::policies(cx, raw, app.as_ref(), cluster.as_ref());
    labels::policies(cx, raw, app.as_ref());
    let groups = policies.as_ref().map(|policies| &policies.groups);
    let logging_path = root.key("logging");
    let start = LoggingSpec::default();
    let logging = logging::logging(cx, &logging_path, raw.logging.as_ref(), start);
    let probes = probe::probes(cx, raw, app.as_ref());
    let namespaces = namespaces(raw, namespace);
    let stages = stage::stages(cx, raw, groups, logging, &namespaces);
    let alerting = alerting::alerting(cx, raw, name.as_ref());
    let log_sink = log_sink::log_sink(cx, raw, name.as_ref());
    Some(Lab {
        name: name?,
        description,
        cluster: cluster?,
        app: app?,
        policies: policies?.all,
        logging,
        alerting,
        log_sink,
        probes: probes?,
        stages: stages?,
    })
}

/// The lab's name, which is its folder's as well.
fn name(cx: &mut Cx, written: Option<&At<String>>) -> Option<LabName> {
    let root = Path::Root;
    let path = root.key("name");
    let name = cx.parse(&path, written, LabName::parse)?;
    if let (Err(error), Some(written)) = (RelPath::parse(name.as_str()), written) {
        let message = format!("`{name}` can't be a folder: {}", error.fault);
        let finding = Diagnostic::new(Code::BadValue, message);
        cx.push(&path, finding.at(written.span, "expected another name"));
        return None;
    }
    Some(name)
}

/// Every namespace that the profile names, the application's first.
fn namespaces(raw: &RawProfile, app: Option<&DnsLabel>) -> Vec<DnsLabel> {
    let policies = raw.policies.iter().flatten();
    let policies = policies.filter_map(|policy| policy.namespace.as_ref());
    let probes = raw.probes.iter().flatten();
    let probes = probes.filter_map(|probe| probe.from.as_ref()?.namespace.as_ref());
    let app_raw = raw.app.as_ref();
    let workloads = app_raw.and_then(|app| app.workloads.as_ref());
    let workloads = workloads.into_iter().flatten();
    let workloads = workloads.filter_map(|workload| workload.namespace.as_ref());
    let own = app_raw.and_then(|app| app.namespaces.as_ref());
    let own = own
        .into_iter()
        .flatten()
        .filter_map(|own| own.name.as_ref());
    let named = workloads.chain(own).chain(policies).chain(probes);
    let named = named.filter_map(|name| DnsLabel::parse(&name.value).ok());
    let carried = app_raw.map_or_else(Vec::new, |app| objects::namespaces(app));
    let named = named.chain(carried);
    let mut all: Vec<DnsLabel> = app.cloned().into_iter().chain(named).collect();
    let mut seen = Vec::new();
    all.retain(|name| {
        let new = !seen.contains(name);
        seen.push(name.clone());
        new
    });
    all
}

fn format(cx: &mut Cx, written: Option<&At<String>>) {
    let Some(written) = written.filter(|written| written.value != FORMAT) else {
        return;
    };
    let message = format!(
        "this dplab does not know the profile format `{}`",
        written.value
    );
    let mut finding = Diagnostic::new(Code::UnknownFormat, message)
        .at(written.span, format!("expected `{FORMAT}`"));
    finding = match written.value.strip_prefix("dplab/v").map(str::parse::<u32>) {
        Some(Ok(2..)) => finding
            .help("a newer dplab may know it: install one, or ask the profile's author for v1")
            .help("`dplab --version` says which one this is"),
        _ => finding.help("every profile begins with the line `format: dplab/v1`"),
    };
    if nearest(&written.value, [FORMAT]).is_some() {
        finding = finding.suggest(written.span, FORMAT);
    }
    let root = Path::Root;
    cx.push(&root.key("format"), finding);
}
