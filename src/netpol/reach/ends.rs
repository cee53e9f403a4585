//! The ends of connections: groups of pods that no policy can tell apart, and ranges of addresses.

use ipnet::IpNet;

use super::sets::to_id;
use crate::model::labels::Labels;
use crate::netpol::dialect::{Dialect, Reading};
use crate::netpol::hash::QuickMap;
use crate::netpol::peer::Party;
use crate::netpol::ranges::IpRange;
use crate::netpol::rules::{Peers, Section, Test};
use crate::netpol::world::{ContainerPort, Workload, WorkloadId, World};

/// All ends, by number: groups of pods first, then ranges.
#[derive(Debug)]
pub(crate) struct Ends<'w> {
    /// One workload of each group.
    pub(crate) groups: Vec<(WorkloadId, &'w Workload)>,
    /// The group of each workload.
    pub(crate) group_of: Vec<u32>,
    /// IPv4 first, each family going up.
    pub(crate) ranges: Vec<IpRange>,
    pub(crate) reading: Reading,
}

impl<'w> Ends<'w> {
    /// The ends of a world's connections, those by IPv6 among them where it speaks of IPv6, or if
    /// that is asked for.
    pub(crate) fn of(
        world: &'w World,
        reading: Reading,
        sections: &[Section<'w>],
        ipv6: bool,
    ) -> Self {
        let mut groups = Vec::new();
        let mut numbers: QuickMap<Key<'w>, u32> = QuickMap::default();
        let mut group_of = Vec::with_capacity(world.workloads().len());
        for (index, workload) in world.workloads().iter().enumerate() {
            let next = to_id(groups.len());
            let number = *numbers.entry(key(workload, reading)).or_insert(next);
            if number == next {
                groups.push((WorkloadId(index), workload));
            }
            group_of.push(number);
        }
        Self {
            groups,
            group_of,
            ranges: ranges(world, sections, ipv6),
            reading,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.groups.len() + self.ranges.len()
    }

    pub(crate) fn party(&self, end: usize) -> Party<'w> {
        match self.groups.get(end) {
            Some((id, workload)) => Party::workload(self.reading, *id, workload),
            None => {
                let range = self.ranges.get(end - self.groups.len());
                Party::Address(range.map_or(IpRange::IPV4.first(), |range| range.first()))
            }
        }
    }

    pub(crate) fn is_node(&self, end: usize) -> bool {
        self.groups
            .get(end)
            .is_some_and(|(_, workload)| self.reading.is_node(workload))
    }

    /// The ends of ranges that lie inside a block.
    pub(crate) fn ranges_in(&self, net: IpNet) -> std::ops::Range<usize> {
        let (first, last) = (net.network(), net.broadcast());
        let from = self.ranges.partition_point(|range| range.last() < first);
        let to = self.ranges.partition_point(|range| range.first() <= last);
        self.groups.len() + from..self.groups.len() + to.max(from)
    }
}

/// What a policy can tell of a pod.
#[derive(PartialEq, Eq, Hash)]
enum Key<'w> {
    Node,
    Pod {
        namespace: &'w str,
        labels: &'w Labels,
        ports: &'w [ContainerPort],
        service_account: Option<&'w str>,
        ips: Vec<std::net::IpAddr>,
    },
}

fn key(workload: &Workload, reading: Reading) -> Key<'_> {
    if reading.is_node(workload) {
        return Key::Node;
    }
    let ips = match reading.dialect {
        Dialect::Dpv2 => Vec::new(),
        Dialect::Strict => workload.ips().collect(),
    };
    Key::Pod {
        namespace: &workload.namespace,
        labels: &workload.labels,
        ports: &workload.ports,
        service_account: workload.service_account.as_deref(),
        ips,
    }
}

/// Ranges on the boundaries of all blocks. IPv6 only where something speaks of it, or asks for it.
fn ranges(world: &World, sections: &[Section<'_>], ipv6: bool) -> Vec<IpRange> {
    let nets: Vec<IpNet> = sections
        .iter()
        .flat_map(|section| &section.rules)
        .flat_map(|rule| match &rule.peers {
            Peers::Everyone => &[],
            Peers::Any(tests) => tests.as_slice(),
        })
        .flat_map(|test| match test {
            Test::Block(block) => {
                let holes = block.except().iter().map(|hole| hole.net());
                std::iter::once(block.cidr().net()).chain(holes).collect()
            }
            _ => Vec::new(),
        })
        .collect();
    let mut ranges = IpRange::IPV4.cut(nets.iter());
    if ipv6 || world.has_ipv6() || nets.iter().any(|net| net.addr().is_ipv6()) {
        ranges.extend(IpRange::IPV6.cut(nets.iter()));
    }
    ranges
}
