//! The service itself: what all use cases share, and its life from start to shutdown.
//!
//! Cheap to clone. The engine computes on the scheduler's threads, stores are asked by awaiting: nothing here blocks an
//! async thread.

use std::sync::Arc;

use faceward_core::{AppId, ModelId, Similarity};
use faceward_engine::{Capabilities, Engine, Output, Outputs, Worker};
use faceward_store::Stores;
use jiff::Timestamp;
use parking_lot::RwLock;

use crate::apps::Apps;
use crate::audit::{Origin, Recorder, Trail};
use crate::backups::Backups;
use crate::changes::Changes;
use crate::data_keys::DataKeys;
use crate::error::{Check, InternalError, ServiceError};
use crate::limits::{Allowance, Limits as AppLimits};
use crate::master_keys::MasterKeys;
use crate::metrics;
use crate::operators::Operators;
use crate::policy::{Comparator, NotCalibrated, gate_outputs, is_answered};
use crate::readiness::Readiness;
use crate::requests::Checks;
use crate::scheduler::{Demand, Limits, NotAdmitted, Permit, Scheduler, SchedulerError};
use crate::sessions::Guided;
use crate::settings::{Gates, Settings, SettingsError};
use crate::terms::Terms;
use crate::tokens::Tokens;
use crate::webhooks::Webhooks;

/// The use cases of Faceward. Cheap to clone; all clones are one service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    capabilities: Capabilities,
    /// As the start made them, or the last reload.
    terms: RwLock<Arc<Terms>>,
    model: ModelId,
    stores: Stores,
    apps: Apps,
    tokens: Tokens,
    operators: Operators,
    webhooks: Webhooks,
    data_keys: DataKeys,
    limits: AppLimits,
    guided: Guided,
    scheduler: Scheduler<Worker>,
    recorder: Arc<Recorder>,
    changes: Changes,
    readiness: Readiness,
}

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings cannot be meant.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The compute threads did not start.
    #[error(transparent)]
    Scheduler(#[from] SchedulerError),
    /// The thread of the audit log did not start.
    #[error("cannot start the thread of the audit log")]
    Audit(#[source] std::io::Error),
    /// No embedding model is enabled: nobody could be verified.
    #[error("no model makes embeddings: enable one")]
    NoEmbedding,
    /// The enabled embedding models are not those that the similarity map was fitted on.
    #[error(transparent)]
    NotCalibrated(#[from] NotCalibrated),
    /// The operator demands what no enabled model can answer.
    #[error("`{setting}` is set, but no enabled model answers it")]
    GateWithoutModel {
        /// Name of the setting.
        setting: &'static str,
    },
}

impl Service {
    /// Makes the workers and starts their threads. The service is ready when this returns.
    ///
    /// # Errors
    /// Settings out of range or at odds with the enabled models; sessions or threads that cannot be made.
    pub fn start(engine: Engine, stores: impl Into<Stores>, settings: Settings) -> Result<Self, StartError> {
        settings.validate()?;
        let stores = stores.into();
        let capabilities = engine.capabilities().clone();
        let model = capabilities.embedding_model.clone().ok_or(StartError::NoEmbedding)?;
        let comparator = Comparator::new(
            &model,
            Arc::clone(&settings.similarity_map),
            Similarity(settings.thresholds.similarity),
        )?;
        check_gates(&settings, capabilities.outputs)?;
        let make_worker = move || engine.worker().map_err(|error| error.to_string());
        let compute = &settings.compute;
        let limits = Limits { max_requests: compute.max_requests, wait: compute.wait };
        let scheduler = Scheduler::start(compute.workers, limits, make_worker)?;
        let apps = Apps::new(&stores);
        let tokens = Tokens::new(&stores, settings.token_lifetime);
        let operators = Operators::new(&stores, settings.operators);
        let webhooks = Webhooks::new(&stores, settings.webhooks.clone());
        let data_keys = DataKeys::new(&stores);
        let recorder =
            Recorder::start(Arc::clone(&stores.audit), settings.audit).map_err(StartError::Audit)?;
        let recorder = Arc::new(recorder);
        let model = comparator.calibration().model().clone();
        let inner = Inner {
            capabilities,
            terms: RwLock::new(Arc::new(Terms { settings: Arc::new(settings), comparator })),
            model,
            stores,
            apps,
            tokens,
            operators,
            webhooks,
            data_keys,
            limits: AppLimits::default(),
            guided: Guided::default(),
            scheduler,
            recorder,
            changes: Changes::default(),
            readiness: Readiness::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Takes no more requests, finishes those that were accepted (within the drain timeout), writes the audit log to its
    /// end, ends the threads.
    pub async fn shutdown(&self) {
        let drain_timeout = self.settings().compute.drain_timeout;
        let n_unfinished = self.inner.scheduler.stop(drain_timeout).await;
        if n_unfinished > 0 {
            tracing::warn!(n_unfinished, "shut down before all accepted requests were answered");
        }
        self.inner.changes.finished(drain_timeout).await;
        let recorder = Arc::clone(&self.inner.recorder);
        if let Err(error) = off_thread(move || recorder.close()).await {
            tracing::error!(%error, "the audit log was not closed");
        }
    }

    /// Whether requests are taken and can be answered: models are loaded and warm from the start on, so only a shutdown ends
    /// it, or a store that cannot be reached. What the store said stands for a second; it is waited for two at most.
    ///
    /// # Errors
    /// [`ServiceError::ShuttingDown`], [`ServiceError::StoreUnreachable`].
    pub async fn ready(&self) -> Result<(), ServiceError> {
        if !self.inner.scheduler.is_open() {
            return Err(ServiceError::ShuttingDown);
        }
        self.inner.readiness.of(&self.inner.stores).await
    }

    /// Tells the recorder of metrics, which has to be installed by now, what each one means and how things stand. What was
    /// told before there was a recorder is lost.
    pub fn publish_metrics(&self) {
        metrics::describe();
        self.inner.scheduler.publish_metrics();
    }

    /// Whether a request that came now would be let in. Ask before receiving a body; what this gives is a slot, to be
    /// dropped or held by whoever wants to keep others out.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] at once, [`ServiceError::ShuttingDown`].
    pub fn admit(&self) -> Result<Permit, ServiceError> {
        self.admit_to("any", 0)
    }

    pub(crate) fn admit_to(&self, kind: &'static str, n_photos: usize) -> Result<Permit, ServiceError> {
        let demand = Demand { kind, n_photos, urgency: Origin::current().urgency };
        self.inner.scheduler.admit(demand).map_err(|refusal| match refusal {
            NotAdmitted::Overloaded { retry_after } => ServiceError::Overloaded { retry_after },
            NotAdmitted::Stopping => ServiceError::ShuttingDown,
        })
    }

    /// Access tokens and the keys that sign them.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.inner.tokens
    }

    /// The apps and their keys.
    #[must_use]
    pub fn apps(&self) -> &Apps {
        &self.inner.apps
    }

    /// The operators and their passes.
    #[must_use]
    pub fn operators(&self) -> &Operators {
        &self.inner.operators
    }

    /// Where apps are called back.
    #[must_use]
    pub fn webhooks(&self) -> &Webhooks {
        &self.inner.webhooks
    }

    /// The keys that seal what is of apps.
    #[must_use]
    pub fn data_keys(&self) -> &DataKeys {
        &self.inner.data_keys
    }

    /// What replaces the master key; `None` where the stores are in a database.
    #[must_use]
    pub fn master_keys(&self) -> Option<MasterKeys> {
        MasterKeys::of(&self.inner.stores)
    }

    /// What copies the stores; `None` where they are in a database.
    #[must_use]
    pub fn backups(&self) -> Option<Backups> {
        Backups::of(&self.inner.stores)
    }

    /// Counts a request of `app`, and gives what is left to it.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`], [`ServiceError::QuotaExceeded`]; the store fails.
    pub async fn count_request(&self, app: &AppId) -> Result<Allowance, ServiceError> {
        let record = self.apps().get(app).await?;
        self.inner.limits.count(app, &record.settings, Timestamp::now())
    }

    /// What can be found out about a face: what has its models.
    #[must_use]
    pub fn available(&self) -> Outputs {
        self.inner.capabilities.outputs
    }

    /// What the service runs with. Apps may have some of it their own way.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.terms_in_force().settings)
    }

    pub(crate) fn set_terms(&self, terms: Terms) {
        *self.inner.terms.write() = Arc::new(terms);
    }

    pub(crate) fn terms_in_force(&self) -> Arc<Terms> {
        Arc::clone(&self.inner.terms.read())
    }

    /// Everything that can be asked for about a face: all but the checks that have no model, which would fail the request.
    #[must_use]
    pub fn everything(&self) -> Outputs {
        let checks = Outputs::of(&[Output::Liveness, Output::Genuine]);
        let others = Outputs::ALL.without(checks.and(Outputs::of(&[Output::Embedding])));
        others.and(checks.without(checks.without(self.available())))
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.inner.capabilities
    }

    /// The model whose embeddings are compared: the id of new templates.
    pub(crate) fn embedding_model(&self) -> &ModelId {
        &self.inner.model
    }

    pub(crate) fn stores(&self) -> &Stores {
        &self.inner.stores
    }

    pub(crate) fn guided(&self) -> &Guided {
        &self.inner.guided
    }

    /// Begins the record of the use case `action`, done for `app` or for the current origin.
    pub(crate) fn trail(&self, action: &'static str, app: Option<&AppId>) -> Trail {
        Trail::begin(Arc::clone(&self.inner.recorder), action, app)
    }

    /// Makes a change that no caller can interrupt: [`Changes::make`].
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        trail: Trail,
        change: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
    ) -> Result<T, ServiceError> {
        self.inner.changes.make(trail, change, |_, _| {}).await
    }

    /// The same; `note` tells the trail of what was done.
    pub(crate) async fn change_and_note<T: Send + 'static>(
        &self,
        trail: Trail,
        change: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
        note: fn(&mut Trail, &T),
    ) -> Result<T, ServiceError> {
        self.inner.changes.make(trail, change, note).await
    }

    pub(crate) fn scheduler(&self) -> &Scheduler<Worker> {
        &self.inner.scheduler
    }

    /// Fails before anything is computed if what `gates` demand has no model: no absent check looks passed.
    pub(crate) fn require_gates(&self, gates: &Gates) -> Result<(), ServiceError> {
        self.require(Checks { liveness: gates.require_live, deepfake: false })?;
        let measures = gate_outputs(&Gates { require_live: false, ..*gates });
        let answered = is_answered(measures, self.available());
        if answered { Ok(()) } else { Err(ServiceError::CheckUnavailable(Check::Quality)) }
    }

    /// Fails before anything is computed if a requested check has no model.
    pub(crate) fn require(&self, checks: Checks) -> Result<(), ServiceError> {
        let available = self.available();
        if checks.liveness && !available.contains(Output::Liveness) {
            return Err(ServiceError::CheckUnavailable(Check::Liveness));
        }
        if checks.deepfake && !available.contains(Output::Genuine) {
            return Err(ServiceError::CheckUnavailable(Check::Deepfake));
        }
        Ok(())
    }
}

/// Runs `work`, which may block, off the async threads.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ServiceError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ServiceError::Internal(InternalError::TaskDied(error.to_string())))
}

pub(crate) fn check_gates(settings: &Settings, available: Outputs) -> Result<(), StartError> {
    let Gates { require_live, min_quality } = settings.enroll;
    let gates = [
        ("enroll.require_live", Gates { require_live, min_quality: None }),
        ("enroll.min_quality", Gates { require_live: false, min_quality }),
    ];
    match gates.iter().find(|(_, gate)| !is_answered(gate_outputs(gate), available)) {
        Some((setting, _)) => Err(StartError::GateWithoutModel { setting }),
        None => Ok(()),
    }
}
