//! `faceward import`: the templates of an encrypted file into this installation.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use faceward_core::AppId;
use faceward_service::Stores;
use faceward_service::transfers::{Conflict, Direction, Taken, Transfer};
use uuid::Uuid;

use super::file::{App, End, Entry, Reader, Unread};
use super::lock::{Key, Passphrase, Unopened};
use super::refuse_beside_a_server;
use super::report::{Report, Row};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{progress, setup, stores, terminal};

/// Put the templates of a file that `faceward export` made into this installation
///
/// All of the file is read and checked before the first template is put in: one that is damaged or not whole changes nothing. Run
/// again, also after a run that was cut off, it leaves alone what is in. Apps have to be there: create them first, and name the one that
/// takes the templates of another id. Exit code 1: some templates were refused; the report says why. Not beside a server that uses the
/// data folder; a database takes templates beside its servers.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file
    from: PathBuf,
    /// APP-ID of the app that takes them, where the file has those of one app [default: apps of the same ids]
    #[arg(long, value_name = "UUID")]
    app: Option<Uuid>,
    /// What is done with a template of whose id another one is there
    #[arg(long, value_name = "WHAT", default_value = "refuse")]
    on_conflict: OnConflict,
    /// Decrypt by the identities in this file, as age-keygen makes them
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase")]
    identity: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OnConflict {
    /// It is refused, and the run goes on
    Refuse,
    /// It takes the place of the other
    Replace,
    /// The other stays
    Skip,
}

impl From<OnConflict> for Conflict {
    fn from(what: OnConflict) -> Self {
        match what {
            OnConflict::Refuse => Self::Refuse,
            OnConflict::Replace => Self::Replace,
            OnConflict::Skip => Self::Skip,
        }
    }
}

type Opened = Reader<BufReader<age::stream::StreamReader<BufReader<fs_err::File>>>>;

impl Import {
    /// Puts them in.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        refuse_beside_a_server(context, "stop it first")?;
        let file = fs_err::metadata(&self.from).map_err(|error| Failure::new(Exit::Usage, error))?;
        if !file.is_file() {
            let from = self.from.display();
            return Err(Failure::usage(format_args!(
                "{from} is no file: it is read twice, first to check all of it"
            )));
        }
        let key = Key::new(self.identity.as_ref(), &self.passphrase, &context.environment)?;
        let (apps, counts) = self.checked(&key)?;
        let stores = stores::open(&context.config, &context.environment)?;
        let report = setup::executor()?.block_on(async {
            let places = self.places(&stores, &apps).await?;
            self.taken(&stores, &key, &places, counts).await
        })?;
        if self.json {
            terminal::json(&report)?;
        } else {
            terminal::line(&report.in_words())?;
        }
        Ok(Exit::answer(report.n_refused() == 0))
    }

    fn open(&self, key: &Key) -> Result<Opened, Failure> {
        let file = fs_err::File::open(&self.from).map_err(|error| Failure::new(Exit::Usage, error))?;
        let opened = key.open(BufReader::new(file)).map_err(|error| self.unopened(error))?;
        Reader::open(BufReader::with_capacity(1 << 16, opened)).map_err(|error| self.unread(error))
    }

    /// Reads all of the file, and changes nothing.
    fn checked(&self, key: &Key) -> Result<(Vec<App>, End), Failure> {
        let mut reader = self.open(key)?;
        let mut counts = End::default();
        while let Some(entry) = reader.next().map_err(|error| self.unread(error))? {
            match entry {
                Entry::Gallery(..) => counts.galleries += 1,
                Entry::Template(_) => counts.templates += 1,
            }
        }
        Ok((reader.head.apps, counts))
    }

    /// Where the templates of each app go.
    async fn places(&self, stores: &Stores, apps: &[App]) -> Result<BTreeMap<Uuid, AppId>, Failure> {
        if self.app.is_some() && apps.len() > 1 {
            return Err(Failure::usage(format_args!(
                "--app is for a file with templates of one app, and this one has those of {}",
                apps.len()
            )));
        }
        let mut places = BTreeMap::new();
        for App { id, name } in apps {
            let place = AppId(self.app.unwrap_or(*id));
            stores.directory.app(&place).await.map_err(|error| {
                let what = format!(
                    "the templates of app {id} ({name}) go nowhere: create an app, and name it with --app"
                );
                Failure::new(Exit::DataRefused, anyhow::Error::new(error).context(what))
            })?;
            places.insert(*id, place);
        }
        Ok(places)
    }

    async fn taken(
        &self,
        stores: &Stores,
        key: &Key,
        places: &BTreeMap<Uuid, AppId>,
        counts: End,
    ) -> Result<Report, Failure> {
        let mut transfers = BTreeMap::new();
        for (id, place) in places {
            transfers.insert(*id, Transfer::begin(stores, Direction::In, *place).await?);
        }
        let bar = progress::counting(counts.templates, "templates");
        let mut report = Report::new(&self.from);
        let filled = self.fill(key, &mut transfers, |row, taken| {
            bar.inc(1);
            report.add(row, taken);
        });
        let filled = filled.await;
        bar.finish_and_clear();
        for transfer in transfers.into_values() {
            transfer.end(filled.is_ok()).await?;
        }
        filled.map(|()| report)
    }

    async fn fill(
        &self,
        key: &Key,
        transfers: &mut BTreeMap<Uuid, Transfer>,
        mut tell: impl FnMut(&Row, Taken),
    ) -> Result<(), Failure> {
        let mut reader = self.open(key)?;
        let changed = || Failure::new(Exit::DataRefused, anyhow::anyhow!("the file has changed meanwhile"));
        while let Some(entry) = reader.next().map_err(|error| self.unread(error))? {
            match entry {
                Entry::Gallery(app, gallery) => {
                    transfers.get_mut(&app.0).ok_or_else(changed)?.take_gallery(&gallery).await?;
                }
                Entry::Template(row) => {
                    let told = Row::of(&row);
                    let transfer = transfers.get_mut(&row.app.0).ok_or_else(changed)?;
                    tell(&told, transfer.take(row, self.on_conflict.into()).await?);
                }
            }
        }
        Ok(())
    }

    fn unopened(&self, error: Unopened) -> Failure {
        refused(&self.from, error)
    }

    fn unread(&self, error: Unread) -> Failure {
        refused(&self.from, error)
    }
}

/// Nothing is wrong with the call: the file is not what it takes.
fn refused(file: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(Exit::DataRefused, anyhow::Error::new(error).context(file.display().to_string()))
}
