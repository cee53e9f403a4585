//! What can be written on the command line.

mod grade;
mod language;
mod objects;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use grade::{GradeArgs, GradeFormat};
pub(super) use language::{ExpandArgs, InitArgs, Preset, SchemaArgs};
pub(super) use objects::{AboutArgs, ImportArgs, SynthArgs};

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

/// Where generated trees are.
#[derive(Debug, Args)]
pub(super) struct OutArgs {
    /// Folder in which each lab has a folder of its name; `out` if not given.
    #[arg(short, long, value_name = "DIR")]
    pub(super) out: Option<Utf8PathBuf>,
}

/// Profiles and a folder, told apart by what they are.
#[derive(Debug, Args)]
pub(super) struct TargetArgs {
    /// Profiles, every file in `profiles/` if none is given; and at most one folder: that in which
    /// each lab has a folder of its name, or one lab's own.
    #[arg(value_name = "PROFILE|DIR")]
    pub(super) positional: Vec<Utf8PathBuf>,
    #[command(flatten)]
    pub(super) out: OutArgs,
}

/// Which templates are used.
#[derive(Debug, Args)]
pub(super) struct TemplateArgs {
    /// Folder of templates that replace the built-in ones of the same name.
    #[arg(long, value_name = "DIR")]
    pub(super) templates: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab generate\n  \
    dplab generate profiles/online-boutique.yaml --set cluster.project=my-project\n  \
    dplab generate -n\n  \
    dplab generate profiles/online-boutique.yaml --only kcc\n  \
    dplab generate profiles/online-boutique.yaml --stdout --only kubernetes | kubectl diff -f -")]
pub(super) struct GenerateArgs {
    #[command(flatten)]
    pub(super) profiles: ProfileArgs,
    #[command(flatten)]
    pub(super) out: OutArgs,
    #[command(flatten)]
    pub(super) templates: TemplateArgs,
    /// Only say what would change; exit code 2 if anything would.
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// Replace hand-edited files, and foreign files that are in the way.
    #[arg(long)]
    pub(super) force: bool,
    /// Print the files instead of writing them.
    #[arg(long, conflicts_with_all = ["dry_run", "force"])]
    pub(super) stdout: bool,
    /// Only this part, such as `kubernetes` or `kubernetes/policies`; may be given several times.
    /// `kcc`, the cluster as objects of Config Connector, is made only if asked for, and kept up to
    /// date once it is there.
    #[arg(long, value_name = "PART")]
    pub(super) only: Vec<String>,
    /// Seconds to wait for another run on the same folder.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(super) wait: u64,
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

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab diff\n  \
    dplab diff profiles/online-boutique.yaml --stat\n  \
    dplab diff profiles/online-boutique.yaml labs/ --semantic --reach\n  \
    dplab diff --against origin/main --format markdown > comment.md\n  \
    dplab diff --provenance")]
pub(super) struct DiffArgs {
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) overrides: OverrideArgs,
    #[command(flatten)]
    pub(super) templates: TemplateArgs,
    /// Compare with what a git revision holds, whatever lies in the folder.
    #[arg(long, value_name = "GITREF")]
    pub(super) against: Option<String>,
    /// Compare YAML and Terraform as data: the order of keys, comments, quoting and layout aside.
    #[arg(long)]
    pub(super) semantic: bool,
    /// First of all say which connections open and close.
    #[arg(long)]
    pub(super) reach: bool,
    /// Say of each changed place which template line and which key of the profile made it.
    #[arg(long)]
    pub(super) provenance: bool,
    /// Only one line a file, with its kind of difference.
    #[arg(long, conflicts_with = "name_only")]
    pub(super) stat: bool,
    /// Only the names of the files.
    #[arg(long)]
    pub(super) name_only: bool,
    /// How differences are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// End with 0 where differences were found.
    #[arg(long)]
    pub(super) exit_zero: bool,
}

/// What makes a check fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
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
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) overrides: OverrideArgs,
    #[command(flatten)]
    pub(super) templates: TemplateArgs,
    /// Compare with what a git revision holds, whatever lies in the folder.
    #[arg(long, value_name = "GITREF")]
    pub(super) against: Option<String>,
    /// What fails the check, besides an invalid profile; everything is reported in any case.
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',',
          default_values_t = [FailOn::Drift, FailOn::Lint, FailOn::Reach])]
    pub(super) fail_on: Vec<FailOn>,
    /// How findings are written; all formats but text go to stdout.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// End with 0 where only differences and warnings were found.
    #[arg(long)]
    pub(super) exit_zero: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab clean\n  \
    dplab clean profiles/online-boutique.yaml\n  \
    dplab clean out/online-boutique\n  \
    dplab clean profiles/online-boutique.yaml --only kcc")]
pub(super) struct CleanArgs {
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) overrides: OverrideArgs,
    /// Only this part, such as `kcc`; may be given several times.
    #[arg(long, value_name = "PART")]
    pub(super) only: Vec<String>,
    /// Remove hand-edited files too.
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum TemplatesCommand {
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
pub(super) struct EjectArgs {
    /// Names of templates, or folders of them.
    #[arg(value_name = "NAME", required = true)]
    pub(super) names: Vec<String>,
    /// Where they go.
    #[arg(long, value_name = "DIR")]
    pub(super) to: Utf8PathBuf,
    /// Replace files that are there.
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab templates lint my-templates\n  \
    dplab templates lint my-templates profiles/online-boutique.yaml")]
pub(super) struct LintArgs {
    /// The folder of templates; the built-in ones if not given.
    #[arg(value_name = "DIR")]
    pub(super) folder: Option<Utf8PathBuf>,
    /// Profiles that are rendered with them; every file in `profiles/` if none is given.
    #[arg(value_name = "PROFILE")]
    pub(super) profiles: Vec<Utf8PathBuf>,
}

/// Who runs the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Pipeline {
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
pub(super) struct CiArgs {
    /// Who runs it.
    #[arg(value_enum, value_name = "WHERE")]
    pub(super) pipeline: Pipeline,
    /// Install dplab from this git repository; otherwise from the folder of `--path`.
    #[arg(long, value_name = "URL", conflicts_with = "path")]
    pub(super) git: Option<String>,
    /// The tag or commit of that repository.
    #[arg(long, value_name = "REV", requires = "git")]
    pub(super) rev: Option<String>,
    /// Install dplab from this folder of the repository that the pipeline checks.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) path: String,
    /// The branch that pull requests go to.
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub(super) branch: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dplab completions bash > ~/.local/share/bash-completion/completions/dplab"
)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dplab man ~/.local/share/man/man1")]
pub(super) struct ManArgs {
    /// The folder into which the pages are written.
    #[arg(value_name = "DIR")]
    pub(super) folder: Utf8PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    dplab explain\n  \
    dplab explain unknown-key\n  \
    dplab explain cluster.releaseChannel\n  \
    dplab explain out/online-boutique/kubernetes/policies/redis-cart-allow-from-cartservice.yaml:12")]
pub(super) struct ExplainArgs {
    /// Id of a finding, as it stands in brackets behind `error`; a key of profiles; or a generated
    /// file, with a line: what made it. The list of all findings if not given.
    #[arg(value_name = "ID|KEY|FILE[:LINE]")]
    pub(super) what: Option<String>,
    /// The profile that the file comes from; every file in `profiles/` is looked at if not given.
    #[arg(long, value_name = "PROFILE")]
    pub(super) profile: Vec<Utf8PathBuf>,
    #[command(flatten)]
    pub(super) overrides: OverrideArgs,
    #[command(flatten)]
    pub(super) templates: TemplateArgs,
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
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "subject")]
    pub(super) manifests: Vec<Utf8PathBuf>,
    /// Whether manifests are looked through for policies that are valid and probably not meant.
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
    /// What pods with `hostNetwork: true` are taken for.
    #[arg(long, value_enum, default_value_t = HostNetworkArg::Pod, value_name = "AS")]
    pub(super) host_network: HostNetworkArg,
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
    #[arg(long, conflicts_with_all = ["from", "to", "matrix", "against", "manifests"])]
    pub(super) expect: bool,
    /// Remove and widen each rule in turn, and name the rules of which no expectation notices.
    #[arg(long, conflicts_with_all = ["from", "to", "matrix", "against", "manifests", "expect"])]
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
