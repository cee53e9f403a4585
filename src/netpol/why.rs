//! An evaluation in words: what decided it, in one sentence.

use super::Verdict;
use super::evaluate::{Evaluation, Side};
use super::world::{PolicyId, World};
use crate::model::policy::Direction;

/// Why a connection gets through or doesn't: lower case, names in backticks, no full stop.
pub fn why(world: &World, evaluation: &Evaluation) -> String {
    if evaluation.to_itself {
        return "a pod always reaches itself".to_owned();
    }
    match (evaluation.verdict, evaluation.denied_at()) {
        (Verdict::Denied, Some(side)) => denied(world, side),
        (Verdict::Unknown(reason), _) => format!("nobody can say offline: {reason}"),
        _ => allowed(world, evaluation),
    }
}

fn denied(world: &World, side: &Side) -> String {
    let who = name(world, side);
    if !side.denying.is_empty() {
        let policies = policies(world, side.denying.iter().map(|rule| rule.policy));
        return format!("{policies} denies it at `{who}`");
    }
    let isolating = policies(world, side.isolating.iter().copied());
    let verb = if side.isolating.len() == 1 {
        "isolates"
    } else {
        "isolate"
    };
    format!(
        "{isolating} {verb} the {} of `{who}`, and no rule allows it",
        side.direction.lower()
    )
}

fn allowed(world: &World, evaluation: &Evaluation) -> String {
    let sides: Vec<&Side> = [&evaluation.egress, &evaluation.ingress]
        .into_iter()
        .flatten()
        .filter(|side| !side.isolating.is_empty())
        .collect();
    if sides.is_empty() {
        return match (&evaluation.egress, &evaluation.ingress) {
            (Some(from), Some(to)) => format!(
                "no policy isolates the egress of `{}` or the ingress of `{}`",
                name(world, from),
                name(world, to)
            ),
            (Some(side), None) | (None, Some(side)) => format!(
                "no policy isolates the {} of `{}`",
                side.direction.lower(),
                name(world, side)
            ),
            (None, None) => "no end of it is a pod".to_owned(),
        };
    }
    let parts: Vec<String> = sides
        .into_iter()
        .map(|side| allowing(world, side))
        .collect();
    parts.join("; ")
}

fn allowing(world: &World, side: &Side) -> String {
    let rules: Vec<String> = side
        .allowing
        .iter()
        .map(|rule| format!("rule {} of {}", rule.number, policy(world, rule.policy)))
        .collect();
    let way = match side.direction {
        Direction::Ingress => "into",
        Direction::Egress => "out of",
    };
    let verb = if rules.len() == 1 { "lets" } else { "let" };
    match rules.is_empty() {
        true => format!("a pod's own node always gets {way} `{}`", name(world, side)),
        false => format!(
            "{} {verb} it {way} `{}`",
            rules.join(" and "),
            name(world, side)
        ),
    }
}

fn policies(world: &World, ids: impl Iterator<Item = PolicyId>) -> String {
    let mut names: Vec<String> = ids.map(|id| policy(world, id)).collect();
    names.dedup();
    names.join(" and ")
}

fn policy(world: &World, id: PolicyId) -> String {
    let name = world.policy(id).map_or("?", |policy| policy.name.as_str());
    format!("`{name}`")
}

fn name<'w>(world: &'w World, side: &Side) -> &'w str {
    world
        .workload(side.workload)
        .map_or("?", |workload| workload.name.as_str())
}
