//! From the configuration to what commands work with: models, engine, gallery, service.

use std::path::PathBuf;

use faceward_embedded::Opening;
use faceward_engine::{Engine, EngineOptions, OnCompiled};
use faceward_http::{Phase, Startup};
use faceward_models::{FetchError, FetchOptions, Selection, Store, default_root};
use faceward_service::Service;

use crate::config::{Config, Environment};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::interrupt::{Interrupt, Stopped};
use crate::progress::FetchBar;
use crate::stores::{self, Progress};

pub(crate) use crate::executor::executor;

/// The model store that the configuration names.
///
/// # Errors
/// No folder is configured and the user has no home folder.
pub(crate) fn store(config: &Config, environment: &Environment) -> Result<Store, Failure> {
    Ok(Store::open(cache_folder(config, environment)?))
}

/// Where models lie, and whatever else can be had again.
///
/// # Errors
/// No folder is configured and the user has no home folder.
pub(crate) fn cache_folder(config: &Config, environment: &Environment) -> Result<PathBuf, Failure> {
    let path = |name| environment.get(name).map(PathBuf::from);
    config
        .models_dir
        .clone()
        .or_else(|| default_root(path("HOME").as_deref(), path("XDG_CACHE_HOME").as_deref()))
        .ok_or_else(|| Failure::usage("no folder for models: set FACEWARD_MODELS or --models-dir"))
}

/// What the configured runtime and models need.
pub(crate) fn needed(config: &Config, store: &Store) -> Selection {
    let disabled: Vec<&str> = config.disabled_models.iter().map(String::as_str).collect();
    Selection::for_runtime(store.manifest(), config.runtime, &disabled)
}

/// The engine, after fetching what is missing.
///
/// # Errors
/// Models or runtime are missing and cannot be fetched, or do not work.
pub(crate) fn engine(config: &Config, environment: &Environment) -> Result<Engine, Failure> {
    let store = store(config, environment)?;
    fetch(&store, &needed(config, &store), &FetchOptions { offline: config.offline, from: None })?;
    loaded(config, &store, &|_, _| {})
}

/// Fetches what is missing of `what` for a command: told to stop, it ends the registries' clients before itself.
///
/// # Errors
/// It cannot be fetched; somebody was told to stop.
pub(crate) fn fetch(store: &Store, what: &Selection, options: &FetchOptions) -> Result<(), Failure> {
    let interrupt = Interrupt::listen().map_err(|error| Failure::new(Exit::Failed, error))?;
    fetched(store, what, options, &FetchBar::new(interrupt.stopped.clone()))?;
    if interrupt.stopped.is_set() {
        // It came too late to stop anything, and holds all the same.
        return Err(Failure::new(Exit::Failed, FetchError::Stopped));
    }
    Ok(())
}

fn fetched(
    store: &Store,
    what: &Selection,
    options: &FetchOptions,
    fetching: &FetchBar,
) -> Result<(), Failure> {
    store.ensure(what, options, fetching).map_err(|error| Failure::new(Exit::ModelsMissing, error))
}

fn loaded(config: &Config, store: &Store, on_compiled: OnCompiled<'_>) -> Result<Engine, Failure> {
    let options = EngineOptions {
        runtime: config.runtime,
        precision: config.precision,
        limits: config.photo,
        disabled: config.disabled_models.clone(),
    };
    Engine::load_telling(store, &options, on_compiled)
        .map_err(|error| Failure::new(Exit::ModelsMissing, error))
}

/// The service over the configured store.
///
/// # Errors
/// Whatever of it does not start.
pub(crate) fn service(config: &Config, environment: &Environment) -> Result<Service, Failure> {
    // The store first: a folder in use shall not cost a fetch.
    let stores = stores::open(config, environment)?;
    let engine = engine(config, environment)?;
    Ok(Service::start(engine, stores, config.service.clone())?)
}

/// The same for a server, which tells `startup` how far it is, and ends a fetch when it is stopped.
///
/// # Errors
/// Whatever of it does not start.
pub(crate) fn service_telling(
    config: &Config,
    environment: &Environment,
    startup: &Startup,
    stopped: Stopped,
) -> Result<Service, Failure> {
    let tell = |progress| {
        startup.report(match progress {
            Progress::Reading(Opening { done, total }) => Phase::ReadingTemplates { done, total },
            Progress::Readying { done, total } => Phase::ReadyingVectors { done, total },
        });
    };
    let stores = stores::open_telling(config, environment, &tell)?;
    let store = store(config, environment)?;
    let options = FetchOptions { offline: config.offline, from: None };
    fetched(&store, &needed(config, &store), &options, &FetchBar::telling(startup.clone(), stopped))?;
    let engine = loaded(config, &store, &|done, total| {
        startup.report(Phase::Compiling { done, total });
    })?;
    startup.report(Phase::StartingThreads);
    Ok(Service::start(engine, stores, config.service.clone())?)
}

/// A service for questions that need no stored data, over an empty data folder that goes with it.
pub(crate) struct Scratch {
    /// The service.
    pub(crate) service: Service,
    _folder: tempfile::TempDir,
}

impl Scratch {
    /// Starts it.
    ///
    /// # Errors
    /// Whatever of it does not start.
    pub(crate) fn new(context: &Context) -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(|error| Failure::new(Exit::Failed, error))?;
        let config = Config {
            data_dir: folder.path().to_owned(),
            store: None,
            master_key: None,
            master_key_next: None,
            ..context.config.clone()
        };
        Ok(Self { service: service(&config, &context.environment)?, _folder: folder })
    }
}
