//! `app.workloads:` pods and what makes them.

use serde_json::{Value as Json, json};

use super::app::{DEFAULT, annotations, each, label, labels};
use super::calls::calls;
use super::container::{self, natives, not_empty};
use super::cx::Cx;
use super::patch::{OF_WORKLOAD, patch};
use super::path::Path;
use super::service::{Behind, service};
use crate::diag::{Code, Diagnostic};
use crate::model::labels::Labels;
use crate::model::names::{DnsLabel, DnsSubdomain};
use crate::model::schedule::Schedule;
use crate::model::service::Service;
use crate::model::workload::{
    Autoscaling, DisruptionBudget, RestartPolicy, Workload, WorkloadKind,
};
use crate::profile::At;
use crate::profile::raw::Texts;
use crate::profile::raw::app::{RawApp, RawDefaults};
use crate::profile::raw::policy::RawPortRef;
use crate::profile::raw::workload::{
    RawDisruptionBudget, RawPodAutoscaling, RawRestartPolicy, RawWorkload, RawWorkloadKind,
};
use crate::source::Span;

/// The label that ties pods to their workload, Services to their pods, policies to both.
const APP: &str = "app";

/// A workload with all that belongs to it.
pub(super) fn workload(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &At<RawWorkload>,
    app: &RawApp,
) -> Option<Workload> {
    let defaults = app.defaults.as_ref().map(|defaults| &defaults.value);
    let name = cx.parse(&path.key("name"), raw.name.as_ref(), DnsLabel::parse);
    let namespace = namespace(cx, path, raw, app);
    let container = container::main(cx, path, raw, defaults);
    let here = &path.key("initContainers");
    let init = each(cx, here, raw.init_containers.as_ref(), |cx, path, raw| {
        container::other(cx, path, raw, defaults)
    });
    let here = &path.key("sidecars");
    let sidecars = each(cx, here, raw.sidecars.as_ref(), |cx, path, raw| {
        container::other(cx, path, raw, defaults)
    });
    container::distinct(cx, path, raw);
    container::mounts(cx, path, raw);
    let account = &path.key("serviceAccount");
    let service_account = cx.parse(account, raw.service_account.as_ref(), DnsSubdomain::parse);
    let labels = pod_labels(cx, path, raw);
    let object_labels = object_labels(cx, path, raw, defaults, &labels.selector);
    let services = services(cx, path, raw, defaults, &labels.selector);
    let (calls, outside) = calls(cx, path, raw, app);
    let kind = kind(cx, path, raw);
    Some(Workload {
        name: name?,
        namespace: namespace?,
        annotations: annotations(cx, &path.key("annotations"), raw.annotations.as_ref()),
        object_labels,
        object_annotations: annotations(
            cx,
            &path.key("objectAnnotations"),
            raw.object_annotations.as_ref(),
        ),
        replicas: replicas(cx, path, raw, &kind),
        service_account,
        metadata_server: is_true(raw.metadata_server.as_ref()),
        init_containers: init?,
        container: container?,
        sidecars: sidecars?,
        security_context: pod_security(raw, defaults),
        volumes: natives(raw.volumes.as_ref()),
        host_network: is_true(raw.host_network.as_ref()),
        termination_grace_period_seconds: raw
            .termination_grace_period_seconds
            .as_ref()
            .map(|seconds| seconds.value),
        restart_policy: restarts(cx, path, raw, &kind),
        autoscaling: autoscaling(cx, path, raw),
        disruption_budget: disruption_budget(cx, path, raw),
        services: services?,
        calls,
        outside,
        patch: patch(cx, &path.key("patch"), raw.patch.as_ref(), OF_WORKLOAD),
        kind: kind?,
        selector: labels.selector,
        labels: labels.pods,
    })
}

fn is_true(raw: Option<&At<bool>>) -> bool {
    raw.is_some_and(|truth| truth.value)
}

fn namespace(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload, app: &RawApp) -> Option<DnsLabel> {
    match (&raw.namespace, &app.namespace) {
        (Some(own), _) => cx.parse(&path.key("namespace"), Some(own), DnsLabel::parse),
        // If it is wrong, that is one finding, at its own place.
        (None, Some(all)) => DnsLabel::parse(&all.value).ok(),
        (None, None) => DnsLabel::parse(DEFAULT).ok(),
    }
}

/// What Kubernetes finds pods by, and all that they carry.
struct PodLabels {
    selector: Labels,
    pods: Labels,
}

fn pod_labels(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) -> PodLabels {
    let selector = selector(cx, path, raw);
    let here = path.key("labels");
    let mut pods = selector.clone();
    for (key, value) in raw.labels.iter().flat_map(Texts::iter) {
        if selector.get(&key.value).is_some() {
            let message = match raw.selector {
                Some(_) => format!("the selector gives the label `{}` its value", key.value),
                None => "the label `app` always holds the workload's name".to_owned(),
            };
            let here = here.key(&key.value);
            cx.excluded(&here, &message, key.span, "leave this out", None);
        }
        label(cx, &here, key, value, &mut pods);
    }
    PodLabels { selector, pods }
}

fn selector(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) -> Labels {
    let Some(given) = &raw.selector else {
        let name = raw.name.as_ref().map_or("", |name| name.value.as_str());
        return [(APP, name)].into_iter().collect();
    };
    let here = path.key("selector");
    let at = raw.name.as_ref().map(|name| name.span);
    let kind = raw.kind.as_ref().map(|kind| kind.value);
    let ends = matches!(kind, Some(RawWorkloadKind::Job | RawWorkloadKind::CronJob));
    // A Job finds its pods by a label that Kubernetes gives them.
    if let (true, Some(at)) = (given.0.is_empty() && !ends, at) {
        let message = "a selector without labels would find every pod";
        cx.needs(&here, message, at, "expected a label or more in `selector`");
    }
    labels(cx, &here, Some(given))
}

fn object_labels(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawWorkload,
    defaults: Option<&RawDefaults>,
    selector: &Labels,
) -> Labels {
    match &raw.object_labels {
        Some(own) => labels(cx, &path.key("objectLabels"), Some(own)),
        None => default_labels(cx, defaults, selector),
    }
}

/// Labels of objects that don't say theirs: those that all have, or the selector's.
fn default_labels(cx: &mut Cx, defaults: Option<&RawDefaults>, selector: &Labels) -> Labels {
    let root = Path::Root;
    let app = root.key("app");
    let defaults_path = app.key("defaults");
    match defaults.and_then(|defaults| defaults.object_labels.as_ref()) {
        Some(all) => labels(cx, &defaults_path.key("objectLabels"), Some(all)),
        None => selector.clone(),
    }
}

fn services(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawWorkload,
    defaults: Option<&RawDefaults>,
    selector: &Labels,
) -> Option<Vec<Service>> {
    let labels = default_labels(&mut Cx::default(), defaults, selector);
    let behind = Behind {
        workload: raw,
        selector,
        labels: &labels,
    };
    let here = path.key("services");
    each(cx, &here, raw.services.as_ref(), |cx, path, raw| {
        service(cx, path, raw, &behind)
    })
}

fn kind(cx: &mut Cx, path: &Path<'_>, raw: &At<RawWorkload>) -> Option<WorkloadKind> {
    let word = raw.kind.as_ref().map(|kind| kind.value);
    let word = word.unwrap_or(RawWorkloadKind::Deployment);
    let only = |cx: &mut Cx, key: &str, at: Option<Span>, of: RawWorkloadKind| {
        let Some(at) = at.filter(|_| word != of) else {
            return;
        };
        let message = format!("only a {of:?} has `{key}`, and this is a {word:?}");
        let because = raw.kind.as_ref().map(|kind| (kind.span, "its kind"));
        cx.excluded(&path.key(key), &message, at, "leave this out", because);
    };
    let schedule = raw.schedule.as_ref();
    let claims = raw.volume_claim_templates.as_ref().and_then(|c| c.first());
    only(
        cx,
        "schedule",
        schedule.map(|s| s.span),
        RawWorkloadKind::CronJob,
    );
    let at = raw.service_name.as_ref().map(|name| name.span);
    only(cx, "serviceName", at, RawWorkloadKind::StatefulSet);
    let at = claims.map(|claim| claim.span);
    only(cx, "volumeClaimTemplates", at, RawWorkloadKind::StatefulSet);
    Some(match word {
        RawWorkloadKind::Deployment => WorkloadKind::Deployment,
        RawWorkloadKind::DaemonSet => WorkloadKind::DaemonSet,
        RawWorkloadKind::Job => WorkloadKind::Job,
        RawWorkloadKind::StatefulSet => WorkloadKind::StatefulSet {
            service_name: pods_service(raw),
            claims: natives(raw.volume_claim_templates.as_ref()),
        },
        RawWorkloadKind::CronJob => WorkloadKind::CronJob {
            schedule: self::schedule(cx, path, raw)?,
        },
    })
}

/// The Service that names a StatefulSet's pods: the one said, or the first.
fn pods_service(raw: &RawWorkload) -> String {
    let first = raw.services.iter().flatten().next();
    let first = first.and_then(|service| service.name.as_ref().or(raw.name.as_ref()));
    let name = raw.service_name.as_ref().or(first);
    name.map_or_else(String::new, |name| name.value.clone())
}

fn schedule(cx: &mut Cx, path: &Path<'_>, raw: &At<RawWorkload>) -> Option<Schedule> {
    let here = path.key("schedule");
    let Some(schedule) = &raw.schedule else {
        let at = raw.kind.as_ref().map_or(raw.span, |kind| kind.span);
        cx.needs(
            &here,
            "a CronJob needs to know when",
            at,
            "expected a `schedule` as well",
        );
        return None;
    };
    match Schedule::parse(&schedule.value) {
        Ok(schedule) => Some(schedule),
        Err(error) => {
            let right = "expected minute, hour, day, month and weekday, such as `*/5 * * * *`";
            let finding = Diagnostic::new(Code::BadValue, error.to_string());
            cx.push(&here, finding.at(schedule.span, right));
            None
        }
    }
}

fn replicas(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawWorkload,
    kind: &Option<WorkloadKind>,
) -> Option<u32> {
    let replicas = raw.replicas.as_ref()?;
    let here = path.key("replicas");
    if let Some(scaled) = &raw.autoscaling {
        let message = "the autoscaler says how many pods there are";
        let because = Some((scaled.span, "it stands here"));
        cx.excluded(&here, message, replicas.span, "leave this out", because);
    }
    let fixed = matches!(kind, Some(WorkloadKind::DaemonSet));
    if fixed || kind.as_ref().is_some_and(|kind| !kind.runs_on()) {
        let message = "only a Deployment or a StatefulSet has `replicas`";
        let because = raw.kind.as_ref().map(|kind| (kind.span, "its kind"));
        cx.excluded(&here, message, replicas.span, "leave this out", because);
    }
    Some(replicas.value)
}

/// What the workload says, what all say, or what Pod Security `restricted` asks for.
fn pod_security(raw: &RawWorkload, defaults: Option<&RawDefaults>) -> Option<Json> {
    let own = raw.pod_security_context.as_ref();
    let all = defaults.and_then(|defaults| defaults.pod_security_context.as_ref());
    let given = own.or(all).map(|given| given.json.clone());
    let restricted = || json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
    not_empty(given.unwrap_or_else(restricted))
}

/// The model's word.
pub(super) fn restart_policy(raw: &At<RawRestartPolicy>) -> RestartPolicy {
    match raw.value {
        RawRestartPolicy::Always => RestartPolicy::Always,
        RawRestartPolicy::OnFailure => RestartPolicy::OnFailure,
        RawRestartPolicy::Never => RestartPolicy::Never,
    }
}

/// Pods that run on are always started again; those of a Job never are once they have ended well.
fn restarts(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawWorkload,
    kind: &Option<WorkloadKind>,
) -> Option<RestartPolicy> {
    let runs_on = kind.as_ref().is_none_or(WorkloadKind::runs_on);
    let Some(written) = &raw.restart_policy else {
        return (!runs_on).then_some(RestartPolicy::OnFailure);
    };
    let policy = restart_policy(written);
    if kind.is_some() && runs_on != (policy == RestartPolicy::Always) {
        let right = match runs_on {
            true => "expected `Always`",
            false => "expected `OnFailure` or `Never`",
        };
        let message = "pods of this kind can't have this restart policy";
        let because = raw.kind.as_ref().map(|kind| (kind.span, "the kind"));
        cx.excluded(
            &path.key("restartPolicy"),
            message,
            written.span,
            right,
            because,
        );
    }
    Some(policy)
}

fn autoscaling(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) -> Option<Autoscaling> {
    let raw: &At<RawPodAutoscaling> = raw.autoscaling.as_ref()?;
    let here = path.key("autoscaling");
    if raw.cpu.is_none() && raw.memory.is_none() {
        let message = "an autoscaler needs something to go by";
        cx.needs(
            &here,
            message,
            raw.span,
            "expected `cpu` or `memory`, in percent",
        );
    }
    let value = |raw: Option<&At<u32>>| raw.map(|number| number.value);
    let max = raw.max.as_ref()?;
    let min = value(raw.min.as_ref());
    if min.unwrap_or(1) > max.value || max.value == 0 {
        let message = format!("at most {} pods are fewer than the fewest", max.value);
        let finding = Diagnostic::new(Code::BadValue, message)
            .at(max.span, "expected a number that isn't below `min`");
        cx.push(&here.key("max"), finding);
    }
    Some(Autoscaling {
        min,
        max: max.value,
        cpu: value(raw.cpu.as_ref()),
        memory: value(raw.memory.as_ref()),
    })
}

fn disruption_budget(cx: &mut Cx, path: &Path<'_>, raw: &RawWorkload) -> Option<DisruptionBudget> {
    let raw: &At<RawDisruptionBudget> = raw.disruption_budget.as_ref()?;
    let here = path.key("disruptionBudget");
    match (&raw.min_available, &raw.max_unavailable) {
        (Some(left), None) => {
            let left = amount(cx, &here.key("minAvailable"), left)?;
            Some(DisruptionBudget::MinAvailable(left))
        }
        (None, Some(missing)) => {
            let missing = amount(cx, &here.key("maxUnavailable"), missing)?;
            Some(DisruptionBudget::MaxUnavailable(missing))
        }
        _ => {
            let message = "a disruption budget says one thing";
            let right = "expected `minAvailable` or `maxUnavailable`, and not both";
            cx.needs(&here, message, raw.span, right);
            None
        }
    }
}

/// A number of pods, or a share of them up to all.
fn amount(cx: &mut Cx, path: &Path<'_>, raw: &At<RawPortRef>) -> Option<Json> {
    let share = match &raw.value {
        RawPortRef::Number(number) => return Some(json!(number)),
        RawPortRef::Name(share) => share,
    };
    let digits = share.strip_suffix('%').unwrap_or_default();
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if plain && digits.parse().is_ok_and(|percent: u32| percent <= 100) {
        return Some(json!(share));
    }
    let message = format!("`{share}` is no share of the pods");
    let right = "expected a number, or a share from `0%` to `100%`";
    cx.push(
        path,
        Diagnostic::new(Code::BadValue, message).at(raw.span, right),
    );
    None
}
