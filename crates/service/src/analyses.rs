//! From photos to analyses: jobs for the compute threads, one a photo, and what their failures mean.
//!
//! Shared by the use cases. All photos of a request are queued at once: the scheduler knows whose turn it is. Whoever
//! stops waiting here hangs up: a job is skipped if it has not begun, and ends before its next step if it has.

use std::time::Duration;

use bytes::Bytes;
use faceward_core::{Embedding, Outcome};
use faceward_engine::image::DecodeError;
use faceward_engine::{Analysis, AnalyzeError, Fingerprint, Meanwhile, Request, StepTiming, Worker};
use tokio::time::Instant;

use crate::error::{InternalError, PhotoFault, PhotoField, ServiceError};
use crate::metrics;
use crate::policy::{
    Comparable, admit_probe, check_photographed, check_usable, condition_of, decided_as_requested, report,
    the_face,
};
use crate::report::FaceReport;
use crate::requests::Checks;
use crate::ruled::Ruled;
use crate::scheduler::{Done, JobError, Permit, Ticket};

/// A photo on its way through the compute threads.
pub(crate) struct Pending {
    ticket: Ticket<Result<Looked, AnalyzeError>>,
    field: PhotoField,
    deadline: Instant,
}

/// What a compute thread found.
type Looked = (Analysis, Option<Fingerprint>);

/// What was found on a photo.
pub(crate) struct Examined {
    /// The findings.
    pub(crate) analysis: Analysis,
    /// What tells a frame from a copy.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// How long the photo was queued.
    pub(crate) queued: Duration,
}

/// A request that was let in: its places and its deadline.
pub(crate) struct Admitted {
    permit: Permit,
    deadline: Instant,
}

impl Ruled {
    /// Lets a request of the use case `kind` in, which will have `n_photos` photos computed. Its time starts now.
    pub(crate) fn let_in(&self, kind: &'static str, n_photos: usize) -> Result<Admitted, ServiceError> {
        let permit = self.admit_to(kind, n_photos)?;
        Ok(Admitted { permit, deadline: Instant::now() + self.settings().compute.request_timeout })
    }

    /// Queues the analysis of a photo.
    pub(crate) fn queue(
        &self,
        admitted: &Admitted,
        photo: Bytes,
        field: PhotoField,
        request: Request,
    ) -> Result<Pending, ServiceError> {
        let request = self.restricted(request);
        self.submit(admitted, field, move |worker, meanwhile| {
            let analysis = worker.analyze_while(&photo, &request, meanwhile)?;
            trace_steps(&analysis);
            Ok((analysis, None))
        })
    }

    /// Queues the analysis of a photo that will be compared with others of the same recording.
    pub(crate) fn queue_frame(
        &self,
        admitted: &Admitted,
        photo: Bytes,
        field: PhotoField,
        request: Request,
    ) -> Result<Pending, ServiceError> {
        let request = self.restricted(request);
        self.submit(admitted, field, move |worker, meanwhile| {
            worker.analyze_frame(&photo, &request, meanwhile)
        })
    }

    /// The analyses of `photos`, in their order.
    pub(crate) async fn analyses(
        &self,
        admitted: &Admitted,
        photos: Vec<(Bytes, PhotoField, Request)>,
    ) -> Result<Vec<Analysis>, ServiceError> {
        let queued =
            photos.into_iter().map(|(photo, field, wanted)| self.queue(admitted, photo, field, wanted));
        let pending = queued.collect::<Result<Vec<_>, _>>()?;
        let mut analyses = Vec::with_capacity(pending.len());
        for pending in pending {
            analyses.push(pending.analysis().await?);
        }
        Ok(analyses)
    }

    fn submit(
        &self,
        admitted: &Admitted,
        field: PhotoField,
        work: impl FnOnce(&mut Worker, Meanwhile<'_>) -> Result<Looked, AnalyzeError> + Send + 'static,
    ) -> Result<Pending, ServiceError> {
        let ticket = self.scheduler().submit(&admitted.permit, work).map_err(failed_job)?;
        Ok(Pending { ticket, field, deadline: admitted.deadline })
    }

    /// `request` without what the operator switched off.
    fn restricted(&self, request: Request) -> Request {
        Request { withheld: self.settings().demography.withheld(), ..request }
    }

    /// The one face of an analysis, with its verdicts and its embedding.
    pub(crate) fn one_face(
        &self,
        mut analysis: Analysis,
        field: PhotoField,
    ) -> Result<(FaceReport, Outcome<Embedding>), ServiceError> {
        let n_detected = analysis.detections.len();
        let face = the_face(&mut analysis, &self.settings().faces).map_err(|fault| fault.of(field))?;
        Ok(report(face, analysis.photo, n_detected, self.settings()))
    }

    /// The one face of an analysis, which can be compared, and in which every requested check was decided.
    pub(crate) fn comparable_face(
        &self,
        analysis: Analysis,
        field: PhotoField,
        checks: Checks,
    ) -> Result<(FaceReport, Comparable), ServiceError> {
        let (report, face) = self.recognised_face(analysis, field, checks)?;
        check_usable(face.condition).map_err(|fault| fault.of(field))?;
        Ok((report, face))
    }

    /// The same for a face that the app's demands on compared photos let through.
    pub(crate) fn admitted_face(
        &self,
        analysis: Analysis,
        field: PhotoField,
        checks: Checks,
    ) -> Result<(FaceReport, Comparable), ServiceError> {
        let gates = &self.settings().compare;
        let with_gate = Checks { liveness: checks.liveness || gates.require_live, ..checks };
        let (mut report, face) = self.comparable_face(analysis, field, with_gate)?;
        admit_probe(&report, gates, field)?;
        decided_as_requested(&mut report, checks, field)?;
        Ok((report, face))
    }

    /// The same for a face that may be too poor to be compared.
    pub(crate) fn recognised_face(
        &self,
        analysis: Analysis,
        field: PhotoField,
        checks: Checks,
    ) -> Result<(FaceReport, Comparable), ServiceError> {
        let (mut report, embedding) = self.one_face(analysis, field)?;
        check_photographed(&report).map_err(|fault| fault.of(field))?;
        let embedding = usable(embedding, field)?;
        decided_as_requested(&mut report, checks, field)?;
        let condition = condition_of(&report, &embedding);
        Ok((report, Comparable { embedding, condition }))
    }
}

/// Says in the trace of the request what took how long.
fn trace_steps(analysis: &Analysis) {
    let span = tracing::Span::current();
    if !span.is_disabled() {
        let step =
            |timing: &StepTiming| format!("{} {:.1} ms", timing.step, timing.duration.as_secs_f64() * 1e3);
        let steps: Vec<_> = analysis.timings.iter().map(step).collect();
        span.record("steps", steps.join(", "));
    }
}

impl Pending {
    /// Waits for what is found. Whoever stops waiting stops the computation, before its next step.
    pub(crate) async fn examined(self) -> Result<Examined, ServiceError> {
        let Done { value, queued } = self.ticket.before(self.deadline).await.map_err(failed_job)?;
        let (analysis, fingerprint) = value.map_err(|error| failed_analysis(error, self.field))?;
        metrics::analysis(&analysis, queued);
        Ok(Examined { analysis, fingerprint, queued })
    }

    /// Waits for the analysis.
    pub(crate) async fn analysis(self) -> Result<Analysis, ServiceError> {
        Ok(self.examined().await?.analysis)
    }
}

/// A face without an embedding is one that is too small to be told apart.
pub(crate) fn usable(embedding: Outcome<Embedding>, field: PhotoField) -> Result<Embedding, ServiceError> {
    match embedding {
        Outcome::Value(embedding) => Ok(embedding),
        Outcome::Failed(reason) => {
            tracing::debug!(reason, %field, "the face gives no embedding");
            Err(PhotoFault::TooSmall.of(field))
        }
        Outcome::NotRequested | Outcome::Unavailable => {
            Err(InternalError::Inference("the engine made no embedding".to_owned()).into())
        }
    }
}

fn failed_job(error: JobError) -> ServiceError {
    match error {
        JobError::TimedOut => ServiceError::TimedOut,
        JobError::Stopped => ServiceError::ShuttingDown,
        JobError::Panicked => InternalError::JobPanicked.into(),
        JobError::NoWorker(reason) => InternalError::NoWorker(reason).into(),
    }
}

fn failed_analysis(error: AnalyzeError, field: PhotoField) -> ServiceError {
    match error {
        AnalyzeError::Decode(error) => {
            tracing::debug!(%error, %field, "a photo was refused");
            decode_fault(&error).of(field)
        }
        AnalyzeError::Inference(_) | AnalyzeError::Resample(_) => {
            InternalError::Inference(error.to_string()).into()
        }
        AnalyzeError::Cancelled => ServiceError::TimedOut,
    }
}

const fn decode_fault(error: &DecodeError) -> PhotoFault {
    match error {
        DecodeError::UnknownFormat => PhotoFault::WrongType,
        DecodeError::TooManyBytes { .. } => PhotoFault::TooManyBytes,
        DecodeError::TooManyPixels { .. } => PhotoFault::TooManyPixels,
        DecodeError::TooManyScans { .. } | DecodeError::Corrupt { .. } => PhotoFault::Undecodable,
    }
}
