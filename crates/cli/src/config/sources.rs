//! From what was typed, and where, to the configuration in force: one source after the other, the later one wins.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use faceward_settings::{Setting, Typed};

use super::declared::{by_key, settings, table, variable};
use super::environment::Environment;
use super::kubernetes;
use super::resolved::Config;
use super::suggest::nearest;
use super::{ConfigError, Origin};

/// The file that is read if it is there and no other is named.
const DEFAULT_FILE: &str = "faceward.toml";
/// Variables that are no settings.
const OTHER_VARIABLES: [&str; 6] = [
    "FACEWARD_CONFIG",
    "FACEWARD_APP_ID",
    "FACEWARD_APP_KEY",
    "FACEWARD_SERVER",
    "FACEWARD_OPERATOR_TOKEN",
    "FACEWARD_CA",
];

/// What was typed on the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypedFlags {
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// Settings with flags of their own: key, flag, value.
    pub(crate) own: Vec<(&'static str, String, Typed)>,
    /// `KEY=VALUE` of each `--set`.
    pub(crate) set: Vec<String>,
}

/// The configuration in force, and where each value comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loaded {
    /// Every value.
    pub(crate) config: Config,
    /// Variables that Kubernetes made for a Service and that were left alone.
    pub(crate) of_kubernetes: Vec<String>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Loaded {
    /// Reads all sources, the strongest last.
    ///
    /// # Errors
    /// Something that was typed cannot be meant.
    pub(crate) fn read(environment: &Environment, flags: &TypedFlags) -> Result<Self, ConfigError> {
        let mut loaded = Self::default();
        if let Some(path) = file_to_read(environment, flags) {
            loaded.add_file(&path)?;
        }
        loaded.add_environment(environment)?;
        loaded.add_flags(flags)?;
        loaded.config = loaded.config.completed();
        Ok(loaded)
    }

    /// Where the value of the setting `key` comes from.
    pub(crate) fn origin(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&Origin::Default)
    }

    fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let problem = |reason: String| ConfigError::File { path: path.display().to_string(), reason };
        let text = fs_err::read_to_string(path).map_err(|error| problem(error.to_string()))?;
        let table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| problem(where_and_what(&text, &error)))?;
        self.add_table("", &table, &Origin::File(path.to_owned()))
    }

    fn add_table(&mut self, prefix: &str, table: &toml::Table, origin: &Origin) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match (by_key(&key), value) {
                (Some(setting), value) => match typed(value) {
                    Some(typed) => self.set(setting, &typed, origin.clone())?,
                    None => {
                        let expected = setting.kind(&self.config).to_string();
                        return Err(self.refused(setting, expected, value.to_string(), origin.clone()));
                    }
                },
                (None, toml::Value::Table(inner)) if is_table(&key) => self.add_table(&key, inner, origin)?,
                (None, _) => return Err(unknown(key, origin.clone())),
            }
        }
        Ok(())
    }

    fn add_environment(&mut self, environment: &Environment) -> Result<(), ConfigError> {
        for (name, value) in environment.ours() {
            let setting = settings().iter().find(|setting| variable(setting.key()) == name);
            match setting {
                Some(_) if value.is_empty() => {}
                Some(setting) => self.set(setting, &Typed::text(value), Origin::Variable(name))?,
                None if OTHER_VARIABLES.contains(&name.as_str()) => {}
                None if value.to_str().is_some_and(|value| kubernetes::is_of_a_service(&name, value)) => {
                    self.of_kubernetes.push(name);
                }
                None => {
                    let known = settings().iter().map(|setting| variable(setting.key()));
                    let suggestion = nearest(&name, known.chain(OTHER_VARIABLES.map(str::to_owned)));
                    let origin = Origin::Variable(name.clone());
                    return Err(ConfigError::Unknown { key: name, origin, suggestion });
                }
            }
        }
        Ok(())
    }

    fn add_flags(&mut self, flags: &TypedFlags) -> Result<(), ConfigError> {
        for (key, flag, typed) in &flags.own {
            let origin = Origin::Flag(flag.clone());
            let setting = by_key(key).ok_or_else(|| unknown((*key).to_owned(), origin.clone()))?;
            self.set(setting, typed, origin)?;
        }
        for assignment in &flags.set {
            // An address alone may have a `=` and a password in it: what is no assignment is not repeated.
            let Some((key, text)) = assignment.split_once('=').filter(|(key, _)| !key.contains(':')) else {
                return Err(ConfigError::NotAnAssignment);
            };
            let origin = Origin::Flag("--set".to_owned());
            let setting = by_key(key.trim()).ok_or_else(|| unknown(key.to_owned(), origin.clone()))?;
            self.set(setting, &Typed::text(text.trim()), origin)?;
        }
        Ok(())
    }

    fn set(
        &mut self,
        setting: &'static Setting<Config>,
        typed: &Typed,
        origin: Origin,
    ) -> Result<(), ConfigError> {
        match setting.write(&mut self.config, typed) {
            Ok(()) => {
                self.origins.insert(setting.key(), origin);
                Ok(())
            }
            Err(expected) => Err(self.refused(setting, expected, typed.to_string(), origin)),
        }
    }

    fn refused(
        &self,
        setting: &Setting<Config>,
        expected: String,
        actual: String,
        origin: Origin,
    ) -> ConfigError {
        let actual = Some(actual).filter(|_| !setting.kind(&self.config).is_secret());
        ConfigError::Invalid { key: setting.key().to_owned(), origin, expected, actual }
    }
}

/// The parser would show the line itself, in which a password may be.
fn where_and_what(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    format!("line {line}: {}", error.message())
}

fn unknown(key: String, origin: Origin) -> ConfigError {
    let suggestion = nearest(&key, settings().iter().map(Setting::key));
    ConfigError::Unknown { key, origin, suggestion }
}

fn file_to_read(environment: &Environment, flags: &TypedFlags) -> Option<PathBuf> {
    let named = flags.file.clone().or_else(|| environment.get("FACEWARD_CONFIG").map(PathBuf::from));
    named.or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file()))
}

/// Whether settings lie below `key`.
fn is_table(key: &str) -> bool {
    settings().iter().any(|setting| {
        table(setting.key()).strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// A TOML value as something typed; `None` for what no setting takes.
fn typed(value: &toml::Value) -> Option<Typed> {
    match value {
        toml::Value::String(text) => Some(Typed::Text(OsString::from(text))),
        toml::Value::Boolean(on) => Some(Typed::Switch(*on)),
        toml::Value::Integer(number) => Some(Typed::Whole(*number)),
        toml::Value::Float(number) => Some(Typed::Number(*number)),
        toml::Value::Array(items) => items.iter().map(item).collect::<Option<_>>().map(Typed::List),
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

fn item(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(_)
        | toml::Value::Datetime(_)
        | toml::Value::Array(_)
        | toml::Value::Table(_) => None,
    }
}

#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;
