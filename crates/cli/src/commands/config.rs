//! `faceward config`: the effective configuration, value by value, with its sources.

use clap::Args;
use serde::Serialize;

use super::Context;
use crate::config::{SETTINGS, Setting, Value};
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
    #[arg(long)]
    json: bool,
    /// Also print what each setting means and the name of its variable
    #[arg(long)]
    explain: bool,
}

/// One setting as JSON.
#[derive(Serialize)]
struct Row {
    key: &'static str,
    value: serde_json::Value,
    source: String,
    variable: String,
    help: &'static str,
}

impl ShowConfig {
    /// Prints it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if self.json {
            terminal::json(&SETTINGS.iter().map(|setting| row(setting, context)).collect::<Vec<_>>())?;
        } else {
            let rows: Vec<Vec<String>> = SETTINGS.iter().map(|setting| self.line(setting, context)).collect();
            terminal::line(&terminal::columns(&rows))?;
        }
        Ok(Exit::Yes)
    }

    fn line(&self, setting: &'static Setting, context: &Context) -> Vec<String> {
        let (value, source) = shown(setting, context);
        let mut cells = vec![setting.key.to_owned(), format!("= {value}"), format!("# {source}")];
        if self.explain {
            cells.extend([setting.variable(), setting.help.to_owned()]);
        }
        cells
    }
}

fn shown(setting: &'static Setting, context: &Context) -> (String, String) {
    match context.layers.get(setting.key) {
        Some((value, origin)) => (value.to_string(), origin.to_string()),
        None => (format!("({})", setting.meaning_of_absence()), "default".to_owned()),
    }
}

fn row(setting: &'static Setting, context: &Context) -> Row {
    let (value, source) = match context.layers.get(setting.key) {
        Some((value, origin)) => (as_json(value), origin.to_string()),
        None => (serde_json::Value::Null, "default".to_owned()),
    };
    Row { key: setting.key, value, source, variable: setting.variable(), help: setting.help }
}

fn as_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Whole(number) => (*number).into(),
        Value::Number(number) => (*number).into(),
        Value::Range(range) => range.to_vec().into(),
        Value::Switch(on) => (*on).into(),
        Value::Words(words) => words.clone().into(),
    }
}
