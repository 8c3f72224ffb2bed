//! What one use case did, gathered while it runs, recorded and counted when it ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use faceward_core::{AppId, GalleryId, ModelId, Outcome, SubjectId, TemplateId};
use faceward_store::{AuditEvent, DeletionRecord, TemplateRecord, Word};
use jiff::Timestamp;

use super::origin::Origin;
use super::recorder::{NotRecorded, Recorder, lost};
use crate::error::{InternalError, PhotoField, ServiceError};
use crate::meter::Meter;
use crate::report::{Comparison, FaceReport, Judged};
use crate::requests::Checks;

/// The record of one use case in the making. Dropped without an end, it says that the caller hung up.
pub(crate) struct Trail {
    recorder: Arc<Recorder>,
    meter: Option<Meter>,
    event: Option<AuditEvent>,
}

/// An event of `action` by the current origin, about which nothing else is known yet.
pub(crate) fn blank(action: &'static str, app: Option<AppId>) -> AuditEvent {
    let origin = Origin::current();
    AuditEvent {
        at: Timestamp::now(),
        transaction: origin.transaction,
        trx_id: origin.trx_id().map(str::to_owned),
        surface: origin.surface.into(),
        app: app.or(origin.app),
        operator: origin.operator,
        action: action.into(),
        gallery: None,
        subject: None,
        template: None,
        outcome: "hung_up".into(),
        verdict: None,
        scores: BTreeMap::new(),
        reasons: Vec::new(),
        models: Vec::new(),
        deletion: None,
    }
}

impl Trail {
    /// Begins the record, and the measuring, of the use case `action`, done for `app` or for the current origin.
    pub(crate) fn begin(recorder: Arc<Recorder>, action: &'static str, app: Option<&AppId>) -> Self {
        Self { recorder, meter: Some(Meter::start(action)), event: Some(blank(action, app.copied())) }
    }
}

/// What is known about the use case. Every method may be called at any time before the end.
impl Trail {
    /// Whom it concerns; what is `None` stays as it is.
    pub(crate) fn about(
        &mut self,
        gallery: Option<&GalleryId>,
        subject: Option<&SubjectId>,
        template: Option<&TemplateId>,
    ) {
        let Some(event) = &mut self.event else { return };
        event.gallery = gallery.cloned().or(event.gallery.take());
        event.subject = subject.cloned().or(event.subject.take());
        event.template = template.cloned().or(event.template.take());
    }

    /// The same, from a stored template.
    pub(crate) fn about_template(&mut self, record: &TemplateRecord) {
        self.about(Some(&record.gallery), Some(&record.subject), Some(&record.template));
    }

    /// A score behind the verdict.
    pub(crate) fn score(&mut self, name: impl Into<Word>, score: f64) {
        if let Some(event) = &mut self.event {
            event.scores.insert(name.into(), score);
        }
    }

    /// Why the verdict is not a better one.
    pub(crate) fn reason(&mut self, reason: impl Into<Word>) {
        if let Some(event) = &mut self.event {
            event.reasons.push(reason.into());
        }
    }

    /// What was answered.
    pub(crate) fn verdict(&mut self, verdict: &'static str) {
        if let Some(event) = &mut self.event {
            event.verdict = Some(verdict.into());
        }
    }

    /// What was deleted.
    pub(crate) fn deleted(&mut self, record: &DeletionRecord) {
        if let Some(event) = &mut self.event {
            event.deletion = Some(record.clone());
        }
    }

    /// A model that a score comes from.
    pub(crate) fn model(&mut self, model: &ModelId) {
        let Some(event) = &mut self.event else { return };
        if !event.models.contains(model) {
            event.models.push(model.clone());
        }
    }

    /// The checks of one of the photos; `prefix` tells several photos apart.
    pub(crate) fn face(&mut self, prefix: &str, report: &FaceReport) {
        let checks = [("liveness", &report.liveness), ("deepfake", &report.genuine)];
        for (check, outcome) in checks {
            if let Outcome::Value(Judged { score, fine }) = outcome {
                self.score(format!("{prefix}{check}"), *score);
                if !fine {
                    self.reason(format!("{prefix}{check}_not_fine"));
                }
            }
        }
        if let Outcome::Value(liveness) = &report.face.liveness {
            liveness.raw.iter().for_each(|(model, _score)| self.model(model));
        }
    }

    /// The verdict of the checks that were asked for: fine if every one is on every photo.
    pub(crate) fn checked(&mut self, checks: Checks, reports: &[&FaceReport]) {
        let outcomes = reports.iter().flat_map(|report| {
            let liveness = checks.liveness.then_some(&report.liveness);
            liveness.into_iter().chain(checks.deepfake.then_some(&report.genuine))
        });
        let fine: Vec<bool> =
            outcomes.map(|outcome| outcome.value().is_some_and(|judged| judged.fine)).collect();
        if !fine.is_empty() {
            self.verdict(if fine.into_iter().all(|fine| fine) { "fine" } else { "not_fine" });
        }
    }

    /// A comparison by embeddings of `model`.
    pub(crate) fn comparison(&mut self, comparison: &Comparison, model: &ModelId) {
        self.score("similarity", f64::from(comparison.similarity.0));
        self.score("threshold", f64::from(comparison.threshold.0));
        self.verdict(if comparison.same { "same" } else { "not_same" });
        self.model(model);
    }
}

/// The ends.
impl Trail {
    /// Makes durable that the change is about to be made: no change without a trace, whatever happens next.
    ///
    /// # Errors
    /// The log cannot be written; the change must not be made.
    pub(crate) async fn begun(&self) -> Result<(), ServiceError> {
        let Some(event) = &self.event else { return Ok(()) };
        let begun = AuditEvent { at: Timestamp::now(), outcome: "begun".into(), ..event.clone() };
        self.recorder.record_durably(begun).await.map_err(nothing_done)
    }

    /// Notes how a use case that changes nothing ended. Waits for no disk.
    pub(crate) async fn end<T>(mut self, result: Result<T, ServiceError>) -> Result<T, ServiceError> {
        let Some(event) = self.finish(&result) else { return result };
        if let Err(why) = self.recorder.record(event).await {
            lost(1, &why);
        }
        result
    }

    /// Notes how a change ended, on disk when this returns.
    ///
    /// # Errors
    /// That of `result`; a change that was made and cannot be recorded as done.
    pub(crate) async fn end_durably<T>(self, result: Result<T, ServiceError>) -> Result<T, ServiceError> {
        self.end_on_disk(result, not_recorded).await
    }

    /// Notes that something was made that is handed out only now, on disk when this returns. Where it cannot be recorded it is
    /// not handed out, and the store is as before.
    ///
    /// # Errors
    /// That of `result`; the log cannot be written.
    pub(crate) async fn end_before_handing_out<T>(
        self,
        result: Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        self.end_on_disk(result, nothing_done).await
    }

    /// `refusal`: what is answered instead of a result that cannot be recorded.
    async fn end_on_disk<T>(
        mut self,
        result: Result<T, ServiceError>,
        refusal: fn(NotRecorded) -> ServiceError,
    ) -> Result<T, ServiceError> {
        let Some(event) = self.finish(&result) else { return result };
        let recorded = self.recorder.record_durably(event).await;
        match (result, recorded) {
            (Ok(_unacknowledged), Err(why)) => Err(refusal(why)),
            (result, _) => result,
        }
    }

    /// The event as it ended, taken out, so that the drop finds nothing to do.
    fn finish<T>(&mut self, result: &Result<T, ServiceError>) -> Option<AuditEvent> {
        let mut event = self.event.take()?;
        let outcome = result.as_ref().map_or_else(ServiceError::name, |_| "answered");
        event.at = Timestamp::now();
        // A client's id may have become known after the use case began.
        event.trx_id = event.trx_id.or_else(|| Origin::current().trx_id().map(str::to_owned));
        event.outcome = outcome.into();
        if let Err(error) = result {
            event.reasons.extend(photo_at_fault(error));
            event.deletion = deleted_all_the_same(error).cloned();
        }
        if let Some(meter) = self.meter.take() {
            meter.ended_as(outcome);
        }
        Some(event)
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        if let Some(mut event) = self.event.take() {
            event.at = Timestamp::now();
            self.recorder.record_now(event);
        }
    }
}

/// Which of several photos made the use case fail.
fn photo_at_fault(error: &ServiceError) -> Option<Word> {
    let (ServiceError::Photo { field, .. }
    | ServiceError::CheckUndecided { field, .. }
    | ServiceError::NotCompared { field, .. }) = error
    else {
        return None;
    };
    (*field != PhotoField::Only).then(|| field.to_string().replace(' ', "_").into())
}

/// What was deleted and has left traces.
pub(super) fn deleted_all_the_same(error: &ServiceError) -> Option<&DeletionRecord> {
    let ServiceError::Internal(InternalError::TracesLeft(record)) = error else { return None };
    record.as_deref()
}

/// Before anything was changed: time can mend it.
fn nothing_done(why: NotRecorded) -> ServiceError {
    match why {
        NotRecorded::Unreachable(reason) => ServiceError::StoreUnreachable(reason),
        NotRecorded::Closed | NotRecorded::Failed(_) => not_recorded(why),
    }
}

/// After a change: whoever asks again would make it twice.
fn not_recorded(why: NotRecorded) -> ServiceError {
    match why {
        NotRecorded::Closed => ServiceError::ShuttingDown,
        NotRecorded::Unreachable(reason) | NotRecorded::Failed(reason) => InternalError::Audit(reason).into(),
    }
}
