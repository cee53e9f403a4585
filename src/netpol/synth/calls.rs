//! Where calls lead, looked up once: each pair of workloads asks.

use super::pods;
use crate::model::app::{App, PodPort};
use crate::model::names::DnsLabel;
use crate::model::selector::Selector;
use crate::model::service::{Service, ServicePort};
use crate::model::workload::Workload;

/// Where a call leads: a namespace, a Service there, and its port.
pub(super) type Led<'a> = (&'a DnsLabel, &'a Service, &'a ServicePort);

/// Every workload's calls with where they lead, looked up once.
pub(super) struct Calls<'a> {
    pub(super) app: &'a App,
    led: Vec<Vec<Led<'a>>>,
    /// The selector of each workload's pods.
    pods: Vec<Selector>,
}

impl<'a> Calls<'a> {
    pub(super) fn of(app: &'a App) -> Self {
        let led = app.workloads.iter().map(|caller| resolved(app, caller));
        let pods = app.workloads.iter().map(|workload| pods::of(app, workload));
        Self {
            app,
            led: led.collect(),
            pods: pods.collect(),
        }
    }

    /// Each workload with the selector of its pods and where its calls lead.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'a Workload, &Selector, &[Led<'a>])> {
        let led = self.led.iter().map(Vec::as_slice);
        let all = self.app.workloads.iter().zip(&self.pods).zip(led);
        all.map(|((workload, pods), led)| (workload, pods, led))
    }
}

/// Where a workload's calls lead.
pub(super) fn resolved<'a>(app: &'a App, caller: &'a Workload) -> Vec<Led<'a>> {
    let calls = caller.calls.iter();
    let led = calls.filter_map(|call| {
        let (service, ports) = app.called_ports(call)?;
        let ports = ports.into_iter();
        Some(ports.map(move |port| (&call.namespace, service, port)))
    });
    led.flatten().collect()
}

/// The pod ports of `target` that calls lead to, sorted.
pub(super) fn ports_at(target: &Workload, led: &[Led<'_>]) -> Vec<PodPort> {
    let behind = led.iter().filter(|(namespace, service, _)| {
        **namespace == target.namespace && service.selects(&target.labels)
    });
    let mut ports: Vec<PodPort> = behind
        .flat_map(|(_, service, port)| App::arrives_at(target, service, port))
        .collect();
    ports.sort();
    ports.dedup();
    ports
}
