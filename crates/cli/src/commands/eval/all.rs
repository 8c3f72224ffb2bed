//! `faceward eval all`: the measurements of a plan, one after the other, into a document.
//!
//! The plan is data, so that others can measure their photos in the same way: see `docs/accuracy.toml`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser};
use serde::Deserialize;

use super::Eval;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// What is measured stands between these lines of the document; the rest of it is left alone.
const BEGIN: &str = "<!-- Measured, by `faceward eval all`: begin. Do not edit by hand. -->";
const END: &str = "<!-- Measured: end. -->";

/// Folder of the document's drawings, beside it.
const DRAWINGS: &str = "drawings";

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
    /// Make only the measurement of this name; the others stay in the document as they are. May be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
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
    /// Name of the set below the data folder, without `.tar`; absent where no photos are needed.
    set: Option<String>,
    /// Name of the drawing that stands in the document, which is kept in `drawings` beside it.
    drawing: Option<String>,
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
        let chosen = self.chosen(&plan)?;
        // All lines are read before the first is measured: an error in the last one shall not cost hours.
        let lines: Vec<Eval> = chosen.iter().map(|one| self.line(one)).collect::<Result<_, _>>()?;
        let names: Vec<&str> = plan.measurements.iter().map(|one| one.name.as_str()).collect();
        let mut sections = Sections::new();
        if let Some(path) = &self.out {
            // A document that cannot take the figures is refused before they cost anything.
            write_into(path, &names, &sections)?;
        }
        for (one, eval) in chosen.iter().zip(&lines) {
            terminal::note(&format!("measuring {}", one.name));
            sections.insert(one.name.clone(), section(one, &measured(eval, context)?));
            // At once: what took an hour shall not be lost with what comes after it.
            if let Some(path) = &self.out {
                write_into(path, &names, &sections)?;
            }
        }
        Ok(match &self.out {
            Some(path) => format!("{} measurements written to {}", sections.len(), path.display()),
            None => joined(&names, &sections),
        })
    }

    /// The measurements that are to be made.
    fn chosen<'a>(&self, plan: &'a Plan) -> Result<Vec<&'a Measurement>, Failure> {
        if let Some(name) =
            self.only.iter().find(|name| !plan.measurements.iter().any(|one| one.name == **name))
        {
            return Err(Failure::usage(format_args!("the plan has no measurement `{name}`")));
        }
        let wanted = |one: &&Measurement| self.only.is_empty() || self.only.contains(&one.name);
        Ok(plan.measurements.iter().filter(wanted).collect())
    }

    fn line(&self, one: &Measurement) -> Result<Eval, Failure> {
        let mut words: Vec<OsString> = vec!["eval".into()];
        words.extend(one.arguments.iter().map(|word| self.beside_the_plan(word)));
        let mut option = |name: &str, value: PathBuf| words.extend([name.into(), value.into_os_string()]);
        if let Some(set) = &one.set {
            option("--root", self.set(set)?);
        }
        let beside = one.drawing.as_ref().and(self.out.as_deref());
        if let Some(document) = beside {
            option("--plots", document.parent().unwrap_or(Path::new("")).join(DRAWINGS));
        }
        if let Some(results) = &self.results {
            fs_err::create_dir_all(results).map_err(|error| Failure::new(Exit::Failed, error))?;
            option("--json", results.join(format!("{}.json", one.name)));
            if beside.is_none() {
                option("--plots", results.join(&one.name));
            }
        }
        if let Some(cache) = self.cache.as_ref().filter(|_| one.set.is_some()) {
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
    let Measurement { title, note, set, arguments, drawing, name: _ } = one;
    let command = arguments.join(" ");
    let root = set.as_ref().map(|set| format!(" --root {set}")).unwrap_or_default();
    let picture = drawing.as_ref().map(|drawing| format!("![{title}]({DRAWINGS}/{drawing}.svg)\n\n"));
    let picture = picture.unwrap_or_default();
    format!("### {title}\n\n{}\n\n{picture}{figures}\n\n`faceward eval {command}{root}`\n", note.trim())
}

/// Sections of the measured part, by the name of the measurement.
type Sections = BTreeMap<String, String>;

/// Puts `fresh` sections into the file at `path`, in the order of `names`; others of the plan stay as they are.
fn write_into(path: &Path, names: &[&str], fresh: &Sections) -> Result<(), Failure> {
    let before = if path.exists() {
        fs_err::read_to_string(path).map_err(|error| Failure::new(Exit::Usage, error))?
    } else {
        format!("# Accuracy\n\n{BEGIN}\n{END}\n")
    };
    let after = replaced(&before, names, fresh).ok_or_else(|| {
        Failure::usage(format_args!("{} lacks the lines `{BEGIN}` and `{END}`", path.display()))
    })?;
    fs_err::write(path, after).map_err(|error| Failure::new(Exit::Failed, error))
}

/// `document` with `fresh` sections; `None` if it has no measured part.
fn replaced(document: &str, names: &[&str], fresh: &Sections) -> Option<String> {
    let (head, rest) = document.split_once(BEGIN)?;
    let (old, tail) = rest.split_once(END)?;
    let mut sections = read_sections(old);
    sections.extend(fresh.clone());
    Some(format!("{head}{BEGIN}\n\n{}\n{END}{tail}", joined(names, &sections)))
}

/// What stands before the name of a section.
const MARK: &str = "<!-- measurement ";

fn read_sections(body: &str) -> Sections {
    let named = body.split(MARK).skip(1).filter_map(|section| section.split_once(" -->\n"));
    named.map(|(name, text)| (name.to_owned(), format!("{}\n", text.trim_end()))).collect()
}

fn joined(names: &[&str], sections: &Sections) -> String {
    let known = names.iter().filter_map(|name| Some((name, sections.get(*name)?)));
    known.map(|(name, text)| format!("{MARK}{name} -->\n{text}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(list: &[(&str, &str)]) -> Sections {
        list.iter().map(|(name, text)| ((*name).to_owned(), format!("### {text}\n"))).collect()
    }

    #[test]
    fn only_what_was_measured_is_replaced() {
        let document = format!("# Accuracy\n\nBy hand.\n\n{BEGIN}\n{END}\n\nBy hand too.\n");
        let names = ["a", "b", "c"];
        let both =
            replaced(&document, &names, &sections(&[("c", "third"), ("a", "first")])).expect("both lines");
        assert!(both.starts_with("# Accuracy\n\nBy hand.\n\n") && both.ends_with("\n\nBy hand too.\n"));
        assert!(both.find("first") < both.find("third"), "in the order of the plan: {both}");
        let again = replaced(&both, &names, &sections(&[("a", "anew")])).expect("both lines");
        assert!(
            again.contains("### anew") && again.contains("### third") && !again.contains("first"),
            "{again}"
        );
        assert_eq!(replaced(&again, &names, &sections(&[("a", "anew")])), Some(again.clone()));
        assert_eq!(replaced("no lines", &names, &Sections::new()), None);
    }

    #[test]
    fn the_plan_of_the_documents_can_be_read_and_typed() {
        let text = include_str!("../../../../../docs/accuracy.toml");
        let plan: Plan = toml::from_str(text).expect("a plan");
        for one in &plan.measurements {
            let words = ["eval"].into_iter().chain(one.arguments.iter().map(String::as_str));
            let root = one.set.iter().flat_map(|_| ["--root", "photos"]);
            let line = Line::try_parse_from(words.chain(root));
            assert!(line.is_ok(), "{}: {:?}", one.name, line.err().map(|error| error.to_string()));
        }
    }
}
