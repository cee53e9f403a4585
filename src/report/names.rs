//! What people call the ends of a connection -> the ends.

use std::net::IpAddr;

use crate::netpol::{Endpoint, WorkloadId, World};
use crate::suggest::nearest;

/// A name that means nothing, or several things.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is called so.
    #[error("there is no workload and no Service `{name}`{}", did_you_mean(.nearest.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// Several things are called so.
    #[error("`{name}` may be {}: say which", .candidates.join(" or "))]
    Ambiguous {
        /// The name.
        name: String,
        /// What it may be.
        candidates: Vec<String>,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// What a name means. A name may be a workload's and a Service's at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Workloads: several where pods of one controller differ.
    pub workloads: Vec<WorkloadId>,
    /// Namespace and name of a Service.
    pub service: Option<(String, String)>,
    /// An address or a domain.
    pub outside: Option<Endpoint>,
}

impl Named {
    /// The ends that are no Service.
    pub fn ends(&self) -> Vec<Endpoint> {
        let workloads = self.workloads.iter().map(|id| Endpoint::Workload(*id));
        workloads.chain(self.outside.clone()).collect()
    }
}

/// Looks up `NAMESPACE/NAME`, `NAME`, `NAME.NAMESPACE`, `NAME.NAMESPACE.svc`, an address or a
/// domain. A kind may stand behind in square brackets, as lists print it.
///
/// # Errors
/// If there is no such thing, or if there are several.
pub fn look_up(world: &World, text: &str) -> Result<Named, NameError> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(at_address(world, ip));
    }
    let (bare, kind) = split_kind(text);
    let short = in_namespace(world, bare);
    for (namespace, name) in [Some(split_namespace(bare)), short].into_iter().flatten() {
        let workloads = workloads(world, text, (namespace, name, kind))?;
        let service = service(world, text, (namespace, name), kind)?;
        if !workloads.is_empty() || service.is_some() {
            return Ok(Named {
                workloads,
                service,
                outside: None,
            });
        }
    }
    if short.is_none() && is_domain(bare) {
        return Ok(outside(Endpoint::Domain(
            bare.trim_end_matches('.').to_ascii_lowercase(),
        )));
    }
    Err(unknown(world, text))
}

/// No connection ever arrives at a Service's own address: the Service is meant.
fn at_address(world: &World, ip: IpAddr) -> Named {
    let mut services = world.services().iter();
    match services.find(|service| service.cluster_ips.contains(&ip)) {
        Some(service) => Named {
            service: Some((service.namespace.clone(), service.name.clone())),
            ..Named::default()
        },
        None => outside(Endpoint::Address(ip)),
    }
}

fn outside(end: Endpoint) -> Named {
    Named {
        outside: Some(end),
        ..Named::default()
    }
}

fn split_kind(text: &str) -> (&str, Option<&str>) {
    let split = text.strip_suffix(']').and_then(|rest| rest.split_once('['));
    split.map_or((text, None), |(bare, kind)| (bare, Some(kind)))
}

/// Also from a Service's name in the cluster's DNS.
fn split_namespace(bare: &str) -> (Option<&str>, &str) {
    if let Some((namespace, name)) = bare.split_once('/') {
        return (Some(namespace), name);
    }
    let whole = bare.strip_suffix('.').unwrap_or(bare);
    let dns = whole
        .strip_suffix(".svc.cluster.local")
        .or_else(|| bare.strip_suffix(".svc"));
    match dns.and_then(|dns| dns.split_once('.')) {
        Some((name, namespace)) => (Some(namespace), name),
        None => (None, bare),
    }
}

/// `NAME.NAMESPACE`, where there is such a namespace: within the cluster that is no domain, unless
/// a dot at the end says so.
fn in_namespace<'a>(world: &World, bare: &'a str) -> Option<(Option<&'a str>, &'a str)> {
    let (name, namespace) = bare.rsplit_once('.')?;
    world.namespace(namespace)?;
    Some((Some(namespace), name))
}

type Wanted<'a> = (Option<&'a str>, &'a str, Option<&'a str>);

fn workloads(
    world: &World,
    text: &str,
    (namespace, name, kind): Wanted<'_>,
) -> Result<Vec<WorkloadId>, NameError> {
    let fits = |id: &WorkloadId| {
        let workload = world.workload(*id);
        workload.is_some_and(|workload| kind.is_none_or(|kind| workload.kind == kind))
    };
    let found: Vec<WorkloadId> = world.find_workloads(namespace, name).filter(fits).collect();
    let mut names: Vec<String> = found
        .iter()
        .filter_map(|id| world.workload(*id))
        .map(|workload| format!("`{workload}`"))
        .collect();
    names.sort();
    names.dedup();
    match names.len() {
        0 | 1 => Ok(found),
        _ => Err(ambiguous(text, names)),
    }
}

fn service(
    world: &World,
    text: &str,
    (namespace, name): (Option<&str>, &str),
    kind: Option<&str>,
) -> Result<Option<(String, String)>, NameError> {
    if kind.is_some_and(|kind| kind != "Service") {
        return Ok(None);
    }
    let all = world.services().iter().filter(|service| {
        service.name == name && namespace.is_none_or(|namespace| service.namespace == namespace)
    });
    let mut found: Vec<(String, String)> = all
        .map(|service| (service.namespace.clone(), service.name.clone()))
        .collect();
    if found.len() > 1 {
        let names = found
            .iter()
            .map(|(ns, name)| format!("`{ns}/{name}[Service]`"));
        return Err(ambiguous(text, names.collect()));
    }
    Ok(found.pop())
}

fn ambiguous(name: &str, candidates: Vec<String>) -> NameError {
    NameError::Ambiguous {
        name: name.to_owned(),
        candidates,
    }
}

/// A name with a dot in it, and nothing that a domain can't hold. What ends in digits is a slip in
/// an address, and what ends in the cluster's own domain a slip in a Service's name.
fn is_domain(text: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let text = text.trim_end_matches('.');
    let Some((_, last)) = text.rsplit_once('.') else {
        return false;
    };
    let own = last == "svc" || text.ends_with(".cluster.local");
    text.chars().all(fine) && !own && !last.chars().all(|c| c.is_ascii_digit())
}

fn unknown(world: &World, name: &str) -> NameError {
    let workloads = world.workloads().iter().flat_map(|workload| {
        [
            workload.name.clone(),
            format!("{}/{}", workload.namespace, workload.name),
        ]
    });
    let services = world.services().iter().map(|service| service.name.clone());
    let known: Vec<String> = workloads.chain(services).collect();
    NameError::Unknown {
        name: name.to_owned(),
        nearest: nearest(name, known.iter().map(String::as_str)).map(str::to_owned),
    }
}
