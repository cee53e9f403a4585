//! Connections as a graph for Graphviz: a box a workload, a cluster a namespace.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::reach::{View, words};
use crate::netpol::Peer;

/// One stage's graph.
pub(super) fn graph(view: &View<'_>) -> String {
    let name = view.stage.unwrap_or("reach");
    let mut out = format!(
        "digraph {} {{\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  \
         edge [fontname=\"sans-serif\", fontsize=10];\n",
        quoted(name)
    );
    nodes(view, &mut out);
    for pair in view.pairs() {
        let style = if pair.passage.allowed.is_empty() {
            ", style=dashed"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "  {} -> {} [label={}{style}];",
            id(pair.source),
            id(pair.destination),
            quoted(&words(pair.passage))
        );
    }
    out.push_str("}\n");
    out
}

fn nodes(view: &View<'_>, out: &mut String) {
    let peers = view.rows().into_iter().chain(view.columns());
    let mut namespaces: BTreeMap<&str, Vec<&Peer>> = BTreeMap::new();
    let mut outside: Vec<&Peer> = Vec::new();
    for (_, peer) in peers {
        match peer {
            Peer::Workload { namespace, .. } => namespaces.entry(namespace).or_default().push(peer),
            Peer::External(_) => outside.push(peer),
        }
    }
    for (number, (namespace, mut peers)) in namespaces.into_iter().enumerate() {
        peers.sort();
        peers.dedup();
        let _ = writeln!(
            out,
            "  subgraph cluster_{number} {{\n    label={};",
            quoted(namespace)
        );
        for peer in peers {
            let _ = writeln!(out, "    {} [label={}];", id(peer), quoted(&short(peer)));
        }
        out.push_str("  }\n");
    }
    outside.sort();
    outside.dedup();
    for peer in outside {
        let label = quoted(&peer.to_string().replace(',', "\n"));
        let _ = writeln!(out, "  {} [label={label}, shape=ellipse];", id(peer));
    }
}

fn short(peer: &Peer) -> String {
    match peer {
        Peer::Workload { name, kind, .. } => format!("{name}\n{kind}"),
        peer @ Peer::External(_) => peer.to_string(),
    }
}

fn id(peer: &Peer) -> String {
    quoted(&peer.to_string())
}

/// A string of the DOT language: only quotes and backslashes mean something in it.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}
