//! Who can reach whom, as a list of pairs or as a matrix.

use std::fmt::Write as _;

use serde::Serialize;

use super::table::Table;
use super::{VERSION, dot, svg};
use crate::netpol::{ConnectionSet, Pair, Passage, Peer, Reach, Reading};

/// One world's connections, and which of them are shown.
#[derive(Debug, Clone)]
pub struct View<'r> {
    /// The stage of the lab, if it has stages.
    pub stage: Option<&'r str>,
    /// How policies were read.
    pub reading: Reading,
    /// Who can reach whom.
    pub reach: &'r Reach,
    /// Which sources and destinations are shown.
    pub filter: Filter,
}

/// Which sources and destinations are shown; all where none are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Numbers of sources.
    pub sources: Option<Vec<usize>>,
    /// Numbers of destinations.
    pub destinations: Option<Vec<usize>>,
}

impl Filter {
    fn source(&self, number: usize) -> bool {
        self.sources
            .as_ref()
            .is_none_or(|all| all.contains(&number))
    }

    fn destination(&self, number: usize) -> bool {
        self.destinations
            .as_ref()
            .is_none_or(|all| all.contains(&number))
    }
}

/// A list of pairs, or a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A line a pair.
    List,
    /// A line a source, a column a destination.
    Matrix,
}

impl<'r> View<'r> {
    /// The pairs shown, by source and destination.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'r>> + '_ {
        let sources = (0..self.reach.sources().len()).filter(|n| self.filter.source(*n));
        sources.flat_map(move |source| {
            let row = self.reach.from(source).into_iter();
            let row = row.filter(|(destination, _)| self.filter.destination(*destination));
            row.map(move |(destination, passage)| Pair {
                source: &self.reach.sources()[source],
                destination: &self.reach.destinations()[destination],
                passage,
            })
        })
    }

    pub(super) fn rows(&self) -> Vec<(usize, &'r Peer)> {
        let all = self.reach.sources().iter().enumerate();
        all.filter(|(number, _)| self.filter.source(*number))
            .collect()
    }

    pub(super) fn columns(&self) -> Vec<(usize, &'r Peer)> {
        let all = self.reach.destinations().iter().enumerate();
        all.filter(|(number, _)| self.filter.destination(*number))
            .collect()
    }
}

/// What passes, in a few words: `TCP 80; unknown: UDP 53`.
pub fn words(passage: &Passage) -> String {
    match (passage.allowed.is_empty(), passage.unknown.is_empty()) {
        (_, true) => passage.allowed.to_string(),
        (true, false) => format!("unknown: {}", passage.unknown),
        (false, false) => format!("{}; unknown: {}", passage.allowed, passage.unknown),
    }
}

/// For people.
pub fn text(views: &[View<'_>], shape: Shape) -> String {
    joined(views, "", |view| match shape {
        Shape::List => list(view).map_or_else(|| "no connections\n".to_owned(), |t| t.text()),
        Shape::Matrix => symbols(view),
    })
}

/// For documents.
pub fn markdown(views: &[View<'_>], shape: Shape) -> String {
    joined(views, "## ", |view| match shape {
        Shape::List => list(view).map_or_else(|| "No connections.\n".to_owned(), |t| t.markdown()),
        Shape::Matrix => matrix(view).markdown(),
    })
}

/// The parts one after the other, each under its stage's name where there are several.
fn joined(views: &[View<'_>], mark: &str, part: impl Fn(&View<'_>) -> String) -> String {
    let parts = views.iter().map(|view| match view.stage {
        Some(stage) if views.len() > 1 => format!("{mark}{stage}\n\n{}", part(view)),
        _ => part(view),
    });
    parts.collect::<Vec<_>>().join("\n")
}

fn list(view: &View<'_>) -> Option<Table> {
    let mut table = Table::new(["source", "destination", "connections"]);
    for pair in view.pairs() {
        table.row([
            pair.source.to_string(),
            pair.destination.to_string(),
            words(pair.passage),
        ]);
    }
    (!table.is_empty()).then_some(table)
}

/// A matrix with the connections in its cells.
fn matrix(view: &View<'_>) -> Table {
    let columns = view.columns();
    let names = columns.iter().map(|(_, peer)| peer.to_string());
    let mut table = Table::new(std::iter::once("source".to_owned()).chain(names));
    for (source, peer) in view.rows() {
        let cells = columns.iter().map(|(destination, _)| {
            let passage = view.reach.between(source, *destination);
            if passage.is_empty() {
                String::new()
            } else {
                words(&passage)
            }
        });
        table.row(std::iter::once(peer.to_string()).chain(cells));
    }
    table
}

/// What stands in a cell of the matrix for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// The same peer, or both outside.
    Itself,
    Everything,
    Something,
    Nothing,
    Unknown,
}

impl Cell {
    pub(super) fn of(source: &Peer, destination: &Peer, passage: &Passage) -> Self {
        let itself = source == destination || (source.is_external() && destination.is_external());
        match passage {
            _ if itself => Cell::Itself,
            passage if passage.allowed.has_all_ports() => Cell::Everything,
            passage if !passage.allowed.is_empty() => Cell::Something,
            passage if !passage.unknown.is_empty() => Cell::Unknown,
            _ => Cell::Nothing,
        }
    }

    const fn symbol(self) -> char {
        match self {
            Cell::Itself => ' ',
            Cell::Everything => '#',
            Cell::Something => '+',
            Cell::Nothing => '.',
            Cell::Unknown => '?',
        }
    }
}

/// A matrix of symbols: columns have numbers, since names don't fit above them.
fn symbols(view: &View<'_>) -> String {
    let (rows, columns) = (view.rows(), view.columns());
    let numbers = columns.iter().map(|(column, _)| (column + 1).to_string());
    let mut table = Table::new(
        ["".to_owned(), "from \\ to".to_owned()]
            .into_iter()
            .chain(numbers),
    );
    for (source, peer) in rows {
        let cells = columns.iter().map(|(destination, to)| {
            let passage = view.reach.between(source, *destination);
            Cell::of(peer, to, &passage).symbol().to_string()
        });
        let head = [(source + 1).to_string(), peer.to_string()];
        table.row(head.into_iter().chain(cells));
    }
    table.text() + &legend(view, &columns)
}

/// What the symbols mean, and the columns that are no rows as well.
fn legend(view: &View<'_>, columns: &[(usize, &Peer)]) -> String {
    let mut out = "\n# everything, + some ports, . nothing, ? nobody can say offline\n".to_owned();
    for (number, peer) in columns {
        if view.reach.sources().get(*number) != Some(peer) || !view.filter.source(*number) {
            let _ = writeln!(out, "column {}: {peer}", number + 1);
        }
    }
    out
}

/// For spreadsheets: a line a pair, with the stage first where there are several.
pub fn csv(views: &[View<'_>], shape: Shape) -> String {
    if let (Shape::Matrix, [view]) = (shape, views) {
        return matrix(view).csv();
    }
    let mut table = Table::new(["stage", "source", "destination", "connections", "unknown"]);
    for view in views {
        for pair in view.pairs() {
            table.row([
                view.stage.unwrap_or_default().to_owned(),
                pair.source.to_string(),
                pair.destination.to_string(),
                or_empty(&pair.passage.allowed),
                or_empty(&pair.passage.unknown),
            ]);
        }
    }
    table.csv()
}

fn or_empty(set: &ConnectionSet) -> String {
    if set.is_empty() {
        String::new()
    } else {
        set.to_string()
    }
}

/// What of one pair is written: sure things and open questions are two lists.
#[derive(Serialize)]
struct Record<'r> {
    source: &'r Peer,
    destination: &'r Peer,
    connections: &'r ConnectionSet,
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<bool>,
}

/// For machines, a pair a line.
///
/// `{"version": 1, "dialect": "dpv2", "hostNetwork": "node", "stage": …, "pairs": […],
/// "unknown": […]}`. `pairs` is what is allowed for sure; `unknown` has the same records for what
/// nobody can say offline. A record is `{"source", "destination", "connections"}`, with
/// `"all": true` where that is everything; an end is `{"namespace", "name", "kind"}` or
/// `{"ranges": ["10.0.0.0-10.255.255.255"]}`; `connections` is a list of
/// `{"protocol": "TCP", "ports": [[80, 80]]}`. Of several stages each is an item of `stages`, with
/// `stage`, `pairs` and `unknown`.
///
/// # Errors
/// None that is known of: the values are plain.
pub fn json(views: &[View<'_>]) -> Result<String, serde_json::Error> {
    let reading = views.first().map_or(Reading::DPV2, |view| view.reading);
    let mut out = format!(
        "{{\"version\":{VERSION},\"dialect\":{},\"hostNetwork\":{}",
        serde_json::to_string(&reading.dialect)?,
        serde_json::to_string(&reading.host_network)?
    );
    if let [view] = views {
        out.push(',');
        json_view(view, &mut out)?;
    } else {
        out.push_str(",\"stages\":[\n");
        for (number, view) in views.iter().enumerate() {
            out.push_str(if number == 0 { "{" } else { ",\n{" });
            json_view(view, &mut out)?;
            out.push('}');
        }
        out.push(']');
    }
    out.push_str("}\n");
    Ok(out)
}

fn json_view(view: &View<'_>, out: &mut String) -> Result<(), serde_json::Error> {
    let _ = write!(out, "\"stage\":{},", serde_json::to_string(&view.stage)?);
    json_list(view, "pairs", |passage| &passage.allowed, out)?;
    out.push(',');
    json_list(view, "unknown", |passage| &passage.unknown, out)
}

fn json_list(
    view: &View<'_>,
    key: &str,
    set: impl Fn(&Passage) -> &ConnectionSet,
    out: &mut String,
) -> Result<(), serde_json::Error> {
    let _ = write!(out, "\"{key}\":[");
    let mut first = true;
    for pair in view.pairs() {
        let connections = set(pair.passage);
        if connections.is_empty() {
            continue;
        }
        let record = Record {
            source: pair.source,
            destination: pair.destination,
            connections,
            all: connections.has_all_ports().then_some(true),
        };
        out.push_str(if first { "\n" } else { ",\n" });
        first = false;
        out.push_str(&serde_json::to_string(&record)?);
    }
    out.push_str(if first { "]" } else { "\n]" });
    Ok(())
}

/// A graph for Graphviz.
pub fn dot(views: &[View<'_>]) -> String {
    views.iter().map(dot::graph).collect()
}

/// A picture of the matrix.
pub fn svg(view: &View<'_>) -> String {
    svg::picture(view)
}
