//! `dplab grade`.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::OverrideArgs;

/// How grades are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GradeFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// Markdown.
    Markdown,
    /// JUnit XML, for dashboards of test results.
    Junit,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab grade online-boutique-results.jsonl\n  \
    dplab grade online-boutique-results.jsonl --logs export.json --format junit > results.xml\n\n\
    Exit code 4 if anything is not as predicted.")]
pub(in crate::cli) struct GradeArgs {
    /// What the lab's scripts wrote; `-` is standard input.
    #[arg(value_name = "RESULTS")]
    pub(in crate::cli) results: Utf8PathBuf,
    /// The lab's profile; the one in `profiles/` that has the results' lab if not given.
    #[arg(value_name = "PROFILE")]
    pub(in crate::cli) profile: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) overrides: OverrideArgs,
    /// Log entries as `gcloud logging read --format=json` writes them; they decide what was logged.
    #[arg(long, value_name = "EXPORT.json")]
    pub(in crate::cli) logs: Option<Utf8PathBuf>,
    /// How grades are written.
    #[arg(long, value_enum, default_value_t = GradeFormat::Text)]
    pub(in crate::cli) format: GradeFormat,
}
