//! Times of day.

use std::fmt;

/// A time of day in UTC, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
}

/// A text that isn't a time of day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of day")]
pub struct TimeError(pub String);

impl TimeOfDay {
    /// Reads `HH:MM`, from `00:00` to `23:59`.
    ///
    /// # Errors
    /// The text is of another shape, or no such time exists.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        Self::read(text).ok_or_else(|| TimeError(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
        (hour < 24 && minute < 60).then_some(Self { hour, minute })
    }
}

fn two_digits(text: &str) -> Option<u8> {
    let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

#[cfg(test)]
mod tests {
    use super::TimeOfDay;

    #[test]
    fn a_time_is_two_digits_twice() {
        for text in ["00:00", "03:30", "23:59"] {
            assert_eq!(TimeOfDay::parse(text).expect("a time").to_string(), text);
        }
        for text in [
            "3:00", "24:00", "12:60", "12:5", "12", "+1:00", "", "12:00:00",
        ] {
            assert!(TimeOfDay::parse(text).is_err(), "{text}");
        }
    }
}
