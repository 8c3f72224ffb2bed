//! Enroll: keep the face of a photo as a reference.

use faceward_core::{AppId, GalleryId, SubjectId, TemplateId};
use faceward_gallery::{NewTemplate, OnConflict};

use crate::audit::Trail;
use crate::error::{PhotoFault, PhotoField, ServiceError};
use crate::policy::{admit_reference, decided_as_requested, gate_outputs};
use crate::report::{Enrollment, FaceReport};
use crate::requests::{Checks, EnrollRequest};
use crate::service::Service;

use super::wanted::comparable_request;

/// The gallery of those who name none.
pub(super) const DEFAULT_GALLERY: &str = "default";

impl Service {
    /// Adds the face of a photo to a gallery of `app`. The template is durable when this returns.
    ///
    /// # Errors
    /// The photo has not exactly one usable face, or does not pass the operator's gates; the template exists and
    /// replacing was not asked for; a requested check is unavailable or undecided; overload, timeout.
    pub async fn enroll(&self, app: &AppId, request: EnrollRequest) -> Result<Enrollment, ServiceError> {
        let mut trail = self.trail("enroll", Some(app));
        let result = self.do_enroll(*app, request, &mut trail).await;
        if let Ok(enrollment) = &result {
            trail.face("", &enrollment.face);
            trail.verdict("enrolled");
        }
        trail.end_durably(result).await
    }

    async fn do_enroll(
        &self,
        app: AppId,
        request: EnrollRequest,
        trail: &mut Trail,
    ) -> Result<Enrollment, ServiceError> {
        let EnrollRequest { photo, template, gallery, subject, name, min_side, replace, options } = request;
        let template = template.unwrap_or_else(TemplateId::random);
        let gallery = gallery.map_or_else(|| GalleryId::parse(DEFAULT_GALLERY), Ok)?;
        let subject = subject.map_or_else(|| SubjectId::parse(template.as_str()), Ok)?;
        trail.about(Some(&gallery), Some(&subject), Some(&template));
        self.require(options.checks)?;
        let photo = photo.checked().map_err(|fault| fault.of(PhotoField::Only))?;
        let admitted = self.let_in(options.permit.clone())?;
        // A reference is computed once and compared often: always with its mirror image.
        let mut wanted = comparable_request(&options, true);
        wanted.outputs = wanted.outputs.and(gate_outputs(&self.settings().enroll));
        let (analysis, _queued) = self.queue(&admitted, photo, PhotoField::Only, wanted)?.analysis().await?;
        let (mut face, embedding) =
            self.comparable_face(analysis, PhotoField::Only, self.gate_checks(options.checks))?;
        if min_side.is_some_and(|least| visible_side(&face) < least) {
            return Err(PhotoFault::TooSmall.of(PhotoField::Only));
        }
        admit_reference(&face, &self.settings().enroll)?;
        decided_as_requested(&mut face, options.checks, PhotoField::Only)?;
        let on_conflict = if replace { OnConflict::Replace } else { OnConflict::Refuse };
        trail.model(embedding.model());
        let new = NewTemplate { gallery, subject, name, template, embedding };
        trail.begun().await?;
        self.keep(app, new, on_conflict, face).await
    }

    /// What the caller asks for and what the operator's gates need.
    fn gate_checks(&self, checks: Checks) -> Checks {
        Checks { liveness: checks.liveness || self.settings().enroll.require_live, ..checks }
    }

    async fn keep(
        &self,
        app: AppId,
        new: NewTemplate,
        on_conflict: OnConflict,
        face: FaceReport,
    ) -> Result<Enrollment, ServiceError> {
        let record = self.gallery(move |gallery| gallery.add(&app, &new, on_conflict)).await?;
        Ok(Enrollment { record, face })
    }
}

/// The shorter side, in pixels, of the part of the face's box that lies inside the photo.
fn visible_side(report: &FaceReport) -> f32 {
    let visible = report.face.rect.clamped(report.photo.width, report.photo.height);
    visible.width().min(visible.height())
}
