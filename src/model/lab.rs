//! The whole lab.

use super::alerting::Alerting;
use super::app::{App, Object};
use super::cluster::Cluster;
use super::fqdn::FqdnPolicySpec;
use super::labels::Labels;
use super::log_sink::LogSink;
use super::logging::LoggingSpec;
use super::names::{DnsLabel, DnsSubdomain, LabName};
use super::policy::NetworkPolicySpec;
use super::stage::{Probe, Stage};
use super::text::Prose;

/// A lab: every name in it agrees with what it names.
#[derive(Debug, Clone)]
pub struct Lab {
    /// Name of the lab, and of its folder.
    pub name: LabName,
    /// What the lab shows; may be empty.
    pub description: Prose,
    /// The cluster.
    pub cluster: Cluster,
    /// The application.
    pub app: App,
    /// Policies in the order written.
    pub policies: Vec<Policy>,
    /// Policy logging as the lab starts.
    pub logging: LoggingSpec,
    /// Metric and alert.
    pub alerting: Option<Alerting>,
    /// Where else the policy log goes.
    pub log_sink: Option<LogSink>,
    /// Probes in the order written.
    pub probes: Vec<Probe>,
    /// Stages in order.
    pub stages: Vec<Stage>,
}

/// A policy of one of the kinds that GKE serves.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Name of the object.
    pub name: DnsSubdomain,
    /// Namespace of the object.
    pub namespace: DnsLabel,
    /// What it is for; may be empty.
    pub description: Prose,
    /// Labels, in the order written.
    pub labels: Labels,
    /// Annotations, in the order written.
    pub annotations: Labels,
    /// The policy itself.
    pub spec: PolicySpec,
}

/// What a policy says, in the words of its kind.
#[derive(Debug, Clone)]
pub enum PolicySpec {
    /// NetworkPolicy (networking.k8s.io/v1).
    Network(NetworkPolicySpec),
    /// FQDNNetworkPolicy (networking.gke.io/v1alpha1).
    Fqdn(FqdnPolicySpec),
}

impl PolicySpec {
    /// Group and version of its kind.
    pub fn api_version(&self) -> &'static str {
        match self {
            PolicySpec::Network(_) => "networking.k8s.io/v1",
            PolicySpec::Fqdn(_) => "networking.gke.io/v1alpha1",
        }
    }

    /// The kind of object.
    pub fn kind(&self) -> &'static str {
        match self {
            PolicySpec::Network(_) => "NetworkPolicy",
            PolicySpec::Fqdn(_) => "FQDNNetworkPolicy",
        }
    }
}

impl Lab {
    /// The policies with these names, in the order of the names. A name may stand for policies of
    /// several namespaces.
    pub fn policies_named<'a>(
        &'a self,
        names: &'a [DnsSubdomain],
    ) -> impl Iterator<Item = &'a Policy> {
        names.iter().flat_map(|name| {
            let all = self.policies.iter();
            all.filter(move |policy| policy.name == *name)
        })
    }

    /// The probe with this name.
    pub fn probe(&self, name: &DnsLabel) -> Option<&Probe> {
        self.probes.iter().find(|probe| probe.name == *name)
    }

    /// Every namespace that the lab puts something into, sorted.
    pub fn namespaces(&self) -> Vec<&DnsLabel> {
        let app = &self.app;
        let mut all = vec![&app.namespace];
        all.extend(app.workloads.iter().map(|workload| &workload.namespace));
        all.extend(app.namespaces.iter().map(|own| &own.name));
        all.extend(app.service_accounts.iter().map(|one| &one.namespace));
        all.extend(app.config_maps.iter().map(|one| &one.namespace));
        all.extend(app.ingresses.iter().map(|one| &one.namespace));
        all.extend(app.gateways.iter().map(|one| &one.meta.namespace));
        all.extend(app.http_routes.iter().map(|one| &one.meta.namespace));
        all.extend(app.reference_grants.iter().map(|one| &one.meta.namespace));
        all.extend(app.objects.iter().flat_map(Object::namespaces));
        all.extend(self.policies.iter().map(|policy| &policy.namespace));
        all.extend(self.probes.iter().map(|probe| &probe.source.namespace));
        all.sort();
        all.dedup();
        all
    }

    /// The namespaces that the lab makes and takes down again, sorted: not those that every cluster
    /// has, that are there already, or that come with an object which is carried as it is.
    pub fn made_namespaces(&self) -> impl Iterator<Item = &DnsLabel> {
        let own = self.app.namespaces.iter();
        let existing = own.filter(|own| own.existing).map(|own| &own.name);
        let carried = self.app.objects.iter().filter_map(|o| o.makes.as_ref());
        let there: Vec<&DnsLabel> = existing.chain(carried).collect();
        let all = self.namespaces().into_iter();
        all.filter(move |name| !is_in_every_cluster(name) && !there.contains(name))
    }
}

/// Namespaces that Kubernetes and GKE make themselves. Sources: Kubernetes documentation,
/// "Namespaces" (initial namespaces); GKE documentation, "Managed Service for Prometheus" and
/// "GKE managed namespaces".
fn is_in_every_cluster(name: &DnsLabel) -> bool {
    let name = name.as_str();
    matches!(name, "default" | "gmp-public" | "gmp-system")
        || name.starts_with("kube-")
        || name.starts_with("gke-managed-")
}
