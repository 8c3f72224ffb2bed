//! What is wrong with a configuration, and where.

use std::path::PathBuf;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody typed it.
    Default,
    /// A configuration file.
    File(PathBuf),
    /// A variable.
    Variable(String),
    /// A flag.
    Flag(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Variable(name) => write!(f, "env {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A key that no setting has.
    #[error("unknown setting `{key}` in {origin}{}", suggestion.as_ref().map_or_else(String::new, |s| format!("; did you mean `{s}`?")))]
    Unknown {
        /// The key or variable as typed.
        key: String,
        /// Where it was typed.
        origin: Origin,
        /// A similar one that exists.
        suggestion: Option<String>,
    },
    /// A value of the wrong kind or out of range.
    #[error("`{key}` in {origin} must be {expected}{}", actual.as_ref().map_or_else(String::new, |actual| format!(", not `{actual}`")))]
    Invalid {
        /// The setting.
        key: String,
        /// Where it was typed.
        origin: Origin,
        /// What it may be.
        expected: String,
        /// What it is; `None` where a secret may be in it.
        actual: Option<String>,
    },
    /// A flag `--set` without `=`.
    #[error("`--set` takes KEY=VALUE")]
    NotAnAssignment,
    /// A variable that is no setting holds bytes that are no text.
    #[error("the variable {name} is not UTF-8")]
    NotText {
        /// The variable.
        name: &'static str,
    },
    /// The file of `similarity_map` cannot be read.
    #[error("cannot read the similarity map")]
    SimilarityMap(#[source] std::io::Error),
    /// The file of `similarity_map` holds no map.
    #[error("{} is no similarity map: {reason}", path.display())]
    NoSimilarityMap {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}
