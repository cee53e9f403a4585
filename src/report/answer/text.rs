//! Answers for people.

use std::fmt::Write as _;

use super::{Answer, Context, end_name};
use crate::netpol::{Endpoint, Evaluation, Flow, RuleRef, Side, why};
use crate::report::place::{in_brackets, policy};

/// For people: the verdict and why, and with `explain` each end's policies and rules.
pub fn text(cx: &Context<'_>, answers: &[Answer]) -> String {
    let mut out = String::new();
    for answer in answers {
        let stage = cx
            .stage
            .map_or_else(String::new, |stage| format!("{stage}: "));
        let _ = writeln!(
            out,
            "{stage}{} -> {} {}: {}",
            answer.source, answer.destination, answer.asked, answer.verdict
        );
        for (flow, evaluation) in &answer.flows {
            flow_text(cx, answer, flow, evaluation, &mut out);
        }
        if answer.flows.is_empty() {
            out.push_str("  nothing is known to be behind the Service\n");
        }
    }
    out
}

fn flow_text(
    cx: &Context<'_>,
    answer: &Answer,
    flow: &Flow,
    evaluation: &Evaluation,
    out: &mut String,
) {
    if answer.service {
        let end = end_name(cx.world, &flow.destination);
        let _ = writeln!(
            out,
            "  behind it: {end} {}: {}",
            flow.connection, evaluation.verdict
        );
    }
    let _ = writeln!(out, "  {}", why(cx.world, evaluation));
    if !cx.explain {
        return;
    }
    for side in [&evaluation.egress, &evaluation.ingress]
        .into_iter()
        .flatten()
    {
        side_text(cx, side, out);
    }
}

fn side_text(cx: &Context<'_>, side: &Side, out: &mut String) {
    let end = end_name(cx.world, &Endpoint::Workload(side.workload));
    let _ = writeln!(out, "  {} of {end}: {}", side.direction, side.verdict);
    if side.isolating.is_empty() {
        let _ = writeln!(out, "    no policy isolates it, so everything may pass");
    }
    for id in &side.isolating {
        let place = cx.world.policy(*id).and_then(|policy| policy.spans.policy);
        let place = in_brackets(cx.sources, place);
        let _ = writeln!(out, "    isolated by {}{place}", policy(cx.world, *id));
    }
    let mut line = |rule: &RuleRef, words: &str| {
        let place = in_brackets(cx.sources, rule.span);
        let policy = policy(cx.world, rule.policy);
        let _ = writeln!(out, "    rule {} of {policy}{place}: {words}", rule.number);
    };
    side.denying.iter().for_each(|rule| line(rule, "denies it"));
    side.allowing
        .iter()
        .for_each(|rule| line(rule, "allows it"));
    for (rule, reason) in &side.perhaps {
        line(rule, &format!("may match; {reason}"));
    }
    for (rule, miss) in &side.missed {
        line(rule, &format!("doesn't match: {}", miss.as_str()));
    }
    if side.own_node {
        out.push_str("    a pod's own node always gets through\n");
    }
}
