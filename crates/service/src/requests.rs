//! What the use cases ask for. Wire formats are parsed into these; nothing here is optional by accident.

use std::num::NonZeroU32;

use faceward_core::{GalleryId, Similarity, SubjectId, SubjectName, TemplateId};
use faceward_engine::Outputs;

use crate::challenges::ChallengeId;
use crate::movement::Movement;
use crate::photo::Photo;
use crate::subject::SubjectRef;

/// The security checks that the caller wants. A wanted check is answered or fails the request; it is never left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// Presentation attack detection.
    pub liveness: bool,
    /// Detection of swapped and generated faces.
    pub deepfake: bool,
}

/// What every use case on one face lets the caller choose.
#[derive(Clone, Copy, Debug, Default)]
pub struct FaceOptions {
    /// The security checks.
    pub checks: Checks,
    /// What the answer says about the face. Nothing else is found out, but for checks and what the use case itself needs.
    pub describe: Outputs,
}

/// Describes the one face of a photo.
#[derive(Debug)]
pub struct InspectRequest {
    /// The photo.
    pub photo: Photo,
    /// Checks, description.
    pub options: FaceOptions,
}

/// Compares the faces of two photos.
#[derive(Debug)]
pub struct VerifyRequest {
    /// One photo.
    pub first: Photo,
    /// The other one.
    pub second: Photo,
    /// Checks, description.
    pub options: FaceOptions,
}

/// Compares a photo with a stored template.
#[derive(Debug)]
pub struct VerifyAgainstRequest {
    /// The probe.
    pub photo: Photo,
    /// The reference.
    pub template: TemplateId,
    /// Checks, description.
    pub options: FaceOptions,
}

/// Compares a photo with a subject: its best template decides.
#[derive(Debug)]
pub struct VerifySubjectRequest {
    /// The probe.
    pub photo: Photo,
    /// The subject.
    pub subject: SubjectRef,
    /// Checks, description.
    pub options: FaceOptions,
}

/// Asks whether the photos of one person show movements that were asked for.
#[derive(Debug)]
pub struct ActiveLivenessRequest {
    /// The photos, in the order in which they were asked for; at least one.
    pub frames: Vec<Frame>,
    /// Who is expected on them; `None`: anybody.
    pub subject: Option<SubjectRef>,
    /// How many frames must succeed, 1 to their number; `None`: all.
    pub success_threshold: Option<usize>,
    /// Whether the photos are mirror images.
    pub mirrored: bool,
}

/// One photo of an active liveness check.
#[derive(Debug)]
pub struct Frame {
    /// The photo.
    pub photo: Photo,
    /// What it has to show, all of it.
    pub movements: Vec<Movement>,
    /// What the answer says about the face.
    pub describe: Outputs,
    /// Whether it is checked for presentation attacks.
    pub check_liveness: bool,
    /// Whether it is compared with the subject, where there is one.
    pub verify: bool,
}

/// Adds a template.
#[derive(Debug)]
pub struct EnrollRequest {
    /// The reference photo.
    pub photo: Photo,
    /// Its id; `None`: a random UUID.
    pub template: Option<TemplateId>,
    /// Where it belongs; `None`: the gallery `default`.
    pub gallery: Option<GalleryId>,
    /// Whom it shows; `None`: a subject with the template's id.
    pub subject: Option<SubjectId>,
    /// What people call the subject; `None` leaves the name that it has.
    pub name: Option<SubjectName>,
    /// Shortest side of the face's box, in pixels of the photo; `None`: [`crate::FaceRules::min_side`]. Never less than that.
    pub min_side: Option<f32>,
    /// Whether a face too poor to be compared is kept all the same. Its template is marked and never decides anything.
    pub force: bool,
    /// Seconds after which the template no longer counts; `None`: as long as its app lets it.
    pub expires_in: Option<NonZeroU32>,
    /// Whether a template with this id is replaced rather than an error.
    pub replace: bool,
    /// Checks, description.
    pub options: FaceOptions,
}

/// Searches an app's galleries for the face of a photo.
#[derive(Debug)]
pub struct IdentifyRequest {
    /// The probe.
    pub photo: Photo,
    /// Least similarity of a match, 0 to 1; `None`: the configured threshold.
    pub threshold: Option<Similarity>,
    /// Most candidates to name, at least 1; `None`: 1.
    pub limit: Option<usize>,
    /// The galleries to search, which exist; `None`: all of the app.
    pub galleries: Option<Vec<GalleryId>>,
    /// Checks, description.
    pub options: FaceOptions,
}

/// Describes the faces of a photo.
#[derive(Debug)]
pub struct AnalyzeRequest {
    /// The photo.
    pub photo: Photo,
    /// What to find out about each face. [`faceward_engine::Output::Liveness`] and [`faceward_engine::Output::Genuine`] are
    /// checks: without a model they fail the request. An embedding adds nothing to the answer: reports carry none.
    pub outputs: Outputs,
}

impl AnalyzeRequest {
    /// Most faces that are described: the largest. Each costs as much as a photo elsewhere.
    pub const MOST_FACES: usize = 50;
}

/// Makes a challenge.
#[derive(Clone, Debug, Default)]
pub struct ChallengeRequest {
    /// Whom the answer has to show; `None`: anybody, but one person.
    pub subject: Option<SubjectId>,
    /// The gallery of the subject; `None`: the gallery `default`.
    pub gallery: Option<GalleryId>,
    /// How many movements, `front` included, 2 to 8; `None`: the configured number.
    pub n_steps: Option<usize>,
    /// What they are drawn from; `None`: the configured ones.
    pub movements: Option<Vec<Movement>>,
    /// Whether the frames will be mirror images: left and right are swapped back.
    pub mirrored: bool,
}

/// Answers one.
#[derive(Debug)]
pub struct AnswerRequest {
    /// The challenge.
    pub challenge: ChallengeId,
    /// The frames in the order in which they were taken, each with the step that it was taken for, from 0 on.
    pub frames: Vec<(usize, Photo)>,
    /// Whether every frame is checked for swapped and generated faces, too.
    pub check_deepfake: bool,
}

/// A page of an app's templates.
#[derive(Clone, Debug, Default)]
pub struct ListTemplatesRequest {
    /// Only those of this gallery.
    pub gallery: Option<GalleryId>,
    /// Only those after this id.
    pub after: Option<TemplateId>,
    /// Most templates to list, 1 to 1000; `None`: 100.
    pub limit: Option<usize>,
}
