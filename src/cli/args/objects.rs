//! Commands from Kubernetes objects to profiles and policies.

use camino::Utf8PathBuf;
use clap::Args;

use super::OverrideArgs;

/// What becomes a profile.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab import kubernetes-manifests.yaml -o profiles/shop.yaml\n  \
    kubectl kustomize overlays/lab | dplab import - --name shop\n\n\
    Fields and objects that a profile has no word for are carried as they are, and named on stderr.")]
pub(in crate::cli) struct ImportArgs {
    /// Manifests: files, folders, or `-` for stdin.
    #[arg(value_name = "FILE|DIR|-", required = true)]
    pub(in crate::cli) manifests: Vec<Utf8PathBuf>,
    /// Write the profile here instead of to stdout.
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<Utf8PathBuf>,
    /// Write over a file that is there.
    #[arg(long, requires = "output")]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) about: AboutArgs,
}

/// What manifests don't say, and a profile must.
#[derive(Debug, Args)]
pub(in crate::cli) struct AboutArgs {
    /// Name of the lab; that of the first file or folder if not given.
    #[arg(long)]
    pub(in crate::cli) name: Option<String>,
    /// Project of the cluster.
    #[arg(long, default_value = "your-project")]
    pub(in crate::cli) project: String,
    /// Region or zone of the cluster.
    #[arg(long, default_value = "us-east1")]
    pub(in crate::cli) location: String,
}

/// Whose policies are made.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab synth profiles/online-boutique.yaml | kubectl apply -f -\n  \
    dplab synth --manifests release/ --compare")]
pub(in crate::cli) struct SynthArgs {
    /// A profile.
    #[arg(value_name = "PROFILE", required_unless_present = "manifests")]
    pub(in crate::cli) profile: Option<Utf8PathBuf>,
    /// Manifests instead of a profile: files, folders, or `-` for stdin.
    #[arg(long, value_name = "FILE|DIR|-", num_args = 1..,
          conflicts_with_all = ["profile", "set", "values"])]
    pub(in crate::cli) manifests: Vec<Utf8PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) overrides: OverrideArgs,
    /// What the policies' names begin with.
    #[arg(long, default_value = "least")]
    pub(in crate::cli) prefix: String,
    /// Instead of the policies, show what they allow beside what the present ones do.
    #[arg(long)]
    pub(in crate::cli) compare: bool,
}
