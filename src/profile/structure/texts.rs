//! What is wrong in any text, and in what is carried as it is: what kubectl refuses or changes.

use std::collections::HashMap;

use super::Walk;
use crate::diag::{Code, Diagnostic};
use crate::profile::yaml::{Entry, Node, Value};
use crate::source::Span;

/// Whether kubectl refuses a character in a kustomization even where it is escaped, or hands on
/// another in its place, as with U+0085. Measured with kubectl 1.32 (kustomize 5.5).
fn is_refused(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

impl Walk<'_> {
    /// Whether a text can stand in a manifest; a finding if it can't.
    pub(super) fn is_fit(&mut self, text: &str, span: Span) -> bool {
        let refused = text.chars().find(|c| is_refused(*c));
        if let Some(c) = refused {
            let message = format!("the character U+{:04X} can't stand here", u32::from(c));
            let right = "expected text without it: kubectl refuses or changes it";
            self.push(Diagnostic::new(Code::BadValue, message).at(span, right));
        }
        refused.is_none()
    }

    /// Looks through what is carried as it is: keys that stand twice, and texts.
    pub(super) fn carried(&mut self, node: &Node) {
        node.items().iter().for_each(|item| self.carried(item));
        if let Value::String(text) = &node.value {
            self.is_fit(text, node.span);
        }
        let mut seen: HashMap<&str, &Entry> = HashMap::new();
        for entry in node.entries() {
            match seen.get(entry.key.as_str()) {
                Some(first) => self.duplicate(entry, first),
                None => drop(seen.insert(&entry.key, entry)),
            }
            self.is_fit(&entry.key, entry.key_span);
            self.carried(&entry.value);
        }
    }
}
