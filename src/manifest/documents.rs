//! Cuts a text into YAML documents and reads each, so that one broken document hides no other.

use std::ops::Range;

use super::quick;
use super::tree::{Node, moved};
use crate::diag::{Diagnostic, Label};
use crate::lang::json;
use crate::profile::yaml::{self, Limits};
use crate::source::{SourceId, SourceMap};

/// The places of a text's documents, each with the line of dashes that opens it.
///
/// JSON values need nothing between them. A line that begins with three dashes and a blank always
/// opens a document (YAML 1.2, 9.1.2).
/// A text with directives is left whole, since a directive stands before the dashes.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    if let Some(values) = json::stream(text) {
        return values;
    }
    let directive = text.starts_with('%') || text.contains("\n%");
    let opens = |at: usize| {
        let line = &text[at..];
        line.starts_with("---") && line[3..].chars().next().is_none_or(char::is_whitespace)
    };
    let mut starts = vec![0];
    if !directive {
        let dashes = text.match_indices("\n---").map(|(at, _)| at + 1);
        starts.extend(dashes.filter(|at| opens(*at)));
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}

/// What a document holds.
pub(super) struct Document<'t> {
    /// Its nodes: one, or a few if the text was left whole.
    pub(super) nodes: Vec<Node<'t>>,
    /// Whether the full parser read it: only there are words that mean two things.
    pub(super) in_full: bool,
}

/// Reads one document, or a few if the text was left whole.
pub(super) fn read<'t>(
    text: &'t str,
    id: SourceId,
    at: Range<usize>,
) -> Result<Document<'t>, Box<Diagnostic>> {
    let part = &text[at.clone()];
    if let Some(node) = quick::read(part, id, at.start) {
        return Ok(Document {
            nodes: node.into_iter().collect(),
            in_full: false,
        });
    }
    read_in_full(part, id, at.start).map(|nodes| Document {
        nodes,
        in_full: true,
    })
}

/// Reads with the full parser.
fn read_in_full(
    part: &str,
    id: SourceId,
    base: usize,
) -> Result<Vec<Node<'static>>, Box<Diagnostic>> {
    let mut alone = SourceMap::new();
    let alone_id = alone.add("", part);
    match yaml::read(&alone, alone_id, Limits::MANIFEST) {
        Ok(nodes) => Ok(nodes
            .into_iter()
            .map(|node| Node::of(node, &alone, (id, base)))
            .collect()),
        Err(mut problem) => {
            let labels = problem.primary.iter_mut().chain(&mut problem.others);
            labels.for_each(|label: &mut Label| label.span = moved(label.span, id, base));
            Err(problem)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tree::Value;

    fn both(text: &str) -> (Option<Vec<Node<'_>>>, Option<Vec<Node<'_>>>) {
        let mut sources = SourceMap::new();
        let id = sources.add("t.yaml", text);
        let quick = quick::read(text, id, 0).map(|node| node.into_iter().collect());
        (quick, read_in_full(text, id, 0).ok())
    }

    /// Both readers give the same values, and scalars and keys at the same places.
    fn assert_alike(text: &str, quick: &Node, full: &Node) {
        let what = || format!("{quick:?}\n{full:?}\nin {text:?}");
        match (&quick.value, &full.value) {
            (Value::Map(a), Value::Map(b)) => {
                assert_eq!(a.len(), b.len(), "{}", what());
                for (a, b) in a.iter().zip(b) {
                    assert_eq!((&a.key, a.key_span), (&b.key, b.key_span), "{}", what());
                    assert_alike(text, &a.value, &b.value);
                }
            }
            (Value::Seq(a), Value::Seq(b)) => {
                assert_eq!(a.len(), b.len(), "{}", what());
                a.iter().zip(b).for_each(|(a, b)| assert_alike(text, a, b));
            }
            (a, b) => assert_eq!(a, b, "{}", what()),
        }
        if !matches!(full.value, Value::Null) {
            assert_eq!(quick.span, full.span, "{}", what());
        }
    }

    fn check(text: &str) -> bool {
        let (quick, full) = both(text);
        let Some(quick) = quick else { return false };
        let full = full.unwrap_or_else(|| panic!("only the quick reader takes {text:?}"));
        let nothing = |nodes: &Vec<Node<'_>>| nodes.is_empty();
        assert_eq!(nothing(&quick), nothing(&full), "{text:?}");
        if let (Some(quick), Some(full)) = (quick.first(), full.first()) {
            assert_alike(text, quick, full);
        }
        true
    }

    #[test]
    fn plain_documents_are_read_quickly_and_alike() {
        for text in [
            "a: 1\nb:\n- x\n- y: z\n  w: 2\n-\n  v: 3\nc: {}\nd: []\n",
            "---\n# note\na: b # why\n\n\nc:\n  d:\n    - e\n  f:\ng: \"x y\"\n",
            "a: {b: c, d: [e, 'f', \"g\"], h: {}}\ni: [Ingress, Egress]\n",
            "{\"a\": {\"b\": [1, 2, {\"c\": \"\\u00e4\\n\"}]},\n\t\"d\": null, \"e\": true}\n",
            "a: |\n  x\n    y\n\n  z\n\nb: |-\n  {\"k\": 1}\n",
            "f:metadata:\n  f:labels:\n    .: {}\n    \"f:app\": {}\nargs:\n- --flag=1\n- $(X)\n",
            "ip: 10.0.0.1\nnet: 10.0.0.0/8\nmem: 64Mi\ncpu: 100m\nimage: a/b:1.2@sha256:00\n",
            "a: yes please\nb: null\nc: true\nd: 0\ne: 007x.g\n",
            "key:    value   \nurl: http://x/y#z\n",
        ] {
            assert!(check(text), "not read quickly: {text:?}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_full_parser() {
        for text in [
            "a: &x 1\nb: *x\n",
            "a: !!str 1\n",
            "a: >\n  x\n  y\n",
            "a: one\n  two\n",
            "a: 1.5\nb: 0x1f\n",
            "a: 'it''s'\n",
            "a:\tb\n",
            "? a\n: b\n",
            "a: yes\n",
            "a: [1,\n 2]\n",
            "- - a\n",
            "just text\n",
            "a: b: c\n",
            "a: 1\n  b: 2\n",
            "a: 1\n...\n",
            "a: |+\n  x\n\n",
            "a: b\r\n",
        ] {
            assert!(!check(text), "read quickly: {text:?}");
        }
    }

    const PARTS: [&str; 41] = [
        "a", "b", ": ", ":", "- ", "-", "\n", "\n  ", "\n    ", " ", "{", "}", "[", "]", ", ",
        "\"", "'", "#", " #c", "|", "|-", "1", "07", "true", "x y", "~", "null", "---", "...",
        "\\", "1.5", "10.1.2.3", "*", "&", "!", "\t", "%", "@", "\n\n", "é", "\\n",
    ];
    const LINES: [&str; 24] = [
        "a: b",
        "b:",
        "- c",
        "- d: e",
        "- ",
        "-",
        "f: |",
        "g: |-",
        "h: {i: j}",
        "k: []",
        "# l",
        "",
        "m: \"n\\n\"",
        "o: 'p'",
        "q r",
        "- {s: t}",
        "- - u",
        "v: >",
        "w: &x y",
        "\"z\": 1",
        "- |",
        "aa: bb: cc",
        "- dd:",
        "ee : ff",
    ];

    fn roll(state: &mut usize, below: usize) -> usize {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        (*state >> 8) % below
    }

    #[test]
    fn whatever_both_readers_take_they_read_alike() {
        let state = &mut 88_172_645_463_325_252_usize;
        for _ in 0..6_000 {
            let parts: String = (0..10).map(|_| PARTS[roll(state, PARTS.len())]).collect();
            check(&format!("k: v\n{parts}\n"));
            check(&format!("{parts}\n"));
            let line = |_| {
                let indent = " ".repeat(roll(state, 4));
                format!("{indent}{}\n", LINES[roll(state, LINES.len())])
            };
            let lines: String = (0..5).map(line).collect();
            check(&lines);
        }
    }
}
