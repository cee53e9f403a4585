//! What can be written on the command line.

mod grade;
mod language;
mod objects;
mod tools;
mod trees;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use grade::{GradeArgs, GradeFormat};
pub(super) use language::{ExpandArgs, InitArgs, Preset, SchemaArgs};
pub(super) use objects::{AboutArgs, ImportArgs, SynthArgs};
pub(super) use tools::{
    CiArgs, CompletionsArgs, EjectArgs, ExplainArgs, LintArgs, ManArgs, Pipeline, TemplatesCommand,
};
pub(super) use trees::{CheckArgs, CleanArgs, DiffArgs, FailOn, GenerateArgs, OutArgs};

use crate::profile::layer::Overrides;
use crate::profile::set::Assignment;

/// Generates GKE Dataplane V2 network policy labs from profiles, and proves what they will show.
#[derive(Debug, Parser)]
#[command(
    name = "dplab",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 fine, 1 I/O or internal error, 2 differences, 3 profile invalid,\n\
                  4 expectation failed, 5 refused to lose edited files, 64 usage, 130 interrupted."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// How the program talks.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// When to use colour.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN")]
    pub(super) color: Color,
    /// Say nothing but findings and payload.
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Say more.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check profiles and report everything that is wrong with them.
    Validate(ValidateArgs),
    /// Generate labs from profiles.
    Generate(GenerateArgs),
    /// Compare what would be generated with what is there, or with a git revision.
    Diff(DiffArgs),
    /// Check everything that a pipeline should: profiles, expectations, and drift.
    Check(CheckArgs),
    /// Remove generated files, and nothing else.
    Clean(CleanArgs),
    /// Say who can reach whom under a profile's or a repository's policies, and why.
    Reach(ReachArgs),
    /// Begin a lab: write a commented profile that generates at once.
    Init(InitArgs),
    /// Print a profile as it is with its bases, its application and what is set from outside.
    Expand(ExpandArgs),
    /// Predict the policy logs, or hold an export of them against the prediction.
    #[command(subcommand)]
    Logs(LogsCommand),
    /// Hold what a lab measured against what it was predicted to do.
    Grade(GradeArgs),
    /// Make a profile of existing manifests, which generates equal objects.
    Import(ImportArgs),
    /// Print the policies that an application needs and no more, made from who calls whom.
    Synth(SynthArgs),
    /// Print the JSON Schema of profiles.
    Schema(SchemaArgs),
    /// Explain a finding, with a bad and a good example; a key of profiles; or where a generated
    /// line comes from.
    Explain(ExplainArgs),
    /// List, copy out and check templates.
    #[command(subcommand)]
    Templates(TemplatesCommand),
    /// Print a pipeline that checks labs.
    Ci(CiArgs),
    /// Print completions for a shell.
    Completions(CompletionsArgs),
    /// Write the manual's pages.
    Man(ManArgs),
}

/// Which profiles, and what is set in them from outside.
#[derive(Debug, Args)]
pub(super) struct ProfileArgs {
    /// Profiles; every file in `profiles/` if none is given.
    #[arg(value_name = "PROFILE")]
    pub(super) profiles: Vec<Utf8PathBuf>,
    #[command(flatten)]
    pub(super) overrides: OverrideArgs,
}

/// What is set in a profile from outside.
#[derive(Debug, Default, Args)]
pub(super) struct OverrideArgs {
    /// Lay a file of values on top of the profile; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(super) values: Vec<Utf8PathBuf>,
    /// Set one value, in YAML: `cluster.project=my-project`, `policies.x.namespace=shop`,
    /// `stages[0].title=Open`; nothing behind the `=` takes away. May be given several times.
    /// DPLAB_SET_CLUSTER__PROJECT=my-project in the environment does the same.
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment)]
    pub(super) set: Vec<Assignment>,
}

impl OverrideArgs {
    /// Files first, then `DPLAB_SET_…` variables by name, then `--set` in the order given.
    pub(super) fn overrides(&self) -> Overrides {
        let mut variables: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        variables.sort();
        let from_environment = variables
            .iter()
            .filter_map(|(name, value)| Assignment::from_variable(name, value));
        Overrides {
            values: self.values.clone(),
            assignments: from_environment.chain(self.set.iter().cloned()).collect(),
        }
    }
}

fn assignment(text: &str) -> Result<Assignment, String> {
    Assignment::parse(text)
        .ok_or_else(|| "expected `path=value`, such as `cluster.project=my-project`".to_owned())
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dplab validate\n  dplab validate profiles/online-boutique.yaml --format sarif"
)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    pub(super) profiles: ProfileArgs,
    /// How findings are written; all formats but text go to stdout.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// Which templates are used.
#[derive(Debug, Args)]
pub(super) struct TemplateArgs {
    /// Folder of templates that replace the built-in ones of the same name.
    #[arg(long, value_name = "DIR")]
    pub(super) templates: Option<Utf8PathBuf>,
}

/// How findings and differences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people; a difference is one that `git apply` takes.
    Text,
    /// One JSON document.
    Json,
    /// For a comment on a pull request.
    Markdown,
    /// GitHub workflow commands.
    Github,
    /// SARIF 2.1.0.
    Sarif,
}

/// Who reads the policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DialectArg {
    /// GKE Dataplane V2, that is Cilium as GKE runs it.
    Dpv2,
    /// The letter of the Kubernetes API.
    Strict,
}

/// What pods on their node's network are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum HostNetworkArg {
    /// Nodes, as in a cluster: no policy selects them, no selector means them.
    Node,
    /// Pods like any other, as tools take them that compare policies on paper.
    Pod,
}

/// A protocol to ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProtocolArg {
    /// TCP.
    #[value(alias = "TCP")]
    Tcp,
    /// UDP.
    #[value(alias = "UDP")]
    Udp,
    /// SCTP.
    #[value(alias = "SCTP")]
    Sctp,
    /// ICMP, which has no ports.
    #[value(alias = "ICMP")]
    Icmp,
}

/// How connections are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReachFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// Comma-separated values.
    Csv,
    /// A Markdown table.
    Markdown,
    /// A graph for Graphviz.
    Dot,
    /// A picture of the matrix.
    Svg,
}

/// Whose policies are looked at.
#[derive(Debug, Args)]
pub(super) struct SubjectArgs {
    /// A profile, or a folder of Kubernetes manifests.
    #[arg(value_name = "PROFILE", required_unless_present = "manifests")]
    pub(super) subject: Option<Utf8PathBuf>,
    /// Kubernetes manifests, YAML or JSON: files, and folders with all that is below them.
    #[arg(long, value_name = "PATH", num_args = 1..,
          conflicts_with_all = ["subject", "set", "values"])]
    pub(super) manifests: Vec<Utf8PathBuf>,
    /// Whether manifests are looked through for policies that are valid and probably not meant; not
    /// where only one question is asked or two folders are compared, unless `always`.
    #[arg(long, value_enum, default_value_t = LintArg::Auto, value_name = "WHEN")]
    pub(super) lint: LintArg,
    #[command(flatten)]
    pub(super) overrides: OverrideArgs,
    #[command(flatten)]
    pub(super) reading: ReadingArgs,
}

/// When manifests are looked through for mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LintArg {
    /// Where it takes no longer than the answer.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How policies are read.
#[derive(Debug, Args)]
pub(super) struct ReadingArgs {
    /// Who reads the policies.
    #[arg(long, value_enum, default_value_t = DialectArg::Dpv2)]
    pub(super) dialect: DialectArg,
    /// What pods with `hostNetwork: true` are taken for. If not given, nodes for a profile, as its
    /// cluster sees them, and pods for manifests, as tools do that compare policies on paper.
    #[arg(long, value_enum, value_name = "AS")]
    pub(super) host_network: Option<HostNetworkArg>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab reach profiles/online-boutique.yaml\n  \
    dplab reach profiles/online-boutique.yaml --stage all --matrix\n  \
    dplab reach --manifests kubernetes/ --format json\n  \
    dplab reach --manifests kubernetes/ --from frontend --to cartservice --port 7070 --explain\n  \
    dplab reach --manifests kubernetes/ --matrix --format svg > reach.svg\n  \
    dplab reach kubernetes/ --against ../main/kubernetes/\n  \
    dplab reach profiles/online-boutique.yaml --expect\n  \
    dplab reach profiles/online-boutique.yaml --mutate\n\n\
    Without --port, --from and --to choose lines of the list. A name that is a workload's and a\n\
    Service's is the Service if that has the port; policies see the port of the pods behind it.\n\
    Exit code 2 with --against if anything differs, 4 with --expect if an expectation fails, 3 if\n\
    something in manifests is wrong and was left out.")]
pub(super) struct ReachArgs {
    #[command(flatten)]
    pub(super) subject: SubjectArgs,
    /// The stage of the profile, or `all`; the last one if not given.
    #[arg(long, value_name = "NAME")]
    pub(super) stage: Option<String>,
    /// Who opens the connection: NAMESPACE/NAME, NAME, an address or a domain.
    #[arg(long, value_name = "WHO")]
    pub(super) from: Option<String>,
    /// Who is to take it: NAMESPACE/NAME, NAME, a Service, an address or a domain.
    #[arg(long, value_name = "WHOM")]
    pub(super) to: Option<String>,
    /// Port of the pod or of the Service, by number or name.
    #[arg(long, value_name = "PORT", requires = "from", requires = "to")]
    pub(super) port: Option<String>,
    /// Protocol of the connection.
    #[arg(
        long,
        value_enum,
        value_name = "PROTOCOL",
        requires = "from",
        requires = "to"
    )]
    pub(super) protocol: Option<ProtocolArg>,
    /// For each end, the policies and rules that decide, with file and line; without --port for
    /// every port that the destination declares.
    #[arg(long, requires = "from", requires = "to")]
    pub(super) explain: bool,
    /// A line a source, a column a destination.
    #[arg(long)]
    pub(super) matrix: bool,
    /// What is opened, closed and changed compared with this profile or folder of manifests, which
    /// is how things were before; exit code 2 if anything is.
    #[arg(long, value_name = "PROFILE|DIR", conflicts_with_all = ["from", "to", "matrix"])]
    pub(super) against: Option<Utf8PathBuf>,
    /// Hold what the profile expects of its probes against the policies; exit code 4 if anything
    /// is otherwise.
    #[arg(long, conflicts_with_all = ["from", "to", "matrix", "against", "manifests", "stage"])]
    pub(super) expect: bool,
    /// Remove and widen each rule in turn, and name the rules of which no expectation notices. Rules
    /// that allow domains are left alone, and named: probes ask for Services.
    #[arg(
        long,
        conflicts_with_all = ["from", "to", "matrix", "against", "manifests", "stage", "expect"]
    )]
    pub(super) mutate: bool,
    /// End with 0 where differences were found.
    #[arg(long, requires = "against")]
    pub(super) exit_zero: bool,
    /// How connections are written.
    #[arg(long, value_enum, default_value_t = ReachFormat::Text)]
    pub(super) format: ReachFormat,
}

#[derive(Debug, Subcommand)]
pub(super) enum LogsCommand {
    /// Say which entries GKE would write for the lab's connections, and how to find them.
    Predict(PredictArgs),
    /// Hold exported log entries against the prediction.
    Match(MatchArgs),
}

/// How predictions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// Markdown.
    Markdown,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab logs predict profiles/online-boutique.yaml --stage all\n  \
    dplab logs predict profiles/online-boutique.yaml --from frontend --to cartservice\n  \
    dplab logs predict profiles/online-boutique.yaml --all-pairs --format json\n\n\
    An entry is what would be written: denials are summed up over 5 seconds, and a node drops\n\
    what exceeds its rate.")]
pub(super) struct PredictArgs {
    /// The profile.
    #[arg(value_name = "PROFILE")]
    pub(super) profile: Utf8PathBuf,
    #[command(flatten)]
    pub(super) overrides: OverrideArgs,
    /// A stage, or `all`; the last one if not given.
    #[arg(long, value_name = "NAME")]
    pub(super) stage: Option<String>,
    /// Only connections from here: NAMESPACE/NAME or NAME; of all pairs, not only the probes.
    #[arg(long, value_name = "WHO")]
    pub(super) from: Option<String>,
    /// Only connections to here; of all pairs, not only the probes.
    #[arg(long, value_name = "WHOM")]
    pub(super) to: Option<String>,
    /// Every workload to every other, on the ports that its pods declare.
    #[arg(long)]
    pub(super) all_pairs: bool,
    /// How predictions are written.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(super) format: LogFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    gcloud logging read 'logName:\"policy-action\"' --format=json > export.json\n  \
    dplab logs match --input export.json profiles/online-boutique.yaml --stage policy\n\n\
    Exit code 4 if something predicted is missing or something unforeseen is there.")]
pub(super) struct MatchArgs {
    /// The profile.
    #[arg(value_name = "PROFILE")]
    pub(super) profile: Utf8PathBuf,
    #[command(flatten)]
    pub(super) overrides: OverrideArgs,
    /// Entries as `gcloud logging read --format=json` writes them, or a line an entry as on a node;
    /// `-` is standard input.
    #[arg(long, value_name = "EXPORT.json")]
    pub(super) input: Utf8PathBuf,
    /// A stage, or `all`; the last one if not given.
    #[arg(long, value_name = "NAME")]
    pub(super) stage: Option<String>,
    /// How the comparison is written.
    #[arg(long, value_enum, default_value_t = MatchFormat::Text)]
    pub(super) format: MatchFormat,
}

/// How a comparison is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MatchFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}
