//! The results that a lab's scripts append: one JSON object a probe and stage.

use serde::Deserialize;

/// What was measured of one probe at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The lab.
    pub lab: String,
    /// The stage.
    pub stage: String,
    /// The probe.
    pub probe: String,
    /// `allowed`, `denied` or `error`.
    pub verdict: String,
    /// Whether the lab found a log entry; none if it didn't look.
    pub logged: Option<bool>,
    /// The probe that must get through, and what it did.
    pub control: Option<Control>,
    /// When the probe began; may be empty.
    pub started: String,
    /// What the lab says of a failure; may be empty.
    pub reason: String,
}

/// The probe that must get through, and what it did.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Control {
    /// The probe.
    pub probe: String,
    /// `allowed`, `denied` or `error`.
    pub verdict: String,
}

/// Text that holds no results.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// Not JSON, or not of the form.
    #[error("result {number} can't be read: {source}")]
    Form {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Nothing at all.
    #[error("there are no results in it")]
    Empty,
}

/// As the scripts write it; what isn't needed here is passed over.
#[derive(Deserialize)]
struct Line {
    lab: String,
    stage: String,
    probe: String,
    measured: Seen,
    control: Option<Control>,
    started: Option<String>,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Seen {
    verdict: String,
    logged: Option<bool>,
}

impl Measured {
    /// Reads results: one JSON object after another, or a list of them.
    ///
    /// # Errors
    /// [`ResultsError`], with the number of the one that is wrong.
    pub fn read_all(text: &str) -> Result<Vec<Measured>, ResultsError> {
        let mut all = Vec::new();
        let values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
        for value in values {
            let number = all.len() + 1;
            let wrong = |source| ResultsError::Form { number, source };
            match value.map_err(wrong)? {
                serde_json::Value::Array(items) => {
                    for item in items {
                        all.push(Self::of(item, all.len() + 1)?);
                    }
                }
                item => all.push(Self::of(item, number)?),
            }
        }
        match all.is_empty() {
            true => Err(ResultsError::Empty),
            false => Ok(all),
        }
    }

    fn of(value: serde_json::Value, number: usize) -> Result<Measured, ResultsError> {
        let line: Line = serde_json::from_value(value)
            .map_err(|source| ResultsError::Form { number, source })?;
        Ok(Measured {
            lab: line.lab,
            stage: line.stage,
            probe: line.probe,
            verdict: line.measured.verdict,
            logged: line.measured.logged,
            control: line.control,
            started: line.started.unwrap_or_default(),
            reason: line.reason,
        })
    }
}

/// The last result of a probe at a stage: a stage may have been run again.
pub(super) fn last<'a>(results: &'a [Measured], stage: &str, probe: &str) -> Option<&'a Measured> {
    let mut own = results.iter().rev();
    own.find(|measured| measured.stage == stage && measured.probe == probe)
}
