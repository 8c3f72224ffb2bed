//! Verify against: does a photo show the person of a stored template?

use faceward_core::AppId;

use crate::audit::Trail;
use crate::error::{PhotoField, ServiceError};
use crate::report::TemplateVerification;
use crate::requests::VerifyAgainstRequest;
use crate::ruled::Ruled;
use crate::service::Service;

impl Service {
    /// Compares the face of a photo with a template of `app`.
    ///
    /// # Errors
    /// No such template, or one of a model no longer in use; the photo has not exactly one usable face; a requested
    /// check is unavailable or undecided; overload, timeout.
    pub async fn verify_against(
        &self,
        app: &AppId,
        request: VerifyAgainstRequest,
    ) -> Result<TemplateVerification, ServiceError> {
        let mut trail = self.trail("verify_against", Some(app));
        trail.about(None, None, Some(&request.template));
        let result =
            async { self.ruled(Some(app)).await?.do_verify_against(*app, request, &mut trail).await }.await;
        if let Ok(found) = &result {
            trail.face("", &found.face);
            trail.comparison(&found.comparison, self.embedding_model());
        }
        trail.end(result).await
    }
}

impl Ruled {
    async fn do_verify_against(
        &self,
        app: AppId,
        request: VerifyAgainstRequest,
        trail: &mut Trail,
    ) -> Result<TemplateVerification, ServiceError> {
        let VerifyAgainstRequest { photo, template, options } = request;
        let field = PhotoField::Only;
        self.require(options.checks)?;
        self.require_gates(&self.settings().compare)?;
        let photo = photo.checked().map_err(|fault| fault.of(field))?;
        let admitted = self.let_in("verify_against", 1)?;
        // Before the photo is computed: without a reference there is nothing to compute it for.
        let found = self.stores().templates.reference(&app, &template).await?;
        let (record, reference) = found.ok_or(ServiceError::TemplateNotFound)?;
        trail.about_template(&record);
        let wanted = self.wanted_of_probe(&options);
        let analysis = self.queue(&admitted, photo, field, wanted)?.analysis().await?;
        let (face, probe) = self.admitted_face(analysis, field, options.checks)?;
        let outdated = || ServiceError::TemplateOutdated { made_by: reference.model().clone() };
        let comparison = self
            .comparator()
            .compare_with_template(&reference, &probe)
            .map_err(|_incomparable| outdated())?;
        Ok(TemplateVerification { template, face, comparison })
    }
}
