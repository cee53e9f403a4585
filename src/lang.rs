//! The languages that are generated: how a value becomes one literal, and how text is read back.
//!
//! A value never meets generated text but through here. `quote` turns a string into one whole
//! literal of the language, so that no value can end its own place; [`reread`] hands a finished
//! file to the language's own parser before anyone writes it. Nothing here knows templates, files
//! or Kubernetes.

pub mod hcl;
pub mod html;
pub mod json;
pub mod markdown;
pub mod shell;
pub mod yaml;

use std::fmt;

use crate::source::LineColumn;

/// A language that files are generated in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Bash.
    Shell,
    /// YAML that means the same to a YAML 1.1 and a YAML 1.2 reader.
    Yaml,
    /// Terraform's language.
    Hcl,
    /// CommonMark with GitHub's tables.
    Markdown,
    /// HTML 5.
    Html,
    /// JSON.
    Json,
}

impl Language {
    /// Every language.
    pub const ALL: [Language; 6] = [
        Language::Shell,
        Language::Yaml,
        Language::Hcl,
        Language::Markdown,
        Language::Html,
        Language::Json,
    ];

    /// The name to show.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::Shell => "shell",
            Language::Yaml => "YAML",
            Language::Hcl => "HCL",
            Language::Markdown => "Markdown",
            Language::Html => "HTML",
            Language::Json => "JSON",
        }
    }

    /// The language of a file, by the last part of its name: `create-cluster.sh`, `main.tf`.
    pub fn of_file(name: &str) -> Option<Language> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension {
            "sh" | "bash" => Language::Shell,
            "yaml" | "yml" => Language::Yaml,
            "tf" | "tfvars" | "hcl" => Language::Hcl,
            "md" | "markdown" => Language::Markdown,
            "html" | "htm" => Language::Html,
            "json" => Language::Json,
            _ => return None,
        })
    }

    /// The language of what a template renders: `policy.yaml.tera` renders YAML.
    pub fn of_template(name: &str) -> Option<Language> {
        let (file, engine) = name.rsplit_once('.')?;
        matches!(engine, "tera" | "hbs").then_some(())?;
        Language::of_file(file)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that is not what it should be, in the words of the language's own parser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RereadError {
    /// The language it should be.
    pub language: Language,
    /// What the parser says, without the place.
    pub message: String,
    /// Where, if the parser says so.
    pub at: Option<LineColumn>,
}

impl fmt::Display for RereadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at {
            write!(f, "line {}, column {}: ", at.line, at.column)?;
        }
        write!(f, "this is not {}: {}", self.language, self.message)
    }
}

impl RereadError {
    pub(crate) fn new(language: Language, message: impl Into<String>) -> Self {
        Self {
            language,
            message: message.into(),
            at: None,
        }
    }

    pub(crate) fn at(mut self, line: usize, column: usize) -> Self {
        self.at = Some(LineColumn { line, column });
        self
    }

    /// Names the place of a byte of the text.
    pub(crate) fn at_byte(self, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[start..].chars().count() + 1;
        self.at(line, column)
    }
}

/// Reads text with its language's own parser: the last door before a file is written.
///
/// # Errors
/// The first thing the parser stumbles over. What each language's door catches stands in its module.
pub fn reread(language: Language, text: &str) -> Result<(), RereadError> {
    match language {
        Language::Shell => shell::reread(text),
        Language::Yaml => yaml::reread(text),
        Language::Hcl => hcl::reread(text),
        Language::Markdown => markdown::reread(text),
        Language::Html => html::reread(text),
        Language::Json => json::reread(text),
    }
}

/// Text for one comment line: whatever could end the line, hide, or be refused there becomes a space.
pub(crate) fn one_line(text: &str) -> String {
    let refused = |c: char| {
        let separator = matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
        separator || c.is_control() || u32::from(c) & 0xfffe == 0xfffe
    };
    let spaced: String = text
        .chars()
        .map(|c| if refused(c) { ' ' } else { c })
        .collect();
    spaced.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_template_s_name_tells_its_language() {
        let of = Language::of_template;
        assert_eq!(of("kubernetes/policy.yaml.tera"), Some(Language::Yaml));
        assert_eq!(of("gcloud/create.sh.hbs"), Some(Language::Shell));
        assert_eq!(of("terraform/main.tf.tera"), Some(Language::Hcl));
        assert_eq!(of("terraform/lab.tfvars.tera"), Some(Language::Hcl));
        assert_eq!(
            of("terraform/.terraform.lock.hcl.tera"),
            Some(Language::Hcl)
        );
        assert_eq!(of("docs/runbook.md.hbs"), Some(Language::Markdown));
        assert_eq!(of("ci/settings.json.tera"), Some(Language::Json));
        assert_eq!(of("policy.yaml"), None);
        assert_eq!(of("notes.txt.tera"), None);
        assert_eq!(of("tera"), None);
    }
}
