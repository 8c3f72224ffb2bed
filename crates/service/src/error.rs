//! What can go wrong in a use case, in the words of the domain.
//!
//! Knows no HTTP status and no vendor's code: `http` holds one table a surface for that. [`ServiceError::Internal`] is
//! our own fault and deserves an operator's attention; everything else the caller, or merely time, can mend.

use std::time::Duration;

use faceward_core::{AppId, GalleryId, InvalidId, ModelId, SubjectId};
use faceward_store::{ChallengeRefusal, StoreError};

/// Why a use case gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A photo cannot be used.
    #[error("{field}: {fault}")]
    Photo {
        /// Which of the request's photos.
        field: PhotoField,
        /// What is wrong with it.
        fault: PhotoFault,
    },
    /// A requested security check has no model, or its model is switched off. Nothing was computed.
    #[error("the {0} check is not available on this server")]
    CheckUnavailable(Check),
    /// A requested security check ran and could not decide. Neither passed nor failed: the request fails.
    #[error("{field}: the {check} check could not decide: {reason}")]
    CheckUndecided {
        /// Which of the request's photos.
        field: PhotoField,
        /// The check.
        check: Check,
        /// Written for the operator.
        reason: String,
    },
    /// Every slot is taken, or the request would wait too long. Nothing was decoded.
    #[error("overloaded, retry in {} s", retry_after.as_secs())]
    Overloaded {
        /// When what is inside is likely to be done; whole seconds, at least one.
        retry_after: Duration,
    },
    /// The request's time is over.
    #[error("the request took too long")]
    TimedOut,
    /// The service takes no new requests.
    #[error("the service is shutting down")]
    ShuttingDown,
    /// Unknown app, wrong key or expired key: deliberately one variant.
    #[error("unknown app or wrong key")]
    Unauthenticated,
    /// The token was issued to another app.
    #[error("the access token belongs to another app")]
    ForeignToken,
    /// The app already has a template of this id, and replacing it was not asked for.
    #[error("a template with this id already exists")]
    TemplateExists,
    /// The app has no template of this id.
    #[error("no template with this id")]
    TemplateNotFound,
    /// The app has no gallery of this id.
    #[error("no gallery `{0}`")]
    GalleryNotFound(GalleryId),
    /// The app has a gallery of this id.
    #[error("the gallery `{0}` already exists")]
    GalleryExists(GalleryId),
    /// The gallery has no subject of this id.
    #[error("no subject `{0}` in this gallery")]
    SubjectNotFound(SubjectId),
    /// The subject has templates, but none of the model in use: it has to be enrolled again.
    #[error("subject `{0}` has no template that this server can use: enrol it again")]
    SubjectOutdated(SubjectId),
    /// The template was made by another model than the one in use; the subject has to be enrolled again.
    #[error("the template was made by `{made_by}`, which this server no longer uses")]
    TemplateOutdated {
        /// The model that made it.
        made_by: ModelId,
    },
    /// An id that cannot be one.
    #[error(transparent)]
    InvalidId(#[from] InvalidId),
    /// A parameter outside its range.
    #[error("{name} must be {expected}")]
    InvalidParameter {
        /// The parameter's name.
        name: &'static str,
        /// Its range, in words.
        expected: &'static str,
    },
    /// The operator's enrolment gates turned the photo away.
    #[error("not enrolled: {0}")]
    Rejected(Rejection),
    /// The app never had this challenge, or it is forgotten: restarts forget all of them.
    #[error("no challenge with this id")]
    ChallengeUnknown,
    /// The challenge was made for another app.
    #[error("the challenge was made for another app")]
    ChallengeForeign,
    /// The challenge was answered before.
    #[error("the challenge was answered already")]
    ChallengeReplayed,
    /// The answer came too late.
    #[error("the challenge has expired")]
    ChallengeExpired,
    /// The frames are not in the order of the steps, or are for steps that were not asked for.
    #[error("the frames do not follow the steps of the challenge")]
    ChallengeReordered,
    /// A step has too few frames, or the answer too many.
    #[error("an answer has at least 2 frames for each step and at most 30 in all")]
    ChallengeIncomplete,
    /// The app has as many open challenges as it may have.
    #[error("too many open challenges: answer some, or wait until they expire")]
    TooManyChallenges,
    /// An app of this id exists.
    #[error("app {0} already exists")]
    AppExists(AppId),
    /// No app has this id.
    #[error("no app {0}")]
    AppNotFound(AppId),
    /// Our own fault.
    #[error("internal error: {0}")]
    Internal(#[from] InternalError),
}

impl ServiceError {
    /// A stable `snake_case` name: label of the outcome in metrics and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Photo { fault, .. } => fault.name(),
            Self::CheckUnavailable(_) => "check_unavailable",
            Self::CheckUndecided { .. } => "check_undecided",
            Self::Overloaded { .. } => "overloaded",
            Self::TimedOut => "timed_out",
            Self::ShuttingDown => "shutting_down",
            Self::Unauthenticated => "unauthenticated",
            Self::ForeignToken => "foreign_token",
            Self::TemplateExists => "template_exists",
            Self::TemplateNotFound => "template_not_found",
            Self::GalleryNotFound(_) => "gallery_not_found",
            Self::GalleryExists(_) => "gallery_exists",
            Self::SubjectNotFound(_) => "subject_not_found",
            Self::SubjectOutdated(_) => "subject_outdated",
            Self::TemplateOutdated { .. } => "template_outdated",
            Self::InvalidId(_) => "invalid_id",
            Self::InvalidParameter { .. } => "invalid_parameter",
            Self::Rejected(_) => "rejected",
            Self::ChallengeUnknown => "challenge_unknown",
            Self::ChallengeForeign => "challenge_foreign",
            Self::ChallengeReplayed => "challenge_replayed",
            Self::ChallengeExpired => "challenge_expired",
            Self::ChallengeReordered => "challenge_reordered",
            Self::ChallengeIncomplete => "challenge_incomplete",
            Self::TooManyChallenges => "too_many_challenges",
            Self::AppExists(_) => "app_exists",
            Self::AppNotFound(_) => "app_not_found",
            Self::Internal(_) => "internal",
        }
    }
}

impl ServiceError {
    /// What is wrong with the photo, if that is what went wrong.
    pub(crate) const fn photo_fault(&self) -> Option<PhotoFault> {
        if let Self::Photo { fault, .. } = self { Some(*fault) } else { None }
    }
}

/// Which of a request's photos is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhotoField {
    /// The only one.
    Only,
    /// The first of a pair.
    First,
    /// The second of a pair.
    Second,
    /// One of several; counts from 0.
    Frame(usize),
}

impl std::fmt::Display for PhotoField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Only => f.write_str("photo"),
            Self::First => f.write_str("first photo"),
            Self::Second => f.write_str("second photo"),
            Self::Frame(index) => write!(f, "image {}", index + 1),
        }
    }
}

/// Why a photo cannot be used. Variants stand in the order in which they are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PhotoFault {
    /// The request has no such photo.
    #[error("no photo was sent")]
    Missing,
    /// It has no bytes.
    #[error("the photo has no bytes")]
    Empty,
    /// It is neither JPEG nor PNG.
    #[error("neither a JPEG nor a PNG")]
    WrongType,
    /// It has more bytes than the operator allows.
    #[error("the photo has too many bytes")]
    TooManyBytes,
    /// It has more pixels than the operator allows.
    #[error("the photo has too many pixels")]
    TooManyPixels,
    /// It claims to be a JPEG or PNG and does not decode.
    #[error("the photo is corrupt or truncated")]
    Undecodable,
    /// No face was found.
    #[error("no face was found")]
    NoFace,
    /// A second face is large enough to be meant.
    #[error("more than one face was found")]
    SeveralFaces,
    /// The face is too small, or gives no embedding.
    #[error("the face is too small to be used")]
    TooSmall,
    /// What was found is no photographed face of a human: a drawing, an animal, a statue, a negative.
    #[error("what was found is not the photographed face of a human")]
    NotPhotographed,
    /// The face is too blurred, dark or covered to tell people apart.
    #[error("the face is too poor to be compared: too blurred, too dark, or covered")]
    TooPoor,
}

impl PhotoFault {
    /// Every fault, in the order in which they are checked.
    pub const ALL: [Self; 11] = [
        Self::Missing,
        Self::Empty,
        Self::WrongType,
        Self::TooManyBytes,
        Self::TooManyPixels,
        Self::Undecodable,
        Self::NoFace,
        Self::SeveralFaces,
        Self::TooSmall,
        Self::NotPhotographed,
        Self::TooPoor,
    ];

    /// A stable `snake_case` name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "photo_missing",
            Self::Empty => "photo_empty",
            Self::WrongType => "photo_wrong_type",
            Self::TooManyBytes => "photo_too_many_bytes",
            Self::TooManyPixels => "photo_too_many_pixels",
            Self::Undecodable => "photo_undecodable",
            Self::NoFace => "no_face",
            Self::SeveralFaces => "several_faces",
            Self::TooSmall => "face_too_small",
            Self::NotPhotographed => "not_photographed",
            Self::TooPoor => "face_too_poor",
        }
    }

    /// The error about the photo called `field`.
    #[must_use]
    pub const fn of(self, field: PhotoField) -> ServiceError {
        ServiceError::Photo { field, fault: self }
    }
}

/// A check that lets people in or keeps them out: never silently left out once asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// Presentation attack detection.
    Liveness,
    /// Detection of swapped and generated faces.
    Deepfake,
    /// The direction of the head.
    HeadPose,
    /// Open and closed eyes.
    Eyes,
    /// Open and closed mouths.
    Mouth,
    /// Movements of head, eyes and mouth.
    Movement,
}

impl std::fmt::Display for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Liveness => "liveness",
            Self::Deepfake => "deepfake",
            Self::HeadPose => "head pose",
            Self::Eyes => "eye",
            Self::Mouth => "mouth",
            Self::Movement => "movement",
        })
    }
}

/// Why a reference was turned away.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The liveness score is not fine.
    #[error("the photo does not pass the liveness check")]
    NotLive,
    /// A quality measure is worse than the operator allows.
    #[error("{measure} is too poor: {quality:.2}, at least {required:.2} is required")]
    PoorQuality {
        /// The worst measure, by its stable name.
        measure: &'static str,
        /// Its quality, 0 to 1, higher is better.
        quality: f64,
        /// What the operator requires.
        required: f64,
    },
    /// Quality is required, and no measure could be assessed.
    #[error("the quality cannot be assessed")]
    QualityUnknown,
}

/// Faults of ours.
#[derive(Debug, thiserror::Error)]
pub enum InternalError {
    /// The store failed.
    #[error("{}", with_cause(.0))]
    Store(#[source] StoreError),
    /// What was to be deleted is gone for every reader; sealed bytes of it are still in a log of the store, which wipes them
    /// with its next change or start.
    #[error(
        "deleted, but traces of it could not be wiped from the disk yet; the next change or start does it"
    )]
    TracesLeft,
    /// A network failed.
    #[error("an inference step failed: {0}")]
    Inference(String),
    /// A job panicked; its compute thread got a new worker.
    #[error("a compute job panicked")]
    JobPanicked,
    /// A compute thread cannot make itself a worker.
    #[error("a compute thread has no worker: {0}")]
    NoWorker(String),
    /// A blocking task off the async threads panicked or was cancelled.
    #[error("a background task died: {0}")]
    TaskDied(String),
    /// A stored challenge cannot be read.
    #[error("a stored challenge: {0}")]
    Challenge(String),
    /// Two embeddings of one analysis come from different models.
    #[error(transparent)]
    Incomparable(#[from] faceward_core::IncomparableEmbeddings),
    /// An access token could not be made.
    #[error("access tokens: {0}")]
    Token(String),
    /// The operating system gives no random numbers.
    #[error("no random numbers: {0}")]
    NoRandomness(String),
    /// The audit log cannot be written: nothing that it has to tell of is done or acknowledged.
    #[error("the audit log cannot be written: {0}")]
    Audit(String),
}

impl InternalError {
    /// The audit log failed with `error`.
    pub(crate) fn audit(error: &StoreError) -> Self {
        Self::Audit(with_cause(error))
    }
}

/// An error and what caused it, in one line.
pub(crate) fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", with_cause(cause)),
        None => error.to_string(),
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::AppUnknown(app) => Self::AppNotFound(app),
            StoreError::AppExists(app) => Self::AppExists(app),
            StoreError::GalleryUnknown(gallery) => Self::GalleryNotFound(gallery),
            StoreError::TemplateExists(_) => Self::TemplateExists,
            StoreError::GalleryExists(gallery) => Self::GalleryExists(gallery),
            StoreError::Challenge(ChallengeRefusal::TooMany) => Self::TooManyChallenges,
            StoreError::Challenge(ChallengeRefusal::Unknown) => Self::ChallengeUnknown,
            StoreError::Challenge(ChallengeRefusal::Foreign) => Self::ChallengeForeign,
            StoreError::Challenge(ChallengeRefusal::Replayed) => Self::ChallengeReplayed,
            StoreError::Challenge(ChallengeRefusal::Expired) => Self::ChallengeExpired,
            StoreError::Length { .. } | StoreError::Unreachable(_) | StoreError::Failed(_) => {
                Self::Internal(InternalError::Store(error))
            }
        }
    }
}
