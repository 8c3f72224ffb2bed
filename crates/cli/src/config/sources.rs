//! What was typed, and where: one layer a source, the later one wins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::settings::{Preset, SETTINGS, Setting};
use super::suggest::nearest;
use super::values::Value;

/// The file that is read if it is there and no other is named.
const DEFAULT_FILE: &str = "faceward.toml";
/// Variables that are no settings.
const OTHER_VARIABLES: [&str; 3] = ["FACEWARD_CONFIG", "FACEWARD_APP_ID", "FACEWARD_APP_KEY"];

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
    Flag(&'static str),
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

/// The process's variables, read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Takes over `variables`.
    pub(crate) fn new(variables: impl Iterator<Item = (String, String)>) -> Self {
        Self(variables.collect())
    }

    /// The variable `name`, if it is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Settings that have a flag of their own, and those given by `--set`.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypedFlags {
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// Key, flag, text.
    pub(crate) own: Vec<(&'static str, &'static str, String)>,
    /// `KEY=VALUE` of each `--set`.
    pub(crate) set: Vec<String>,
}

/// Every setting's value, and where it comes from. A setting without default that nobody typed is absent.
#[derive(Clone, Debug)]
pub(crate) struct Layers(BTreeMap<&'static str, (Value, Origin)>);

impl Layers {
    /// Reads all sources, the strongest last.
    pub(crate) fn read(environment: &Environment, flags: &TypedFlags) -> Result<Self, ConfigError> {
        let mut layers = Self::defaults()?;
        if let Some(path) = file_to_read(environment, flags) {
            layers.add_file(&path)?;
        }
        layers.add_environment(environment)?;
        layers.add_flags(flags)?;
        Ok(layers)
    }

    /// The value of `setting` and its origin.
    pub(crate) fn get(&self, key: &str) -> Option<&(Value, Origin)> {
        self.0.get(key)
    }

    fn defaults() -> Result<Self, ConfigError> {
        let mut layers = Self(BTreeMap::new());
        for setting in SETTINGS {
            let text = match setting.preset {
                Preset::Text(text) => text.to_owned(),
                Preset::Unset(_) => continue,
                Preset::Calibrated(name) => calibrated(name),
            };
            layers.add(setting, Value::from_text(setting.kind, &text), &text, Origin::Default)?;
        }
        Ok(layers)
    }

    fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let problem = |reason: String| ConfigError::File { path: path.display().to_string(), reason };
        let text = fs_err::read_to_string(path).map_err(|error| problem(error.to_string()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| problem(error.to_string()))?;
        self.add_table("", &table, &Origin::File(path.to_owned()))
    }

    fn add_table(&mut self, prefix: &str, table: &toml::Table, origin: &Origin) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match (Setting::by_key(&key), value) {
                (Some(setting), value) => {
                    self.add(
                        setting,
                        Value::from_toml(setting.kind, value),
                        &value.to_string(),
                        origin.clone(),
                    )?;
                }
                (None, toml::Value::Table(inner)) if is_table(&key) => self.add_table(&key, inner, origin)?,
                (None, _) => {
                    let suggestion = nearest(&key, SETTINGS.iter().map(|setting| setting.key));
                    return Err(ConfigError::Unknown { key, origin: origin.clone(), suggestion });
                }
            }
        }
        Ok(())
    }

    fn add_environment(&mut self, environment: &Environment) -> Result<(), ConfigError> {
        for (name, text) in environment.0.iter().filter(|(name, _)| name.starts_with("FACEWARD_")) {
            let origin = Origin::Variable(name.clone());
            match SETTINGS.iter().find(|setting| setting.variable() == *name) {
                Some(_) if text.is_empty() => {}
                Some(setting) => self.add(setting, Value::from_text(setting.kind, text), text, origin)?,
                None if OTHER_VARIABLES.contains(&name.as_str()) => {}
                None => {
                    let known = SETTINGS.iter().map(Setting::variable);
                    let suggestion = nearest(name, known.chain(OTHER_VARIABLES.map(str::to_owned)));
                    return Err(ConfigError::Unknown { key: name.clone(), origin, suggestion });
                }
            }
        }
        Ok(())
    }

    fn add_flags(&mut self, flags: &TypedFlags) -> Result<(), ConfigError> {
        for (key, flag, text) in &flags.own {
            if let Some(setting) = Setting::by_key(key) {
                self.add(setting, Value::from_text(setting.kind, text), text, Origin::Flag(flag))?;
            }
        }
        for assignment in &flags.set {
            let Some((key, text)) = assignment.split_once('=') else {
                return Err(ConfigError::NotAnAssignment(assignment.clone()));
            };
            let origin = Origin::Flag("--set");
            let Some(setting) = Setting::by_key(key.trim()) else {
                let suggestion = nearest(key, SETTINGS.iter().map(|setting| setting.key));
                return Err(ConfigError::Unknown { key: key.to_owned(), origin, suggestion });
            };
            self.add(setting, Value::from_text(setting.kind, text.trim()), text, origin)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        setting: &Setting,
        value: Result<Value, String>,
        typed: &str,
        origin: Origin,
    ) -> Result<(), ConfigError> {
        match value {
            Ok(value) => {
                self.0.insert(setting.key, (value, origin));
                Ok(())
            }
            Err(expected) => {
                Err(ConfigError::Invalid { key: setting.key, origin, expected, actual: typed.to_owned() })
            }
        }
    }
}

fn file_to_read(environment: &Environment, flags: &TypedFlags) -> Option<PathBuf> {
    let named = flags.file.clone().or_else(|| environment.get("FACEWARD_CONFIG").map(PathBuf::from));
    named.or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file()))
}

/// Whether settings lie below `key`.
fn is_table(key: &str) -> bool {
    let prefix = format!("{key}.");
    SETTINGS.iter().any(|setting| setting.key.starts_with(&prefix))
}

/// The calibrated threshold called `name`, as it would be typed.
fn calibrated(name: &str) -> String {
    super::resolved::calibrated_threshold(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn flags(set: &[&str]) -> TypedFlags {
        TypedFlags { file: None, own: Vec::new(), set: set.iter().map(|text| (*text).to_owned()).collect() }
    }

    fn shown(layers: &Layers, key: &str) -> String {
        layers.get(key).map_or_else(|| "absent".to_owned(), |(value, origin)| format!("{value} ({origin})"))
    }

    #[test]
    fn the_stronger_source_wins() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("my.toml");
        fs_err::write(&file, "workers = 3\nlisten = '127.0.0.1:1'\n[log]\nlevel = 'debug'\n")
            .expect("a file");
        let variables = [("FACEWARD_WORKERS", "4"), ("FACEWARD_LISTEN", "127.0.0.1:2")];
        let typed = TypedFlags { file: Some(file.clone()), ..flags(&["workers=5"]) };
        let layers = Layers::read(&environment(&variables), &typed).expect("a fine configuration");
        assert_eq!(shown(&layers, "workers"), "5 (flag --set)");
        assert_eq!(shown(&layers, "listen"), "127.0.0.1:2 (env FACEWARD_LISTEN)");
        assert_eq!(shown(&layers, "log.level"), format!("debug (file {})", file.display()));
        assert_eq!(shown(&layers, "runtime"), "openvino (default)");
        assert_eq!(shown(&layers, "models_dir"), "absent");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place_and_a_guess() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("my.toml");
        fs_err::write(&file, "[limits]\nphoto_byte = 5\n").expect("a file");
        let typed = TypedFlags { file: Some(file.clone()), ..TypedFlags::default() };
        let check = |result: Result<Layers, ConfigError>, expected: String| {
            assert_eq!(result.expect_err("an unknown key").to_string(), expected);
        };
        check(
            Layers::read(&Environment::default(), &typed),
            format!(
                "unknown setting `limits.photo_byte` in file {}; did you mean `limits.photo_bytes`?",
                file.display()
            ),
        );
        check(
            Layers::read(&environment(&[("FACEWARD_LISTN", "x")]), &TypedFlags::default()),
            "unknown setting `FACEWARD_LISTN` in env FACEWARD_LISTN; did you mean `FACEWARD_LISTEN`?"
                .to_owned(),
        );
        check(
            Layers::read(&Environment::default(), &flags(&["colour=red"])),
            "unknown setting `colour` in flag --set".to_owned(),
        );
    }

    #[test]
    fn a_wrong_value_is_named_with_what_would_be_right() {
        let error = Layers::read(&environment(&[("FACEWARD_WORKERS", "many")]), &TypedFlags::default());
        assert_eq!(
            error.expect_err("no number").to_string(),
            "`workers` in env FACEWARD_WORKERS must be a whole number of at least 1, not `many`"
        );
    }

    #[test]
    fn credentials_are_no_settings_and_no_mistake() {
        let variables = [("FACEWARD_APP_KEY", "k"), ("FACEWARD_APP_ID", "i"), ("PATH", "/bin")];
        assert!(Layers::read(&environment(&variables), &TypedFlags::default()).is_ok());
    }

    #[test]
    fn a_missing_file_that_was_named_is_an_error() {
        let typed = TypedFlags { file: Some("no/such.toml".into()), ..TypedFlags::default() };
        assert!(matches!(Layers::read(&Environment::default(), &typed), Err(ConfigError::File { .. })));
    }
}
