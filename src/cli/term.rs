//! stdout and stderr: who may colour, who may speak.

use std::io::{self, Write};

use anstream::ColorChoice;

use super::args::{Color, Format, OutputArgs};
use crate::check::lint::Effort;
use crate::diag::{self, Diagnostic, Severity};
use crate::source::SourceMap;

/// The two streams, and how much is said on them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    stderr: ColorChoice,
    quiet: bool,
    verbose: bool,
}

impl Term {
    pub(super) fn new(args: &OutputArgs) -> Self {
        let choice = match args.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        Self {
            stderr: match choice {
                ColorChoice::Auto => anstream::AutoStream::choice(&io::stderr()),
                choice => choice,
            },
            quiet: args.quiet,
            verbose: args.verbose,
        }
    }

    /// Payload. A reader that went away (`dplab schema | head`) is no error.
    pub(super) fn payload(&self, text: &str) -> anyhow::Result<()> {
        let mut out = anstream::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => Ok(result?),
        }
    }

    /// A line about what was done; not with `--quiet`.
    pub(super) fn say(&self, line: &str) {
        if !self.quiet {
            self.line(line);
        }
    }

    /// A line that explains an exit code, so that `--quiet` shows it too.
    pub(super) fn warn(&self, line: &str) {
        self.line(line);
    }

    /// Advice that goes with an error.
    pub(super) fn note(&self, line: &str) {
        self.line(&format!("  help: {line}"));
    }

    /// Whether everything is to be said.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// A line that only `--verbose` wants.
    pub(super) fn detail(&self, line: &str) {
        if self.verbose {
            self.line(line);
        }
    }

    /// Findings for people, and how many there are.
    pub(super) fn findings(&self, findings: &[Diagnostic], sources: &SourceMap) {
        if findings.is_empty() {
            return;
        }
        let color = self.stderr != ColorChoice::Never;
        self.line(diag::text::render(findings, sources, color).trim_end());
        self.line(&format!("\n{}", diag::text::summary(findings)));
    }

    /// Findings that may have to be acted on; what is only worth knowing, with `--verbose`.
    pub(super) fn worth_saying(&self, findings: &[Diagnostic], sources: &SourceMap) {
        let matters = |finding: &&Diagnostic| self.verbose || finding.severity > Severity::Info;
        let shown: Vec<Diagnostic> = findings.iter().filter(matters).cloned().collect();
        self.findings(&shown, sources);
    }

    /// How hard to look: people aren't shown what is only worth knowing unless they ask for it.
    pub(super) fn effort(&self, format: Format) -> Effort {
        match format {
            Format::Text if !self.verbose => Effort::Glance,
            _ => Effort::Trials,
        }
    }

    /// An error that is nobody's finding: its causes, one a line.
    pub(super) fn error(&self, error: &anyhow::Error) {
        self.line(&format!("error: {error}"));
        for cause in error.chain().skip(1) {
            self.line(&format!("  because: {cause}"));
        }
    }

    fn line(&self, text: &str) {
        // If stderr is closed there is nobody left to tell.
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }
}
