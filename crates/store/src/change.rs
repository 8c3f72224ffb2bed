//! What changes leave behind: a higher version, and sometimes traces.

/// A number that rises with every change, whichever process made it. Comparable only with others of the same store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

impl Version {
    /// The version after the next change.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What is left on disk of deleted data, which is gone for every reader either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "who deletes has to tell whether it is gone from the disk"]
pub enum Traces {
    /// Nothing.
    Wiped,
    /// Its sealed bytes, in a log of the store. The store wipes them at the next chance, at its next start at the latest.
    Left,
}

impl Traces {
    /// Those of two deletions.
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Wiped, Self::Wiped) => Self::Wiped,
            (Self::Left, _) | (_, Self::Left) => Self::Left,
        }
    }
}
