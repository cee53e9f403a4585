//! `dplab ci`: a pipeline that installs dplab, checks, comments and uploads, ready to be committed.

use super::args::{CiArgs, Pipeline};
use super::error::Usage;
use super::term::Term;
use crate::exit::Exit;
use crate::render::{Catalog, Renderer};
use crate::view::ci::{Install, ci};

pub(super) fn run(args: &CiArgs, term: &Term) -> anyhow::Result<Exit> {
    let install = match &args.git {
        Some(url) => Install::Git {
            url: url.clone(),
            rev: args.rev.clone(),
        },
        None => Install::Path(args.path.clone()),
    };
    // A shell would take the one for an option; every runner has its own use for the other.
    let refused = |text: &&String| text.starts_with('-') || text.contains('$');
    let mut words = args
        .git
        .iter()
        .chain(&args.rev)
        .chain([&args.path, &args.branch]);
    if let Some(word) = words.find(refused) {
        let words = format!("`{word}` begins with `-` or holds `$`, which a pipeline misreads");
        return Err(Usage(words).into());
    }
    if args.pipeline == Pipeline::PreCommit && args.git.is_some() && args.rev.is_none() {
        return Err(Usage("pre-commit needs a tag or a commit: `--rev`".to_owned()).into());
    }
    let renderer = Renderer::new(&Catalog::built_in()?)?;
    let view = ci(&install, &args.branch)?;
    term.payload(&renderer.render(args.pipeline.template(), &view)?)?;
    Ok(Exit::Fine)
}

impl Pipeline {
    fn template(self) -> &'static str {
        match self {
            Pipeline::Github => "ci/github.yaml.tera",
            Pipeline::Gitlab => "ci/gitlab.yaml.tera",
            Pipeline::Cloudbuild => "ci/cloudbuild.yaml.tera",
            Pipeline::PreCommit => "ci/pre-commit.yaml.tera",
        }
    }
}
