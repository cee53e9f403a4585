//! Questions about single policies, for those who look for mistakes in them.

use super::peer::cilium_matches;
use super::world::{PolicyId, PolicySpec, WorkloadId, World};

impl World {
    /// The workloads that a policy of any kind selects.
    pub fn selected(&self, id: PolicyId) -> Vec<WorkloadId> {
        let Some(policy) = self.policy(id) else {
            return Vec::new();
        };
        let namespace = policy.namespace.as_deref();
        let own = |workload: &super::Workload| namespace.is_none_or(|ns| ns == workload.namespace);
        let fits = |workload: &super::Workload| match &policy.spec {
            PolicySpec::Network(spec) => spec.selector().matches(&workload.labels),
            PolicySpec::Fqdn(spec) => spec.selector().matches(&workload.labels),
            PolicySpec::Clusterwide(specs) => specs
                .iter()
                .any(|spec| cilium_matches(&spec.endpoint_selector, self, workload)),
        };
        let all = self.workloads().iter().enumerate();
        let found = all.filter(|(_, workload)| own(workload) && fits(workload));
        found.map(|(index, _)| WorkloadId(index)).collect()
    }
}
