//! Commands about generated trees: writing, comparing, checking, taking away.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::{Format, OverrideArgs, ProfileArgs, TemplateArgs};

/// Where generated trees are.
#[derive(Debug, Args)]
pub(in crate::cli) struct OutArgs {
    /// Folder in which each lab has a folder of its name; `out` if not given.
    #[arg(short, long, value_name = "DIR")]
    pub(in crate::cli) out: Option<Utf8PathBuf>,
}

/// Profiles and a folder, told apart by what they are.
#[derive(Debug, Args)]
pub(in crate::cli) struct TargetArgs {
    /// Profiles, every file in `profiles/` if none is given; and at most one folder: that in which
    /// each lab has a folder of its name, or one lab's own.
    #[arg(value_name = "PROFILE|DIR")]
    pub(in crate::cli) positional: Vec<Utf8PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) out: OutArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab generate\n  \
    dplab generate profiles/online-boutique.yaml --set cluster.project=my-project\n  \
    dplab generate -n\n  \
    dplab generate profiles/online-boutique.yaml --only kcc\n  \
    dplab generate profiles/online-boutique.yaml --stdout --only terraform/cluster | less")]
pub(in crate::cli) struct GenerateArgs {
    #[command(flatten)]
    pub(in crate::cli) profiles: ProfileArgs,
    #[command(flatten)]
    pub(in crate::cli) out: OutArgs,
    #[command(flatten)]
    pub(in crate::cli) templates: TemplateArgs,
    /// Only say what would change; exit code 2 if anything would.
    #[arg(short = 'n', long)]
    pub(in crate::cli) dry_run: bool,
    /// Replace hand-edited files, and foreign files that are in the way.
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Print the files instead of writing them.
    #[arg(long, conflicts_with_all = ["dry_run", "force"])]
    pub(in crate::cli) stdout: bool,
    /// Only this part, such as `kubernetes` or `kubernetes/policies`; may be given several times.
    /// `kcc`, the cluster as objects of Config Connector, is made only if asked for, and kept up to
    /// date once it is there.
    #[arg(long, value_name = "PART")]
    pub(in crate::cli) only: Vec<String>,
    /// Seconds to wait for another run on the same folder.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(in crate::cli) wait: u64,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab diff\n  \
    dplab diff profiles/online-boutique.yaml --stat\n  \
    dplab diff profiles/online-boutique.yaml labs/ --semantic --reach\n  \
    dplab diff --against origin/main --format markdown > comment.md\n  \
    dplab diff --provenance")]
pub(in crate::cli) struct DiffArgs {
    #[command(flatten)]
    pub(in crate::cli) target: TargetArgs,
    #[command(flatten)]
    pub(in crate::cli) overrides: OverrideArgs,
    #[command(flatten)]
    pub(in crate::cli) templates: TemplateArgs,
    /// Compare with what a git revision holds, whatever lies in the folder.
    #[arg(long, value_name = "GITREF")]
    pub(in crate::cli) against: Option<String>,
    /// Compare YAML and Terraform as data: the order of keys, comments, quoting and layout aside.
    #[arg(long)]
    pub(in crate::cli) semantic: bool,
    /// First of all say which connections open and close.
    #[arg(long)]
    pub(in crate::cli) reach: bool,
    /// Say of each changed place which template line and which key of the profile made it.
    #[arg(long)]
    pub(in crate::cli) provenance: bool,
    /// Only one line a file, with its kind of difference.
    #[arg(long, conflicts_with = "name_only")]
    pub(in crate::cli) stat: bool,
    /// Only the names of the files.
    #[arg(long)]
    pub(in crate::cli) name_only: bool,
    /// How differences are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(in crate::cli) format: Format,
    /// End with 0 where differences were found.
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
}

/// What makes a check fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    /// Files that differ from what is generated.
    Drift,
    /// Warnings about profiles.
    Lint,
    /// Probes that would not come out as a stage expects.
    Reach,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab check\n  \
    dplab check profiles/online-boutique.yaml --fail-on drift,reach\n  \
    dplab check --format sarif > dplab.sarif")]
pub(in crate::cli) struct CheckArgs {
    #[command(flatten)]
    pub(in crate::cli) target: TargetArgs,
    #[command(flatten)]
    pub(in crate::cli) overrides: OverrideArgs,
    #[command(flatten)]
    pub(in crate::cli) templates: TemplateArgs,
    /// Compare with what a git revision holds, whatever lies in the folder.
    #[arg(long, value_name = "GITREF")]
    pub(in crate::cli) against: Option<String>,
    /// What fails the check, besides an invalid profile. Lints and expectations are reported in
    /// any case; differences only here, for they cost a reading of every file.
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',',
          default_values_t = [FailOn::Drift, FailOn::Lint, FailOn::Reach])]
    pub(in crate::cli) fail_on: Vec<FailOn>,
    /// How findings are written; all formats but text go to stdout.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(in crate::cli) format: Format,
    /// End with 0 instead of 2: differences and warnings alone fail nothing.
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab clean\n  \
    dplab clean profiles/online-boutique.yaml\n  \
    dplab clean out/online-boutique\n  \
    dplab clean profiles/online-boutique.yaml --only kcc")]
pub(in crate::cli) struct CleanArgs {
    #[command(flatten)]
    pub(in crate::cli) target: TargetArgs,
    #[command(flatten)]
    pub(in crate::cli) overrides: OverrideArgs,
    /// Only this part, such as `kcc`; may be given several times.
    #[arg(long, value_name = "PART")]
    pub(in crate::cli) only: Vec<String>,
    /// Remove hand-edited files too.
    #[arg(long)]
    pub(in crate::cli) force: bool,
}
