//! `cluster.logging` and `cluster.monitoring`: which components GKE collects from.

use super::cx::Cx;
use super::path::Path;
use crate::model::cluster::{LoggingComponent, MonitoringComponent};
use crate::profile::raw::cluster::{RawCluster, RawLoggingComponent, RawMonitoringComponent};
use crate::source::Span;

pub(super) fn logging(cx: &mut Cx, path: &Path<'_>, raw: &RawCluster) -> Vec<LoggingComponent> {
    let Some(given) = raw.logging.as_ref() else {
        return vec![LoggingComponent::System, LoggingComponent::Workload];
    };
    let components = given.iter().map(|component| match component.value {
        RawLoggingComponent::System => LoggingComponent::System,
        RawLoggingComponent::Workload => LoggingComponent::Workload,
        RawLoggingComponent::ApiServer => LoggingComponent::ApiServer,
        RawLoggingComponent::Scheduler => LoggingComponent::Scheduler,
        RawLoggingComponent::ControllerManager => LoggingComponent::ControllerManager,
    });
    let components = sorted(components.collect());
    if let (Some(first), false) = (
        given.first(),
        components.contains(&LoggingComponent::System),
    ) {
        let message = "without `SYSTEM` the cluster sends no policy logs";
        without_system(cx, &path.key("logging"), message, first.span);
    }
    components
}

pub(super) fn monitoring(
    cx: &mut Cx,
    path: &Path<'_>,
    raw: &RawCluster,
) -> Vec<MonitoringComponent> {
    let Some(given) = raw.monitoring.as_ref() else {
        return vec![MonitoringComponent::System];
    };
    let components = given.iter().map(|component| match component.value {
        RawMonitoringComponent::System => MonitoringComponent::System,
        RawMonitoringComponent::ApiServer => MonitoringComponent::ApiServer,
        RawMonitoringComponent::Scheduler => MonitoringComponent::Scheduler,
        RawMonitoringComponent::ControllerManager => MonitoringComponent::ControllerManager,
        RawMonitoringComponent::Storage => MonitoringComponent::Storage,
        RawMonitoringComponent::Pod => MonitoringComponent::Pod,
        RawMonitoringComponent::Deployment => MonitoringComponent::Deployment,
        RawMonitoringComponent::Statefulset => MonitoringComponent::StatefulSet,
        RawMonitoringComponent::Daemonset => MonitoringComponent::DaemonSet,
        RawMonitoringComponent::Hpa => MonitoringComponent::Hpa,
        RawMonitoringComponent::Kubelet => MonitoringComponent::Kubelet,
        RawMonitoringComponent::Cadvisor => MonitoringComponent::Cadvisor,
    });
    let components = sorted(components.collect());
    if let (Some(first), false) = (
        given.first(),
        components.contains(&MonitoringComponent::System),
    ) {
        let message = "GKE takes no monitoring components without `SYSTEM`";
        without_system(cx, &path.key("monitoring"), message, first.span);
    }
    components
}

fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort();
    all.dedup();
    all
}

fn without_system(cx: &mut Cx, path: &Path<'_>, message: &str, at: Span) {
    cx.needs(path, message, at, "expected `SYSTEM` in the list");
}
