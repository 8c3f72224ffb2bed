//! The process's variables.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use super::ConfigError;

/// The process's variables, read once, exactly as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Takes over `variables`.
    pub(crate) fn new(variables: impl Iterator<Item = (OsString, OsString)>) -> Self {
        Self(variables.collect())
    }

    /// The variable `name`, if it is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The same as text.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, ConfigError> {
        let value = self.get(name);
        value.map(|value| value.to_str().ok_or(ConfigError::NotText { name })).transpose()
    }

    /// Every variable whose name begins like ours, as name and value. Bytes of a name that are no text are escaped: no
    /// variable that we know has such a name.
    pub(crate) fn ours(&self) -> impl Iterator<Item = (String, &OsStr)> {
        let ours = self.0.iter().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"FACEWARD_"));
        ours.map(|(name, value)| {
            let name = name.to_str().map_or_else(|| format!("{name:?}"), str::to_owned);
            (name, value.as_os_str())
        })
    }
}
