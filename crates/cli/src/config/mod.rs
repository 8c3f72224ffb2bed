//! Configuration: defaults, then a TOML file, then `FACEWARD_*` variables, then flags; the last one wins.
//!
//! `settings` lists every setting once, with its default and meaning. `sources` collects what was typed and where,
//! `values` reads it, [`Config`] is the validated result. An unknown key anywhere is an error.

mod resolved;
mod settings;
mod sources;
mod suggest;
mod values;

pub(crate) use resolved::{Config, LogFormat};
pub(crate) use settings::{SETTINGS, Setting};
pub(crate) use sources::{Environment, Layers, Origin, TypedFlags};
pub(crate) use values::Value;

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
    #[error("`{key}` in {origin} must be {expected}, not `{actual}`")]
    Invalid {
        /// The setting.
        key: &'static str,
        /// Where it was typed.
        origin: Origin,
        /// What it may be.
        expected: String,
        /// What it is.
        actual: String,
    },
    /// A flag `--set` without `=`.
    #[error("`--set {0}` must be KEY=VALUE")]
    NotAnAssignment(String),
}
