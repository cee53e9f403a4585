//! Blocks of addresses that mean pods, nodes or Services, which blocks never match on Dataplane V2.
//!
//! A block of all addresses is left alone: it says "the internet", and everybody writes it.

use ipnet::IpNet;

use super::{Lint, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::cidr::IpBlock;
use crate::model::policy::{Direction, Peer};
use crate::netpol::Dialect;

/// Lints of the blocks of one policy.
pub(super) fn of_policy(lint: &Lint<'_>, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let Some(spec) = subject.network() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for direction in Direction::BOTH {
        for (index, rule) in spec.rules(direction).iter().enumerate() {
            for peer in rule.peers() {
                if let Peer::IpBlock(block) = peer {
                    found.extend(of_block(lint, subject, (direction, index + 1), block));
                }
            }
        }
    }
    found
}

fn of_block(
    lint: &Lint<'_>,
    subject: &Subject<'_>,
    (direction, number): (Direction, usize),
    block: &IpBlock,
) -> Option<Diagnostic> {
    let facts = lint.facts;
    if facts.reading.dialect != Dialect::Dpv2 {
        return None;
    }
    let kinds = [
        (
            &facts.pods,
            Code::BlockOfPods,
            "pods",
            "no block matches a pod on Dataplane V2",
        ),
        (
            &facts.nodes,
            Code::BlockOfPods,
            "nodes",
            "no block matches a node on Dataplane V2",
        ),
        (
            &facts.services,
            Code::BlockOfServices,
            "Services",
            "policies see the pod behind a Service, never the Service's address",
        ),
    ];
    let (_, code, what, label) = kinds
        .into_iter()
        .find(|(nets, ..)| nets.iter().any(|net| means(block, *net)))?;
    let message = format!(
        "`{}` in {direction} rule {number} of `{}` has addresses of {what}",
        block.cidr().written(),
        subject.policy.name
    );
    let span = subject.policy.spans.rule(direction, number);
    let finding = subject.at_rule(code, message, span, label);
    Some(finding.help("select pods by `podSelector` and `namespaceSelector`"))
}

/// Whether a block shares addresses with a net, what it leaves out aside.
fn means(block: &IpBlock, net: IpNet) -> bool {
    let own = block.cidr().net();
    let shares = own.contains(&net) || net.contains(&own);
    let left_out = block.except().iter().any(|hole| hole.net().contains(&net));
    own.prefix_len() > 0 && shares && !left_out
}
