//! Where apps, templates and the audit log are kept: in the configured database, else in the data folder.

use std::sync::Arc;

use faceward_embedded::{Embedded, Opening, Options, Pace};
use faceward_models::calibration::projection::projection;
use faceward_postgres::{Address, Extent, Postgres, PostgresError, SearchIn, migrate};
use faceward_sealing::{KeyPlace, KeySource, KeySources, owner_only_folder};
use faceward_store::{SearchIndex, SearchPlace, Searching, Stores};

use crate::config::{Config, Environment};
use crate::executor::executor;
use crate::exit::{Exit, Failure};

/// Opens it for a command that asks about faces.
///
/// # Errors
/// The folder is in use by another process; the database cannot be reached; either cannot be read.
pub(crate) fn open(config: &Config, environment: &Environment) -> Result<Stores, Failure> {
    let sources = key_sources(config, environment)?;
    match &config.store {
        Some(address) => caught_up(config, &sources, (address, &|_| {})),
        None => Ok(folder(config, &sources, &|_| {})?.into()),
    }
}

/// How far the opening is of a store that takes its time.
#[derive(Clone, Copy)]
pub(crate) enum Progress {
    /// Templates of a folder that are in memory, of all.
    Reading(Opening),
    /// Vectors of a database that were made ready to be searched there, of all that were not.
    Readying { done: usize, total: usize },
}

/// The same for a server, which keeps snapshots of a folder, and tells how far it is.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_telling(
    config: &Config,
    environment: &Environment,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Stores, Failure> {
    check_search(config)?;
    let sources = key_sources(config, environment)?;
    let Some(address) = &config.store else {
        let folder = folder(config, &sources, &|opening| tell(Progress::Reading(opening)))?;
        if !config.snapshots {
            return Ok(folder.into());
        }
        let folder = folder.keeping_snapshots(Pace::default());
        return Ok(folder.map_err(|error| Failure::new(Exit::Failed, error))?.into());
    };
    caught_up(config, &sources, (address, tell))
}

/// The configured database, with everything in it that a search there needs.
fn caught_up(
    config: &Config,
    sources: &KeySources,
    (address, tell): (&Address, &(dyn Fn(Progress) + Sync)),
) -> Result<Stores, Failure> {
    let store = postgres(config, sources, (address, Extent::Everything))?;
    let readying = |done, total| tell(Progress::Readying { done, total });
    executor()?.block_on(store.catch_up(&readying)).map_err(|error| Failure::new(Exit::Failed, error))?;
    Ok(store.into())
}

/// Milvus searches beside a database, and in place of it; a memory is searched exactly.
fn check_search(config: &Config) -> Result<(), Failure> {
    let Searching { place, .. } = config.database.searching();
    if place == SearchPlace::Memory && config.database.search_index != SearchIndex::Exact {
        return Err(Failure::usage(
            "`database.search_index` is for a search in the database or in Milvus: servers search in their memory exactly",
        ));
    }
    if config.database.milvus.is_none() {
        return Ok(());
    }
    if config.store.is_none() {
        return Err(Failure::usage(
            "Milvus searches beside a database only: name one with --store postgres://...",
        ));
    }
    if config.database.search == SearchIn::Sql {
        return Err(Failure::usage(
            "`search` and `database.search` each name another who searches: set one of them",
        ));
    }
    Ok(())
}

/// Opens it for a command that asks about apps, keys, operators or the log alone: of a database, no template is read.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_directory(config: &Config, environment: &Environment) -> Result<Stores, Failure> {
    let sources = key_sources(config, environment)?;
    match &config.store {
        Some(address) => Ok(postgres(config, &sources, (address, Extent::Directory))?.into()),
        None => Ok(folder(config, &sources, &|_| {})?.into()),
    }
}

/// Makes the tables of the configured database or takes them to the newest version. Gives the database, and that version.
///
/// # Errors
/// No database is configured; it cannot be reached, is newer, or does not let this role.
pub(crate) fn migrate_database(config: &Config) -> Result<(&Address, i32), Failure> {
    let address = config.store.as_ref().ok_or_else(|| {
        Failure::usage("no database: name one with FACEWARD_STORE or --store postgres://...")
    })?;
    check_search(config)?;
    let version = executor()?.block_on(migrate(address, &config.database, Some(&**projection())));
    Ok((address, version.map_err(|error| refused(address, error))?))
}

/// The master key, looked up where the configuration says; or the file in which it lies.
///
/// # Errors
/// It is not there, or is no key.
pub(crate) fn key_source(config: &Config, environment: &Environment) -> Result<KeySource, Failure> {
    look_up(&config.master_key.clone().unwrap_or_default(), config, environment)
}

/// The same with the key that is to replace it, where one is set.
fn key_sources(config: &Config, environment: &Environment) -> Result<KeySources, Failure> {
    let next = config.master_key_next.as_ref().map(|place| look_up(place, config, environment));
    Ok(KeySources { current: key_source(config, environment)?, next: next.transpose()? })
}

fn look_up(place: &KeyPlace, config: &Config, environment: &Environment) -> Result<KeySource, Failure> {
    let variable = |name: &str| environment.get(name).map(ToOwned::to_owned);
    place.look_up(&config.data_dir, &variable).map_err(|error| Failure::new(Exit::DataRefused, error))
}

fn folder(config: &Config, sources: &KeySources, tell: &dyn Fn(Opening)) -> Result<Embedded, Failure> {
    let options = Options { projection: Some(Arc::clone(projection())), snapshots: config.snapshots };
    Embedded::open_with(&config.data_dir, sources, options, tell)
        .map_err(|error| Failure::new(Exit::DataRefused, error))
}

fn postgres(
    config: &Config,
    sources: &KeySources,
    (address, extent): (&Address, Extent),
) -> Result<Postgres, Failure> {
    owner_only_folder(&config.data_dir).map_err(|error| Failure::new(Exit::DataRefused, error))?;
    let compared = (extent, Some(Arc::clone(projection())));
    let opening = Postgres::open(address, sources, config.database.clone(), compared);
    executor()?.block_on(opening).map_err(|error| refused(address, error))
}

/// What can pass is our failure; what will not pass is refused by the data.
fn refused(address: &Address, error: PostgresError) -> Failure {
    let exit = match &error {
        PostgresError::Unreachable(_)
        | PostgresError::TimedOut
        | PostgresError::Behind
        | PostgresError::Undecided(_)
        | PostgresError::Filling
        | PostgresError::ComparedOtherwise
        | PostgresError::IndexedOtherwise
        | PostgresError::TooManyAlike
        | PostgresError::Milvus(_)
        | PostgresError::TaskDied(_)
        | PostgresError::Io(_) => Exit::Failed,
        PostgresError::Address(_) | PostgresError::Certificates { .. } => Exit::Usage,
        PostgresError::SchemaTooOld { .. }
        | PostgresError::SchemaTooNew { .. }
        | PostgresError::Encoding(_)
        | PostgresError::Sealing(_)
        | PostgresError::Damaged { .. }
        | PostgresError::Corrupt(_)
        | PostgresError::Database(_)
        | PostgresError::NoVectors
        | PostgresError::VectorsRefused
        | PostgresError::OutsideRefused
        | PostgresError::NotRead => Exit::DataRefused,
    };
    Failure::new(exit, anyhow::Error::new(error).context(format!("the store {address}")))
}
