//! FQDNNetworkPolicy (networking.gke.io/v1alpha1): egress by domain name.
//!
//! The rules are those of GKE's documentation ("Control Pod egress traffic using FQDN network
//! policies") and of the API types that Google publishes.

use std::fmt;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::port::{Port, Protocol};
use super::selector::Selector;

/// What makes an FQDNNetworkPolicy impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FqdnError {
    /// Not a domain name of at least two labels.
    #[error(
        "`{0}` is no domain name: write one with at least two labels, such as `www.example.com`"
    )]
    Name(String),
    /// Not a pattern of domain names.
    #[error("`{0}` is no pattern of domain names: write one such as `*.example.com`")]
    Pattern(String),
    /// Neither or both of the two forms.
    #[error("an item of `matches` has exactly one of `name` and `pattern`")]
    OneForm,
    /// A protocol that this kind of policy does not know.
    #[error("`{0}` is no protocol of an FQDNNetworkPolicy: `TCP`, `UDP` or `ALL` is")]
    Protocol(String),
    /// A list that must not be empty.
    #[error("`{0}` needs at least one item")]
    Empty(&'static str),
}

/// Which domain names are meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FqdnMatch {
    text: String,
    pattern: bool,
}

impl FqdnMatch {
    /// Exactly one of a name and a pattern.
    ///
    /// # Errors
    /// If both or neither are given, or what is given has not the form of a domain name.
    pub fn parse(name: Option<&str>, pattern: Option<&str>) -> Result<Self, FqdnError> {
        let (text, pattern) = match (name, pattern) {
            (Some(name), None) => (name, false),
            (None, Some(pattern)) => (pattern, true),
            _ => return Err(FqdnError::OneForm),
        };
        let letter = |b: u8| b.is_ascii_alphanumeric() || (pattern && b == b'*');
        let label = |label: &str| {
            let bytes = label.as_bytes();
            let edge = |b: Option<&u8>| b.is_some_and(|b| letter(*b));
            let inner = |b: &u8| letter(*b) || matches!(*b, b'-' | b'_');
            edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner)
        };
        if text.contains('.') && text.split('.').all(label) {
            Ok(Self {
                text: text.to_ascii_lowercase(),
                pattern,
            })
        } else if pattern {
            Err(FqdnError::Pattern(text.to_owned()))
        } else {
            Err(FqdnError::Name(text.to_owned()))
        }
    }

    /// Whether a domain name is meant. A `*` stands for any characters within one label.
    pub fn matches(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let (wanted, given) = (self.text.split('.'), name.split('.'));
        wanted.clone().count() == given.clone().count()
            && wanted
                .zip(given)
                .all(|(pattern, label)| glob(pattern.as_bytes(), label.as_bytes()))
    }

    /// The name or pattern.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is a pattern.
    pub fn is_pattern(&self) -> bool {
        self.pattern
    }
}

impl fmt::Display for FqdnMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `*` is any number of characters; linear in the text for each star.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && pattern[p] == text[t] {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

/// Ports of an FQDN rule: `protocol` absent is every protocol, unlike in a NetworkPolicy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FqdnPort {
    /// The protocol; every one if none.
    pub protocol: Option<Protocol>,
    /// The port; all if none.
    pub port: Option<Port>,
}

impl FqdnPort {
    /// Reads `TCP`, `UDP` or `ALL`.
    ///
    /// # Errors
    /// [`FqdnError::Protocol`].
    pub fn protocol(word: &str) -> Result<Option<Protocol>, FqdnError> {
        match word {
            "ALL" => Ok(None),
            "TCP" => Ok(Some(Protocol::Tcp)),
            "UDP" => Ok(Some(Protocol::Udp)),
            _ => Err(FqdnError::Protocol(word.to_owned())),
        }
    }
}

/// Allows what goes to any of the names on any of the ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FqdnRule {
    matches: Vec<FqdnMatch>,
    /// The ports; all ports and protocols if absent or empty.
    pub ports: Option<Vec<FqdnPort>>,
}

impl FqdnRule {
    /// A rule with at least one name or pattern.
    ///
    /// # Errors
    /// [`FqdnError::Empty`].
    pub fn parse(matches: Vec<FqdnMatch>, ports: Option<Vec<FqdnPort>>) -> Result<Self, FqdnError> {
        if matches.is_empty() {
            return Err(FqdnError::Empty("matches"));
        }
        Ok(Self { matches, ports })
    }

    /// The names and patterns.
    pub fn matches(&self) -> &[FqdnMatch] {
        &self.matches
    }
}

/// The spec of an FQDNNetworkPolicy. It isolates the selected pods' egress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FqdnPolicySpec {
    /// The pods of the policy's namespace: every one if absent or `{}`.
    pub pod_selector: Option<Selector>,
    egress: Vec<FqdnRule>,
}

impl FqdnPolicySpec {
    /// A policy with at least one rule.
    ///
    /// # Errors
    /// [`FqdnError::Empty`].
    pub fn parse(pod_selector: Option<Selector>, egress: Vec<FqdnRule>) -> Result<Self, FqdnError> {
        if egress.is_empty() {
            return Err(FqdnError::Empty("egress"));
        }
        Ok(Self {
            pod_selector,
            egress,
        })
    }

    /// The pods of its namespace that it selects.
    pub fn selector(&self) -> &Selector {
        const EVERYTHING: &Selector = &Selector::all();
        self.pod_selector.as_ref().unwrap_or(EVERYTHING)
    }

    /// The rules.
    pub fn egress(&self) -> &[FqdnRule] {
        &self.egress
    }
}

impl Serialize for FqdnMatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let key = if self.pattern { "pattern" } else { "name" };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(key, &self.text)?;
        map.end()
    }
}

impl Serialize for FqdnPort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("protocol", self.protocol.map_or("ALL", Protocol::as_str))?;
        if let Some(port) = self.port {
            map.serialize_entry("port", &port)?;
        }
        map.end()
    }
}

impl Serialize for FqdnRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("matches", &self.matches)?;
        if let Some(ports) = &self.ports {
            map.serialize_entry("ports", ports)?;
        }
        map.end()
    }
}

impl Serialize for FqdnPolicySpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(selector) = &self.pod_selector {
            map.serialize_entry("podSelector", selector)?;
        }
        map.serialize_entry("egress", &self.egress)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> FqdnMatch {
        FqdnMatch::parse(None, Some(text)).expect("a pattern")
    }

    #[test]
    fn a_star_stays_within_one_label() {
        assert!(pattern("*.google.com").matches("www.google.com"));
        assert!(!pattern("*.google.com").matches("google.com"));
        assert!(!pattern("*.google.com").matches("a.b.google.com"));
        assert!(pattern("*google.com").matches("google.com"));
        assert!(!pattern("*google.com").matches("www.google.com"));
        assert!(pattern("sub*.google.com").matches("subdomain.google.com"));
        assert!(pattern("*.*.google.com").matches("a.b.google.com"));
        assert!(pattern("WWW.example.com").matches("www.Example.com."));
    }

    #[test]
    fn names_have_two_labels_and_no_star() {
        for bad in ["localhost", "*.example.com", "-a.com", "a..com", ""] {
            assert!(FqdnMatch::parse(Some(bad), None).is_err(), "{bad}");
        }
        assert!(FqdnMatch::parse(Some("a_b.example.com"), None).is_ok());
        assert!(FqdnMatch::parse(Some("a.com"), Some("*.com")).is_err());
    }
}
