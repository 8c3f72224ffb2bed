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
    /// Its sealed bytes, in old versions of rows and in logs that a database of its own overwrites in its own time: nobody
    /// can wipe them at once, and nobody opens them without the key, which is not there. The store's documentation says
    /// for how long.
    Fading,
    /// Its sealed bytes, in a log of the store. The store wipes them at the next chance, at its next start at the latest.
    Left,
}

impl Traces {
    /// All that there are.
    pub(crate) const ALL: [Self; 3] = [Self::Wiped, Self::Fading, Self::Left];

    /// Its word in a deletion record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wiped => "wiped",
            Self::Fading => "until_vacuum",
            Self::Left => "left",
        }
    }

    /// Those of two deletions.
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Wiped, Self::Wiped) => Self::Wiped,
            (Self::Left, _) | (_, Self::Left) => Self::Left,
            (Self::Fading, _) | (_, Self::Fading) => Self::Fading,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_two_is_the_worse_of_them() {
        let all = Traces::ALL;
        for (one, first) in all.into_iter().enumerate() {
            for (other, second) in all.into_iter().enumerate() {
                assert_eq!(first.and(second), all[one.max(other)]);
            }
        }
    }
}
