//! What the doctor finds, and what can be done about it.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Nothing to do.
    Fine,
    /// A server starts, and something about it is not as it should be.
    Warning,
    /// A server does not start, or not as it is meant.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What was looked at, in a word or two.
    pub(super) about: &'static str,
    /// How bad it is.
    pub(super) state: State,
    /// What was found.
    pub(super) found: String,
    /// What to do; `None` if nothing.
    pub(super) advice: Option<String>,
}

impl Finding {
    /// Nothing to do.
    pub(super) fn fine(about: &'static str, found: impl Into<String>) -> Self {
        Self { about, state: State::Fine, found: found.into(), advice: None }
    }

    /// Not as it should be.
    pub(super) fn warning(about: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { about, state: State::Warning, found: found.into(), advice: Some(advice.into()) }
    }

    /// In the way of a server.
    pub(super) fn problem(about: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { about, state: State::Problem, found: found.into(), advice: Some(advice.into()) }
    }
}

impl State {
    /// For people.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warning => "warning",
            Self::Problem => "PROBLEM",
        }
    }
}

/// `bytes` in the largest unit that leaves a number of at least 1.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = UNITS.into_iter().find(|(unit, _)| bytes >= *unit);
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(unit, name)| format!("{:.1} {name}", bytes as f64 / unit as f64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit_that_fits() {
        for (bytes, shown) in [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (3 << 30, "3.0 GiB")]
        {
            assert_eq!(size(bytes), shown);
        }
    }

    #[test]
    fn a_problem_is_worse_than_a_warning() {
        assert!(State::Problem > State::Warning && State::Warning > State::Fine);
    }
}
