//! What must hold in every world.

use dplab::model::policy::Direction;
use dplab::model::port::{Port, Protocol};
use dplab::netpol::{
    Connection, Dialect, Endpoint, Evaluator, Flow, HostNetwork, Passage, Peer, PolicySpec, Reach,
    Reading, Verdict, WorkloadId, World, reach,
};

use super::oracle::{Oracle, Who};
use super::random::{ADDRESSES, Dice, gke_world, rule, world};

const READINGS: [Reading; 3] = [Reading::DPV2, Reading::STRICT, Reading::ON_PAPER];

fn connections() -> Vec<Connection> {
    let port = |protocol, number| Connection::Port(protocol, Port::parse(number).expect("a port"));
    vec![
        port(Protocol::Tcp, 80),
        port(Protocol::Tcp, 81),
        port(Protocol::Tcp, 65535),
        port(Protocol::Udp, 53),
        port(Protocol::Sctp, 8080),
        Connection::Icmp,
    ]
}

fn ends(world: &World) -> Vec<Endpoint> {
    let workloads = (0..world.workloads().len()).map(|id| Endpoint::Workload(WorkloadId(id)));
    let addresses = ADDRESSES
        .iter()
        .map(|text| Endpoint::Address(text.parse().expect("an address")));
    workloads.chain(addresses).collect()
}

fn who<'w>(world: &'w World, reading: Reading, end: &Endpoint) -> Who<'w> {
    match end {
        Endpoint::Workload(id) => {
            let workload = world.workload(*id).expect("a workload");
            if workload.host_network && reading.host_network == HostNetwork::Node {
                Who::Host
            } else {
                Who::Pod(workload)
            }
        }
        Endpoint::Address(ip) => Who::Outside(*ip),
        other => panic!("{other:?}"),
    }
}

/// The number of an end as a source, or as a destination.
fn peer_of(reach: &Reach, world: &World, end: &Endpoint, source: bool) -> Option<usize> {
    match end {
        Endpoint::Workload(id) => {
            let workload = world.workload(*id)?;
            reach.find(&Peer::Workload {
                namespace: workload.namespace.clone(),
                name: workload.name.clone(),
                kind: workload.kind.clone(),
            })
        }
        Endpoint::Address(ip) => {
            let (from, to) = reach.find_address(*ip)?;
            Some(if source { from } else { to })
        }
        _ => None,
    }
}

fn says(passage: &Passage, connection: Connection) -> Option<bool> {
    if passage.unknown.contains(connection) {
        None
    } else {
        Some(passage.allowed.contains(connection))
    }
}

fn answer(verdict: Verdict) -> Option<bool> {
    match verdict {
        Verdict::Allowed => Some(true),
        Verdict::Denied => Some(false),
        Verdict::Unknown(_) => None,
    }
}

fn is_outside(end: &Endpoint) -> bool {
    matches!(end, Endpoint::Address(_))
}

#[test]
fn reach_and_evaluate_agree_with_the_letter_of_the_api() {
    let connections = connections();
    for seed in 0..10_000 {
        let dice = &mut Dice::new(seed);
        let world = world(dice);
        let reading = *dice.pick(&READINGS);
        let oracle = Oracle {
            world: &world,
            dialect: reading.dialect,
        };
        let reach = reach(&world, reading);
        let evaluator = Evaluator::new(&world, reading);
        let ends = ends(&world);
        for _ in 0..12 {
            let (source, destination) = (dice.pick(&ends), dice.pick(&ends));
            let connection = *dice.pick(&connections);
            if source == destination || (is_outside(source) && is_outside(destination)) {
                continue;
            }
            let wanted = oracle.allowed(
                who(&world, reading, source),
                who(&world, reading, destination),
                connection,
            );
            let flow = Flow {
                source: source.clone(),
                destination: destination.clone(),
                connection,
            };
            let context = || format!("seed {seed}, {reading:?}, {flow:?}, {world:#?}");
            let got = answer(evaluator.evaluate(&flow).by_policy);
            assert_eq!(got, wanted, "evaluate: {}", context());
            let pair = (
                peer_of(&reach, &world, source, true),
                peer_of(&reach, &world, destination, false),
            );
            if let (Some(from), Some(to)) = pair {
                let got = says(&reach.between(from, to), connection);
                assert_eq!(got, wanted, "reach: {}", context());
            }
        }
    }
}

#[test]
fn reach_agrees_with_evaluate_flow_by_flow() {
    let connections = connections();
    for seed in 0..1_000 {
        let dice = &mut Dice::new(seed ^ 0xABCD);
        let world = gke_world(dice);
        let reading = *dice.pick(&READINGS);
        let reach = reach(&world, reading);
        let evaluator = Evaluator::new(&world, reading);
        let ends = ends(&world);
        for source in &ends {
            for destination in &ends {
                let pair = (
                    peer_of(&reach, &world, source, true),
                    peer_of(&reach, &world, destination, false),
                );
                let (Some(from), Some(to)) = pair else {
                    continue;
                };
                if source == destination || (is_outside(source) && is_outside(destination)) {
                    continue;
                }
                let passage = reach.between(from, to);
                for connection in &connections {
                    let flow = Flow {
                        source: source.clone(),
                        destination: destination.clone(),
                        connection: *connection,
                    };
                    let evaluation = evaluator.evaluate(&flow);
                    let wanted = answer(evaluation.by_policy);
                    let got = says(&passage, *connection);
                    assert_eq!(got, wanted, "seed {seed} {reading:?} {flow:?} {world:#?}");
                }
            }
        }
    }
}

#[test]
fn listed_pairs_are_those_between_which_something_passes() {
    for seed in 0..500 {
        let dice = &mut Dice::new(seed ^ 0x5555);
        let world = gke_world(dice);
        let reach = reach(&world, *dice.pick(&READINGS));
        let mut listed = 0;
        for pair in reach.pairs() {
            let number = |side: &[Peer], peer| side.iter().position(|p| p == peer).expect("a peer");
            let from = number(reach.sources(), pair.source);
            let to = number(reach.destinations(), pair.destination);
            let passage = reach.between(from, to);
            assert_eq!(&passage, pair.passage, "seed {seed}");
            assert!(!passage.is_empty());
            listed += 1;
        }
        assert_eq!(listed, reach.count());
        let to = 0..reach.destinations().len();
        let all = (0..reach.sources().len()).flat_map(|from| to.clone().map(move |to| (from, to)));
        let passing = all.filter(|(from, to)| !reach.between(*from, *to).is_empty());
        assert_eq!(passing.count(), listed, "seed {seed}");
    }
}

#[test]
fn another_allow_rule_never_shrinks_reach() {
    for seed in 0..1_000 {
        let dice = &mut Dice::new(seed ^ 0x1234);
        let before = world(dice);
        let policies = before.policies().len();
        if policies == 0 {
            continue;
        }
        let mut after = before.clone();
        let id = dplab::netpol::PolicyId(dice.below(policies));
        let direction = *dice.pick(&Direction::BOTH);
        let policy = after.policy_mut(id).expect("a policy");
        let PolicySpec::Network(spec) = &mut policy.spec else {
            continue;
        };
        if !spec.isolates(direction) {
            continue;
        }
        // The isolation must stay as it is: without `policyTypes` it hangs on the rules.
        let types = Direction::BOTH.into_iter().filter(|d| spec.isolates(*d));
        spec.policy_types = Some(types.collect());
        match direction {
            Direction::Ingress => spec.ingress.get_or_insert_default().push(rule(dice)),
            Direction::Egress => spec.egress.get_or_insert_default().push(rule(dice)),
        }
        let reading = Reading {
            dialect: Dialect::Strict,
            ..Reading::default()
        };
        let evaluator = (
            Evaluator::new(&before, reading),
            Evaluator::new(&after, reading),
        );
        for source in &ends(&before) {
            for destination in &ends(&before) {
                for connection in &connections()[..3] {
                    let flow = Flow {
                        source: source.clone(),
                        destination: destination.clone(),
                        connection: *connection,
                    };
                    if evaluator.0.evaluate(&flow).verdict == Verdict::Allowed {
                        let after = evaluator.1.evaluate(&flow).verdict;
                        assert_eq!(after, Verdict::Allowed, "seed {seed} {flow:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_order_of_policies_never_matters() {
    for seed in 0..500 {
        let dice = &mut Dice::new(seed ^ 0x9876);
        let before = gke_world(dice);
        let mut after = before.clone();
        after.retain_policies(|_| false);
        for policy in before.policies().iter().rev() {
            after.add_policy(policy.clone());
        }
        let reading = *dice.pick(&READINGS);
        let table = |world: &World| -> Vec<(Peer, Peer, Passage)> {
            let reach = reach(world, reading);
            let rows = reach.pairs();
            rows.map(|p| (p.source.clone(), p.destination.clone(), p.passage.clone()))
                .collect()
        };
        assert_eq!(table(&before), table(&after), "seed {seed}");
        let changes = dplab::netpol::diff(&reach(&before, reading), &reach(&after, reading));
        assert_eq!(changes, []);
    }
}

/// The same world, in which every two workloads of a namespace have one controller.
fn paired(world: &World) -> World {
    let mut paired = World::new();
    for namespace in world.namespaces() {
        paired.add_namespace(namespace.clone());
    }
    for (number, workload) in world.workloads().iter().enumerate() {
        let mut workload = workload.clone();
        workload.name = format!("c{}", number / 2);
        paired.add_workload(workload);
    }
    for policy in world.policies() {
        paired.add_policy(policy.clone());
    }
    paired
}

#[test]
fn a_controller_reaches_what_any_of_its_pods_reaches() {
    for seed in 0..500 {
        let dice = &mut Dice::new(seed ^ 0x3333);
        let apart = gke_world(dice);
        let together = paired(&apart);
        let reading = *dice.pick(&READINGS);
        let (single, joint) = (reach(&apart, reading), reach(&together, reading));
        let number = |reach: &Reach, world: &World, id: usize| {
            let end = Endpoint::Workload(WorkloadId(id));
            peer_of(reach, world, &end, true).expect("a peer")
        };
        let count = apart.workloads().len();
        for from in 0..count {
            for to in 0..count {
                let pair = (
                    number(&joint, &together, from),
                    number(&joint, &together, to),
                );
                if pair.0 == pair.1 {
                    continue;
                }
                let alike = |id: &usize, peer| number(&joint, &together, *id) == peer;
                let mut wanted = Passage::none();
                for a in (0..count).filter(|id| alike(id, pair.0)) {
                    for b in (0..count).filter(|id| alike(id, pair.1)) {
                        let (a, b) = (number(&single, &apart, a), number(&single, &apart, b));
                        wanted = wanted.union(&single.between(a, b));
                    }
                }
                assert_eq!(joint.between(pair.0, pair.1), wanted, "seed {seed}");
                let listed = joint.from(pair.0).into_iter().find(|(to, _)| *to == pair.1);
                let listed = listed.map_or(Passage::none(), |(_, passage)| passage.clone());
                assert_eq!(listed, wanted, "seed {seed}");
            }
        }
        assert_eq!(joint.count(), joint.pairs().count(), "seed {seed}");
    }
}
