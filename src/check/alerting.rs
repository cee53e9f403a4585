//! `alerting:` the metric, and an alert of one kind or the other.

use super::cx::Cx;
use super::nodes::in_bounds;
use super::path::Path;
use super::probe::workloads;
use crate::diag::{Code, Diagnostic};
use crate::model::alerting::{Alerting, Condition, Threshold};
use crate::model::names::{DisplayName, DnsLabel, Email, LabName, MetricName};
use crate::profile::At;
use crate::profile::raw::RawProfile;
use crate::profile::raw::alerting::{RawAlerting, RawCondition, RawThreshold};
use crate::source::Span;

/// Seconds between two notifications.
const RATE_LIMIT_SECONDS: u32 = 300;
/// Two days. Source: Cloud Monitoring documentation, "Log-based alerting policies", time between
/// notifications.
const MAX_RATE_LIMIT_SECONDS: u32 = 172_800;
const ALIGNMENT_PERIOD_MINUTES: u32 = 5;
/// 23 hours and 30 minutes, alignment period and duration together. Source: Cloud Monitoring
/// documentation, "Quotas and limits"; a refusal of the API by this number is told in
/// sourcegraph/sourcegraph-public-snapshot#64502.
const MAX_EVALUATED_MINUTES: u32 = 1_410;
const PERIOD: &str = "alignmentPeriodMinutes";
const DURATION: &str = "durationMinutes";

/// Metric and alert.
pub(super) fn alerting(
    cx: &mut Cx,
    profile: &RawProfile,
    lab: Option<&LabName>,
) -> Option<Alerting> {
    let raw = profile.alerting.as_ref()?;
    let root = Path::Root;
    let path = root.key("alerting");
    let lab = lab.map_or("lab", LabName::as_str);
    let metric = match &raw.metric {
        Some(given) => cx.parse(&path.key("metric"), Some(given), MetricName::parse),
        None => MetricName::parse(&format!("{lab}-denied")).ok(),
    };
    let alert = match &raw.alert {
        Some(given) => cx.parse(&path.key("alert"), Some(given), DisplayName::parse),
        None => DisplayName::parse(&format!("{lab}: denied connection")).ok(),
    };
    let workload = raw.workload.as_ref().and_then(|workload| {
        let known = workloads(profile).map(|name| (name, name));
        let name = cx.lookup(&path.key("workload"), "workload", workload, known)?;
        DnsLabel::parse(name).ok()
    });
    let email = raw.email.as_ref();
    let email = email.and_then(|email| cx.parse(&path.key("email"), Some(email), Email::parse));
    let condition = condition(cx, &path, raw);
    Some(Alerting {
        metric: metric?,
        alert: alert?,
        workload,
        condition: condition?,
        email,
    })
}

/// The condition, with its own words; those of the other kind are found.
fn condition(cx: &mut Cx, path: &Path<'_>, raw: &RawAlerting) -> Option<Condition> {
    let here = path.key("threshold");
    let threshold = raw.threshold.as_deref().cloned().unwrap_or_default();
    let threshold = self::threshold(cx, &here, &threshold);
    let limit_path = path.key("notificationRateLimitSeconds");
    let limit = raw.notification_rate_limit_seconds.as_ref();
    let seconds = limit.map_or(Some(RATE_LIMIT_SECONDS), |limit| {
        in_bounds(cx, &limit_path, limit, 1, MAX_RATE_LIMIT_SECONDS)
    });
    match raw.condition.as_ref() {
        Some(kind) if kind.value == RawCondition::MetricThreshold => {
            if let Some(limit) = limit {
                no_rate_limit(cx, &limit_path, limit.span, kind.span);
            }
            Some(Condition::MetricThreshold(threshold?))
        }
        kind => {
            if let Some(threshold) = &raw.threshold {
                no_threshold(cx, &here, threshold.span, kind);
            }
            Some(Condition::LogMatch {
                rate_limit_seconds: seconds?,
            })
        }
    }
}

fn threshold(cx: &mut Cx, path: &Path<'_>, raw: &RawThreshold) -> Option<Threshold> {
    let mut minutes = |key: &str, given: Option<&At<u32>>, default: u32, least: u32| {
        given.map_or(Some(default), |given| {
            in_bounds(cx, &path.key(key), given, least, MAX_EVALUATED_MINUTES)
        })
    };
    let period = raw.alignment_period_minutes.as_ref();
    let period = minutes(PERIOD, period, ALIGNMENT_PERIOD_MINUTES, 1);
    let duration = minutes(DURATION, raw.duration_minutes.as_ref(), 0, 0);
    let threshold = Threshold {
        value: raw.value.as_ref().map_or(0, |value| value.value),
        alignment_period_minutes: period?,
        duration_minutes: duration?,
    };
    let evaluated = threshold.alignment_period_minutes + threshold.duration_minutes;
    let last = raw.duration_minutes.as_ref().map(|at| (DURATION, at));
    let period = raw.alignment_period_minutes.as_ref();
    match last.or(period.map(|at| (PERIOD, at))) {
        Some((key, last)) if evaluated > MAX_EVALUATED_MINUTES => {
            let message = format!("a condition can't look back {evaluated} minutes");
            let right = format!("expected at most {MAX_EVALUATED_MINUTES}, both windows together");
            let finding = Diagnostic::new(Code::BadValue, message).at(last.span, right);
            cx.push(&path.key(key), finding);
            None
        }
        _ => Some(threshold),
    }
}

/// Source: Cloud Monitoring API reference, `AlertPolicy.AlertStrategy`.
fn no_rate_limit(cx: &mut Cx, path: &Path<'_>, at: Span, condition: Span) {
    cx.excluded(
        path,
        "a metric-threshold alert has no notification rate limit",
        at,
        "leave this out: it notifies once for each incident",
        Some((condition, "the alert stands on the metric")),
    );
}

fn no_threshold(cx: &mut Cx, path: &Path<'_>, at: Span, condition: Option<&At<RawCondition>>) {
    let right = "leave this out, or say `condition: metric-threshold`";
    match condition {
        Some(condition) => cx.excluded(
            path,
            "a log-match alert has no threshold",
            at,
            right,
            Some((condition.span, "every matching log entry counts")),
        ),
        None => cx.needs(
            path,
            "a threshold needs an alert on the metric",
            at,
            "expected `condition: metric-threshold` beside it",
        ),
    }
}
