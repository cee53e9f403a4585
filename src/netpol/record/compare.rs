//! Entries held against a prediction, and denials summed up as the agent does.

use super::{LogConnection, LogRecord};
use crate::netpol::logging::{Event, LogPlace, Logged};
use crate::netpol::world::World;

/// What a prediction and an export have to do with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// For each event that should be logged: the numbers of the entries found.
    pub seen: Vec<(usize, Vec<usize>)>,
    /// Events that should be logged, and no entry of them was found.
    pub missing: Vec<usize>,
    /// Entries that no event foresees.
    pub unforeseen: Vec<usize>,
}

/// Compares predicted events with entries. Both are named by their numbers.
///
/// Only entries that may come from the cluster count.
///
/// Events of which nobody can say whether they are logged are never missing; their entries are
/// foreseen all the same.
pub fn compare(
    world: &World,
    events: &[Event],
    records: &[LogRecord],
    place: &LogPlace,
) -> Comparison {
    let mut comparison = Comparison {
        seen: Vec::new(),
        missing: Vec::new(),
        unforeseen: Vec::new(),
    };
    let mut foreseen = vec![false; records.len()];
    for (number, event) in events.iter().enumerate() {
        if matches!(event.logged, Logged::No(_)) {
            continue;
        }
        let of = |at: &usize| records[*at].may_be_from(place) && records[*at].is_of(world, event);
        let found: Vec<usize> = (0..records.len()).filter(of).collect();
        found.iter().for_each(|at| foreseen[*at] = true);
        match (found.is_empty(), event.logged) {
            (true, Logged::Yes) => comparison.missing.push(number),
            (true, _) => {}
            (false, _) => comparison.seen.push((number, found)),
        }
    }
    let unforeseen = foreseen.iter().enumerate().filter(|(_, seen)| !**seen);
    comparison.unforeseen = unforeseen.map(|(at, _)| at).collect();
    comparison
}

/// For how long the agent sums up denials, in milliseconds.
pub const AGGREGATION_WINDOW_MS: u64 = 5_000;
/// How many different denials the agent sums up in one window on one node; the rest is dropped.
pub const AGGREGATION_KEYS: usize = 3_000;

/// Sums up denials as the agent on a node does: one entry for all attempts of a window that have
/// the same addresses, destination port, protocol and direction. Attempts come with their time in
/// milliseconds, going up; what is allowed passes unchanged.
pub fn aggregate(attempts: impl IntoIterator<Item = (u64, LogRecord)>) -> Vec<LogRecord> {
    let mut written: Vec<LogRecord> = Vec::new();
    let mut window: Vec<(LogConnection, usize)> = Vec::new();
    let mut opened = None;
    for (time, record) in attempts {
        if record.disposition != "deny" {
            written.push(record);
            continue;
        }
        if opened.is_none_or(|start| time >= start + AGGREGATION_WINDOW_MS) {
            opened = Some(time);
            window.clear();
        }
        let key = LogConnection {
            src_port: 0,
            ..record.connection.clone()
        };
        match window.iter().find(|(known, _)| *known == key) {
            Some((_, at)) => written[*at].count += record.count,
            None if window.len() < AGGREGATION_KEYS => {
                window.push((key, written.len()));
                written.push(record);
            }
            None => {}
        }
    }
    written
}
