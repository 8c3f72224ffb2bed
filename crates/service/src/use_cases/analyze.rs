//! Analyze: describe every face of a photo.

use faceward_engine::{Analysis, Request, Scope};

use crate::error::{PhotoField, ServiceError};
use crate::policy::report;
use crate::report::AnalysisReport;
use crate::requests::{AnalyzeRequest, Checks};
use crate::service::Service;

impl Service {
    /// Describes every face of a photo; none is no error. A check that could not be decided on one of the faces is
    /// [`faceward_core::Outcome::Failed`] there and leaves the others their answers.
    ///
    /// # Errors
    /// The photo cannot be decoded; a requested check is unavailable; overload, timeout.
    pub async fn analyze(&self, request: AnalyzeRequest) -> Result<AnalysisReport, ServiceError> {
        let mut trail = self.trail("analyze", None);
        let result = self.do_analyze(request).await;
        if let Ok(report) = &result {
            trail.score("n_faces", report.faces.len() as f64);
            for (number, face) in report.faces.iter().enumerate() {
                trail.face(&format!("face_{}_", number + 1), face);
            }
        }
        trail.end(result).await
    }

    async fn do_analyze(&self, request: AnalyzeRequest) -> Result<AnalysisReport, ServiceError> {
        let AnalyzeRequest { photo, mut outputs, permit } = request;
        self.require(Checks { liveness: outputs.liveness, deepfake: outputs.deepfake })?;
        let photo = photo.checked().map_err(|fault| fault.of(PhotoField::Only))?;
        // Reports carry no embedding: nothing would read it.
        outputs.embedding = false;
        let admitted = self.let_in(permit)?;
        let wanted = Request { outputs, scope: Scope::All, mirrored_embedding: false };
        let (analysis, queued) = self.queue(&admitted, photo, PhotoField::Only, wanted)?.analysis().await?;
        let Analysis { photo, faces, detections, timings, networks: _ } = analysis;
        let n_detected = detections.len();
        let judged = faces.into_iter().map(|face| report(face, photo, n_detected, self.settings()).0);
        Ok(AnalysisReport { photo, faces: judged.collect(), n_detected, timings, queued })
    }
}
