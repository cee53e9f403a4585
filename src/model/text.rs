//! Free text that people write, as far as it must be tamed: it ends up in scripts and runbooks.

use std::fmt;

/// A text with a character that it can't hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the character U+{:04X} can't stand {place}", u32::from(*character))]
pub struct TextError {
    /// The character.
    pub character: char,
    /// Where it can't stand: `in a line of text`.
    pub place: &'static str,
}

/// One line of text, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Line(String);

/// Lines of text, without control characters other than the line's end; no empty line last.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Prose(String);

impl Line {
    /// Takes a text without control characters; white space around it is dropped.
    ///
    /// # Errors
    /// The first character that can't be in it.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        match text.chars().find(|c| c.is_control()) {
            None => Ok(Self(text.to_owned())),
            Some(character) => Err(TextError {
                character,
                place: "in a line of text",
            }),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Prose {
    /// Takes a text whose only control characters are line ends.
    ///
    /// # Errors
    /// The first character that can't be in it.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match text.chars().find(|c| c.is_control() && *c != '\n') {
            None => Ok(Self(text.trim().to_owned())),
            Some(character) => Err(TextError {
                character,
                place: "in a text",
            }),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
