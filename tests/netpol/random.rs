//! Random small worlds, the same ones in every run.

use std::net::IpAddr;

use dplab::model::cidr::{Cidr, IpBlock};
use dplab::model::clusterwide::{CiliumPort, CiliumPortRef, CiliumRule, ClusterwideSpec, Entity};
use dplab::model::fqdn::{FqdnMatch, FqdnPolicySpec, FqdnPort, FqdnRule};
use dplab::model::labels::Labels;
use dplab::model::policy::{Direction, NetworkPolicySpec, Peer, Rule};
use dplab::model::port::{PolicyPort, Port, PortName, PortRef, Protocol};
use dplab::model::selector::{Operator, Requirement, Selector};
use dplab::netpol::world::{ContainerPort, Namespace, Pod, PolicySpans};
use dplab::netpol::{Policy, PolicySpec, Workload, World};

/// A small generator of numbers (xorshift), good enough to draw worlds.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    fn list<T>(&mut self, most: usize, mut each: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| each(self)).collect()
    }

    fn maybe<T>(&mut self, each: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.one_in(3) {
            None
        } else {
            Some(each(self))
        }
    }
}

const NAMESPACES: [&str; 3] = ["x", "y", "z"];
const KEYS: [&str; 3] = ["app", "tier", "kubernetes.io/metadata.name"];
const VALUES: [&str; 4] = ["a", "b", "x", "y"];
const BLOCKS: [&str; 7] = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.0/24",
    "192.168.0.0/16",
    "8.8.8.8/32",
    "2001:db8::/32",
];
/// Addresses in and around the blocks.
pub(crate) const ADDRESSES: [&str; 8] = [
    "0.0.0.0",
    "10.0.0.1",
    "10.1.0.1",
    "10.1.2.3",
    "192.168.7.7",
    "8.8.8.8",
    "255.255.255.255",
    "2001:db8::1",
];

fn labels(dice: &mut Dice) -> Labels {
    let mut labels = Labels::new();
    for key in &KEYS[..2] {
        if !dice.one_in(3) {
            labels.insert(*key, *dice.pick(&VALUES));
        }
    }
    labels
}

fn requirement(dice: &mut Dice) -> Requirement {
    let operator = *dice.pick(&[
        Operator::In,
        Operator::NotIn,
        Operator::Exists,
        Operator::DoesNotExist,
    ]);
    let values = match operator {
        Operator::In | Operator::NotIn => {
            let count = 1 + dice.below(2);
            Some(
                (0..count)
                    .map(|_| (*dice.pick(&VALUES)).to_owned())
                    .collect(),
            )
        }
        _ => None,
    };
    Requirement::parse(*dice.pick(&KEYS), operator, values).expect("a condition")
}

fn selector(dice: &mut Dice) -> Selector {
    if dice.one_in(4) {
        return Selector::all();
    }
    Selector {
        match_labels: dice.maybe(|dice| {
            let key = *dice.pick(&KEYS);
            [(key, *dice.pick(&VALUES))].into_iter().collect()
        }),
        match_expressions: dice.one_in(3).then(|| dice.list(2, requirement)),
    }
}

fn block(dice: &mut Dice) -> IpBlock {
    let cidr = |text: &str| Cidr::parse(text).expect("a block");
    let outer = BLOCKS[dice.below(BLOCKS.len())];
    let outer = cidr(outer);
    let holes: Vec<Cidr> = BLOCKS
        .iter()
        .map(|text| cidr(text))
        .filter(|hole| IpBlock::parse(outer.clone(), Some(vec![hole.clone()])).is_ok())
        .collect();
    let except = holes.into_iter().filter(|_| dice.one_in(3)).collect();
    IpBlock::parse(outer, Some(except)).expect("a block")
}

fn peer(dice: &mut Dice) -> Peer {
    match dice.below(4) {
        0 => Peer::Pods(selector(dice)),
        1 => Peer::Namespaces(selector(dice)),
        2 => Peer::PodsIn {
            pods: selector(dice),
            namespaces: selector(dice),
        },
        _ => Peer::IpBlock(block(dice)),
    }
}

fn number(dice: &mut Dice) -> Port {
    Port::parse(*dice.pick(&[1, 53, 80, 81, 8080, 65535])).expect("a port")
}

fn port(dice: &mut Dice) -> PolicyPort {
    let protocol = dice.maybe(|dice| *dice.pick(&Protocol::ALL));
    let name = |name: &str| PortRef::Name(PortName::parse(name).expect("a name"));
    match dice.below(4) {
        0 => PolicyPort::parse(protocol, None, None),
        1 => {
            let text = ["http", "dns", "other"][dice.below(3)];
            let named = name(text);
            PolicyPort::parse(protocol, Some(named), None)
        }
        2 => {
            let (a, b) = (number(dice), number(dice));
            PolicyPort::parse(protocol, Some(PortRef::Number(a.min(b))), Some(a.max(b)))
        }
        _ => PolicyPort::parse(protocol, Some(PortRef::Number(number(dice))), None),
    }
    .expect("a port")
}

pub(crate) fn rule(dice: &mut Dice) -> Rule {
    Rule {
        peers: dice.maybe(|dice| dice.list(3, peer)),
        ports: dice.maybe(|dice| dice.list(2, port)),
    }
}

fn spec(dice: &mut Dice) -> NetworkPolicySpec {
    NetworkPolicySpec {
        pod_selector: dice.maybe(selector),
        policy_types: dice.maybe(|dice| {
            let all = Direction::BOTH.into_iter();
            all.filter(|_| dice.one_in(2)).collect()
        }),
        ingress: dice.maybe(|dice| dice.list(2, rule)),
        egress: dice.maybe(|dice| dice.list(2, rule)),
    }
}

fn workload(dice: &mut Dice, number: usize) -> Workload {
    let ports = dice.list(2, |dice| ContainerPort {
        name: Some((*dice.pick(&["http", "dns"])).to_owned()),
        protocol: *dice.pick(&Protocol::ALL),
        port: self::number(dice),
    });
    let ips: Vec<IpAddr> = dice.list(1, |dice| {
        let text = format!("10.{}.2.{}", dice.below(3), 100 + number);
        text.parse().expect("an address")
    });
    Workload {
        namespace: (*dice.pick(&NAMESPACES)).to_owned(),
        name: format!("w{number}"),
        kind: "Deployment".to_owned(),
        labels: labels(dice),
        ports,
        host_network: dice.one_in(8),
        service_account: None,
        never_ready: false,
        replicated: false,
        pods: vec![Pod {
            name: format!("w{number}-0"),
            ips,
        }],
        span: None,
    }
}

/// A world of Kubernetes' own policies.
pub(crate) fn world(dice: &mut Dice) -> World {
    let mut world = World::new();
    for name in NAMESPACES {
        if dice.one_in(2) {
            let mut namespace = Namespace::named(name);
            namespace.labels = labels(dice);
            world.add_namespace(namespace);
        }
    }
    for number in 0..1 + dice.below(5) {
        world.add_workload(workload(dice, number));
    }
    for number in 0..dice.below(5) {
        let namespace = *dice.pick(&NAMESPACES);
        world.add_policy(Policy::network(namespace, format!("p{number}"), spec(dice)));
    }
    world
}

fn cilium_rule(dice: &mut Dice) -> CiliumRule {
    let port = |dice: &mut Dice| CiliumPort {
        protocol: dice.maybe(|dice| *dice.pick(&Protocol::ALL)),
        port: CiliumPortRef::Numbers(Port::MIN, number(dice)),
    };
    CiliumRule {
        endpoints: dice.one_in(2).then(|| dice.list(2, selector)),
        entities: dice.one_in(3).then(|| {
            dice.list(2, |dice| {
                *dice.pick(&[
                    Entity::All,
                    Entity::Cluster,
                    Entity::World,
                    Entity::Host,
                    Entity::KubeApiserver,
                ])
            })
        }),
        blocks: dice.one_in(3).then(|| dice.list(2, block)),
        ports: dice.one_in(2).then(|| dice.list(2, port)),
        icmps: dice.one_in(6),
        opaque: if dice.one_in(8) {
            vec!["toServices".to_owned()]
        } else {
            Vec::new()
        },
    }
}

/// A world with GKE's kinds of policy as well.
pub(crate) fn gke_world(dice: &mut Dice) -> World {
    let mut world = world(dice);
    let rules = |dice: &mut Dice| dice.one_in(2).then(|| dice.list(2, cilium_rule));
    if dice.one_in(2) {
        let spec = ClusterwideSpec {
            endpoint_selector: selector(dice),
            ingress: rules(dice),
            egress: rules(dice),
            ingress_deny: rules(dice),
            egress_deny: rules(dice),
            default_deny_ingress: dice.one_in(4).then(|| dice.one_in(2)),
            default_deny_egress: dice.one_in(4).then(|| dice.one_in(2)),
        };
        world.add_policy(policy(None, PolicySpec::Clusterwide(vec![spec])));
    }
    if dice.one_in(2) {
        let name = FqdnMatch::parse(None, Some("*.example.com")).expect("a pattern");
        let ports = dice.maybe(|dice| {
            dice.list(2, |dice| FqdnPort {
                protocol: dice.maybe(|_| Protocol::Tcp),
                port: dice.maybe(number),
            })
        });
        let rule = FqdnRule::parse(vec![name], ports).expect("a rule");
        let spec = FqdnPolicySpec::parse(dice.maybe(selector), vec![rule]).expect("a policy");
        let namespace = (*dice.pick(&NAMESPACES)).to_owned();
        world.add_policy(policy(Some(namespace), PolicySpec::Fqdn(spec)));
    }
    world
}

fn policy(namespace: Option<String>, spec: PolicySpec) -> Policy {
    Policy {
        namespace,
        name: "gke".to_owned(),
        annotations: Labels::new(),
        spec,
        spans: PolicySpans::default(),
    }
}
