//! Why a measure has no value, inside this module; becomes an `Outcome` or a reason at its edge.

use std::fmt;

use faceward_core::Outcome;

/// What a measure needs is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::quality) enum Absent {
    /// The step that would know did not run.
    NotRequested,
    /// Its model is missing or switched off.
    Unavailable,
    /// The photo does not allow an answer.
    Failed(String),
}

impl Absent {
    /// The photo does not allow an answer, because of `reason`.
    pub(in crate::quality) fn failed(reason: &str) -> Self {
        Self::Failed(reason.to_owned())
    }

    /// The same as an outcome.
    pub(in crate::quality) fn into_outcome<T>(self) -> Outcome<T> {
        match self {
            Self::NotRequested => Outcome::NotRequested,
            Self::Unavailable => Outcome::Unavailable,
            Self::Failed(reason) => Outcome::Failed(reason),
        }
    }
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRequested => f.write_str("what it is measured on was not requested"),
            Self::Unavailable => f.write_str("the model that it needs is missing or switched off"),
            Self::Failed(reason) => f.write_str(reason),
        }
    }
}

/// The value of `outcome`, or why there is none.
pub(in crate::quality) fn present<T>(outcome: &Outcome<T>) -> Result<&T, Absent> {
    match outcome {
        Outcome::Value(value) => Ok(value),
        Outcome::NotRequested => Err(Absent::NotRequested),
        Outcome::Unavailable => Err(Absent::Unavailable),
        Outcome::Failed(reason) => Err(Absent::Failed(reason.clone())),
    }
}
