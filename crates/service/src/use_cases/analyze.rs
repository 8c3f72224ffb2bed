//! Analyze: describe every face of a photo.

use faceward_engine::{Analysis, Output, Outputs, Request, Scope};

use crate::analyses::Examined;
use crate::error::{PhotoField, ServiceError};
use crate::policy::report;
use crate::report::AnalysisReport;
use crate::requests::{AnalyzeRequest, Checks};
use crate::ruled::Ruled;
use crate::service::Service;

impl Service {
    /// Describes every face of a photo, but no more than the [`AnalyzeRequest::MOST_FACES`] largest; none is no error. A check that could not be decided on one of the faces is
    /// [`faceward_core::Outcome::Failed`] there and leaves the others their answers.
    ///
    /// # Errors
    /// The photo cannot be decoded; a requested check is unavailable; overload, timeout.
    pub async fn analyze(&self, request: AnalyzeRequest) -> Result<AnalysisReport, ServiceError> {
        let mut trail = self.trail("analyze", None);
        let result = async { self.ruled(None).await?.do_analyze(request).await }.await;
        if let Ok(report) = &result {
            trail.score("n_faces", report.faces.len() as f64);
            for (number, face) in report.faces.iter().enumerate() {
                trail.face(&format!("face_{}_", number + 1), face);
            }
        }
        trail.end(result).await
    }
}

impl Ruled {
    async fn do_analyze(&self, request: AnalyzeRequest) -> Result<AnalysisReport, ServiceError> {
        let AnalyzeRequest { photo, outputs } = request;
        let liveness = outputs.contains(Output::Liveness);
        self.require(Checks { liveness, deepfake: outputs.contains(Output::Genuine) })?;
        let photo = photo.checked().map_err(|fault| fault.of(PhotoField::Only))?;
        // Reports carry no embedding: nothing would read it.
        // Both checks are only of what was photographed.
        let checked = liveness || outputs.contains(Output::Genuine);
        let outputs =
            outputs.without(Outputs::of(&[Output::Embedding])).with_if(Output::Photographed, checked);
        let admitted = self.let_in("analyze", 1)?;
        let scope = Scope::Largest(AnalyzeRequest::MOST_FACES);
        let wanted = Request { outputs, scope, ..Request::default() };
        let pending = self.queue(&admitted, photo, PhotoField::Only, wanted)?;
        let Examined { analysis, fingerprint: _, queued } = pending.examined().await?;
        let Analysis { photo, faces, detections, timings, networks: _ } = analysis;
        let n_detected = detections.len();
        let judged = faces.into_iter().map(|face| report(face, photo, n_detected, self.settings()).0);
        Ok(AnalysisReport { photo, faces: judged.collect(), n_detected, timings, queued })
    }
}
