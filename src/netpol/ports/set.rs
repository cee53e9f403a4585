//! Canonical sets of ports.

use std::fmt;

use crate::model::port::Port;

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
