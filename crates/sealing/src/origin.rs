//! Where a key was read.

use std::fmt;
use std::path::PathBuf;

/// Where a key was read, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyOrigin {
    /// A file.
    File(PathBuf),
    /// A variable.
    Variable(String),
    /// A program.
    Command(String),
}

impl fmt::Display for KeyOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the key file {}", path.display()),
            Self::Variable(name) => write!(f, "the key in the variable {name}"),
            Self::Command(program) => write!(f, "the key that {program} printed"),
        }
    }
}
