//! Label selectors: which pods or namespaces are meant.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::labels::Labels;

/// What makes a selector impossible (Kubernetes API reference, LabelSelectorRequirement).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// An operator that does not exist.
    #[error("`{0}` is no operator: one of `In`, `NotIn`, `Exists`, `DoesNotExist` is")]
    Operator(String),
    /// `In` or `NotIn` with nothing to compare with.
    #[error("`{0}` needs at least one value")]
    NoValues(Operator),
    /// `Exists` or `DoesNotExist` with values.
    #[error("`{0}` takes no values: leave `values` out")]
    Values(Operator),
    /// No key.
    #[error("a condition needs the key of a label")]
    NoKey,
}

/// How a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Operator {
    /// The label is there and has one of the values.
    In,
    /// The label is absent or has none of the values.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is absent.
    DoesNotExist,
}

impl Operator {
    /// The word that Kubernetes uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Operator::In => "In",
            Operator::NotIn => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Operator {
    type Err = SelectorError;

    fn from_str(word: &str) -> Result<Self, SelectorError> {
        match word {
            "In" => Ok(Operator::In),
            "NotIn" => Ok(Operator::NotIn),
            "Exists" => Ok(Operator::Exists),
            "DoesNotExist" => Ok(Operator::DoesNotExist),
            _ => Err(SelectorError::Operator(word.to_owned())),
        }
    }
}

/// One condition on a label. Values fit the operator by construction.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Requirement {
    key: String,
    operator: Operator,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<String>>,
}

impl Requirement {
    /// A condition that Kubernetes accepts.
    ///
    /// # Errors
    /// `In` and `NotIn` need values, `Exists` and `DoesNotExist` take none.
    pub fn parse(
        key: impl Into<String>,
        operator: Operator,
        values: Option<Vec<String>>,
    ) -> Result<Self, SelectorError> {
        let key = key.into();
        let given = values.as_ref().is_some_and(|values| !values.is_empty());
        match operator {
            _ if key.is_empty() => Err(SelectorError::NoKey),
            Operator::In | Operator::NotIn if !given => Err(SelectorError::NoValues(operator)),
            Operator::Exists | Operator::DoesNotExist if given => {
                Err(SelectorError::Values(operator))
            }
            _ => Ok(Self {
                key,
                operator,
                values,
            }),
        }
    }

    /// The label's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How the label is compared.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// What it is compared with.
    pub fn values(&self) -> &[String] {
        self.values.as_deref().unwrap_or(&[])
    }

    /// Whether labels fulfil the condition.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let listed = |value: &str| self.values().iter().any(|listed| listed == value);
        match self.operator {
            Operator::In => value.is_some_and(listed),
            Operator::NotIn => !value.is_some_and(listed),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

impl fmt::Display for Requirement {
    /// As `kubectl` writes it: `tier in (a,b)`, `!tier`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = || self.values().join(",");
        match self.operator {
            Operator::In => write!(f, "{} in ({})", self.key, values()),
            Operator::NotIn => write!(f, "{} notin ({})", self.key, values()),
            Operator::Exists => f.write_str(&self.key),
            Operator::DoesNotExist => write!(f, "!{}", self.key),
        }
    }
}

/// A label selector: all its conditions must hold. Without conditions it matches everything.
///
/// Absent and empty lists mean the same and are kept apart, so that what was read can be written
/// again as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Selector {
    /// Labels that must be there with these values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_labels: Option<Labels>,
    /// Further conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_expressions: Option<Vec<Requirement>>,
}

impl Selector {
    /// Matches everything: `{}`.
    pub const fn all() -> Self {
        Self {
            match_labels: None,
            match_expressions: None,
        }
    }

    /// Matches these labels.
    pub fn labels<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self {
            match_labels: Some(pairs.into_iter().collect()),
            match_expressions: None,
        }
    }

    /// The further conditions.
    pub fn expressions(&self) -> &[Requirement] {
        self.match_expressions.as_deref().unwrap_or(&[])
    }

    /// The labels that must be there, as key and value.
    pub fn equalities(&self) -> impl Iterator<Item = (&str, &str)> {
        self.match_labels.iter().flat_map(Labels::iter)
    }

    /// Whether it has no condition at all.
    pub fn is_all(&self) -> bool {
        self.equalities().next().is_none() && self.expressions().is_empty()
    }

    /// Whether labels fulfil every condition.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.equalities()
            .all(|(key, value)| labels.get(key) == Some(value))
            && self.expressions().iter().all(|r| r.matches(labels))
    }
}

impl fmt::Display for Selector {
    /// As `kubectl` writes it; `{}` where there is no condition.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("{}");
        }
        let equal = self
            .equalities()
            .map(|(key, value)| format!("{key}={value}"));
        let further = self.expressions().iter().map(Requirement::to_string);
        let parts: Vec<String> = equal.chain(further).collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(operator: Operator, values: &[&str]) -> Result<Requirement, SelectorError> {
        let values = values.iter().map(|v| (*v).to_owned()).collect();
        Requirement::parse("a", operator, Some(values))
    }

    #[test]
    fn operators_are_as_the_api_says() {
        let with: Labels = [("a", "1")].into_iter().collect();
        let other: Labels = [("a", "2")].into_iter().collect();
        let without = Labels::new();
        let table = [
            (requirement(Operator::In, &["1"]), [true, false, false]),
            (requirement(Operator::NotIn, &["1"]), [false, true, true]),
            (requirement(Operator::Exists, &[]), [true, true, false]),
            (
                requirement(Operator::DoesNotExist, &[]),
                [false, false, true],
            ),
        ];
        for (requirement, expected) in table {
            let requirement = requirement.expect("valid");
            let got = [&with, &other, &without].map(|labels| requirement.matches(labels));
            assert_eq!(got, expected, "{requirement}");
        }
    }

    #[test]
    fn values_must_fit_the_operator() {
        assert!(requirement(Operator::In, &[]).is_err());
        assert!(requirement(Operator::NotIn, &[]).is_err());
        assert!(requirement(Operator::Exists, &["1"]).is_err());
        assert!("Equals".parse::<Operator>().is_err());
    }
}
