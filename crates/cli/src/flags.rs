//! Flags that set settings, made from their declarations; and those that every command takes besides.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};
use faceward_settings::{Flag, Kind, Setting, Typed};

use crate::config::{Config, ConfigError, Environment, TypedFlags, flag_name, settings};
use crate::context::Named;

/// Flags that every command takes. Each overrides the setting of its name; see `faceward config`.
#[derive(Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct CommonFlags {
    /// Read settings from this TOML file [default: faceward.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: EverywhereFlags,
    /// Override any setting by its key, as in `--set thresholds.similarity=0.8`; `faceward config` lists them
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Work through this server, as `https://host:port` or `http://host:port` [default: the one that uses the data folder, if one does]
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
    /// Token of an operator for `--server`; `FACEWARD_OPERATOR_TOKEN` is not seen by others on this machine
    #[arg(long, global = true, value_name = "TOKEN")]
    operator_token: Option<String>,
    /// Certificates (PEM) that the one of `--server` has to be under [default: those that the system trusts]
    #[arg(long, global = true, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl CommonFlags {
    /// What was typed, with the settings among the flags of the command.
    pub(crate) fn typed(self, of_command: SettingFlags) -> TypedFlags {
        let Self { config, settings: EverywhereFlags(everywhere), set, server: _, operator_token: _, ca: _ } =
            self;
        TypedFlags { file: config, own: [everywhere, of_command].concat(), set }
    }

    /// Whether a flag names a server.
    pub(crate) const fn names_a_server(&self) -> bool {
        self.server.is_some()
    }

    /// The server that was named, in a flag or a variable.
    ///
    /// # Errors
    /// A variable is not UTF-8.
    pub(crate) fn named(&self, environment: &Environment) -> Result<Named, ConfigError> {
        let variable = |name| Ok::<_, ConfigError>(environment.text(name)?.map(str::to_owned));
        let token = self.operator_token.clone().or(variable("FACEWARD_OPERATOR_TOKEN")?);
        let ca = self.ca.clone().or_else(|| environment.get("FACEWARD_CA").map(PathBuf::from));
        Ok(Named { server: self.server.clone().or(variable("FACEWARD_SERVER")?), token, ca })
    }
}

/// Settings that were set by flags of their own: key, flag, value.
pub(crate) type SettingFlags = Vec<(&'static str, String, Typed)>;

/// The settings whose flag every command takes.
#[derive(Clone, Debug)]
struct EverywhereFlags(SettingFlags);

/// The settings whose flag `serve` alone takes.
#[derive(Clone, Debug)]
pub(crate) struct ServeFlags(pub(crate) SettingFlags);

impl Args for EverywhereFlags {
    fn augment_args(command: Command) -> Command {
        command.args(arguments(None))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for EverywhereFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self(typed(matches, None)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for ServeFlags {
    fn augment_args(command: Command) -> Command {
        command.args(arguments(Some("serve")))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ServeFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self(typed(matches, Some("serve"))))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The settings that have a flag of `command`, or of every command.
fn flagged(command: Option<&str>) -> impl Iterator<Item = (&'static Setting<Config>, Flag)> {
    let with_flag = settings().iter().filter_map(|setting| Some((setting, setting.flag()?)));
    with_flag.filter(move |(_, flag)| flag.command == command)
}

fn arguments(command: Option<&str>) -> impl Iterator<Item = Arg> {
    let default = Config::default();
    flagged(command).map(move |(setting, flag)| {
        let argument = Arg::new(setting.key()).long(flag_name(setting.key())).global(flag.command.is_none());
        if flag.value_name.is_empty() {
            return argument.action(ArgAction::SetTrue).help(setting.sentence());
        }
        let words = if let Kind::Choice(words) = setting.kind(&default) {
            format!(": {}", words.join(" or "))
        } else {
            String::new()
        };
        let shown = setting.value(&default).map(|value| setting.kind(&default).show(&value));
        let holds = setting.default_in_words().map(str::to_owned).or(shown).unwrap_or_default();
        argument
            .value_name(flag.value_name)
            .value_parser(value_parser!(OsString))
            .help(format!("{}{words} [default: {holds}]", setting.sentence()))
    })
}

fn typed(matches: &ArgMatches, command: Option<&str>) -> SettingFlags {
    let given = flagged(command).filter_map(|(setting, flag)| {
        let key = setting.key();
        let value = if flag.value_name.is_empty() {
            matches.get_flag(key).then_some(Typed::Switch(true))?
        } else {
            Typed::Text(matches.get_one::<OsString>(key)?.clone())
        };
        Some((key, format!("--{}", flag_name(key)), value))
    });
    given.collect()
}

/// Reads a share between 0 and 1, neither of them.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| *share > 0.0 && *share < 1.0);
    share.ok_or_else(|| format!("`{text}` is not a share between 0 and 1"))
}
