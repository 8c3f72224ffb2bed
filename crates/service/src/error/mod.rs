//! What can go wrong in a use case, in the words of the domain.
//!
//! Knows no HTTP status and no vendor's code: `http` holds one table a surface for that. [`ServiceError::Internal`] is
//! our own fault and deserves an operator's attention; everything else the caller, or merely time, can mend.

mod internal;
mod photo;
mod refusal;

use std::time::Duration;

use faceward_core::{AppId, GalleryId, InvalidId, ModelId, SubjectId};
use faceward_store::{ChallengeRefusal, StoreError};

pub use internal::InternalError;
pub(crate) use internal::with_cause;
pub use photo::{PhotoFault, PhotoField};
pub use refusal::{Check, Rejection};

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
    /// What the app demands of photos that are compared turned the photo away.
    #[error("{field}: not compared: {rejection}")]
    NotCompared {
        /// Which of the request's photos.
        field: PhotoField,
        /// Why.
        rejection: Rejection,
    },
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
    /// The app has no such session, no link leads to it, or it is forgotten.
    #[error("no such session")]
    SessionNotFound,
    /// Another browser has opened it.
    #[error("the link was used by another browser")]
    SessionTaken,
    /// It is over: passed, failed, declined, expired or cancelled.
    #[error("the session is over")]
    SessionOver,
    /// It waits for something else, or was changed meanwhile.
    #[error("the session waits for something else")]
    SessionElsewhere,
    /// The person was guided as often as may be.
    #[error("too many photos over one link")]
    TooManyPhotos,
    /// The app has as many sessions under way as it may have.
    #[error("too many sessions under way: cancel some, or wait until they end")]
    TooManySessions,
    /// An app of this id exists.
    #[error("app {0} already exists")]
    AppExists(AppId),
    /// No app has this id.
    #[error("no app {0}")]
    AppNotFound(AppId),
    /// The store, or the audit log, cannot be reached at present. Nothing was changed.
    #[error("the store cannot be reached: {0}")]
    StoreUnreachable(
        /// Written for the operator.
        String,
    ),
    /// No operator has this name.
    #[error("no operator of this name")]
    OperatorNotFound,
    /// An operator of this name exists.
    #[error("an operator of this name already exists")]
    OperatorExists,
    /// The operator has no session or token of this id.
    #[error("no session or token with this id")]
    PassNotFound,
    /// The app has no endpoint that is called back.
    #[error("the app has no webhook: give it an address first")]
    WebhookNotFound,
    /// The app has no event of this id, or it is forgotten.
    #[error("no event with this id")]
    EventNotFound,
    /// Nobody would be left to run operators.
    #[error("this is the last owner: make another one first")]
    LastOwner,
    /// Somebody tries to log in too often.
    #[error("too many attempts, retry in {} s", retry_after.as_secs())]
    TooManyAttempts {
        /// When the next attempt is allowed; at least a second.
        retry_after: Duration,
    },
    /// The app asks more often than it may.
    #[error("more than {limit} requests a minute: retry in {} s", retry_after.as_secs())]
    RateLimited {
        /// Requests a minute.
        limit: u32,
        /// When the next one is allowed; at least a second.
        retry_after: Duration,
    },
    /// The app has asked as often as it may today.
    #[error("the day's {limit} requests are used up: retry in {} s", retry_after.as_secs())]
    QuotaExceeded {
        /// Requests a day.
        limit: u32,
        /// Until midnight, UTC.
        retry_after: Duration,
    },
    /// Settings that were read again cannot be used. Nothing was changed.
    #[error("the settings cannot be used, nothing was changed: {0}")]
    SettingsRefused(String),
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
            Self::Rejected(_) | Self::NotCompared { .. } => "rejected",
            Self::ChallengeUnknown => "challenge_unknown",
            Self::ChallengeForeign => "challenge_foreign",
            Self::ChallengeReplayed => "challenge_replayed",
            Self::ChallengeExpired => "challenge_expired",
            Self::ChallengeReordered => "challenge_reordered",
            Self::ChallengeIncomplete => "challenge_incomplete",
            Self::TooManyChallenges => "too_many_challenges",
            Self::SessionNotFound => "session_not_found",
            Self::SessionTaken => "session_taken",
            Self::SessionOver => "session_over",
            Self::SessionElsewhere => "session_elsewhere",
            Self::TooManyPhotos => "too_many_photos",
            Self::TooManySessions => "too_many_sessions",
            Self::AppExists(_) => "app_exists",
            Self::AppNotFound(_) => "app_not_found",
            Self::StoreUnreachable(_) => "store_unreachable",
            Self::OperatorNotFound => "operator_not_found",
            Self::OperatorExists => "operator_exists",
            Self::PassNotFound => "pass_not_found",
            Self::WebhookNotFound => "webhook_not_found",
            Self::EventNotFound => "event_not_found",
            Self::LastOwner => "last_owner",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::RateLimited { .. } => "rate_limited",
            Self::QuotaExceeded { .. } => "quota_exceeded",
            Self::SettingsRefused(_) => "settings_refused",
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

impl PhotoFault {
    /// The error about the photo called `field`.
    #[must_use]
    pub const fn of(self, field: PhotoField) -> ServiceError {
        ServiceError::Photo { field, fault: self }
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
            StoreError::TooManySessions => Self::TooManySessions,
            StoreError::OperatorUnknown => Self::OperatorNotFound,
            StoreError::OperatorExists => Self::OperatorExists,
            StoreError::Unreachable(cause) => Self::StoreUnreachable(with_cause(&*cause)),
            StoreError::Length { .. } | StoreError::Failed(_) => Self::Internal(InternalError::Store(error)),
        }
    }
}
