//! The matrix as a picture: a row a source, a column a destination, a square a pair.
//!
//! Plain SVG 1.1 with its colours inside, so that it stands by itself. Each square says in words
//! what passes when the pointer rests on it.

use std::fmt::Write as _;

use super::reach::{Cell, View, words};
use crate::lang::html;
use crate::netpol::Peer;

/// Side of a square, in pixels.
const STEP: usize = 22;
/// Width of a letter at the size of the labels; an estimate, since there is no font here.
const LETTER: usize = 7;
/// Space around everything.
const MARGIN: usize = 16;
/// Height of the heading.
const HEADING: usize = 34;
/// Longest label, in letters; longer ones are cut.
const LONGEST: usize = 48;

struct Layout {
    /// Left edge of the squares.
    left: usize,
    /// Upper edge of the squares.
    top: usize,
    width: usize,
    height: usize,
}

/// The picture of one stage.
pub(super) fn picture(view: &View<'_>) -> String {
    let (rows, columns) = (view.rows(), view.columns());
    let layout = layout(&rows, &columns);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} \
         {1}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        layout.width, layout.height
    );
    heading(view, &mut out);
    column_labels(&columns, &layout, &mut out);
    for (line, (source, peer)) in rows.iter().enumerate() {
        let y = layout.top + line * STEP;
        text(
            &mut out,
            (layout.left - 8, y + STEP / 2 + 4),
            "text-anchor=\"end\"",
            peer,
        );
        for (place, (destination, to)) in columns.iter().enumerate() {
            let passage = view.reach.between(*source, *destination);
            let x = layout.left + place * STEP;
            let title = format!("{peer} → {to}: {}", words(&passage));
            square(&mut out, (x, y), Cell::of(peer, to, &passage), &title);
        }
    }
    legend(&layout, rows.len(), &mut out);
    out.push_str("</svg>\n");
    out
}

fn layout(rows: &[(usize, &Peer)], columns: &[(usize, &Peer)]) -> Layout {
    let longest = |peers: &[(usize, &Peer)]| {
        let lengths = peers.iter().map(|(_, peer)| label(peer).chars().count());
        lengths.max().unwrap_or(0) * LETTER
    };
    let left = MARGIN + longest(rows).max(60) + 8;
    // Column labels lean by 45 degrees.
    let lean = longest(columns) * 71 / 100;
    let top = HEADING + lean + 24;
    Layout {
        left,
        top,
        width: (left + columns.len() * STEP + lean + MARGIN).max(left + 460),
        height: top + rows.len() * STEP + 56,
    }
}

/// Namespace and name, or the ranges; cut where too long.
fn label(peer: &Peer) -> String {
    let whole = match peer {
        Peer::Workload {
            namespace, name, ..
        } => format!("{namespace}/{name}"),
        Peer::External(_) => peer.to_string(),
    };
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    let cut: String = whole.chars().take(LONGEST - 1).collect();
    cut + "…"
}

fn heading(view: &View<'_>, out: &mut String) {
    let stage = view
        .stage
        .map_or_else(String::new, |stage| format!(", stage {stage}"));
    let _ = writeln!(
        out,
        "<text x=\"{MARGIN}\" y=\"24\" font-size=\"15\" font-weight=\"bold\">Who reaches whom{}</text>",
        html::quote(&stage)
    );
}

fn column_labels(columns: &[(usize, &Peer)], layout: &Layout, out: &mut String) {
    for (place, (_, peer)) in columns.iter().enumerate() {
        let x = layout.left + place * STEP + STEP / 2 + 4;
        let y = layout.top - 8;
        let turn = format!("transform=\"rotate(-45 {x} {y})\"");
        text(out, (x, y), &turn, peer);
    }
}

fn text(out: &mut String, (x, y): (usize, usize), attributes: &str, peer: &Peer) {
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{y}\" {attributes}><title>{}</title>{}</text>",
        html::quote(&peer.to_string()),
        html::quote(&label(peer))
    );
}

fn fill(cell: Cell) -> &'static str {
    match cell {
        Cell::Itself => "#f2f2f2",
        Cell::Everything => "#1a7f4b",
        Cell::Something => "#8fd0ab",
        Cell::Nothing => "#ffffff",
        Cell::Unknown => "#f0c04c",
    }
}

fn square(out: &mut String, (x, y): (usize, usize), cell: Cell, title: &str) {
    let _ = writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{size}\" height=\"{size}\" rx=\"3\" fill=\"{}\" \
         stroke=\"#c8c8c8\"><title>{}</title></rect>",
        x + 1,
        y + 1,
        fill(cell),
        html::quote(title),
        size = STEP - 2
    );
}

fn legend(layout: &Layout, rows: usize, out: &mut String) {
    let words = [
        (Cell::Everything, "everything"),
        (Cell::Something, "some ports"),
        (Cell::Nothing, "nothing"),
        (Cell::Unknown, "unknown"),
    ];
    let y = layout.top + rows * STEP + 16;
    for (place, (cell, word)) in words.into_iter().enumerate() {
        let x = layout.left + place * 110;
        square(out, (x, y), cell, word);
        let (x, y) = (x + STEP + 6, y + STEP / 2 + 4);
        let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\">{word}</text>");
    }
}
