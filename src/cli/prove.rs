//! `dplab reach --expect` and `--mutate`: a profile's expectations, and what they are worth.

use anyhow::anyhow;

use super::args::{ReachArgs, ReachFormat};
use super::reach::{pretty, usage};
use super::subject::{Profile, Subject};
use super::term::Term;
use crate::diag::{self, Code, has_errors};
use crate::exit::Exit;
use crate::report::{expectations, mutation};
use crate::source::SourceMap;

pub(super) fn run(
    args: &ReachArgs,
    subject: &Subject,
    sources: &SourceMap,
    term: &Term,
) -> anyhow::Result<Exit> {
    let Some(profile) = &subject.profile else {
        return Ok(usage(
            &anyhow!("manifests expect nothing: name a profile"),
            term,
        ));
    };
    match args.mutate {
        true => mutate(args, profile, sources, term),
        false => expect(args, profile, sources, term),
    }
}

fn expect(
    args: &ReachArgs,
    profile: &Profile,
    sources: &SourceMap,
    term: &Term,
) -> anyhow::Result<Exit> {
    let Profile { raw, lab, places } = profile;
    let reading = args.subject.reading();
    let mut findings = expectations::findings(raw, lab, places, reading);
    diag::sort(&mut findings);
    match args.format {
        ReachFormat::Text => term.findings(&findings, sources),
        ReachFormat::Json => term.payload(&diag::json::render(&findings, sources))?,
        _ => {
            return Ok(usage(
                &anyhow!("expectations are written as text or json"),
                term,
            ));
        }
    }
    if has_errors(&findings) {
        return Ok(Exit::Failed);
    }
    let all = expectations::outcomes(lab, places, reading).len();
    let open = findings
        .iter()
        .filter(|finding| finding.code == Code::ExpectationFailed);
    term.say(&match (all, open.count()) {
        (1, 0) => "1 expectation holds".to_owned(),
        (all, 0) => format!("{all} expectations hold"),
        (all, open) => format!("{all} expectations, of which {open} can't be decided offline"),
    });
    Ok(Exit::Fine)
}

fn mutate(
    args: &ReachArgs,
    profile: &Profile,
    sources: &SourceMap,
    term: &Term,
) -> anyhow::Result<Exit> {
    let score = mutation::score(&profile.lab, &profile.places, args.subject.reading());
    match args.format {
        ReachFormat::Text => term.payload(&mutation::text(&score, sources))?,
        ReachFormat::Json => term.payload(&pretty(&mutation::json(&score, sources))?)?,
        _ => {
            return Ok(usage(
                &anyhow!("a mutation score is written as text or json"),
                term,
            ));
        }
    }
    Ok(Exit::Fine)
}
