//! The selector that means a workload's pods and no other's.

use crate::model::app::App;
use crate::model::labels::{Labels, NAMESPACE_NAME_LABEL};
use crate::model::names::DnsLabel;
use crate::model::policy::Peer;
use crate::model::selector::{Operator, Requirement, Selector};
use crate::model::workload::Workload;

/// The pods of a workload, seen from their own namespace.
///
/// The labels of the workload's selector are enough unless other pods carry them as well; then all
/// of the pods' labels are taken, and labels that only the others have must be absent.
pub(super) fn of(app: &App, workload: &Workload) -> Selector {
    let short = plain(&workload.selector);
    if others(app, workload, &short).next().is_none() {
        return short;
    }
    let mut full = plain(&workload.labels);
    let mut absent: Vec<Requirement> = Vec::new();
    for other in others(app, workload, &full) {
        let only = other
            .labels
            .iter()
            .find(|(key, _)| workload.labels.get(key).is_none());
        let Some((key, _)) = only else { continue };
        let told = absent.iter().any(|one| one.key() == key);
        let requirement = Requirement::parse(key, Operator::DoesNotExist, None);
        absent.extend(requirement.ok().filter(|_| !told));
    }
    full.match_expressions = (!absent.is_empty()).then_some(absent);
    full
}

/// Pods of a namespace, seen from another one or from the same.
pub(super) fn peer(pods: &Selector, home: &DnsLabel, from: &DnsLabel) -> Peer {
    let pods = pods.clone();
    if home == from {
        return Peer::Pods(pods);
    }
    Peer::PodsIn {
        pods,
        namespaces: Selector::labels([(NAMESPACE_NAME_LABEL, home.as_str())]),
    }
}

fn plain(labels: &Labels) -> Selector {
    Selector::labels(labels.iter())
}

/// Other workloads of the namespace whose pods a selector means as well.
fn others<'a>(
    app: &'a App,
    workload: &'a Workload,
    selector: &'a Selector,
) -> impl Iterator<Item = &'a Workload> {
    app.workloads.iter().filter(move |other| {
        other.namespace == workload.namespace
            && other.name != workload.name
            && selector.matches(&other.labels)
    })
}
