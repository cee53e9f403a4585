//! Two states of policies side by side: the present one, and the least that the application needs.

use std::collections::BTreeMap;

use super::table::Table;
use crate::netpol::{ConnectionSet, Peer, Reach};

/// What stands for all that is outside the cluster.
const OUTSIDE: &str = "outside";

/// What passes between two, by the names of both.
type Passages = BTreeMap<(String, String), ConnectionSet>;

/// A table of every pair between which something passes in one of the two, and how many there are.
pub fn text(present: &Reach, least: &Reach) -> String {
    let (present, least) = (passages(present), passages(least));
    let mut table = Table::new(["from", "to", "now", "least privilege"]);
    let mut pairs: Vec<_> = present.keys().chain(least.keys()).collect();
    pairs.sort_by_key(|(from, to)| (from == OUTSIDE, to == OUTSIDE, from.clone(), to.clone()));
    pairs.dedup();
    for pair in pairs {
        let cell = |all: &Passages| all.get(pair).map_or_else(|| "-".to_owned(), shown);
        table.row([pair.0.clone(), pair.1.clone(), cell(&present), cell(&least)]);
    }
    format!("{}\n{}", table.text(), summary(&present, &least))
}

fn shown(passage: &ConnectionSet) -> String {
    passage.to_string()
}

fn passages(reach: &Reach) -> Passages {
    let mut all = Passages::new();
    for pair in reach
        .pairs()
        .filter(|pair| !pair.passage.allowed.is_empty())
    {
        let key = (name(pair.source), name(pair.destination));
        let allowed = &pair.passage.allowed;
        let passage = all.entry(key).or_insert_with(|| allowed.clone());
        *passage = passage.union(allowed);
    }
    all
}

fn name(peer: &Peer) -> String {
    match peer {
        Peer::Workload {
            namespace, name, ..
        } => format!("{namespace}/{name}"),
        Peer::External(_) => OUTSIDE.to_owned(),
    }
}

fn summary(present: &Passages, least: &Passages) -> String {
    type Counts = fn(&(String, String), &ConnectionSet) -> bool;
    let lines: [(&str, Counts); 4] = [
        ("pairs in the cluster", |(from, to), _| {
            from != OUTSIDE && to != OUTSIDE
        }),
        ("workloads that outsiders reach", |(from, _), _| {
            from == OUTSIDE
        }),
        ("workloads that reach something outside", |(_, to), _| {
            to == OUTSIDE
        }),
        ("workloads whose way out is open", |(_, to), passage| {
            to == OUTSIDE && passage.has_all_ports()
        }),
    ];
    let count = |all: &Passages, counts: Counts| {
        all.iter()
            .filter(|(pair, passage)| counts(pair, passage))
            .count()
    };
    let line = |(what, counts): (&str, Counts)| {
        let (now, then) = (count(present, counts), count(least, counts));
        format!("{what}: {now} now, {then} with least privilege\n")
    };
    lines.into_iter().map(line).collect()
}
