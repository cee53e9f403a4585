//! Protocols and ports, by number, by range or by name.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// What makes a port impossible (Kubernetes API reference, NetworkPolicyPort).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// Not between 1 and 65535.
    #[error("{0} is no port: ports go from 1 to 65535")]
    Number(i64),
    /// Not the name of a container port.
    #[error(
        "`{0}` is no port name: it has 1 to 15 lower-case letters, digits or single hyphens \
         between them, and at least one letter"
    )]
    Name(String),
    /// A protocol that policies don't know.
    #[error("`{0}` is no protocol of a policy: `TCP`, `UDP` or `SCTP` is")]
    Protocol(String),
    /// An end without a start.
    #[error("`endPort` needs a `port` to start from")]
    EndWithoutStart,
    /// An end behind a name.
    #[error("`endPort` needs a `port` by number, and `{0}` is a name")]
    EndAfterName(String),
    /// An end before the start.
    #[error("`endPort` {end} is below `port` {start}: a range goes up")]
    EndBelowStart {
        /// Where the range starts.
        start: Port,
        /// Where it was said to end.
        end: Port,
    },
}

/// A transport protocol that policies know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// All of them, in the order in which they are printed.
    pub const ALL: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];

    /// The word that Kubernetes uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
            Protocol::Sctp => "SCTP",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Protocol {
    type Err = PortError;

    fn from_str(word: &str) -> Result<Self, PortError> {
        match word {
            "TCP" => Ok(Protocol::Tcp),
            "UDP" => Ok(Protocol::Udp),
            "SCTP" => Ok(Protocol::Sctp),
            _ => Err(PortError::Protocol(word.to_owned())),
        }
    }
}

/// A port number, 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Port(NonZeroU16);

impl Port {
    /// The lowest.
    pub const MIN: Port = Port(NonZeroU16::MIN);
    /// The highest.
    pub const MAX: Port = Port(NonZeroU16::MAX);

    /// A port number.
    ///
    /// # Errors
    /// [`PortError::Number`] if it is not between 1 and 65535.
    pub fn parse(number: i64) -> Result<Self, PortError> {
        u16::try_from(number)
            .ok()
            .and_then(NonZeroU16::new)
            .map(Port)
            .ok_or(PortError::Number(number))
    }

    /// The number.
    pub fn get(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a container port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PortName(String);

impl PortName {
    /// A name as the API server takes it (an IANA service name).
    ///
    /// # Errors
    /// [`PortError::Name`].
    pub fn parse(name: impl Into<String>) -> Result<Self, PortError> {
        let name = name.into();
        let bytes = name.as_bytes();
        let allowed = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
        let good = (1..=15).contains(&bytes.len())
            && bytes.iter().all(allowed)
            && bytes.iter().any(u8::is_ascii_lowercase)
            && !name.starts_with('-')
            && !name.ends_with('-')
            && !name.contains("--");
        if good {
            Ok(Self(name))
        } else {
            Err(PortError::Name(name))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A port by number, or by the name that a pod gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PortRef {
    /// By number.
    Number(Port),
    /// By name: each pod says which number that is.
    Name(PortName),
}

impl fmt::Display for PortRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PortRef::Number(port) => port.fmt(f),
            PortRef::Name(name) => name.fmt(f),
        }
    }
}

impl Serialize for PortRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            PortRef::Number(port) => port.serialize(serializer),
            PortRef::Name(name) => name.serialize(serializer),
        }
    }
}

/// One entry of a rule's `ports`: a protocol, and a port, a range or all ports of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyPort {
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<Protocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<PortRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_port: Option<Port>,
}

impl PolicyPort {
    /// An entry that Kubernetes accepts.
    ///
    /// # Errors
    /// `endPort` needs a numeric `port` that is not above it.
    pub fn parse(
        protocol: Option<Protocol>,
        port: Option<PortRef>,
        end_port: Option<Port>,
    ) -> Result<Self, PortError> {
        match (&port, end_port) {
            (None, Some(_)) => return Err(PortError::EndWithoutStart),
            (Some(PortRef::Name(name)), Some(_)) => {
                return Err(PortError::EndAfterName(name.to_string()));
            }
            (Some(PortRef::Number(start)), Some(end)) if end < *start => {
                return Err(PortError::EndBelowStart { start: *start, end });
            }
            _ => {}
        }
        Ok(Self {
            protocol,
            port,
            end_port,
        })
    }

    /// The protocol as written.
    pub fn written_protocol(&self) -> Option<Protocol> {
        self.protocol
    }

    /// The protocol: TCP where none is written.
    pub fn protocol(&self) -> Protocol {
        self.protocol.unwrap_or(Protocol::Tcp)
    }

    /// The port; all ports of the protocol if none.
    pub fn port(&self) -> Option<&PortRef> {
        self.port.as_ref()
    }

    /// The end of a range that starts at the port.
    pub fn end_port(&self) -> Option<Port> {
        self.end_port
    }

    /// The numbers meant, or the name that a pod has to resolve.
    pub fn meant(&self) -> PortsMeant<'_> {
        match (&self.port, self.end_port) {
            (None, _) => PortsMeant::Numbers(Port::MIN, Port::MAX),
            (Some(PortRef::Number(start)), end) => {
                PortsMeant::Numbers(*start, end.unwrap_or(*start))
            }
            (Some(PortRef::Name(name)), _) => PortsMeant::Name(name),
        }
    }
}

/// What an entry of `ports` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortsMeant<'a> {
    /// From the first to the last, both included.
    Numbers(Port, Port),
    /// The port that each pod gives this name.
    Name(&'a PortName),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_needs_a_number_below_its_end() {
        let number = |n| Some(PortRef::Number(Port::parse(n).expect("a port")));
        let name = Some(PortRef::Name(PortName::parse("http").expect("a name")));
        let end = Port::parse(90).ok();
        assert!(PolicyPort::parse(None, number(80), end).is_ok());
        assert!(PolicyPort::parse(None, number(90), end).is_ok());
        assert!(PolicyPort::parse(None, number(91), end).is_err());
        assert!(PolicyPort::parse(None, name, end).is_err());
        assert!(PolicyPort::parse(None, None, end).is_err());
        assert!(Port::parse(0).is_err() && Port::parse(65536).is_err());
        assert!(PortName::parse("8080").is_err() && PortName::parse("Http").is_err());
    }
}
