//! Answers for machines.

use serde_json::{Value, json};

use super::{Answer, Context, end_json};
use crate::netpol::{Connection, Evaluation, Flow, RuleRef, Side, Verdict, why};
use crate::report::VERSION;
use crate::report::place::{policy_json, rule_json};

/// For machines: `{"version": 1, "answers": [{"source", "destination", "protocol", "port",
/// "verdict", "reason", "why", "flows": [{"source", "destination", "protocol", "port", "verdict",
/// "why", "egress", "ingress"}]}]}`. An end's side has `verdict`, `isolatedBy`, `allowedBy`,
/// `deniedBy`, `perhaps` and `missed`, each policy and rule with `file`, `line` and `column`.
pub fn json(parts: &[(Context<'_>, Vec<Answer>)], dialect: &str) -> Value {
    let answers = parts
        .iter()
        .flat_map(|(cx, answers)| answers.iter().map(move |answer| answer_json(cx, answer)));
    json!({
        "version": VERSION,
        "dialect": dialect,
        "answers": answers.collect::<Vec<_>>(),
    })
}

fn answer_json(cx: &Context<'_>, answer: &Answer) -> Value {
    let flows = answer
        .flows
        .iter()
        .map(|(flow, evaluation)| flow_json(cx, flow, evaluation));
    let mut value = json!({
        "stage": cx.stage,
        "source": answer.source,
        "destination": answer.destination,
    });
    add_connection(&mut value, answer.asked);
    add_verdict(&mut value, answer.verdict);
    value["flows"] = flows.collect();
    value
}

fn flow_json(cx: &Context<'_>, flow: &Flow, evaluation: &Evaluation) -> Value {
    let mut value = json!({
        "source": end_json(cx.world, &flow.source),
        "destination": end_json(cx.world, &flow.destination),
    });
    add_connection(&mut value, flow.connection);
    add_verdict(&mut value, evaluation.verdict);
    value["why"] = json!(why(cx.world, evaluation));
    for (key, side) in [
        ("egress", &evaluation.egress),
        ("ingress", &evaluation.ingress),
    ] {
        value[key] = side
            .as_ref()
            .map_or(Value::Null, |side| side_json(cx, side));
    }
    value
}

/// Protocol and port, as in every record of a connection.
pub(in crate::report) fn add_connection(value: &mut Value, connection: Connection) {
    let (protocol, port) = match connection {
        Connection::Port(protocol, port) => (protocol.as_str(), Some(port.get())),
        Connection::Icmp => ("ICMP", None),
        Connection::Other => ("other", None),
    };
    value["protocol"] = json!(protocol);
    value["port"] = json!(port);
}

fn add_verdict(value: &mut Value, verdict: Verdict) {
    value["verdict"] = json!(verdict.as_str());
    if let Verdict::Unknown(reason) = verdict {
        value["reason"] = json!({"code": reason.code(), "text": reason.to_string()});
    }
}

fn side_json(cx: &Context<'_>, side: &Side) -> Value {
    let rule = |rule: &RuleRef| rule_json(cx.world, cx.sources, rule);
    let with = |found: &RuleRef, key: &str, word: &str| {
        let mut value = rule(found);
        value[key] = json!(word);
        value
    };
    let mut value = json!({});
    add_verdict(&mut value, side.verdict);
    let isolating = side.isolating.iter();
    value["isolatedBy"] = isolating
        .map(|id| policy_json(cx.world, cx.sources, *id))
        .collect();
    value["allowedBy"] = side.allowing.iter().map(rule).collect();
    value["deniedBy"] = side.denying.iter().map(rule).collect();
    let perhaps = side.perhaps.iter();
    value["perhaps"] = perhaps
        .map(|(rule, why)| with(rule, "reason", why.code()))
        .collect();
    let missed = side.missed.iter();
    value["missed"] = missed
        .map(|(rule, miss)| with(rule, "reason", miss.as_str()))
        .collect();
    value
}
