//! The edge: where Ingresses and Gateways lead to, and where their connections come from.
//!
//! A load balancer for HTTP answers clients itself and opens connections of its own to the pods, so
//! what a policy sees is the load balancer's proxies and its health checks, never a client.

use serde_json::Value as Json;

use super::gateway::GatewayClass;
use super::port::{Port, Protocol};

/// Where health checks come from, and the proxies of load balancers that are all over the world.
/// Source: Cloud Load Balancing documentation, "Firewall rules".
pub const GOOGLE: [&str; 2] = ["35.191.0.0/16", "130.211.0.0/22"];

/// Group of the Gateway API's kinds.
pub const GATEWAY_GROUP: &str = "gateway.networking.k8s.io";

/// The annotation by which GKE knows its Ingresses.
pub const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";

/// Where a load balancer's proxies are. Health checks come from [`GOOGLE`] to either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proxies {
    /// At Google's front ends, which share the addresses of health checks.
    FrontEnds,
    /// In the network's own proxy-only subnet of the region. Source: Cloud Load Balancing
    /// documentation, "Proxy-only subnets for Envoy-based load balancers".
    ProxySubnet,
}

/// A way from the edge to a port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// What leads there: `Ingress shop`.
    pub by: String,
    /// Namespace of the Service.
    pub namespace: String,
    /// Name of the Service.
    pub service: String,
    /// Its port.
    pub port: WayPort,
    /// Where the connections come from.
    pub proxies: Proxies,
}

/// A port of a Service, by number or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayPort {
    /// By its number.
    Number(u64),
    /// By its name.
    Name(String),
}

impl WayPort {
    /// Whether it means a port of a Service: HTTP runs over TCP.
    pub fn means(&self, protocol: Protocol, number: Port, name: Option<&str>) -> bool {
        protocol == Protocol::Tcp
            && match self {
                Self::Number(own) => *own == u64::from(number.get()),
                Self::Name(own) => name == Some(own),
            }
    }
}

/// An object of the edge.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its spec.
    pub spec: &'a Json,
}

/// The objects of the edge, from wherever they were read.
#[derive(Debug, Clone, Default)]
pub struct Edge<'a> {
    ingresses: Vec<(Seen<'a>, Option<Proxies>)>,
    gateways: Vec<(Seen<'a>, Option<Proxies>)>,
    routes: Vec<Seen<'a>>,
}

impl<'a> Edge<'a> {
    /// Takes in an Ingress; `class` is what its annotation says.
    pub fn ingress(&mut self, seen: Seen<'a>, class: Option<&str>) {
        let proxies = ingress_proxies(seen.spec, class);
        self.ingresses.push((seen, proxies));
    }

    /// Takes in a Gateway.
    pub fn gateway(&mut self, seen: Seen<'a>) {
        self.gateways.push((seen, gateway_proxies(seen.spec)));
    }

    /// Takes in an HTTPRoute.
    pub fn route(&mut self, seen: Seen<'a>) {
        self.routes.push(seen);
    }

    /// Takes in an object of any kind, if it is one of the edge's. One that names no namespace
    /// lands in `default`.
    pub fn object(&mut self, object: &'a Json) {
        let metadata = &object["metadata"];
        let seen = Seen {
            namespace: metadata["namespace"].as_str().unwrap_or("default"),
            name: metadata["name"].as_str().unwrap_or_default(),
            spec: &object["spec"],
        };
        match kind(object) {
            Some(Kind::Ingress) => self.ingress(seen, annotated_class(object)),
            Some(Kind::Gateway) => self.gateway(seen),
            Some(Kind::Route) => self.route(seen),
            None => {}
        }
    }

    /// Kind and name of each object that somebody else than GKE serves.
    pub fn of_others(&self) -> Vec<(&'static str, &'a str)> {
        let kinds = [("Ingress", &self.ingresses), ("Gateway", &self.gateways)];
        let all = kinds
            .into_iter()
            .flat_map(|(kind, all)| all.iter().map(move |one| (kind, one)));
        all.filter(|(_, (_, proxies))| proxies.is_none())
            .map(|(kind, (seen, _))| (kind, seen.name))
            .collect()
    }

    /// Every way to a port of a Service, each once. A route behind a Gateway that isn't known
    /// here is taken for one of Google's front ends.
    pub fn ways(&self) -> Vec<Way> {
        let mut ways = Vec::new();
        for (ingress, proxies) in &self.ingresses {
            let by = format!("Ingress {}", ingress.name);
            let backends = collect(ingress.spec, &ingress_backend);
            let proxies = proxies.iter().copied();
            add(&mut ways, &by, ingress.namespace, &backends, proxies);
        }
        for route in &self.routes {
            let by = format!("HTTPRoute {}", route.name);
            let backends = collect(&route.spec["rules"], &route_backend);
            let parents = self.parents(route).into_iter();
            add(&mut ways, &by, route.namespace, &backends, parents);
        }
        ways
    }

    /// Where the proxies of a route's Gateways are.
    fn parents(&self, route: &Seen<'_>) -> Vec<Proxies> {
        let refs = route.spec["parentRefs"].as_array();
        let gateway = |parent: &Json| {
            if parent.get("kind").is_some_and(|kind| kind != "Gateway") {
                return None;
            }
            let namespace = parent["namespace"].as_str().unwrap_or(route.namespace);
            let is = |seen: &Seen<'_>| seen.namespace == namespace && parent["name"] == seen.name;
            let known = self.gateways.iter().find(|(seen, _)| is(seen));
            known.map_or(Some(Proxies::FrontEnds), |(_, proxies)| *proxies)
        };
        let mut all: Vec<Proxies> = refs.into_iter().flatten().filter_map(gateway).collect();
        all.sort();
        all.dedup();
        all
    }
}

fn annotated_class(object: &Json) -> Option<&str> {
    object["metadata"]["annotations"][INGRESS_CLASS].as_str()
}

/// A kind that says where requests go.
enum Kind {
    Ingress,
    Gateway,
    Route,
}

fn kind(object: &Json) -> Option<Kind> {
    match (group(object), object["kind"].as_str()?) {
        ("networking.k8s.io" | "extensions", "Ingress") => Some(Kind::Ingress),
        (GATEWAY_GROUP, "Gateway") => Some(Kind::Gateway),
        (GATEWAY_GROUP, "HTTPRoute") => Some(Kind::Route),
        _ => None,
    }
}

/// Where the proxies of an object's load balancer are; none where it has none, or none of GKE's.
pub fn proxies(object: &Json) -> Option<Proxies> {
    match kind(object)? {
        Kind::Ingress => ingress_proxies(&object["spec"], annotated_class(object)),
        Kind::Gateway => gateway_proxies(&object["spec"]),
        Kind::Route => None,
    }
}

/// Where the proxies of a Gateway are.
pub fn gateway_proxies(spec: &Json) -> Option<Proxies> {
    let class = spec["gatewayClassName"].as_str()?;
    let one = class.strip_suffix(GatewayClass::SEVERAL_CLUSTERS);
    GatewayClass::from_name(one.unwrap_or(class)).map(GatewayClass::proxies)
}

/// Where the proxies of an Ingress are; `class` is what its annotation says. Source: GKE
/// documentation, "GKE Ingress for Application Load Balancers".
pub fn ingress_proxies(spec: &Json, class: Option<&str>) -> Option<Proxies> {
    match class.or_else(|| spec["ingressClassName"].as_str()) {
        None | Some("gce") => Some(Proxies::FrontEnds),
        Some("gce-internal" | "gce-regional-external") => Some(Proxies::ProxySubnet),
        Some(_) => None,
    }
}

/// Whether an object is served only where the Gateway API is on: its own kinds, and GKE's policies
/// for Gateways and the Services behind them.
pub fn needs_gateway_api(object: &Json) -> bool {
    match group(object) {
        GATEWAY_GROUP => true,
        "networking.gke.io" => matches!(
            object["kind"].as_str(),
            Some("GCPGatewayPolicy" | "GCPBackendPolicy" | "HealthCheckPolicy")
        ),
        _ => false,
    }
}

fn group(object: &Json) -> &str {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    version.split_once('/').map_or("", |(group, _)| group)
}

/// A port of a Service, as an Ingress or a route names it.
struct Backend {
    namespace: Option<String>,
    service: String,
    port: WayPort,
}

fn add(
    ways: &mut Vec<Way>,
    by: &str,
    home: &str,
    backends: &[Backend],
    proxies: impl Iterator<Item = Proxies> + Clone,
) {
    for backend in backends {
        for proxies in proxies.clone() {
            let way = Way {
                by: by.to_owned(),
                namespace: backend.namespace.as_deref().unwrap_or(home).to_owned(),
                service: backend.service.clone(),
                port: backend.port.clone(),
                proxies,
            };
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
    }
}

fn ingress_backend(map: &Json) -> Option<Backend> {
    let service = map.get("service")?;
    let port = service.get("port")?;
    let number = port.get("number").and_then(Json::as_u64);
    let name = || Some(WayPort::Name(port.get("name")?.as_str()?.to_owned()));
    Some(Backend {
        namespace: None,
        service: service.get("name")?.as_str()?.to_owned(),
        port: number.map(WayPort::Number).or_else(name)?,
    })
}

/// Nothing goes to a backend without weight.
fn route_backend(map: &Json) -> Option<Backend> {
    let kind = map.get("kind").and_then(Json::as_str).unwrap_or("Service");
    let idle = map.get("weight").and_then(Json::as_u64) == Some(0);
    let namespace = map.get("namespace").and_then(Json::as_str);
    let backend = Backend {
        namespace: namespace.map(str::to_owned),
        service: map.get("name")?.as_str()?.to_owned(),
        port: WayPort::Number(map.get("port")?.as_u64()?),
    };
    (kind == "Service" && !idle).then_some(backend)
}

/// Every backend anywhere below a value.
fn collect(value: &Json, read: &dyn Fn(&Json) -> Option<Backend>) -> Vec<Backend> {
    match value {
        Json::Object(map) => {
            let own = read(value).into_iter();
            let below = map.values().flat_map(|value| collect(value, read));
            own.chain(below).collect()
        }
        Json::Array(items) => items.iter().flat_map(|item| collect(item, read)).collect(),
        _ => Vec::new(),
    }
}
