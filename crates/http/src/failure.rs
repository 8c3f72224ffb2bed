//! A failed request on its way to the client.
//!
//! Handlers and layers return a [`Failure`]; it travels as an extension of an empty response, and the envelope layer
//! writes it down in the words of the surface that was called. So each surface has exactly one place that knows its
//! error format, and a failure in any layer takes the same way.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use faceward_core::InvalidId;
use faceward_service::{PhotoFault, PhotoField, ServiceError};

use crate::error::ErrorKind;
use crate::phase::Phase;

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The use case failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// A photo is larger than allowed.
    #[error("`{part}` is larger than {limit_bytes} bytes")]
    PhotoTooLarge { part: &'static str, limit_bytes: usize },
    /// A photo is no base64.
    #[error("{0}: not base64")]
    NotBase64(PhotoField),
    /// The body is larger than allowed.
    #[error("the body is larger than {limit_bytes} bytes")]
    BodyTooLarge { limit_bytes: usize },
    /// The body stopped coming, or came too slowly.
    #[error("the body did not arrive in time")]
    SlowUpload,
    /// No room for another body.
    #[error("too many uploads at once")]
    UploadsFull,
    /// The body cannot be parsed.
    #[error("malformed body: {0}")]
    MalformedBody(String),
    /// A part or parameter came twice.
    #[error("`{0}` was sent more than once")]
    Repeated(String),
    /// A parameter outside its range.
    #[error("`{name}` must be {expected}")]
    InvalidParameter { name: String, expected: &'static str },
    /// A parameter that this endpoint does not have.
    #[error("`{0}` is no parameter of this endpoint")]
    UnknownParameter(String),
    /// A parameter that has to be there.
    #[error("`{0}` is missing")]
    MissingParameter(&'static str),
    /// No session or token, or none that is accepted; or a wrong name or password.
    #[error("not logged in, or not any more")]
    NotLoggedIn,
    /// The operator's role does not allow it.
    #[error("your role does not allow this")]
    RoleTooLow,
    /// A page of another site made a browser send this.
    #[error("sent by a page of another site")]
    CrossSite,
    /// No app has the id in the path.
    #[error("there is no app with this id")]
    AppNotFound,
    /// Nothing at this path.
    #[error("there is nothing at this path")]
    NotFound,
    /// Something at this path, for other methods.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The whole request took too long.
    #[error("the request took too long")]
    TimedOut,
    /// The models are not loaded yet, or the server is stopping.
    #[error("not ready: the models are not loaded yet, or the server is stopping")]
    NotReady,
    /// The server is starting.
    #[error("not ready: the models are not loaded yet: {0}")]
    Starting(Phase),
    /// A handler panicked, or a layer is missing: a bug of ours.
    #[error("internal error")]
    Panicked,
}

/// When a client may retry where nothing better is known.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);
/// The same where the store is away: a machine that takes over for another needs some seconds.
const STORE_RETRY_AFTER: Duration = Duration::from_secs(5);

impl Failure {
    /// The row of the error tables.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Service(error) => service_kind(error),
            Self::PhotoTooLarge { .. } => ErrorKind::PhotoTooLarge,
            Self::NotBase64(_) => ErrorKind::PhotoNotBase64,
            Self::BodyTooLarge { .. } => ErrorKind::BodyTooLarge,
            Self::SlowUpload => ErrorKind::SlowUpload,
            Self::UploadsFull => ErrorKind::Overloaded,
            Self::MalformedBody(_) => ErrorKind::MalformedBody,
            Self::Repeated(_) => ErrorKind::Repeated,
            Self::InvalidParameter { .. } | Self::UnknownParameter(_) => ErrorKind::InvalidParameter,
            Self::MissingParameter(_) => ErrorKind::MissingParameter,
            Self::NotLoggedIn => ErrorKind::NotLoggedIn,
            Self::RoleTooLow => ErrorKind::RoleTooLow,
            Self::CrossSite => ErrorKind::CrossSite,
            Self::AppNotFound => ErrorKind::AppNotFound,
            Self::NotFound => ErrorKind::NotFound,
            Self::MethodNotAllowed => ErrorKind::MethodNotAllowed,
            Self::TimedOut => ErrorKind::TimedOut,
            Self::NotReady | Self::Starting(_) => ErrorKind::NotReady,
            Self::Panicked => ErrorKind::Internal,
        }
    }

    /// What a client may read. Details of our own faults stay in the log.
    pub(crate) fn message(&self) -> String {
        if self.kind() == ErrorKind::Internal {
            return "internal error".to_owned();
        }
        if self.kind() == ErrorKind::StoreUnreachable {
            return "the store cannot be reached; nothing was changed, try again later".to_owned();
        }
        if let Self::Service(ServiceError::CheckUndecided { check, .. }) = self {
            return format!("the {check} check could not decide on this photo");
        }
        self.to_string()
    }

    /// Which of the request's photos is at fault, if one is.
    pub(crate) fn photo_field(&self) -> Option<PhotoField> {
        if let Self::Service(
            ServiceError::Photo { field, .. }
            | ServiceError::CheckUndecided { field, .. }
            | ServiceError::NotCompared { field, .. },
        ) = self
        {
            return Some(*field);
        }
        if let Self::NotBase64(field) = self { Some(*field) } else { None }
    }

    /// Whole seconds after which a retry makes sense; `None` where it does not.
    pub(crate) fn retry_after_seconds(&self) -> Option<u64> {
        if let Self::Service(
            ServiceError::Overloaded { retry_after }
            | ServiceError::TooManyAttempts { retry_after }
            | ServiceError::RateLimited { retry_after, .. }
            | ServiceError::QuotaExceeded { retry_after, .. },
        ) = self
        {
            return Some(retry_after.as_secs().max(1));
        }
        if self.kind() == ErrorKind::StoreUnreachable {
            return Some(STORE_RETRY_AFTER.as_secs());
        }
        let is_busy = self.kind().status() == StatusCode::SERVICE_UNAVAILABLE;
        is_busy.then_some(DEFAULT_RETRY_AFTER.as_secs())
    }
}

const fn service_kind(error: &ServiceError) -> ErrorKind {
    match error {
        ServiceError::Photo { fault, .. } => photo_kind(*fault),
        ServiceError::CheckUnavailable(_) => ErrorKind::CheckUnavailable,
        ServiceError::CheckUndecided { .. } => ErrorKind::CheckUndecided,
        ServiceError::Overloaded { .. } => ErrorKind::Overloaded,
        ServiceError::TimedOut => ErrorKind::TimedOut,
        ServiceError::ShuttingDown => ErrorKind::ShuttingDown,
        // An app that was deleted while its request ran.
        ServiceError::Unauthenticated | ServiceError::AppNotFound(_) => ErrorKind::Unauthenticated,
        ServiceError::ForeignToken => ErrorKind::Forbidden,
        ServiceError::GalleryExists(_) => ErrorKind::GalleryExists,
        ServiceError::SubjectNotFound(_) => ErrorKind::SubjectNotFound,
        ServiceError::SubjectOutdated(_) => ErrorKind::SubjectOutdated,
        ServiceError::TemplateExists => ErrorKind::TemplateExists,
        ServiceError::TemplateNotFound => ErrorKind::TemplateNotFound,
        ServiceError::ChallengeUnknown => ErrorKind::ChallengeUnknown,
        ServiceError::ChallengeForeign => ErrorKind::ChallengeForeign,
        ServiceError::ChallengeReplayed => ErrorKind::ChallengeReplayed,
        ServiceError::ChallengeExpired => ErrorKind::ChallengeExpired,
        ServiceError::ChallengeReordered => ErrorKind::ChallengeReordered,
        ServiceError::ChallengeIncomplete => ErrorKind::ChallengeIncomplete,
        ServiceError::TooManyChallenges => ErrorKind::TooManyChallenges,
        ServiceError::SessionNotFound => ErrorKind::SessionNotFound,
        ServiceError::SessionTaken => ErrorKind::SessionTaken,
        ServiceError::SessionOver => ErrorKind::SessionOver,
        ServiceError::SessionElsewhere => ErrorKind::SessionElsewhere,
        ServiceError::TooManyPhotos => ErrorKind::TooManyPhotos,
        ServiceError::TooManySessions => ErrorKind::TooManySessions,
        ServiceError::GalleryNotFound(_) => ErrorKind::GalleryNotFound,
        ServiceError::TemplateOutdated { .. } => ErrorKind::TemplateOutdated,
        ServiceError::InvalidId(_) => ErrorKind::InvalidId,
        ServiceError::InvalidParameter { .. } => ErrorKind::InvalidParameter,
        ServiceError::Rejected(_) | ServiceError::NotCompared { .. } => ErrorKind::Rejected,
        ServiceError::StoreUnreachable(_) => ErrorKind::StoreUnreachable,
        ServiceError::OperatorNotFound => ErrorKind::OperatorNotFound,
        ServiceError::WebhookNotFound => ErrorKind::WebhookNotFound,
        ServiceError::EventNotFound => ErrorKind::EventNotFound,
        ServiceError::OperatorExists => ErrorKind::OperatorExists,
        ServiceError::PassNotFound => ErrorKind::PassNotFound,
        ServiceError::LastOwner => ErrorKind::LastOwner,
        ServiceError::TooManyAttempts { .. } => ErrorKind::TooManyAttempts,
        ServiceError::AppExists(_) => ErrorKind::AppExists,
        ServiceError::RateLimited { .. } => ErrorKind::RateLimited,
        ServiceError::QuotaExceeded { .. } => ErrorKind::QuotaExceeded,
        ServiceError::SettingsRefused(_) => ErrorKind::SettingsRefused,
        ServiceError::Internal(_) => ErrorKind::Internal,
    }
}

const fn photo_kind(fault: PhotoFault) -> ErrorKind {
    match fault {
        PhotoFault::Missing => ErrorKind::PhotoMissing,
        PhotoFault::Empty => ErrorKind::PhotoEmpty,
        PhotoFault::WrongType => ErrorKind::PhotoWrongType,
        PhotoFault::TooManyBytes => ErrorKind::PhotoTooLarge,
        PhotoFault::TooManyPixels => ErrorKind::PhotoTooManyPixels,
        PhotoFault::Undecodable => ErrorKind::PhotoUndecodable,
        PhotoFault::NoFace => ErrorKind::NoFace,
        PhotoFault::SeveralFaces => ErrorKind::SeveralFaces,
        PhotoFault::TooSmall => ErrorKind::FaceTooSmall,
        PhotoFault::NotPhotographed => ErrorKind::NotPhotographed,
        PhotoFault::TooPoor => ErrorKind::FaceTooPoor,
    }
}

impl From<InvalidId> for Failure {
    fn from(error: InvalidId) -> Self {
        Self::Service(error.into())
    }
}

/// An empty response that carries the failure to the envelope layer.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.kind().status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
