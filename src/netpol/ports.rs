//! Sets of connections: for each protocol a canonical set of ports.

mod set;

use std::fmt;

pub use self::set::PortSet;

use crate::model::port::{Port, Protocol};

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
