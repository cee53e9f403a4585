//! Connectivity that another analyzer expects of manifests, compared as sets.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use dplab::model::port::{Port, Protocol};
use dplab::netpol::{ConnectionSet, IpRange, Peer, PortSet, Reading, reach};

use super::help::folder;
use crate::support::shared;

/// An end by name, or a range of IPv4 addresses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Named(String),
    Range(u32, u32),
}

pub(crate) type Table = BTreeMap<(End, End), ConnectionSet>;

fn end(text: &str) -> End {
    let Some(range) = text.strip_suffix("[External]") else {
        return End::Named(text.to_owned());
    };
    let (first, last) = range.split_once('-').expect("a range");
    let number = |text: &str| text.parse::<Ipv4Addr>().expect("an address").to_bits();
    End::Range(number(first), number(last))
}

fn connections(text: &str) -> ConnectionSet {
    if text == "All Connections" {
        return Protocol::ALL
            .into_iter()
            .fold(ConnectionSet::none(), |set, protocol| {
                set.union(&ConnectionSet::of(protocol, PortSet::all()))
            });
    }
    let mut set = ConnectionSet::none();
    let mut protocol = Protocol::Tcp;
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        if let Ok(named) = word.parse() {
            protocol = named;
            continue;
        }
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let port = |text: &str| Port::parse(text.parse().expect("a number")).expect("a port");
        let ports = PortSet::range(port(first), port(last));
        set = set.union(&ConnectionSet::of(protocol, ports));
    }
    set
}

pub(crate) fn expected(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).expect("expectations");
    let row = |line: &str| {
        let (pair, conn) = line.split_once(" : ").expect("a connection");
        let (source, destination) = pair.split_once(" => ").expect("a pair");
        ((end(source), end(destination)), connections(conn))
    };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(row)
        .collect()
}

/// What policies say of TCP, UDP and SCTP; of nothing else do the expectations speak.
pub(crate) fn ports_only(set: &ConnectionSet) -> ConnectionSet {
    Protocol::ALL
        .into_iter()
        .fold(ConnectionSet::none(), |all, protocol| {
            all.union(&ConnectionSet::of(protocol, set.ports(protocol).clone()))
        })
}

fn computed(manifests: &Path) -> Table {
    let found = folder(manifests);
    for problem in &found.problems {
        crate::support::say(&format!("{}: {problem}", manifests.display()));
    }
    let reach = reach(&found.world, Reading::ON_PAPER);
    let mut table = Table::new();
    for pair in reach.pairs() {
        let set = ports_only(&pair.passage.allowed);
        if set.is_empty() {
            continue;
        }
        for source in ends(pair.source) {
            for destination in ends(pair.destination) {
                table.insert((source.clone(), destination), set.clone());
            }
        }
    }
    table
}

/// A workload by name, or every IPv4 range that is meant.
fn ends(peer: &Peer) -> Vec<End> {
    let Peer::External(ranges) = peer else {
        return vec![End::Named(peer.to_string())];
    };
    let number = |ip| match ip {
        IpAddr::V4(ip) => Some(ip.to_bits()),
        IpAddr::V6(_) => None,
    };
    let range = |range: &IpRange| Some(End::Range(number(range.first())?, number(range.last())?));
    ranges.iter().filter_map(range).collect()
}

/// Cuts all ranges where any range of any table begins or ends.
fn refined(table: &Table, cuts: &BTreeSet<u32>) -> Table {
    let cut = |end: &End| match end {
        End::Named(_) => vec![end.clone()],
        End::Range(first, last) => {
            let inner = cuts.range(*first..).take_while(|cut| **cut <= *last);
            let starts: BTreeSet<u32> = inner.copied().chain([*first]).collect();
            let ends = starts.iter().skip(1).map(|next| next - 1).chain([*last]);
            starts
                .iter()
                .zip(ends)
                .map(|(a, b)| End::Range(*a, b))
                .collect()
        }
    };
    let mut result = Table::new();
    for ((source, destination), set) in table {
        for source in cut(source) {
            for destination in cut(destination) {
                result.insert((source.clone(), destination), set.clone());
            }
        }
    }
    result
}

fn cuts(tables: [&Table; 2]) -> BTreeSet<u32> {
    let ends = tables.into_iter().flat_map(|table| table.keys());
    ends.flat_map(|(a, b)| [a, b])
        .flat_map(|end| match end {
            End::Range(first, last) => vec![Some(*first), last.checked_add(1)],
            End::Named(_) => vec![],
        })
        .flatten()
        .collect()
}

pub(crate) fn assert_equal(name: &str, got: &Table, wanted: &Table) {
    let cuts = cuts([got, wanted]);
    let (got, wanted) = (refined(got, &cuts), refined(wanted, &cuts));
    let differences: Vec<String> = got
        .keys()
        .chain(wanted.keys())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter(|key| got.get(key) != wanted.get(key))
        .map(|key| {
            format!(
                "{key:?}: {:?}, expected {:?}",
                got.get(key),
                wanted.get(key)
            )
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{name}:\n{}",
        differences.join("\n")
    );
}

#[test]
fn connectivity_is_as_another_analyzer_has_it() {
    let Some(cases) = shared("data/connectivity-cases") else {
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(cases).expect("cases") {
        let case = entry.expect("a case").path();
        if case.join("expected.txt").exists() {
            let wanted = expected(&case.join("expected.txt"));
            let got = computed(&case.join("manifests"));
            assert_equal(&case.display().to_string(), &got, &wanted);
            seen += 1;
        }
    }
    assert!(seen >= 9, "only {seen} cases");
}

/// The case of differences: B is before, A is after.
pub(crate) const DIFFERENCE: &str =
    "diff-onlineboutique_workloads_changed_netpols-vs-onlineboutique_workloads.txt";
pub(crate) const BEFORE: &str = "onlineboutique_workloads/manifests";
pub(crate) const AFTER: &str = "onlineboutique_workloads_changed_netpols-manifests";

/// The connections of each pair of ends, before and after.
pub(crate) type Difference = BTreeMap<(End, End), (ConnectionSet, ConnectionSet)>;

fn field<'t>(line: &'t str, name: &str, until: &str) -> &'t str {
    let (_, rest) = line.split_once(&format!("{name}: ")).expect("a field");
    rest.split_once(until).map_or(rest, |(value, _)| value)
}

fn conn_or_none(text: &str) -> ConnectionSet {
    match text {
        "No Connections" => ConnectionSet::none(),
        text => connections(text),
    }
}

/// The differences that the other analyzer has.
pub(crate) fn differences(cases: &Path) -> Difference {
    let text = std::fs::read_to_string(cases.join(DIFFERENCE)).expect("expectations");
    let lines = text.lines().filter(|line| line.starts_with("diff-type"));
    let wanted: Difference = lines
        .map(|line| {
            let source = end(field(line, "source", ", destination"));
            let destination = end(field(line, "destination", ", ref1"));
            let before = conn_or_none(field(line, "ref1", ", ref2"));
            let after = conn_or_none(field(line, "ref2", ", nothing"));
            ((source, destination), (before, after))
        })
        .collect();
    assert_eq!(wanted.len(), 8);
    wanted
}

#[test]
fn differences_are_as_another_analyzer_has_them() {
    let Some(cases) = shared("data/connectivity-cases") else {
        return;
    };
    let wanted = differences(&cases);
    let world = |case: &str| folder(&cases.join(case)).world;
    let before = reach(&world(BEFORE), Reading::ON_PAPER);
    let after = world(AFTER);
    let changes = dplab::netpol::diff(&before, &reach(&after, Reading::ON_PAPER));
    let one = |peer: &Peer| match ends(peer).as_slice() {
        [one] => one.clone(),
        several => panic!("{several:?}"),
    };
    let got: Difference = changes
        .iter()
        .map(|change| {
            let sets = (
                ports_only(&change.before.allowed),
                ports_only(&change.after.allowed),
            );
            ((one(&change.source), one(&change.destination)), sets)
        })
        .collect();
    assert_eq!(got, wanted);
}
