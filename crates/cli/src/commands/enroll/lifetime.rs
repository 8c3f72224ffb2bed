//! How long a template is kept, as people write it.

use std::num::NonZeroU32;

use jiff::{Span, SpanRelativeTo};

/// The whole seconds of a time such as `8 hours`, `90 days` or `P90D`; a day has 24 hours.
pub(super) fn parsed(text: &str) -> Result<NonZeroU32, String> {
    let wrong = |why: &dyn std::fmt::Display| {
        format!("{text:?} is no time such as \"8 hours\", \"90 days\" or \"P90D\": {why}")
    };
    let span: Span = text.parse().map_err(|error: jiff::Error| wrong(&error))?;
    let lasts = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|error| wrong(&error))?;
    let seconds = u32::try_from(lasts.as_secs()).ok().and_then(NonZeroU32::new);
    seconds.ok_or_else(|| wrong(&"it is not from a second to 136 years"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them_and_nothing_is_guessed() {
        let seconds = [
            ("8 hours", 28_800),
            ("90 days", 7_776_000),
            ("P90D", 7_776_000),
            ("1d 2h", 93_600),
            ("2w", 1_209_600),
        ];
        for (text, expected) in seconds {
            assert_eq!(parsed(text).map(NonZeroU32::get), Ok(expected), "{text}");
        }
        for bad in ["", "90", "0s", "-1 day", "1 month", "P1Y", "500 milliseconds", "10000 weeks", "soon"] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
    }
}
