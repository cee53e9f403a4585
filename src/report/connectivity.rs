//! Who reaches whom, before and after: what a change of policies opens, closes and changes.

use serde::Serialize;

use super::VERSION;
use super::reach::words;
use super::table::Table;
use crate::netpol::{Change, ChangeKind, ConnectionSet, Passage, Peer, Reading, World, between};

/// Compares two worlds, read alike.
pub fn compare(before: &World, after: &World, reading: Reading) -> Vec<Change> {
    between(before, after, reading)
}

/// `2 opened, 1 closed`; empty where nothing changes.
pub fn summary(changes: &[Change]) -> String {
    let kinds = [ChangeKind::Opened, ChangeKind::Closed, ChangeKind::Changed];
    let parts = kinds.iter().filter_map(|kind| {
        let count = changes.iter().filter(|change| change.kind == *kind).count();
        (count > 0).then(|| format!("{count} {}", kind.as_str()))
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// For people.
pub fn text(changes: &[Change]) -> String {
    match changes.is_empty() {
        true => "no differences\n".to_owned(),
        false => table(changes).text(),
    }
}

/// For documents.
pub fn markdown(changes: &[Change]) -> String {
    match changes.is_empty() {
        true => "No differences.\n".to_owned(),
        false => table(changes).markdown(),
    }
}

/// For spreadsheets.
pub fn csv(changes: &[Change]) -> String {
    table(changes).csv()
}

fn table(changes: &[Change]) -> Table {
    let mut table = Table::new(["change", "source", "destination", "before", "after"]);
    for change in changes {
        table.row([
            change.kind.as_str().to_owned(),
            change.source.to_string(),
            change.destination.to_string(),
            words(&change.before),
            words(&change.after),
        ]);
    }
    table
}

/// A change as a record. What nobody can say offline stands beside, where there is any.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'c> {
    change: ChangeKind,
    source: &'c Peer,
    destination: &'c Peer,
    before: &'c ConnectionSet,
    after: &'c ConnectionSet,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown_before: Option<&'c ConnectionSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown_after: Option<&'c ConnectionSet>,
}

/// For machines: `{"version": 1, "dialect", "changes": [{"change": "opened", "source",
/// "destination", "before", "after"}]}`. Ends and connections are those of `reach`.
///
/// # Errors
/// None that is known of: the values are plain.
pub fn json(changes: &[Change], reading: Reading) -> Result<String, serde_json::Error> {
    let dialect = serde_json::to_string(&reading.dialect)?;
    let host_network = serde_json::to_string(&reading.host_network)?;
    let each = changes
        .iter()
        .map(|change| serde_json::to_string(&record(change)));
    let records: Vec<String> = each.collect::<Result<_, _>>()?;
    let lines = match records.is_empty() {
        true => String::new(),
        false => format!("\n{}\n", records.join(",\n")),
    };
    Ok(format!(
        "{{\"version\":{VERSION},\"dialect\":{dialect},\"hostNetwork\":{host_network},\
         \"changes\":[{lines}]}}\n"
    ))
}

fn record(change: &Change) -> Record<'_> {
    let unknown = |passage: &'_ Passage| !passage.unknown.is_empty();
    Record {
        change: change.kind,
        source: &change.source,
        destination: &change.destination,
        before: &change.before.allowed,
        after: &change.after.allowed,
        unknown_before: unknown(&change.before).then_some(&change.before.unknown),
        unknown_after: unknown(&change.after).then_some(&change.after.unknown),
    }
}
