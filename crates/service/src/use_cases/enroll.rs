//! Enroll: keep the face of a photo as a reference.

use std::num::NonZeroU32;

use faceward_core::{AppId, Embedding, GalleryId, ModelId, SubjectId, TemplateId};
use faceward_models::calibration::projection::projection;
use faceward_store::{DEFAULT_GALLERY, NewTemplate, OnConflict, Traces};
use jiff::{SignedDuration, Timestamp};

use crate::analyses::Admitted;
use crate::audit::Trail;
use crate::erased::replaced;
use crate::error::{PhotoFault, PhotoField, ServiceError};
use crate::policy::{Comparable, admit_reference, check_usable, decided_as_requested, gate_outputs};
use crate::report::{Enrollment, FaceReport};
use crate::requests::{Checks, EnrollRequest};
use crate::ruled::Ruled;
use crate::service::Service;

use super::wanted::comparable_request;

/// A template in the making.
struct Reference {
    new: NewTemplate,
    on_conflict: OnConflict,
    face: FaceReport,
    admitted: Admitted,
}

/// What the model of a template that was kept by force has behind its name.
const POOR: &str = "/too-poor";

/// Whether a template of `model` was kept by force: its face was too poor to be compared with anybody.
#[must_use]
pub fn is_kept_by_force(model: &str) -> bool {
    model.ends_with(POOR)
}

impl Service {
    /// Adds the face of a photo to a gallery of `app`. The template is durable when this returns.
    ///
    /// # Errors
    /// The photo has not exactly one usable face, or does not pass the operator's gates; the template exists and
    /// replacing was not asked for; a requested check is unavailable or undecided; overload, timeout.
    pub async fn enroll(&self, app: &AppId, request: EnrollRequest) -> Result<Enrollment, ServiceError> {
        let mut trail = self.trail("enroll", Some(app));
        let reference = async { self.ruled(Some(app)).await?.reference(request, &mut trail).await }.await;
        let Reference { new, on_conflict, face, admitted } = match reference {
            Ok(reference) => reference,
            Err(error) => return trail.end(Err(error)).await,
        };
        let (service, app) = (self.clone(), *app);
        let keep = async move {
            // Whoever shuts down waits for those who are let in.
            let _inside = admitted;
            let (record, old) = service.stores().templates.add(&app, &new, on_conflict).await?;
            Ok((Enrollment { record, face }, replaced(app, &new.template, old)))
        };
        let kept = self.change_and_note(trail, keep, |trail, (enrollment, replaced)| {
            trail.face("", &enrollment.face);
            trail.verdict("enrolled");
            // The template is in, which is what was asked for. The store goes on trying to wipe the other.
            let Some(replaced) = replaced else { return };
            trail.deleted(replaced);
            if replaced.deletion.traces == Traces::Left {
                tracing::warn!("traces of a replaced template are left; the store's next change wipes them");
                trail.reason("traces_left");
            }
        });
        Ok(kept.await?.0)
    }
}

impl Ruled {
    /// Computes what is to be kept.
    async fn reference(&self, request: EnrollRequest, trail: &mut Trail) -> Result<Reference, ServiceError> {
        let EnrollRequest {
            photo,
            template,
            gallery,
            subject,
            name,
            min_side,
            force,
            expires_in,
            replace,
            options,
        } = request;
        let template = template.unwrap_or_else(TemplateId::random);
        let gallery = gallery.map_or_else(|| GalleryId::parse(DEFAULT_GALLERY), Ok)?;
        let subject = subject.map_or_else(|| SubjectId::parse(template.as_str()), Ok)?;
        trail.about(Some(&gallery), Some(&subject), Some(&template));
        self.require(options.checks)?;
        self.require_gates(&self.settings().enroll)?;
        let photo = photo.checked().map_err(|fault| fault.of(PhotoField::Only))?;
        let admitted = self.let_in("enroll", 1)?;
        // A reference is computed once and compared often: always with its mirror image.
        let mut wanted = comparable_request(&options, true);
        wanted.outputs = wanted.outputs.and(gate_outputs(&self.settings().enroll));
        let analysis = self.queue(&admitted, photo, PhotoField::Only, wanted)?.analysis().await?;
        let (mut face, seen) =
            self.recognised_face(analysis, PhotoField::Only, self.gate_checks(options.checks))?;
        if min_side.is_some_and(|least| visible_side(&face) < least) {
            return Err(PhotoFault::TooSmall.of(PhotoField::Only));
        }
        let embedding = kept(seen, force)?;
        admit_reference(&face, &self.settings().enroll)?;
        decided_as_requested(&mut face, options.checks, PhotoField::Only)?;
        let on_conflict = if replace { OnConflict::Replace } else { OnConflict::Refuse };
        trail.model(projection().compared_model(embedding.model(), embedding.vector().len()));
        let (created_at, expires_at) = (None, expires_in.and_then(end_after));
        let new = NewTemplate { gallery, subject, name, template, embedding, created_at, expires_at };
        Ok(Reference { new, on_conflict, face, admitted })
    }

    /// What the caller asks for and what the operator's gates need.
    fn gate_checks(&self, checks: Checks) -> Checks {
        Checks { liveness: checks.liveness || self.settings().enroll.require_live, ..checks }
    }
}

/// When a template that is enrolled now ends; `None`: beyond any date.
pub(super) fn end_after(seconds: NonZeroU32) -> Option<Timestamp> {
    Timestamp::now().checked_add(SignedDuration::from_secs(i64::from(seconds.get()))).ok()
}

/// The embedding to keep. One of a face too poor to be compared is kept only by force, and marked as another model's: those
/// are never compared.
fn kept(seen: Comparable, force: bool) -> Result<Embedding, ServiceError> {
    match check_usable(seen.condition) {
        Ok(()) => Ok(seen.embedding),
        Err(fault) if force => {
            let marked = ModelId::new(&format!("{}{POOR}", seen.embedding.model()));
            let vector = seen.embedding.vector().to_vec();
            Embedding::restored(marked, vector).ok_or_else(|| fault.of(PhotoField::Only))
        }
        Err(fault) => Err(fault.of(PhotoField::Only)),
    }
}

/// The shorter side, in pixels, of the part of the face's box that lies inside the photo.
fn visible_side(report: &FaceReport) -> f32 {
    let visible = report.face.rect.clamped(report.photo.width, report.photo.height);
    visible.width().min(visible.height())
}

#[cfg(test)]
mod tests {
    use faceward_models::calibration::usability::{Condition, usability};

    use super::*;

    fn seen(utility: f32) -> Comparable {
        let embedding = Embedding::normalised(ModelId::new("m"), vec![0.6, 0.8]).expect("a direction");
        Comparable { embedding, condition: Condition { utility, ..Condition::UNHINDERED } }
    }

    #[test]
    fn a_poor_reference_is_kept_by_force_alone_and_compared_with_nothing() {
        let least = usability().least_utility;
        let good = kept(seen(least), false).expect("usable");
        assert_eq!(good.model().as_str(), "m");
        let refused = kept(seen(least - 0.01), false);
        assert!(matches!(refused, Err(ServiceError::Photo { fault: PhotoFault::TooPoor, .. })));
        let forced = kept(seen(least - 0.01), true).expect("kept by force");
        assert_eq!((forced.model().as_str(), forced.vector()), ("m/too-poor", good.vector()));
        assert!(forced.cosine(&good).is_err());
    }
}
