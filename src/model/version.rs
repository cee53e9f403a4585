//! GKE versions, as far as a lab must compare them.

use std::cmp::Ordering;
use std::fmt;

/// A version to create a cluster with: `1.33`, `1.33.4` or `1.33.4-gke.1172000`.
///
/// A part that isn't given stands for the newest there is, so a shorter version is never "too old"
/// for a feature that came during it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GkeVersion {
    minor: u32,
    patch: Option<u32>,
    gke: Option<u64>,
}

/// A text that isn't a GKE version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a GKE version")]
pub struct VersionError(pub String);

impl GkeVersion {
    /// A full version, for the gates of features.
    pub const fn full(minor: u32, patch: u32, gke: u64) -> Self {
        Self {
            minor,
            patch: Some(patch),
            gke: Some(gke),
        }
    }

    /// Reads a version.
    ///
    /// # Errors
    /// The text isn't of one of the three shapes.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        Self::read(text).ok_or_else(|| VersionError(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let (kubernetes, gke) = match text.split_once("-gke.") {
            Some((kubernetes, gke)) => (kubernetes, Some(number(gke)?)),
            None => (text, None),
        };
        let mut parts = kubernetes.split('.');
        if parts.next() != Some("1") {
            return None;
        }
        let minor = u32::try_from(number(parts.next()?)?).ok()?;
        let patch = match parts.next() {
            Some(patch) => Some(u32::try_from(number(patch)?).ok()?),
            None => None,
        };
        let whole = parts.next().is_none() && (gke.is_none() || patch.is_some());
        whole.then_some(Self { minor, patch, gke })
    }

    /// Whether it is surely older than a gate.
    pub fn is_before(&self, gate: &GkeVersion) -> bool {
        let part = |own: Option<u64>, gate: Option<u64>| match (own, gate) {
            (Some(own), Some(gate)) => own.cmp(&gate),
            _ => Ordering::Greater,
        };
        self.minor
            .cmp(&gate.minor)
            .then_with(|| part(self.patch.map(u64::from), gate.patch.map(u64::from)))
            .then_with(|| part(self.gke, gate.gke))
            == Ordering::Less
    }
}

/// Digits only: `u64::from_str` would take a `+`.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for GkeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)?;
        if let Some(patch) = self.patch {
            write!(f, ".{patch}")?;
        }
        if let Some(gke) = self.gke {
            write!(f, "-gke.{gke}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::GkeVersion;

    #[test]
    fn a_version_is_before_a_gate_only_if_that_is_sure() {
        let gate = GkeVersion::full(28, 6, 1_095_000);
        let before = |text: &str| GkeVersion::parse(text).expect("a version").is_before(&gate);
        assert!(before("1.27"));
        assert!(before("1.28.5-gke.9999999"));
        assert!(before("1.28.6-gke.1094999"));
        assert!(!before("1.28.6-gke.1095000"));
        assert!(!before("1.28"));
        assert!(!before("1.28.6"));
        assert!(!before("1.33.4"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "1",
            "2.1",
            "1.x",
            "1.33-gke.1",
            "1.33.4.5",
            "latest",
            "1.+3",
            "-",
        ] {
            assert!(GkeVersion::parse(text).is_err(), "{text}");
        }
    }
}
