//! The service itself: what all use cases share, and its life from start to shutdown.
//!
//! Cheap to clone. The engine computes on the scheduler's threads, the gallery works off the async threads: nothing
//! here blocks one.

use std::sync::Arc;

use faceward_core::{AppId, Similarity};
use faceward_engine::{Capabilities, Engine, Output, Outputs, Worker};
use faceward_gallery::{Gallery, GalleryError};
use zeroize::Zeroizing;

use crate::apps::Apps;
use crate::audit::{Origin, Recorder, Trail};
use crate::challenges::Challenges;
use crate::changes::Changes;
use crate::error::{Check, InternalError, ServiceError};
use crate::metrics;
use crate::policy::{Comparator, NotCalibrated, gate_outputs};
use crate::requests::Checks;
use crate::scheduler::{Demand, Limits, NotAdmitted, Permit, Scheduler, SchedulerError};
use crate::settings::{EnrollGates, Settings, SettingsError};
use crate::tokens::{AccessToken, Tokens};

/// The use cases of Faceward. Cheap to clone; all clones are one service.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    capabilities: Capabilities,
    comparator: Comparator,
    gallery: Arc<Gallery>,
    apps: Apps,
    tokens: Tokens,
    scheduler: Scheduler<Worker>,
    recorder: Arc<Recorder>,
    challenges: Challenges,
    changes: Changes,
    settings: Settings,
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
    /// The keys of access tokens cannot be read.
    #[error("the signing keys of access tokens: {0}")]
    Tokens(#[source] ServiceError),
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
    pub fn start(
        engine: Engine,
        gallery: impl Into<Arc<Gallery>>,
        settings: Settings,
    ) -> Result<Self, StartError> {
        settings.validate()?;
        let gallery = gallery.into();
        let capabilities = engine.capabilities().clone();
        let model = capabilities.embedding_model.as_ref().ok_or(StartError::NoEmbedding)?;
        let comparator = Comparator::new(
            model,
            Arc::clone(&settings.similarity_map),
            Similarity(settings.thresholds.similarity),
        )?;
        check_gates(&settings, capabilities.outputs)?;
        let make_worker = move || engine.worker().map_err(|error| error.to_string());
        let compute = &settings.compute;
        let limits = Limits { max_requests: compute.max_requests, wait: compute.wait };
        let scheduler = Scheduler::start(compute.workers, limits, make_worker)?;
        let apps = Apps::new(Arc::clone(&gallery));
        let tokens =
            Tokens::new(Arc::clone(&gallery), settings.token_lifetime).map_err(StartError::Tokens)?;
        let recorder = Recorder::start(Arc::clone(&gallery), settings.audit).map_err(StartError::Audit)?;
        let recorder = Arc::new(recorder);
        let inner = Inner {
            capabilities,
            comparator,
            gallery,
            apps,
            tokens,
            scheduler,
            recorder,
            challenges: Challenges::default(),
            changes: Changes::default(),
            settings,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Takes no more requests, finishes those that were accepted (within the drain timeout), writes the audit log to its
    /// end, ends the threads.
    pub async fn shutdown(&self) {
        let n_unfinished = self.inner.scheduler.stop(self.inner.settings.compute.drain_timeout).await;
        if n_unfinished > 0 {
            tracing::warn!(n_unfinished, "shut down before all accepted requests were answered");
        }
        self.inner.changes.finished(self.inner.settings.compute.drain_timeout).await;
        let recorder = Arc::clone(&self.inner.recorder);
        if let Err(error) = off_thread(move || recorder.close()).await {
            tracing::error!(%error, "the audit log was not closed");
        }
    }

    /// Whether requests are taken: models are loaded and warm from the start on, so only a shutdown ends it.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.inner.scheduler.is_open()
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

    /// The app `app_id`, if `app_key` is one of its unexpired keys.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`], whatever the reason, after the same work.
    pub fn authenticate(&self, app_id: &str, app_key: &str) -> Result<AppId, ServiceError> {
        self.inner.apps.authenticate(app_id, app_key)
    }

    /// A new access token for the app `app_id`, if `app_key` is one of its unexpired keys.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`]; the store or the system's randomness fails.
    pub async fn issue_token(&self, app_id: &str, app_key: &str) -> Result<AccessToken, ServiceError> {
        let (tokens, app_id, app_key) =
            (self.inner.tokens.clone(), app_id.to_owned(), Zeroizing::new(app_key.to_owned()));
        off_thread(move || tokens.issue(&app_id, &app_key)).await?
    }

    /// The app that an access token was issued to.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`], whatever is wrong with it.
    pub fn authenticate_token(&self, token: &str) -> Result<AppId, ServiceError> {
        self.inner.tokens.authenticate(token)
    }

    /// Accepts an access token no longer, for good.
    ///
    /// # Errors
    /// As [`Tokens::revoke`].
    pub async fn revoke_token(&self, app_id: &str, app_key: &str, token: &str) -> Result<(), ServiceError> {
        let (tokens, app_id, token) = (self.inner.tokens.clone(), app_id.to_owned(), token.to_owned());
        let app_key = Zeroizing::new(app_key.to_owned());
        off_thread(move || tokens.revoke(&app_id, &app_key, &token)).await?
    }

    /// Access tokens and the keys that sign them; blocking.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.inner.tokens
    }

    /// The apps and their keys; blocking.
    #[must_use]
    pub fn apps(&self) -> &Apps {
        &self.inner.apps
    }

    /// What can be found out about a face: what has its models.
    #[must_use]
    pub fn available(&self) -> Outputs {
        self.inner.capabilities.outputs
    }

    /// What the service runs with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
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

    pub(crate) fn comparator(&self) -> &Comparator {
        &self.inner.comparator
    }

    pub(crate) fn challenges(&self) -> &Challenges {
        &self.inner.challenges
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

    /// Asks the gallery, off the async threads.
    pub(crate) async fn gallery<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Gallery) -> Result<T, GalleryError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let gallery = Arc::clone(&self.inner.gallery);
        Ok(off_thread(move || ask(&gallery)).await??)
    }
}

/// Runs `work`, which may block, off the async threads.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ServiceError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ServiceError::Internal(InternalError::TaskDied(error.to_string())))
}

fn check_gates(settings: &Settings, available: Outputs) -> Result<(), StartError> {
    let EnrollGates { require_live, min_quality } = settings.enroll;
    let gates = [
        ("enroll.require_live", EnrollGates { require_live, min_quality: None }),
        ("enroll.min_quality", EnrollGates { require_live: false, min_quality }),
    ];
    // Of the measures of quality any one is enough.
    let answered = |outputs: Outputs| outputs == Outputs::NONE || outputs.without(available) != outputs;
    match gates.iter().find(|(_, gate)| !answered(gate_outputs(gate))) {
        Some((setting, _)) => Err(StartError::GateWithoutModel { setting }),
        None => Ok(()),
    }
}
