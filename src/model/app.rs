//! The application: workloads, and what stands beside them.

use serde_json::Value as Json;

use super::edge::{Edge, INGRESS_CLASS, Seen, needs_gateway_api};
use super::gateway::{Gateway, HttpRoute, ReferenceGrant};
use super::labels::Labels;
use super::names::{DnsLabel, DnsSubdomain};
use super::port::{Port, PortRef, Protocol};
use super::service::{Service, ServicePort};
use super::text::Line;
use super::workload::{Call, Workload};

/// The application.
#[derive(Debug, Clone)]
pub struct App {
    /// Where it comes from, in a sentence; may be empty.
    pub source: Line,
    /// Namespace of what names none of its own.
    pub namespace: DnsLabel,
    /// Namespaces that are more than a name.
    pub namespaces: Vec<OwnNamespace>,
    /// The workloads in the order written.
    pub workloads: Vec<Workload>,
    /// Service accounts that are more than a name.
    pub service_accounts: Vec<ServiceAccount>,
    /// ConfigMaps in the order written.
    pub config_maps: Vec<ConfigMap>,
    /// Ingresses in the order written.
    pub ingresses: Vec<Ingress>,
    /// Gateways in the order written.
    pub gateways: Vec<Gateway>,
    /// HTTPRoutes in the order written.
    pub http_routes: Vec<HttpRoute>,
    /// ReferenceGrants in the order written.
    pub reference_grants: Vec<ReferenceGrant>,
    /// Objects of other kinds, as they are.
    pub objects: Vec<Object>,
}

/// An object of any kind, carried as it is.
#[derive(Debug, Clone)]
pub struct Object {
    /// The object, as Kubernetes writes it.
    pub json: Json,
    /// The namespace that it goes into, if it names one.
    pub namespace: Option<DnsLabel>,
    /// The namespace that it is.
    pub makes: Option<DnsLabel>,
}

impl Object {
    /// The namespaces that it speaks of: the one that it goes into, the one that it is.
    pub fn namespaces(&self) -> impl Iterator<Item = &DnsLabel> {
        self.namespace.iter().chain(&self.makes)
    }
}

/// A namespace that is more than a name.
#[derive(Debug, Clone)]
pub struct OwnNamespace {
    /// Its name.
    pub name: DnsLabel,
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
    /// It is there already.
    pub existing: bool,
}

/// A Kubernetes service account.
#[derive(Debug, Clone)]
pub struct ServiceAccount {
    /// Name of the object.
    pub name: DnsSubdomain,
    /// Its namespace.
    pub namespace: DnsLabel,
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
    /// It is there already.
    pub existing: bool,
}

/// A ConfigMap.
#[derive(Debug, Clone)]
pub struct ConfigMap {
    /// Name of the object.
    pub name: DnsSubdomain,
    /// Its namespace.
    pub namespace: DnsLabel,
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
    /// Its entries in the order written; none if the object has no `data`.
    pub data: Option<Vec<(String, String)>>,
}

/// An Ingress.
#[derive(Debug, Clone)]
pub struct Ingress {
    /// Name of the object.
    pub name: DnsSubdomain,
    /// Its namespace.
    pub namespace: DnsLabel,
    /// Its labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
    /// Its spec, as Kubernetes writes it.
    pub spec: Json,
}

/// A port of pods.
pub type PodPort = (Protocol, Port);

impl App {
    /// The workload with this name: the application's namespace first.
    pub fn workload(&self, name: &str) -> Option<&Workload> {
        let all = || self.workloads.iter().filter(|w| w.name.as_str() == name);
        let here = all().find(|workload| workload.namespace == self.namespace);
        here.or_else(|| all().next())
    }

    /// A Service, and the workload that it is written in front of.
    pub fn service(&self, namespace: &DnsLabel, name: &str) -> Option<(&Workload, &Service)> {
        let there = |workload: &&Workload| workload.namespace == *namespace;
        self.workloads.iter().filter(there).find_map(|workload| {
            let service = workload.services.iter().find(|s| s.name.as_str() == name)?;
            Some((workload, service))
        })
    }

    /// Every Service with the workload that it is written in front of.
    pub fn services(&self) -> impl Iterator<Item = (&Workload, &Service)> {
        let all = self.workloads.iter();
        all.flat_map(|workload| workload.services.iter().map(move |s| (workload, s)))
    }

    /// The workloads behind a Service.
    pub fn behind<'a>(
        &'a self,
        namespace: &'a DnsLabel,
        service: &'a Service,
    ) -> impl Iterator<Item = &'a Workload> {
        self.workloads.iter().filter(move |workload| {
            workload.namespace == *namespace && service.selects(&workload.labels)
        })
    }

    /// The Service that a call leads to, and its ports of that number: one a protocol, TCP first.
    pub fn called_ports(&self, call: &Call) -> Option<(&Service, Vec<&ServicePort>)> {
        let (_, service) = self.service(&call.namespace, call.service.as_str())?;
        Some((service, service.ports_of(call.port)))
    }

    /// The same with the first of its ports.
    pub fn called(&self, call: &Call) -> Option<(&Service, &ServicePort)> {
        let (service, ports) = self.called_ports(call)?;
        Some((service, ports.first().copied()?))
    }

    /// The ports of a workload's pods behind a port of a Service, where proxies and load balancers
    /// send what comes for it.
    pub fn pod_ports(workload: &Workload, port: &ServicePort) -> Vec<PodPort> {
        let number = match &port.target_port {
            PortRef::Number(number) => Some(*number),
            PortRef::Name(name) => workload.named_port(port.protocol, name.as_str()),
        };
        number.map(|n| (port.protocol, n)).into_iter().collect()
    }

    /// The ports of a workload's pods at which callers of a Service arrive. One without an address
    /// of its own is only a name for the pods: nothing puts the target port in place of the port.
    /// Source: Kubernetes documentation, "Headless Services".
    pub fn arrives_at(workload: &Workload, service: &Service, port: &ServicePort) -> Vec<PodPort> {
        match service.headless {
            true => vec![(port.protocol, port.port)],
            false => Self::pod_ports(workload, port),
        }
    }

    /// The Services that face outside by a load balancer of their own.
    pub fn load_balancers(&self) -> impl Iterator<Item = (&Workload, &Service)> {
        self.services()
            .filter(|(_, service)| service.faces_outside())
    }

    /// Ingresses, Gateways and their routes, also those that are carried as they are.
    pub fn edge(&self) -> Edge<'_> {
        let mut edge = Edge::default();
        for one in &self.ingresses {
            let seen = seen(&one.namespace, &one.name, &one.spec);
            edge.ingress(seen, one.annotations.get(INGRESS_CLASS));
        }
        for one in &self.gateways {
            edge.gateway(seen(&one.meta.namespace, &one.meta.name, &one.spec));
        }
        for one in &self.http_routes {
            edge.route(seen(&one.meta.namespace, &one.meta.name, &one.spec));
        }
        for object in &self.objects {
            edge.object(&object.json);
        }
        edge
    }

    /// Whether anything in it is served only where the Gateway API is on.
    pub fn needs_gateway_api(&self) -> bool {
        let own = [
            self.gateways.is_empty(),
            self.http_routes.is_empty(),
            self.reference_grants.is_empty(),
        ];
        own.contains(&false)
            || self
                .objects
                .iter()
                .any(|object| needs_gateway_api(&object.json))
    }

    /// The service account with this name, if it is more than a name.
    pub fn service_account(&self, namespace: &DnsLabel, name: &str) -> Option<&ServiceAccount> {
        let mut all = self.service_accounts.iter();
        all.find(|one| one.namespace == *namespace && one.name.as_str() == name)
    }
}

fn seen<'a>(namespace: &'a DnsLabel, name: &'a DnsSubdomain, spec: &'a Json) -> Seen<'a> {
    Seen {
        namespace: namespace.as_str(),
        name: name.as_str(),
        spec,
    }
}
