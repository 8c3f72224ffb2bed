//! `faceward config`: the effective configuration, value by value, with its sources.

use clap::Args;
use faceward_settings::{Kind, Setting, Value};
use serde::Serialize;

use crate::config::{self, Config, settings, variable};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Print the effective configuration and where each value comes from
///
/// A setting is taken from the strongest source that names it: defaults, then the TOML file (`--config`, or
/// faceward.toml), then its variable, then flags. `limits.photo_bytes` is `photo_bytes` below `[limits]` in the file,
/// the variable `FACEWARD_LIMITS__PHOTO_BYTES`, or `--set limits.photo_bytes=…`.
#[derive(Debug, Args)]
pub(crate) struct ShowConfig {
    /// Print JSON
    #[arg(long, conflicts_with_all = ["explain", "example", "markdown"])]
    json: bool,
    /// Also print what each setting takes and the name of its variable
    #[arg(long, conflicts_with_all = ["example", "markdown"])]
    explain: bool,
    /// Print a configuration file with every default, in comments
    #[arg(long, conflicts_with = "markdown")]
    example: bool,
    /// Print the page about settings of the documentation
    #[arg(long, hide = true)]
    markdown: bool,
}

/// One setting as JSON.
#[derive(Serialize)]
struct Row {
    key: &'static str,
    value: serde_json::Value,
    source: String,
    variable: String,
    takes: String,
    help: &'static str,
}

impl ShowConfig {
    /// Prints it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if self.example {
            terminal::line(config::example().trim_end())?;
        } else if self.markdown {
            terminal::line(config::page().trim_end())?;
        } else if self.json {
            terminal::json(&settings().iter().map(|setting| row(setting, context)).collect::<Vec<_>>())?;
        } else {
            let rows: Vec<Vec<String>> =
                settings().iter().map(|setting| self.line(setting, context)).collect();
            terminal::line(&terminal::columns(&rows))?;
        }
        Ok(Exit::Yes)
    }

    fn line(&self, setting: &'static Setting<Config>, context: &Context) -> Vec<String> {
        let config = &context.loaded.config;
        let kind = setting.kind(config);
        let shown = setting.value(config).map(|value| kind.show(&value));
        let value = match (shown, setting.default_in_words()) {
            (Some(value), _) => value,
            (None, Some(words)) => format!("({words})"),
            (None, None) => String::new(),
        };
        let source = context.loaded.origin(setting.key());
        let mut cells = vec![
            setting.key().to_owned(),
            format!("= {value}"),
            format!("# {source}"),
            setting.sentence().to_owned(),
        ];
        if self.explain {
            cells.extend([kind.to_string(), variable(setting.key())]);
        }
        cells
    }
}

fn row(setting: &'static Setting<Config>, context: &Context) -> Row {
    let config = &context.loaded.config;
    let kind = setting.kind(config);
    Row {
        key: setting.key(),
        value: setting.value(config).map_or(serde_json::Value::Null, |value| as_json(&kind, &value)),
        source: context.loaded.origin(setting.key()).to_string(),
        variable: variable(setting.key()),
        takes: kind.to_string(),
        help: setting.sentence(),
    }
}

fn as_json(kind: &Kind, value: &Value) -> serde_json::Value {
    match value {
        Value::Whole(number) => (*number).into(),
        Value::Number(number) => (*number).into(),
        Value::Span(range) => range.to_vec().into(),
        Value::Switch(on) => (*on).into(),
        Value::Words(words) => words.clone().into(),
        Value::Text(_) | Value::Path(_) => kind.show(value).into(),
    }
}
