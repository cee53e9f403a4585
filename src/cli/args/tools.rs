//! Commands around the labs: templates, pipelines, explanations, the manual.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueEnum};

use super::{OverrideArgs, TemplateArgs};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TemplatesCommand {
    /// List all templates, and which of them are replaced.
    List(TemplateArgs),
    /// Copy built-in templates into a folder, to be changed there.
    Eject(EjectArgs),
    /// Check a folder of templates: names, syntax, quoting, fields, and what they render.
    Lint(LintArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab templates eject kubernetes/policy.yaml.tera --to my-templates\n  \
    dplab templates eject kubernetes --to my-templates")]
pub(in crate::cli) struct EjectArgs {
    /// Names of templates, or folders of them.
    #[arg(value_name = "NAME", required = true)]
    pub(in crate::cli) names: Vec<String>,
    /// Where they go.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) to: Utf8PathBuf,
    /// Replace files that are there.
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab templates lint my-templates\n  \
    dplab templates lint my-templates profiles/online-boutique.yaml")]
pub(in crate::cli) struct LintArgs {
    /// The folder of templates; the built-in ones if not given.
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: Option<Utf8PathBuf>,
    /// Profiles that are rendered with them; every file in `profiles/` if none is given.
    #[arg(value_name = "PROFILE")]
    pub(in crate::cli) profiles: Vec<Utf8PathBuf>,
}

/// Who runs the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Pipeline {
    /// GitHub Actions: `.github/workflows/dplab.yaml`.
    Github,
    /// GitLab CI: `.gitlab-ci.yml`.
    Gitlab,
    /// Cloud Build: `cloudbuild.yaml`.
    Cloudbuild,
    /// pre-commit: `.pre-commit-config.yaml`.
    PreCommit,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab ci github --git https://example.com/dplab.git > .github/workflows/dplab.yaml\n  \
    dplab ci gitlab --path tools/dplab > .gitlab-ci.yml")]
pub(in crate::cli) struct CiArgs {
    /// Who runs it.
    #[arg(value_enum, value_name = "WHERE")]
    pub(in crate::cli) pipeline: Pipeline,
    /// Install dplab from this git repository; otherwise from the folder of `--path`.
    #[arg(long, value_name = "URL", conflicts_with = "path")]
    pub(in crate::cli) git: Option<String>,
    /// The tag or commit of that repository.
    #[arg(long, value_name = "REV", requires = "git")]
    pub(in crate::cli) rev: Option<String>,
    /// Install dplab from this folder of the repository that the pipeline checks.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) path: String,
    /// The branch that pull requests go to.
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub(in crate::cli) branch: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dplab completions bash > ~/.local/share/bash-completion/completions/dplab"
)]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(in crate::cli) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dplab man ~/.local/share/man/man1")]
pub(in crate::cli) struct ManArgs {
    /// The folder into which the pages are written.
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: Utf8PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab explain\n  \
    dplab explain unknown-key\n  \
    dplab explain cluster.releaseChannel\n  \
    dplab explain out/online-boutique/kubernetes/policies/redis-cart-allow-from-cartservice.yaml:12")]
pub(in crate::cli) struct ExplainArgs {
    /// Id of a finding, as it stands in brackets behind `error`; a key of profiles; or a generated
    /// file, with a line: what made it. The list of all findings if not given.
    #[arg(value_name = "ID|KEY|FILE[:LINE]")]
    pub(in crate::cli) what: Option<String>,
    /// The profile that the file comes from; every file in `profiles/` is looked at if not given.
    #[arg(long, value_name = "PROFILE")]
    pub(in crate::cli) profile: Vec<Utf8PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) overrides: OverrideArgs,
    #[command(flatten)]
    pub(in crate::cli) templates: TemplateArgs,
}
