//! Verify a subject: is this the person who is enrolled under this id? The best of its templates decides.

use faceward_core::{AppId, Embedding};

use crate::error::{InternalError, PhotoField, ServiceError};
use crate::report::{Comparison, SubjectVerification};
use crate::requests::VerifySubjectRequest;
use crate::service::Service;
use crate::subject::SubjectRef;

use super::wanted::comparable_request;

impl Service {
    /// Compares a photo with every template of a subject.
    ///
    /// # Errors
    /// No such gallery or subject, or no template of the model in use; the photo has not exactly one usable face; a
    /// requested check is unavailable or undecided; overload, timeout.
    pub async fn verify_subject(
        &self,
        app: &AppId,
        request: VerifySubjectRequest,
    ) -> Result<SubjectVerification, ServiceError> {
        let mut trail = self.trail("verify_subject", Some(app));
        trail.about(Some(&request.subject.gallery), Some(&request.subject.subject), None);
        let result = self.do_verify_subject(*app, request).await;
        if let Ok(verification) = &result {
            trail.face("", &verification.face);
            trail.comparison(&verification.comparison, self.comparator().calibration().model());
        }
        trail.end(result).await
    }

    async fn do_verify_subject(
        &self,
        app: AppId,
        request: VerifySubjectRequest,
    ) -> Result<SubjectVerification, ServiceError> {
        let VerifySubjectRequest { photo, subject, options } = request;
        let field = PhotoField::Only;
        self.require(options.checks)?;
        let photo = photo.checked().map_err(|fault| fault.of(field))?;
        let admitted = self.let_in("verify_subject", 1)?;
        // Before the photo is computed: without a reference there is nothing to compute it for.
        let references = self.references(app, &subject).await?;
        let wanted = comparable_request(&options, self.settings().mirrored_probes);
        let analysis = self.queue(&admitted, photo, field, wanted)?.analysis().await?;
        let (face, probe) = self.comparable_face(analysis, field, options.checks)?;
        let comparison = self.best_of(&references, &probe)?;
        let name = self.subject_name(&app, &subject).await?;
        Ok(SubjectVerification { name, face, comparison })
    }

    /// The embeddings of a subject that can be compared with new ones; at least one.
    pub(crate) async fn references(
        &self,
        app: AppId,
        subject: &SubjectRef,
    ) -> Result<Vec<Embedding>, ServiceError> {
        let SubjectRef { gallery: gallery_id, subject } = subject.clone();
        let wanted = subject.clone();
        let mut found =
            self.gallery(move |gallery| gallery.subject_embeddings(&app, &gallery_id, &wanted)).await?;
        if found.is_empty() {
            return Err(ServiceError::SubjectNotFound(subject));
        }
        let model = self.comparator().calibration().model();
        found.retain(|embedding| embedding.model() == model);
        if found.is_empty() { Err(ServiceError::SubjectOutdated(subject)) } else { Ok(found) }
    }

    /// The comparison of `probe` with whichever of `references` is most like it.
    pub(crate) fn best_of(
        &self,
        references: &[Embedding],
        probe: &Embedding,
    ) -> Result<Comparison, ServiceError> {
        let compared = references.iter().map(|reference| self.comparator().compare(reference, probe));
        let compared: Vec<Comparison> =
            compared.collect::<Result<_, _>>().map_err(InternalError::Incomparable)?;
        let best = compared.into_iter().max_by(|a, b| a.cosine.0.total_cmp(&b.cosine.0));
        best.ok_or_else(|| {
            InternalError::Inference("there is no reference to compare with".to_owned()).into()
        })
    }
}
