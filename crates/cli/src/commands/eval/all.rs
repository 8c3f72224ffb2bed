//! `faceward eval all`: the measurements of a plan, one after the other, into a document.
//!
//! The plan is data, so that others can measure their photos in the same way: see `docs/accuracy.toml`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser};
use serde::Deserialize;

use super::Eval;
use crate::commands::Context;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// What is measured stands between these lines of the document; the rest of it is left alone.
const BEGIN: &str = "<!-- Measured, by `faceward eval all`: begin. Do not edit by hand. -->";
const END: &str = "<!-- Measured: end. -->";

/// Arguments of `eval all`.
#[derive(Debug, Args)]
pub(crate) struct All {
    /// What is measured: TOML, as docs/accuracy.toml
    #[arg(long, value_name = "PLAN.toml")]
    plan: PathBuf,
    /// Folder that holds the sets of the plan, each a folder or a .tar
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Document whose measured part is replaced; made if it is not there [default: standard output]
    #[arg(long, value_name = "FILE.md")]
    out: Option<PathBuf>,
    /// Write the JSON and the drawings of each measurement into this folder
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// Keep what was found on each photo in this folder; it may hold embeddings
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Make only the measurement of this name
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

/// A plan.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    #[serde(rename = "measurement")]
    measurements: Vec<Measurement>,
}

/// One measurement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measurement {
    /// Name of its files among the results.
    name: String,
    /// Its heading.
    title: String,
    /// What a reader must know: which photos, what was fitted on them.
    note: String,
    /// Name of the set below the data folder, without `.tar`.
    set: String,
    /// Protocol and its options, without `--root`. An index that lies beside the plan is found there.
    arguments: Vec<String>,
}

/// A measurement as if it had been typed.
#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    eval: Eval,
}

impl All {
    /// Measures, writes the document, and says what was written.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let text = fs_err::read_to_string(&self.plan).map_err(|error| Failure::new(Exit::Usage, error))?;
        let plan: Plan = toml::from_str(&text).map_err(|error| Failure::new(Exit::Usage, error))?;
        let wanted = |one: &&Measurement| self.only.as_ref().is_none_or(|only| *only == one.name);
        let chosen: Vec<&Measurement> = plan.measurements.iter().filter(wanted).collect();
        if chosen.is_empty() {
            return Err(Failure::usage("the plan has no measurement of this name"));
        }
        // All lines are read before the first is measured: an error in the last one shall not cost hours.
        let lines: Vec<Eval> = chosen.iter().map(|one| self.line(one)).collect::<Result<_, _>>()?;
        let mut sections = Vec::new();
        for (one, eval) in chosen.iter().zip(&lines) {
            terminal::note(&format!("measuring {}", one.name));
            sections.push(section(one, &measured(eval, context)?));
        }
        let body = sections.join("\n");
        match &self.out {
            Some(path) => {
                write_between(path, &body)?;
                Ok(format!("{} measurements written to {}", sections.len(), path.display()))
            }
            None => Ok(body),
        }
    }

    fn line(&self, one: &Measurement) -> Result<Eval, Failure> {
        let mut words: Vec<OsString> = vec!["eval".into()];
        words.extend(one.arguments.iter().map(|word| self.beside_the_plan(word)));
        let mut option = |name: &str, value: PathBuf| words.extend([name.into(), value.into_os_string()]);
        option("--root", self.set(&one.set)?);
        if let Some(results) = &self.results {
            fs_err::create_dir_all(results).map_err(|error| Failure::new(Exit::Failed, error))?;
            option("--json", results.join(format!("{}.json", one.name)));
            option("--plots", results.join(&one.name));
        }
        if let Some(cache) = &self.cache {
            option("--cache", cache.clone());
        }
        let line = Line::try_parse_from(words);
        Ok(line.map_err(|error| Failure::usage(format_args!("measurement `{}`: {error}", one.name)))?.eval)
    }

    /// An index that lies beside the plan, or the word as it is.
    fn beside_the_plan(&self, word: &str) -> OsString {
        let beside = self.plan.parent().unwrap_or(Path::new("")).join(word);
        if word.ends_with(".csv") && beside.is_file() { beside.into_os_string() } else { word.into() }
    }

    /// The folder or archive of a set.
    fn set(&self, name: &str) -> Result<PathBuf, Failure> {
        let places = [self.data.join(format!("{name}.tar")), self.data.join(name)];
        places.into_iter().find(|place| place.exists()).ok_or_else(|| {
            Failure::usage(format_args!("neither {name}.tar nor {name} is in {}", self.data.display()))
        })
    }
}

/// What came out; a value without a model is said to have none.
fn measured(eval: &Eval, context: &Context) -> Result<String, Failure> {
    match eval.measure(context) {
        Err(failure) if failure.exit == Exit::ModelsMissing => {
            Ok(format!("Not measured: {}.", failure.to_string().trim_start_matches("faceward: ")))
        }
        result => result,
    }
}

fn section(one: &Measurement, figures: &str) -> String {
    let Measurement { title, note, set, arguments, name: _ } = one;
    let command = arguments.join(" ");
    format!("## {title}\n\n{}\n\n{figures}\n\n`faceward eval {command} --root {set}`\n", note.trim())
}

/// Replaces what stands between the two lines in the file at `path`.
fn write_between(path: &Path, body: &str) -> Result<(), Failure> {
    let before = if path.exists() {
        fs_err::read_to_string(path).map_err(|error| Failure::new(Exit::Usage, error))?
    } else {
        format!("# Accuracy\n\n{BEGIN}\n{END}\n")
    };
    let after = replaced(&before, body).ok_or_else(|| {
        Failure::usage(format_args!("{} lacks the lines `{BEGIN}` and `{END}`", path.display()))
    })?;
    fs_err::write(path, after).map_err(|error| Failure::new(Exit::Failed, error))
}

fn replaced(document: &str, body: &str) -> Option<String> {
    let (head, rest) = document.split_once(BEGIN)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{BEGIN}\n\n{body}\n{END}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_measured_part_is_replaced() {
        let document = format!("# Accuracy\n\nBy hand.\n\n{BEGIN}\nold\n{END}\n\nBy hand too.\n");
        let once = replaced(&document, "new\n").expect("both lines");
        assert!(once.starts_with("# Accuracy\n\nBy hand.\n\n") && once.ends_with("\n\nBy hand too.\n"));
        assert!(once.contains("\nnew\n") && !once.contains("old"));
        assert_eq!(replaced(&once, "new\n"), Some(once.clone()), "writing it again changes nothing");
        assert_eq!(replaced("no lines", "new"), None);
    }

    #[test]
    fn the_plan_of_the_documents_can_be_read_and_typed() {
        let text = include_str!("../../../../../docs/accuracy.toml");
        let plan: Plan = toml::from_str(text).expect("a plan");
        for one in &plan.measurements {
            let words = ["eval"].into_iter().chain(one.arguments.iter().map(String::as_str));
            let line = Line::try_parse_from(words.chain(["--root", "photos"]));
            assert!(line.is_ok(), "{}: {:?}", one.name, line.err().map(|error| error.to_string()));
        }
    }
}
