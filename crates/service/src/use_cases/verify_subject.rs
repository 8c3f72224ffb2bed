//! Verify a subject: is this the person who is enrolled under this id? The best of its templates decides.

use faceward_core::{AppId, Embedding};
use faceward_store::References;

use crate::error::{InternalError, PhotoField, ServiceError};
use crate::policy::Comparable;
use crate::report::{Comparison, SubjectVerification};
use crate::requests::VerifySubjectRequest;
use crate::ruled::Ruled;
use crate::service::Service;
use crate::subject::SubjectRef;

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
        let result = async { self.ruled(Some(app)).await?.do_verify_subject(*app, request).await }.await;
        if let Ok(verification) = &result {
            trail.face("", &verification.face);
            trail.comparison(&verification.comparison, self.embedding_model());
        }
        trail.end(result).await
    }
}

impl Ruled {
    async fn do_verify_subject(
        &self,
        app: AppId,
        request: VerifySubjectRequest,
    ) -> Result<SubjectVerification, ServiceError> {
        let VerifySubjectRequest { photo, subject, options } = request;
        let field = PhotoField::Only;
        self.require(options.checks)?;
        self.require_gates(&self.settings().compare)?;
        let photo = photo.checked().map_err(|fault| fault.of(field))?;
        let admitted = self.let_in("verify_subject", 1)?;
        // Before the photo is computed: without a reference there is nothing to compute it for.
        let References { name, embeddings, n_templates: _ } = self.references(app, &subject).await?;
        let wanted = self.wanted_of_probe(&options);
        let analysis = self.queue(&admitted, photo, field, wanted)?.analysis().await?;
        let (face, probe) = self.admitted_face(analysis, field, options.checks)?;
        let comparison = self.best_of(&embeddings, &probe)?;
        Ok(SubjectVerification { name, face, comparison })
    }

    /// What a subject is compared by: embeddings that can be compared with new ones, at least one, and its name.
    pub(crate) async fn references(
        &self,
        app: AppId,
        subject: &SubjectRef,
    ) -> Result<References, ServiceError> {
        let SubjectRef { gallery, subject } = subject;
        let model = self.embedding_model();
        let found = self.stores().templates.references(&app, gallery, subject, model).await?;
        if found.n_templates == 0 {
            Err(ServiceError::SubjectNotFound(subject.clone()))
        } else if found.embeddings.is_empty() {
            Err(ServiceError::SubjectOutdated(subject.clone()))
        } else {
            Ok(found)
        }
    }

    /// The comparison of `probe` with whichever of `references` is most like it.
    pub(crate) fn best_of(
        &self,
        references: &[Embedding],
        probe: &Comparable,
    ) -> Result<Comparison, ServiceError> {
        let compared =
            references.iter().map(|reference| self.comparator().compare_with_template(reference, probe));
        let compared: Vec<Comparison> =
            compared.collect::<Result<_, _>>().map_err(InternalError::Incomparable)?;
        let best = compared.into_iter().max_by(|a, b| a.cosine.0.total_cmp(&b.cosine.0));
        best.ok_or_else(|| {
            InternalError::Inference("there is no reference to compare with".to_owned()).into()
        })
    }
}
