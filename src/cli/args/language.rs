//! Commands about the profile language: beginning a profile, seeing it whole, its schemas.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::OverrideArgs;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab init\n  \
    dplab init my-lab --preset zero-trust --name shop --project my-project\n  \
    dplab init --list")]
pub(in crate::cli) struct InitArgs {
    /// The folder of the lab; its profile goes into `profiles/` there.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(in crate::cli) folder: Utf8PathBuf,
    /// What to begin with.
    #[arg(long, value_enum, default_value_t = Preset::Tutorial)]
    pub(in crate::cli) preset: Preset,
    /// Name of the lab; the preset's if not given.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: Option<String>,
    /// Id of the Google Cloud project.
    #[arg(long, value_name = "PROJECT")]
    pub(in crate::cli) project: Option<String>,
    /// Replace a profile that is there already.
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Only list the presets.
    #[arg(long, conflicts_with_all = ["force", "name", "project"])]
    pub(in crate::cli) list: bool,
}

/// What a lab begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Preset {
    /// The tutorial: one policy, and policy logging in six stages.
    Tutorial,
    /// Everything is denied but what the application needs, the outside by domain name.
    ZeroTrust,
    /// One policy on an Autopilot cluster: Google runs the nodes.
    Autopilot,
    /// A cluster and an application, in five lines.
    Minimal,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab expand profiles/online-boutique.yaml\n  \
    dplab expand profiles/online-boutique.yaml --origin --set cluster.project=my-project")]
pub(in crate::cli) struct ExpandArgs {
    /// The profile.
    #[arg(value_name = "PROFILE")]
    pub(in crate::cli) profile: Utf8PathBuf,
    #[command(flatten)]
    pub(in crate::cli) overrides: OverrideArgs,
    /// Say behind each line where its value was written.
    #[arg(long)]
    pub(in crate::cli) origin: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab schema > profiles/profile.schema.json\n  \
    dplab schema --app > profiles/apps.schema.json")]
pub(in crate::cli) struct SchemaArgs {
    /// The schema of the catalogue's files, `profiles/apps/*.yaml`.
    #[arg(long)]
    pub(in crate::cli) app: bool,
}
