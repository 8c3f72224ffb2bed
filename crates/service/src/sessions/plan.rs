//! What a session asks for.

use std::num::NonZeroU32;

use faceward_core::{GalleryId, SubjectId, SubjectName, TemplateId};

use crate::requests::Checks;
use crate::subject::SubjectRef;

/// What is to be shown, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPlan {
    /// The passive checks of the selfie, and of the frames of the challenge.
    pub checks: Checks,
    /// How many movements a challenge asks for, `front` included; `None`: there is no challenge.
    pub challenge_steps: Option<usize>,
    /// Whose face it has to be; `None`: anybody's.
    pub compared_with: Option<ComparedWith>,
    /// Who is enrolled once everything is shown; `None`: nobody.
    pub enroll: Option<EnrollPlan>,
}

/// Whose face it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComparedWith {
    /// An enrolled subject.
    Subject(SubjectRef),
    /// The face of a photo that came with the request.
    Reference,
}

/// Who is enrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrollPlan {
    /// The gallery.
    pub gallery: GalleryId,
    /// The subject.
    pub subject: SubjectId,
    /// The id of the template that will be made.
    pub template: TemplateId,
    /// What people call the subject; `None` leaves the name that it has.
    pub name: Option<SubjectName>,
    /// Seconds from the enrolment on after which the template no longer counts; `None`: as long as the app lets it.
    pub expires_in: Option<NonZeroU32>,
}
