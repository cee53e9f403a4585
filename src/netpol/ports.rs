//! Sets of connections: for each protocol a canonical set of ports.

use std::fmt;

use crate::model::port::{Port, Protocol};

/// A set of ports: ranges that are sorted, apart from each other, and as few as can be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortSet(Vec<(u16, u16)>);

impl PortSet {
    /// No port.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Every port, 1 to 65535.
    pub fn all() -> Self {
        Self(vec![(1, u16::MAX)])
    }

    /// From one port to another, both included.
    pub fn range(first: Port, last: Port) -> Self {
        if first > last {
            return Self::none();
        }
        Self(vec![(first.get(), last.get())])
    }

    /// The ranges, both ends included.
    pub fn ranges(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// Whether it holds no port.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it holds every port.
    pub fn is_all(&self) -> bool {
        self.0 == [(1, u16::MAX)]
    }

    /// Whether it holds a port.
    pub fn contains(&self, port: Port) -> bool {
        let port = port.get();
        let at = self.0.partition_point(|range| range.1 < port);
        self.0.get(at).is_some_and(|range| range.0 <= port)
    }

    /// What either holds.
    pub fn union(&self, other: &Self) -> Self {
        let mut ranges: Vec<(u16, u16)> = self.0.iter().chain(&other.0).copied().collect();
        ranges.sort_unstable();
        let mut joined: Vec<(u16, u16)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last);
                }
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// What both hold.
    pub fn intersect(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(&&left), Some(&&right)) = (a.peek(), b.peek()) {
            let (first, last) = (left.0.max(right.0), left.1.min(right.1));
            if first <= last {
                common.push((first, last));
            }
            if left.1 < right.1 {
                a.next();
            } else {
                b.next();
            }
        }
        Self(common)
    }

    /// What this holds and the other doesn't.
    pub fn subtract(&self, other: &Self) -> Self {
        self.intersect(&other.complement())
    }

    fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = Some(1);
        for (first, last) in &self.0 {
            if let Some(start) = next.filter(|start| start < first) {
                gaps.push((start, first - 1));
            }
            next = last.checked_add(1);
        }
        if let Some(start) = next {
            gaps.push((start, u16::MAX));
        }
        Self(gaps)
    }
}

impl fmt::Display for PortSet {
    /// As `80,8000-8080`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{first}-{last}")?;
            }
        }
        Ok(())
    }
}

/// Which connections: ports of TCP, UDP and SCTP, and whether ICMP and whatever else is not one
/// of these three comes along.
///
/// Kubernetes says nothing of other protocols. On Cilium a rule without ports lets them through
/// and a rule with ports doesn't (Cilium documentation, layer 3 policies), so that is the reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionSet {
    tcp: PortSet,
    udp: PortSet,
    sctp: PortSet,
    icmp: bool,
    other: bool,
}

impl ConnectionSet {
    /// No connection.
    pub const fn none() -> Self {
        Self {
            tcp: PortSet::none(),
            udp: PortSet::none(),
            sctp: PortSet::none(),
            icmp: false,
            other: false,
        }
    }

    /// Every connection.
    pub fn all() -> Self {
        Self {
            tcp: PortSet::all(),
            udp: PortSet::all(),
            sctp: PortSet::all(),
            icmp: true,
            other: true,
        }
    }

    /// Some ports of one protocol.
    pub fn of(protocol: Protocol, ports: PortSet) -> Self {
        let mut set = Self::none();
        *set.ports_mut(protocol) = ports;
        set
    }

    /// ICMP alone.
    pub fn icmp_only() -> Self {
        Self {
            icmp: true,
            ..Self::none()
        }
    }

    /// The ports of a protocol.
    pub fn ports(&self, protocol: Protocol) -> &PortSet {
        match protocol {
            Protocol::Tcp => &self.tcp,
            Protocol::Udp => &self.udp,
            Protocol::Sctp => &self.sctp,
        }
    }

    fn ports_mut(&mut self, protocol: Protocol) -> &mut PortSet {
        match protocol {
            Protocol::Tcp => &mut self.tcp,
            Protocol::Udp => &mut self.udp,
            Protocol::Sctp => &mut self.sctp,
        }
    }

    /// Whether ICMP is in.
    pub fn icmp(&self) -> bool {
        self.icmp
    }

    /// Whether protocols other than TCP, UDP, SCTP and ICMP are in.
    pub fn other(&self) -> bool {
        self.other
    }

    /// Whether it holds a connection.
    pub fn contains(&self, connection: Connection) -> bool {
        match connection {
            Connection::Port(protocol, port) => self.ports(protocol).contains(port),
            Connection::Icmp => self.icmp,
            Connection::Other => self.other,
        }
    }

    /// Whether nothing is in.
    pub fn is_empty(&self) -> bool {
        *self == Self::none()
    }

    /// Whether no port of TCP, UDP or SCTP is in, whatever is said of other protocols.
    pub fn has_no_ports(&self) -> bool {
        Protocol::ALL.iter().all(|p| self.ports(*p).is_empty())
    }

    /// Whether every port of TCP, UDP and SCTP is in, which is what "all connections" means
    /// where policies are compared.
    pub fn has_all_ports(&self) -> bool {
        Protocol::ALL.iter().all(|p| self.ports(*p).is_all())
    }

    fn combine(&self, other: &Self, ports: impl Fn(&PortSet, &PortSet) -> PortSet) -> Self {
        Self {
            tcp: ports(&self.tcp, &other.tcp),
            udp: ports(&self.udp, &other.udp),
            sctp: ports(&self.sctp, &other.sctp),
            icmp: false,
            other: false,
        }
    }

    /// What either holds.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            icmp: self.icmp || other.icmp,
            other: self.other || other.other,
            ..self.combine(other, PortSet::union)
        }
    }

    /// What both hold.
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            icmp: self.icmp && other.icmp,
            other: self.other && other.other,
            ..self.combine(other, PortSet::intersect)
        }
    }

    /// What this holds and the other doesn't.
    pub fn subtract(&self, other: &Self) -> Self {
        Self {
            icmp: self.icmp && !other.icmp,
            other: self.other && !other.other,
            ..self.combine(other, PortSet::subtract)
        }
    }

    /// Whether it holds everything that the other holds.
    pub fn covers(&self, other: &Self) -> bool {
        other.subtract(self).is_empty()
    }
}

impl fmt::Display for ConnectionSet {
    /// `all connections`, `no connections`, or as `TCP 80,443; UDP 53`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has_all_ports() {
            return f.write_str("all connections");
        }
        if self.is_empty() {
            return f.write_str("no connections");
        }
        let ports = Protocol::ALL.iter().filter_map(|protocol| {
            let ports = self.ports(*protocol);
            match (ports.is_empty(), ports.is_all()) {
                (true, _) => None,
                (_, true) => Some(format!("{protocol} all ports")),
                _ => Some(format!("{protocol} {ports}")),
            }
        });
        let icmp = self.icmp.then(|| "ICMP".to_owned());
        let other = self.other.then(|| "other protocols".to_owned());
        let parts: Vec<String> = ports.chain(icmp).chain(other).collect();
        f.write_str(&parts.join("; "))
    }
}

/// One connection, seen from the receiving end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Connection {
    /// To a port.
    Port(Protocol, Port),
    /// ICMP.
    Icmp,
    /// Any other protocol.
    Other,
}

impl Connection {
    /// To a TCP port.
    pub fn tcp(port: Port) -> Self {
        Self::Port(Protocol::Tcp, port)
    }
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Connection::Port(protocol, port) => write!(f, "{protocol} {port}"),
            Connection::Icmp => f.write_str("ICMP"),
            Connection::Other => f.write_str("another protocol"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ranges: &[(i64, i64)]) -> PortSet {
        let port = |n| Port::parse(n).expect("a port");
        ranges.iter().fold(PortSet::none(), |set, (first, last)| {
            set.union(&PortSet::range(port(*first), port(*last)))
        })
    }

    #[test]
    fn sets_are_canonical() {
        assert_eq!(set(&[(80, 80), (81, 90), (85, 100)]), set(&[(80, 100)]));
        assert!(set(&[(1, 100), (101, 65535)]).is_all());
        assert_eq!(
            set(&[(1, 65535)]).subtract(&set(&[(80, 80)])).to_string(),
            "1-79,81-65535"
        );
        assert_eq!(
            set(&[(1, 10), (20, 30)]).intersect(&set(&[(5, 25)])),
            set(&[(5, 10), (20, 25)])
        );
        assert!(set(&[(5, 6)]).subtract(&PortSet::all()).is_empty());
    }

    #[test]
    fn a_set_is_printed_as_people_write_it() {
        let tcp = ConnectionSet::of(Protocol::Tcp, set(&[(80, 80), (443, 443)]));
        let udp = ConnectionSet::of(Protocol::Udp, PortSet::all());
        assert_eq!(tcp.union(&udp).to_string(), "TCP 80,443; UDP all ports");
        assert_eq!(ConnectionSet::all().to_string(), "all connections");
        assert_eq!(ConnectionSet::none().to_string(), "no connections");
    }
}
