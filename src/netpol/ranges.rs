//! The axis of addresses: ranges that no rule tells apart.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Addresses from a first to a last, of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpRange {
    first: IpAddr,
    last: IpAddr,
}

impl IpRange {
    /// Every IPv4 address.
    pub const IPV4: IpRange = IpRange {
        first: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        last: IpAddr::V4(Ipv4Addr::BROADCAST),
    };
    /// Every IPv6 address.
    pub const IPV6: IpRange = IpRange {
        first: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        last: IpAddr::V6(Ipv6Addr::from_bits(u128::MAX)),
    };

    /// From a first to a last; none if they are of two families or the wrong way round.
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Self> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Self { first, last })
    }

    /// The addresses of a block.
    pub fn of(net: IpNet) -> Self {
        Self {
            first: net.network(),
            last: net.broadcast(),
        }
    }

    /// The first address.
    pub fn first(self) -> IpAddr {
        self.first
    }

    /// The last address.
    pub fn last(self) -> IpAddr {
        self.last
    }

    /// Whether an address lies inside.
    pub fn contains(self, ip: IpAddr) -> bool {
        self.first.is_ipv4() == ip.is_ipv4() && self.first <= ip && ip <= self.last
    }

    /// Both as one, if the other begins right behind this one.
    pub fn joined(self, other: IpRange) -> Option<IpRange> {
        (after(self.last) == Some(other.first)).then_some(IpRange {
            first: self.first,
            last: other.last,
        })
    }

    /// The whole family, cut wherever one of the blocks begins or ends.
    pub(crate) fn cut<'b>(self, blocks: impl Iterator<Item = &'b IpNet>) -> Vec<IpRange> {
        let same_family = |net: &&IpNet| net.addr().is_ipv4() == self.first.is_ipv4();
        let mut starts: Vec<IpAddr> = vec![self.first];
        for net in blocks.filter(same_family) {
            starts.push(net.network());
            starts.extend(after(net.broadcast()));
        }
        self.cut_at(starts)
    }

    /// Cut so that a new range begins at each of these addresses.
    pub(crate) fn cut_at(self, mut starts: Vec<IpAddr>) -> Vec<IpRange> {
        starts.retain(|start| self.contains(*start));
        starts.push(self.first);
        starts.sort_unstable();
        starts.dedup();
        let lasts = starts.iter().skip(1).filter_map(|next| before(*next));
        starts
            .iter()
            .zip(lasts.chain([self.last]))
            .map(|(first, last)| IpRange {
                first: *first,
                last,
            })
            .collect()
    }
}

fn after(ip: IpAddr) -> Option<IpAddr> {
    match ip {
        IpAddr::V4(ip) => ip
            .to_bits()
            .checked_add(1)
            .map(|n| Ipv4Addr::from_bits(n).into()),
        IpAddr::V6(ip) => ip
            .to_bits()
            .checked_add(1)
            .map(|n| Ipv6Addr::from_bits(n).into()),
    }
}

fn before(ip: IpAddr) -> Option<IpAddr> {
    match ip {
        IpAddr::V4(ip) => ip
            .to_bits()
            .checked_sub(1)
            .map(|n| Ipv4Addr::from_bits(n).into()),
        IpAddr::V6(ip) => ip
            .to_bits()
            .checked_sub(1)
            .map(|n| Ipv6Addr::from_bits(n).into()),
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_where_blocks_begin_and_end() {
        let nets: Vec<IpNet> = ["10.0.0.0/8", "10.10.0.0/16", "::/0"]
            .iter()
            .map(|net| net.parse().expect("a block"))
            .collect();
        let cut: Vec<String> = IpRange::IPV4
            .cut(nets.iter())
            .iter()
            .map(IpRange::to_string)
            .collect();
        assert_eq!(
            cut,
            [
                "0.0.0.0-9.255.255.255",
                "10.0.0.0-10.9.255.255",
                "10.10.0.0-10.10.255.255",
                "10.11.0.0-10.255.255.255",
                "11.0.0.0-255.255.255.255"
            ]
        );
        assert_eq!(IpRange::IPV6.cut(nets.iter()), [IpRange::IPV6]);
    }
}
