//! When a CronJob runs.

use std::ops::RangeInclusive;

/// A text that is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Neither five fields nor a word for them.
    #[error("`{0}` is no schedule")]
    Shape(String),
    /// A field with something in it that can't be.
    #[error("`{field}` can't be the {name} of a schedule")]
    Field {
        /// The field as written.
        field: String,
        /// Which of the five it is.
        name: &'static str,
    },
    /// The time zone inside of the schedule, where the API server refuses it.
    #[error("the time zone of a CronJob stands in `timeZone`, not in its schedule")]
    TimeZone,
}

/// When a CronJob runs: five fields, or a word such as `@daily`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(String);

impl Schedule {
    /// Reads a schedule as Kubernetes does.
    /// Source: Kubernetes documentation, "Schedule syntax"; the standard parser of robfig/cron v3.
    ///
    /// # Errors
    /// [`ScheduleError`].
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        if text.contains("TZ") {
            return Err(ScheduleError::TimeZone);
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        match fields.as_slice() {
            _ if is_word(text) => {}
            [_, _, _, _, _] => {
                for (field, unit) in fields.iter().zip(&UNITS) {
                    unit.check(field)?;
                }
            }
            _ => return Err(ScheduleError::Shape(text.to_owned())),
        }
        Ok(Self(text.to_owned()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_word(text: &str) -> bool {
    let words = [
        "@yearly",
        "@annually",
        "@monthly",
        "@weekly",
        "@daily",
        "@midnight",
        "@hourly",
    ];
    words.contains(&text) || text.strip_prefix("@every ").is_some_and(is_duration)
}

/// `1h30m`: numbers, each with its unit.
fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let behind = &rest[digits..];
        let units = ["ms", "h", "m", "s"];
        let Some(unit) = units.iter().find(|unit| behind.starts_with(**unit)) else {
            return false;
        };
        if digits == 0 {
            return false;
        }
        rest = &behind[unit.len()..];
    }
    !text.is_empty()
}

/// One of the five fields.
struct Unit {
    name: &'static str,
    range: RangeInclusive<u32>,
    /// Words for its numbers, from the lowest on.
    words: &'static [&'static str],
}

const UNITS: [Unit; 5] = [
    Unit {
        name: "minute",
        range: 0..=59,
        words: &[],
    },
    Unit {
        name: "hour",
        range: 0..=23,
        words: &[],
    },
    Unit {
        name: "day of the month",
        range: 1..=31,
        words: &[],
    },
    Unit {
        name: "month",
        range: 1..=12,
        words: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Unit {
        name: "day of the week",
        range: 0..=6,
        words: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

impl Unit {
    fn check(&self, field: &str) -> Result<(), ScheduleError> {
        let mut parts = field.split(',').filter(|part| !part.is_empty()).peekable();
        let some = parts.peek().is_some();
        match some && parts.all(|part| self.part(part).is_some()) {
            true => Ok(()),
            false => Err(ScheduleError::Field {
                field: field.to_owned(),
                name: self.name,
            }),
        }
    }

    /// `*`, `5`, `1-5`, each with `/step` where wanted.
    fn part(&self, part: &str) -> Option<()> {
        let (values, step) = match part.split_once('/') {
            Some((values, step)) => (values, Some(step)),
            None => (part, None),
        };
        if let Some(step) = step {
            number(step).filter(|step| *step > 0)?;
        }
        if matches!(values, "*" | "?") {
            return Some(());
        }
        let (first, last) = values.split_once('-').unwrap_or((values, values));
        (self.value(first)? <= self.value(last)?).then_some(())
    }

    fn value(&self, text: &str) -> Option<u32> {
        let lower = text.to_ascii_lowercase();
        let word = self.words.iter().position(|word| *word == lower);
        let word = word.and_then(|at| u32::try_from(at).ok());
        let named = word.map(|at| at + self.range.start());
        named
            .or_else(|| number(text))
            .filter(|value| self.range.contains(value))
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_what_kubernetes_takes() {
        for text in [
            "*/5 * * * *",
            "0 3 1,15 * mon-fri",
            "0-30/10 22 ? JAN-mar 6",
            "@daily",
            "@every 1h30m",
            "  5   4 * * sun",
        ] {
            assert!(Schedule::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "every day",
            "61 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "5-1 * * * *",
            "a * * * *",
            "+1 * * * *",
            ", * * * *",
            "* * * * * *",
            "@Daily",
            "@every",
            "@every 5",
            "@reboot",
            "CRON_TZ=UTC 0 * * * *",
        ] {
            assert!(Schedule::parse(text).is_err(), "{text}");
        }
        let error = Schedule::parse("0 25 * * *").expect_err("no such hour");
        assert_eq!(error.to_string(), "`25` can't be the hour of a schedule");
    }
}
