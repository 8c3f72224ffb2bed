//! Inspect: describe the one face of a photo.

use crate::error::{PhotoField, ServiceError};
use crate::policy::decided_as_requested;
use crate::report::FaceReport;
use crate::requests::InspectRequest;
use crate::ruled::Ruled;
use crate::service::Service;

use super::wanted::one_face_request;

impl Service {
    /// Describes the one face of a photo.
    ///
    /// # Errors
    /// The photo has not exactly one usable face; a requested check is unavailable or undecided; overload, timeout.
    pub async fn inspect(&self, request: InspectRequest) -> Result<FaceReport, ServiceError> {
        let checks = request.options.checks;
        let mut trail = self.trail("inspect", None);
        let result = async { self.ruled(None).await?.do_inspect(request).await }.await;
        if let Ok(report) = &result {
            trail.face("", report);
            trail.checked(checks, &[report]);
        }
        trail.end(result).await
    }
}

impl Ruled {
    async fn do_inspect(&self, request: InspectRequest) -> Result<FaceReport, ServiceError> {
        let InspectRequest { photo, options } = request;
        let field = PhotoField::Only;
        self.require(options.checks)?;
        let photo = photo.checked().map_err(|fault| fault.of(field))?;
        let wanted = one_face_request(&options);
        let admitted = self.let_in("inspect", 1)?;
        let analysis = self.queue(&admitted, photo, field, wanted)?.analysis().await?;
        let (mut report, _no_embedding) = self.one_face(analysis, field)?;
        decided_as_requested(&mut report, options.checks, field)?;
        Ok(report)
    }
}
