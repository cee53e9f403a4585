//! `dplab reach`: who can reach whom, as a list, a matrix, a picture, or the answer to one question.

use anyhow::anyhow;
use camino::Utf8Path;

use super::args::{ProtocolArg, ReachArgs, ReachFormat};
use super::prove;
use super::subject::{self, Scene, Subject};
use super::term::Term;
use crate::exit::Exit;
use crate::model::port::Protocol;
use crate::netpol::{Evaluator, Reach, reach};
use crate::report::answer::{self, Answer, AskError, Context, Question};
use crate::report::connectivity;
use crate::report::reach::{self as list, Filter, Shape, View};
use crate::source::SourceMap;

pub(super) fn run(args: &ReachArgs, term: &Term) -> anyhow::Result<Exit> {
    let mut sources = SourceMap::new();
    let subject = match subject::read((&args.subject, is_whole(args)), &mut sources, term)? {
        Ok(subject) => subject,
        Err(exit) => return Ok(exit),
    };
    if args.expect || args.mutate {
        return prove::run(args, &subject, &sources, term);
    }
    let scenes = match subject.stages(args.stage.as_deref()) {
        Ok(scenes) => scenes,
        Err(error) => return Ok(usage(&error, term)),
    };
    if let Some(before) = &args.against {
        return against(args, before, (&subject, &scenes), &mut sources, term);
    }
    let payload = match (&args.from, &args.to) {
        (Some(from), Some(to)) if is_question(args) => {
            let question = question(args, from, to);
            asked(args, &question, &scenes, &sources)
        }
        _ => all(args, &scenes),
    };
    match payload {
        Ok(payload) => term.payload(&payload)?,
        Err(error) => return Ok(usage(&error, term)),
    }
    Ok(subject.exit())
}

/// Whether everything is shown, mistakes included.
fn is_whole(args: &ReachArgs) -> bool {
    args.from.is_none() && args.to.is_none() && args.against.is_none()
}

/// What is other than it was before.
fn against(
    args: &ReachArgs,
    before: &Utf8Path,
    (subject, scenes): (&Subject, &[&Scene]),
    sources: &mut SourceMap,
    term: &Term,
) -> anyhow::Result<Exit> {
    let old = match subject::at(before, (&args.subject, false), sources, term)? {
        Ok(old) => old,
        Err(exit) => return Ok(exit),
    };
    let old_scenes = match old.stages(args.stage.as_deref()) {
        Ok(scenes) => scenes,
        Err(error) => return Ok(usage(&error, term)),
    };
    let ([new], [was]) = (scenes, old_scenes.as_slice()) else {
        return Ok(usage(
            &anyhow!("one stage is compared with one: name it"),
            term,
        ));
    };
    let reading = args.subject.reading();
    let changes = connectivity::compare(&was.world, &new.world, reading);
    let payload = match args.format {
        ReachFormat::Text => connectivity::text(&changes),
        ReachFormat::Json => connectivity::json(&changes, reading)?,
        ReachFormat::Csv => connectivity::csv(&changes),
        ReachFormat::Markdown => connectivity::markdown(&changes),
        ReachFormat::Dot | ReachFormat::Svg => {
            return Ok(usage(&anyhow!("there is no picture of differences"), term));
        }
    };
    term.payload(&payload)?;
    let differs = !changes.is_empty() && !args.exit_zero;
    let exit = if differs { Exit::Differs } else { Exit::Fine };
    Ok(exit.max(subject.exit()).max(old.exit()))
}

pub(super) fn usage(error: &anyhow::Error, term: &Term) -> Exit {
    term.error(error);
    Exit::Usage
}

/// A port, a protocol or a wish for reasons makes a question of two names.
fn is_question(args: &ReachArgs) -> bool {
    args.port.is_some() || args.protocol.is_some() || args.explain
}

fn question(args: &ReachArgs, from: &str, to: &str) -> Question {
    Question {
        from: from.to_owned(),
        to: to.to_owned(),
        port: args.port.clone(),
        protocol: match args.protocol {
            None | Some(ProtocolArg::Tcp) => Some(Protocol::Tcp),
            Some(ProtocolArg::Udp) => Some(Protocol::Udp),
            Some(ProtocolArg::Sctp) => Some(Protocol::Sctp),
            Some(ProtocolArg::Icmp) => None,
        },
    }
}

fn asked(
    args: &ReachArgs,
    question: &Question,
    scenes: &[&Scene],
    sources: &SourceMap,
) -> anyhow::Result<String> {
    let reading = args.subject.reading();
    let mut parts: Vec<(Context<'_>, Vec<Answer>)> = Vec::new();
    for scene in scenes {
        let cx = Context {
            world: &scene.world,
            sources,
            stage: scene.stage.as_deref().filter(|_| scenes.len() > 1),
            explain: args.explain,
        };
        let evaluator = Evaluator::new(&scene.world, reading);
        parts.push((cx, answer::ask(&evaluator, question)?));
    }
    Ok(match args.format {
        ReachFormat::Text => parts
            .iter()
            .map(|(cx, answers)| answer::text(cx, answers))
            .collect(),
        ReachFormat::Json => pretty(&answer::json(&parts, reading.dialect.as_str()))?,
        ReachFormat::Csv => answer::table(&parts).csv(),
        ReachFormat::Markdown => answer::table(&parts).markdown(),
        ReachFormat::Dot | ReachFormat::Svg => {
            return Err(anyhow!("one question makes no picture: leave `--port` out"));
        }
    })
}

pub(super) fn pretty(value: &serde_json::Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

fn all(args: &ReachArgs, scenes: &[&Scene]) -> anyhow::Result<String> {
    let reading = args.subject.reading();
    let reaches: Vec<Reach> = scenes
        .iter()
        .map(|scene| reach(&scene.world, reading))
        .collect();
    let mut views = Vec::new();
    for (scene, reach) in scenes.iter().zip(&reaches) {
        views.push(View {
            stage: scene.stage.as_deref(),
            reading,
            reach,
            filter: filter(args, scene, reach)?,
        });
    }
    let shape = if args.matrix {
        Shape::Matrix
    } else {
        Shape::List
    };
    Ok(match (args.format, views.as_slice()) {
        (ReachFormat::Text, views) => list::text(views, shape),
        (ReachFormat::Json, views) => list::json(views)?,
        (ReachFormat::Csv, views) => list::csv(views, shape),
        (ReachFormat::Markdown, views) => list::markdown(views, shape),
        (ReachFormat::Dot, views) => list::dot(views),
        (ReachFormat::Svg, [view]) => list::svg(view),
        (ReachFormat::Svg, _) => {
            return Err(anyhow!("a picture shows one stage: name it with `--stage`"));
        }
    })
}

fn filter(args: &ReachArgs, scene: &Scene, reach: &Reach) -> Result<Filter, AskError> {
    let numbers = |name: &Option<String>, source| {
        let found = name
            .as_deref()
            .map(|name| answer::filter(&scene.world, reach, name, source));
        found.transpose()
    };
    Ok(Filter {
        sources: numbers(&args.from, true)?,
        destinations: numbers(&args.to, false)?,
    })
}
