//! Labels and annotations: small maps of texts in the order written.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::ser::{Serialize, SerializeMap, Serializer};

/// The label that every namespace carries with its own name, whether written or not
/// (Kubernetes, "well-known labels").
pub const NAMESPACE_NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// The labels with its name that a Job's controller puts on its pods, the old one and the new one
/// (Kubernetes, "well-known labels").
pub const JOB_NAME_LABELS: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];

/// What makes a label impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// The key's name is empty, too long or has characters that labels can't have.
    #[error(
        "`{0}` can't be a label key: its name has 1 to 63 letters, digits, `-`, `_` or `.`, and \
         begins and ends with a letter or a digit"
    )]
    Key(String),
    /// The part of the key before the slash is not a DNS name.
    #[error(
        "`{0}` can't be a label key: what stands before the `/` is a DNS name in lower case, at \
         most 253 characters long"
    )]
    Prefix(String),
    /// The value is too long or has characters that labels can't have.
    #[error(
        "`{0}` can't be a label value: it has at most 63 letters, digits, `-`, `_` or `.`, and \
         begins and ends with a letter or a digit"
    )]
    Value(String),
}

/// Labels or annotations in the order written. Equality does not look at the order.
///
/// A plain list: objects have a handful of labels, and a list of that size is read faster than
/// any map. Keys are distinct by construction. Characters are not checked here, since what lies
/// on disk is judged by what it says; [`Labels::problems`] tells what an API server would refuse.
#[derive(Debug, Clone, Default)]
pub struct Labels(Vec<(String, String)>);

impl Labels {
    /// No labels.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// Gives a key a value, in place of the one it had.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let (key, value) = (key.into(), value.into());
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => self.0.push((key, value)),
        }
    }

    /// The labels in the order written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What an API server would refuse, if these are labels; annotations may hold more.
    pub fn problems(&self) -> Vec<LabelError> {
        self.iter()
            .flat_map(|(key, value)| [check_key(key).err(), check_value(value).err()])
            .flatten()
            .collect()
    }
}

impl PartialEq for Labels {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(k, v)| other.get(k) == Some(v))
    }
}

impl Eq for Labels {}

impl Hash for Labels {
    /// As equality, it does not look at the order.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut pairs: Vec<(&str, &str)> = self.iter().collect();
        pairs.sort_unstable();
        pairs.hash(state);
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Labels {
    /// A later value takes the place of an earlier one.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut labels = Self::new();
        for (key, value) in pairs {
            labels.insert(key, value);
        }
        labels
    }
}

impl fmt::Display for Labels {
    /// As `kubectl` writes them: `app=cart,tier=backend`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (key, value)) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{key}={value}")?;
        }
        Ok(())
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Whether a text can be a label's key: `name` or `prefix/name`.
///
/// # Errors
/// [`LabelError::Key`] or [`LabelError::Prefix`].
pub fn check_key(key: &str) -> Result<(), LabelError> {
    let name = match key.split_once('/') {
        Some((prefix, name)) => {
            if !is_dns_name(prefix) {
                return Err(LabelError::Prefix(key.to_owned()));
            }
            name
        }
        None => key,
    };
    if name.is_empty() || !is_label_text(name) {
        return Err(LabelError::Key(key.to_owned()));
    }
    Ok(())
}

/// Whether a text can be a label's value. Empty is fine.
///
/// # Errors
/// [`LabelError::Value`].
pub fn check_value(value: &str) -> Result<(), LabelError> {
    if is_label_text(value) {
        Ok(())
    } else {
        Err(LabelError::Value(value.to_owned()))
    }
}

fn is_label_text(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let edge = |b: Option<&u8>| b.is_none_or(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.iter().all(|b| inner(*b))
        && edge(bytes.first())
        && edge(bytes.last())
}

fn is_dns_name(text: &str) -> bool {
    let part = |part: &str| {
        let edge = |b: Option<&u8>| b.is_some_and(|b| *b != b'-');
        let bytes = part.as_bytes();
        let inner = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
        bytes.iter().all(inner) && edge(bytes.first()) && edge(bytes.last())
    };
    text.len() <= 253 && text.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_what_kubernetes_takes() {
        assert_eq!(check_key("app"), Ok(()));
        assert_eq!(check_key("policy.network.gke.io/enable-logging"), Ok(()));
        assert_eq!(check_key("-a"), Err(LabelError::Key("-a".into())));
        assert_eq!(check_key("A_/a"), Err(LabelError::Prefix("A_/a".into())));
        assert_eq!(check_value(""), Ok(()));
        assert!(check_value(&"x".repeat(64)).is_err());
    }

    #[test]
    fn order_is_kept_and_does_not_count() {
        let one: Labels = [("b", "1"), ("a", "2")].into_iter().collect();
        let two: Labels = [("a", "2"), ("b", "1")].into_iter().collect();
        assert_eq!(one, two);
        assert_eq!(one.to_string(), "b=1,a=2");
    }
}
