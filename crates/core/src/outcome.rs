//! Why a value is there or is not.

/// The result of one step of an analysis. Absence has a reason and is never a sentinel number.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<T> {
    /// The step ran and gave this.
    Value(T),
    /// Nobody asked for it.
    NotRequested,
    /// Asked for, but its model is missing or switched off.
    Unavailable,
    /// Asked for and attempted; the photo does not allow an answer. The reason is written for the operator.
    Failed(String),
}

impl<T> Outcome<T> {
    /// The value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::NotRequested | Self::Unavailable | Self::Failed(_) => None,
        }
    }

    /// Applies `f` to the value, keeps every reason for absence.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Value(value) => Outcome::Value(f(value)),
            Self::NotRequested => Outcome::NotRequested,
            Self::Unavailable => Outcome::Unavailable,
            Self::Failed(reason) => Outcome::Failed(reason),
        }
    }

    /// Both values; where one is missing, why the first of the missing ones is.
    pub fn zip<U>(self, other: Outcome<U>) -> Outcome<(T, U)> {
        match self {
            Self::Value(first) => other.map(|second| (first, second)),
            Self::NotRequested => Outcome::NotRequested,
            Self::Unavailable => Outcome::Unavailable,
            Self::Failed(reason) => Outcome::Failed(reason),
        }
    }

    /// Borrows the value, keeps every reason for absence.
    pub fn as_ref(&self) -> Outcome<&T> {
        match self {
            Self::Value(value) => Outcome::Value(value),
            Self::NotRequested => Outcome::NotRequested,
            Self::Unavailable => Outcome::Unavailable,
            Self::Failed(reason) => Outcome::Failed(reason.clone()),
        }
    }
}

impl<T, E: std::fmt::Display> From<Result<T, E>> for Outcome<T> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Self::Value(value),
            Err(error) => Self::Failed(error.to_string()),
        }
    }
}
