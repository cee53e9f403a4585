//! The last door: what a template made is laid out, and read back by its own language's parser.
//!
//! Labs have most of their texts in common, and reading back costs more than all else. What went
//! through the door once needs no second look: the answer depends on nothing but the text.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::RenderError;
use crate::lang::{self, Language};
use crate::tree::Content;

/// How many texts are remembered: those of many labs, in a few megabytes.
const MOST: usize = 4096;

/// What went through, as it was made and as it was finished.
type Passed = HashMap<String, Content>;

/// The door, which remembers what went through.
#[derive(Debug, Default)]
pub(super) struct Door {
    passed: Mutex<BTreeMap<Language, Passed>>,
}

impl Door {
    /// LF, one newline at the end, laid out, and read back.
    pub(super) fn finish(
        &self,
        template: &str,
        language: Language,
        made: String,
    ) -> Result<Content, RenderError> {
        if let Some(finished) = self.passed(|all| all.get(&language)?.get(&made).cloned()) {
            return Ok(finished);
        }
        let finished = Content::from(finish(template, language, &made)?);
        self.passed(|all| {
            let texts = all.entry(language).or_default();
            if texts.len() >= MOST {
                texts.clear();
            }
            texts.insert(made, finished.clone());
        });
        Ok(finished)
    }

    fn passed<T>(&self, with: impl FnOnce(&mut BTreeMap<Language, Passed>) -> T) -> T {
        with(&mut self.passed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn finish(template: &str, language: Language, text: &str) -> Result<String, RenderError> {
    let text = text.trim_start_matches('\n').trim_end_matches([' ', '\n']);
    let mut text = match language {
        Language::Hcl => lang::hcl::format(text),
        _ => text.to_owned(),
    };
    if !text.is_empty() {
        text.push('\n');
    }
    match lang::reread(language, &text) {
        Ok(()) => Ok(text),
        Err(source) => Err(RenderError::Reread {
            template: template.to_owned(),
            line: stumbled(&text, &source),
            source,
        }),
    }
}

/// The line that the parser stumbled over.
fn stumbled(text: &str, error: &lang::RereadError) -> String {
    let line = error
        .at
        .and_then(|at| text.lines().nth(at.line.saturating_sub(1)));
    line.unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(door: &Door, language: Language, text: &str) -> Result<String, String> {
        let finished = door.finish("t", language, text.to_owned());
        match finished {
            Ok(content) => Ok(String::from_utf8_lossy(&content).into_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_text_is_the_same_each_time() {
        let door = Door::default();
        for _ in 0..2 {
            let text = finish(&door, Language::Hcl, "\na = 1\nbcd = 2\n\n");
            assert_eq!(text.as_deref(), Ok("a   = 1\nbcd = 2\n"));
        }
    }

    #[test]
    fn what_does_not_pass_is_not_let_through_the_next_time() {
        let door = Door::default();
        let first = finish(&door, Language::Shell, "if true");
        assert!(first.is_err());
        assert_eq!(finish(&door, Language::Shell, "if true"), first);
    }

    #[test]
    fn what_one_language_takes_another_need_not() {
        let door = Door::default();
        assert!(finish(&door, Language::Shell, "a: [1").is_ok());
        assert!(finish(&door, Language::Yaml, "a: [1").is_err());
    }
}
