//! `probes:` where each comes from, where it goes, and who must still get through.

use super::app::{DEFAULT, label};
use super::calls::endpoint;
use super::cx::Cx;
use super::nodes::in_bounds;
use super::path::Path;
use crate::diag::{Code, Diagnostic};
use crate::model::app::App;
use crate::model::labels::Labels;
use crate::model::names::{DnsLabel, ImageRef};
use crate::model::service::Service;
use crate::model::stage::{Probe, ProbeSource, ProbeTarget};
use crate::model::text::Line;
use crate::model::workload::{Workload, WorkloadKind};
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::app::RawApp;
use crate::profile::raw::stage::{RawProbe, RawProbeSource};
use crate::source::Span;

/// Seconds after which a probe's connection counts as denied.
const TIMEOUT_SECONDS: u32 = 5;

/// The probes. `app` is none where the application has mistakes of its own.
pub(super) fn probes(cx: &mut Cx, raw: &RawProfile, app: Option<&App>) -> Option<Vec<Probe>> {
    let root = Path::Root;
    let path = root.key("probes");
    let given = raw.probes.as_deref().unwrap_or_default();
    cx.unique(
        &path,
        "a probe",
        given.iter().map(|probe| probe.name.as_ref()),
    );
    let pods = given.iter().map(|probe| {
        let pod = probe.from.as_ref().and_then(|from| from.pod.as_ref());
        pod.or(probe.name.as_ref())
    });
    cx.unique(&path, "a probe's pod", pods);
    let each = given.iter().enumerate();
    let all: Vec<_> = each
        .map(|(index, probe)| self::probe(cx, &path.index(index), probe, raw, app))
        .collect();
    all.into_iter().collect()
}

fn probe(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawProbe,
    profile: &RawProfile,
    app: Option<&App>,
) -> Option<Probe> {
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), DnsLabel::parse);
    let description = cx.prose(&path.key("description"), raw.description.as_ref());
    let source = raw.from.as_ref().and_then(|from| {
        self::source(cx, &path.key("from"), from, raw.name.as_ref(), profile, app)
    });
    let target = target(cx, &path.key("to"), raw.to.as_ref(), profile, app);
    let prints = raw
        .prints
        .as_ref()
        .and_then(|prints| cx.parse(&path.key("prints"), Some(prints), Line::parse));
    let control = control(cx, &path.key("control"), raw, profile);
    let run = raw.run.as_ref()?;
    let here = path.key("timeoutSeconds");
    let timeout = raw.timeout_seconds.as_ref();
    let timeout = timeout.map_or(Some(TIMEOUT_SECONDS), |s| in_bounds(cx, &here, s, 1, 60));
    Some(Probe {
        name: name?,
        description,
        source: source?,
        target: target?,
        run: run.iter().map(|word| word.value.clone()).collect(),
        prints,
        timeout_seconds: timeout?,
        control,
    })
}

fn source(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawProbeSource,
    probe: Option<&At<String>>,
    profile: &RawProfile,
    app: Option<&App>,
) -> Option<ProbeSource> {
    let pod = raw.pod.as_ref().or(probe);
    let pod = cx.parse(&path.key("pod"), pod, DnsLabel::parse);
    let image = cx.parse(&path.key("image"), raw.image.as_ref(), ImageRef::parse);
    let like = raw
        .r#as
        .as_ref()
        .and_then(|name| app?.workload(&name.value));
    let namespace = match (&raw.namespace, like) {
        (Some(given), _) => cx.parse(&path.key("namespace"), Some(given), DnsLabel::parse),
        (None, Some(workload)) => Some(workload.namespace.clone()),
        (None, None) => app.map(|app| app.namespace.clone()),
    };
    let mut labels = Labels::new();
    let stands_for = raw.r#as.as_ref().and_then(|workload| {
        let known = workloads(profile).map(|name| (name, name));
        let name = cx.lookup(&path.key("as"), "workload", workload, known)?;
        labels = app?.workload(name)?.labels.clone();
        DnsLabel::parse(name).ok()
    });
    for (key, value) in raw.labels.iter().flat_map(|labels| labels.iter()) {
        label(cx, &path.key("labels"), key, value, &mut labels);
    }
    if let (true, Some(pod)) = (labels.is_empty(), &pod) {
        // What `kubectl run` gives a pod.
        labels.insert("run", pod.as_str());
    }
    if let (Some(app), Some(namespace)) = (app, &namespace) {
        let at = raw.r#as.as_ref().map(|name| name.span);
        let at = at.or_else(|| raw.labels.as_ref()?.iter().next().map(|(key, _)| key.span));
        taken_in(cx, path, (app, namespace, &labels), at);
    }
    Some(ProbeSource {
        pod: pod?,
        namespace: namespace?,
        image: image?,
        stands_for,
        labels,
    })
}

/// Who would take a probe's pod for one of its own: a DaemonSet, which then deletes it as one too many
/// (Kubernetes documentation, "DaemonSet", on its selector), and a Service that sends connections also
/// to pods that aren't ready.
fn taken_in(
    cx: &mut Cx,
    path: &Path<'_>,
    (app, namespace, labels): (&App, &DnsLabel, &Labels),
    at: Option<Span>,
) {
    let Some(at) = at else { return };
    let here = app
        .workloads
        .iter()
        .filter(|one| one.namespace == *namespace);
    let meant = |selector: &Labels| {
        selector
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value))
    };
    let daemon = |one: &&Workload| one.kind == WorkloadKind::DaemonSet && meant(&one.selector);
    if let Some(daemon) = here.clone().find(daemon) {
        let message = format!(
            "the DaemonSet `{}` takes the probe's pod for one of its own, and deletes it",
            daemon.name
        );
        let right = "expected another workload, or labels that the DaemonSet doesn't select";
        cx.excluded(path, &message, at, right, None);
    }
    let mut services = here.flat_map(|one| &one.services);
    let open =
        |service: &&Service| service.publish_not_ready == Some(true) && service.selects(labels);
    if let Some(service) = services.find(open) {
        let message = format!(
            "the Service `{}` sends connections to the probe's pod too, ready or not",
            service.name
        );
        let right = "expected labels that the Service doesn't select";
        cx.excluded(path, &message, at, right, None);
    }
}

/// The workloads' names, as written.
pub(super) fn workloads(profile: &RawProfile) -> impl Iterator<Item = &str> {
    let app = profile.app.as_ref();
    let all = app.and_then(|app| app.workloads.as_ref());
    all.into_iter()
        .flatten()
        .filter_map(|workload| Some(workload.name.as_ref()?.value.as_str()))
}

fn target(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: Option<&At<String>>,
    profile: &RawProfile,
    app: Option<&App>,
) -> Option<ProbeTarget> {
    let empty = RawApp::default();
    let written = profile.app.as_ref().map_or(&empty, |app| &app.value);
    let home = written.namespace.as_ref();
    let home = home.map_or(DEFAULT, |namespace| &namespace.value);
    let raw = raw?;
    let call = endpoint(cx, path, raw, (written, home))?;
    let app = app?;
    let (service, port) = app.called(&call)?;
    let found = app.behind(&call.namespace, service).find_map(|workload| {
        let arrives = App::arrives_at(workload, service, port);
        let (_, number) = arrives.first().copied()?;
        Some((workload.name.clone(), number))
    });
    let Some((workload, pod_port)) = found else {
        let message = format!("no pods stand behind `{}`", raw.value);
        let finding = Diagnostic::new(Code::UnknownName, message).at(
            raw.span,
            "expected a Service whose selector and target port find pods",
        );
        cx.push(path, finding);
        return None;
    };
    Some(ProbeTarget {
        namespace: call.namespace,
        workload,
        service: call.service,
        port: call.port,
        pod_port,
    })
}

fn control(cx: &mut Cx, path: &Path<'_>, raw: &RawProbe, profile: &RawProfile) -> Option<DnsLabel> {
    let control = raw.control.as_ref()?;
    let own = raw.name.as_ref().map(|name| name.value.as_str());
    let others = probe_names(profile)
        .filter(|name| Some(*name) != own)
        .map(|name| (name, name));
    let name = cx.lookup(path, "other probe", control, others)?;
    DnsLabel::parse(name).ok()
}

fn probe_names(profile: &RawProfile) -> impl Iterator<Item = &str> {
    let probes = profile.probes.iter().flatten();
    probes.filter_map(|probe| Some(probe.name.as_ref()?.value.as_str()))
}
