//! From photos to analyses: jobs for the compute threads, one a photo, and what their failures mean.
//!
//! Shared by the use cases. Whoever stops waiting here hangs up: the job is skipped if it has not begun.

use std::time::Duration;

use bytes::Bytes;
use faceward_core::{Embedding, Outcome};
use faceward_engine::image::DecodeError;
use faceward_engine::{Analysis, AnalyzeError, Fingerprint, Request};
use tokio::time::Instant;

use crate::error::{InternalError, PhotoFault, PhotoField, ServiceError};
use crate::metrics;
use crate::policy::{decided_as_requested, report, the_face};
use crate::report::FaceReport;
use crate::requests::Checks;
use crate::scheduler::{JobError, Permit, Ticket};
use crate::service::Service;

/// A photo on its way through the compute threads.
pub(crate) struct Pending {
    ticket: Ticket<Result<Analysis, AnalyzeError>>,
    field: PhotoField,
    deadline: Instant,
}

/// A frame on its way through the compute threads.
pub(crate) struct PendingFrame {
    ticket: Ticket<Result<(Analysis, Option<Fingerprint>), AnalyzeError>>,
    field: PhotoField,
    deadline: Instant,
}

/// A request that was let in: its slot and its deadline.
pub(crate) struct Admitted {
    permit: Permit,
    deadline: Instant,
}

impl Service {
    /// Lets a request in, with the slot that it brought or a new one. Its time starts now.
    pub(crate) fn let_in(&self, permit: Option<Permit>) -> Result<Admitted, ServiceError> {
        let permit = permit.map_or_else(|| self.admit(), Ok)?;
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
        let work = move |worker: &mut faceward_engine::Worker| worker.analyze(&photo, &request);
        let ticket = self.scheduler().submit(&admitted.permit, work).map_err(failed_job)?;
        Ok(Pending { ticket, field, deadline: admitted.deadline })
    }

    /// Queues the analysis of a photo that will be compared with others of the same recording.
    pub(crate) fn queue_frame(
        &self,
        admitted: &Admitted,
        photo: Bytes,
        field: PhotoField,
        request: Request,
    ) -> Result<PendingFrame, ServiceError> {
        let request = self.restricted(request);
        let work = move |worker: &mut faceward_engine::Worker| worker.analyze_frame(&photo, &request);
        let ticket = self.scheduler().submit(&admitted.permit, work).map_err(failed_job)?;
        Ok(PendingFrame { ticket, field, deadline: admitted.deadline })
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

    /// The one face of an analysis, which has an embedding, and in which every requested check was decided.
    pub(crate) fn comparable_face(
        &self,
        analysis: Analysis,
        field: PhotoField,
        checks: Checks,
    ) -> Result<(FaceReport, Embedding), ServiceError> {
        let (mut report, embedding) = self.one_face(analysis, field)?;
        let embedding = usable(embedding, field)?;
        decided_as_requested(&mut report, checks, field)?;
        Ok((report, embedding))
    }
}

impl Pending {
    /// Waits for the analysis; gives also how long the photo was queued.
    pub(crate) async fn analysis(self) -> Result<(Analysis, Duration), ServiceError> {
        let done = self.ticket.before(self.deadline).await.map_err(failed_job)?;
        let analysis = done.value.map_err(|error| failed_analysis(error, self.field))?;
        metrics::analysis(&analysis, done.queued);
        Ok((analysis, done.queued))
    }
}

impl PendingFrame {
    /// Waits for the analysis, and what tells the photo from a copy.
    pub(crate) async fn frame(self) -> Result<(Analysis, Option<Fingerprint>), ServiceError> {
        let done = self.ticket.before(self.deadline).await.map_err(failed_job)?;
        let (analysis, fingerprint) = done.value.map_err(|error| failed_analysis(error, self.field))?;
        metrics::analysis(&analysis, done.queued);
        Ok((analysis, fingerprint))
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
        JobError::QueueFull => ServiceError::Overloaded { retry_after: Duration::from_secs(1) },
    }
}

fn failed_analysis(error: AnalyzeError, field: PhotoField) -> ServiceError {
    match error {
        AnalyzeError::Decode(error) => {
            tracing::debug!(%error, %field, "a photo was refused");
            decode_fault(&error).of(field)
        }
        AnalyzeError::Inference(error) => InternalError::Inference(error.to_string()).into(),
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
