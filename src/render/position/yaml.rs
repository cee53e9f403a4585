//! Following YAML.

use super::{Inside, Position};

impl Position {
    /// The first character of a line tells whether a block scalar goes on.
    pub(super) fn leave_block(&mut self) {
        if let Some(Inside::Block(above)) = self.inside.last()
            && self.line.len() <= *above
            && self.line.trim().is_empty()
        {
            self.inside.pop();
        }
    }

    pub(super) fn yaml(&mut self, c: char) {
        if !c.is_whitespace() {
            self.leave_block();
        }
        match self.inside.last() {
            Some(Inside::Quote(open)) if *open == c && (c == '\'' || !self.escaped()) => {
                self.inside.pop();
            }
            Some(_) => {}
            None if "\"'".contains(c) => {
                let before = self.line.trim_end();
                if before.is_empty() || before.ends_with([':', '-', '[', '{', ',']) {
                    self.inside.push(Inside::Quote(c));
                }
            }
            None if c == '#' && self.starts_word() => self.inside.push(Inside::Comment),
            None => {}
        }
    }

    pub(super) fn end_of_yaml(&mut self) {
        if self.inside.last() == Some(&Inside::Comment) {
            self.inside.pop();
        }
        if !self.inside.is_empty() {
            return;
        }
        let code = self.line.split(" #").next().unwrap_or_default().trim_end();
        let head = code.trim_end_matches(|c: char| c.is_ascii_digit() || "+-".contains(c));
        let before = head.strip_suffix(['|', '>']).unwrap_or_default();
        if !before.ends_with(' ') {
            return;
        }
        // Its lines stand deeper than the key, or than the dash where there is no key.
        let key = before.len() - before.trim_start_matches([' ', '-']).len();
        let dash = before.rfind('-').unwrap_or(0);
        let above = if key == before.len() { dash } else { key };
        self.inside.push(Inside::Block(above));
    }
}
