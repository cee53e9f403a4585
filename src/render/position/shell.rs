//! Following shell, and the lines of HCL.

use super::{Inside, Position};

impl Position {
    pub(super) fn shell(&mut self, c: char) {
        let double = self.inside.last() == Some(&Inside::Quote('"'));
        match (self.inside.last(), c) {
            (Some(Inside::Heredoc(_) | Inside::Comment), _) => {}
            (Some(Inside::Quote('\'')), '\'') => drop(self.inside.pop()),
            (Some(Inside::Quote('\'')), _) => {}
            _ if self.escaped() => {}
            (Some(Inside::Quote('"')), '"') => drop(self.inside.pop()),
            (_, '(') if self.line.ends_with("$(") || (self.line.ends_with('(') && !double) => {
                self.inside.pop();
                self.inside.push(Inside::Arithmetic);
            }
            (_, '(') if self.line.ends_with('$') || !double => self.inside.push(Inside::Paren),
            (Some(Inside::Arithmetic), ')') if self.line.ends_with(')') => drop(self.inside.pop()),
            (Some(Inside::Paren), ')') => drop(self.inside.pop()),
            _ if double => {}
            (_, '"' | '\'') => self.inside.push(Inside::Quote(c)),
            (_, '#') if self.starts_word() => self.inside.push(Inside::Comment),
            _ => {}
        }
    }

    /// A line of shell or HCL ends: so do comments, and heredocs begin or end.
    pub(super) fn end_of_code(&mut self) {
        let mut code = self.line.as_str();
        match self.inside.last() {
            Some(Inside::Quote(_)) => return,
            Some(Inside::Heredoc(word)) => {
                if self.line.trim() == word {
                    self.inside.pop();
                }
                return;
            }
            Some(Inside::Comment) => {
                code = code.split(['#']).next().unwrap_or_default();
                self.inside.pop();
            }
            _ => {}
        }
        if let Some(word) = heredoc(code) {
            self.inside.push(Inside::Heredoc(word));
        }
    }
}

/// The word that ends the heredoc which a line of shell or HCL opens.
fn heredoc(line: &str) -> Option<String> {
    let (_, after) = line.split_once("<<")?;
    if after.starts_with('<') {
        return None;
    }
    let word = after.trim_start_matches('-').trim_start();
    let word: String = word
        .trim_start_matches(['\'', '"', '\\'])
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let named = !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit());
    named.then_some(word)
}
