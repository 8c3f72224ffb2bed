//! The error envelope of `/v1`, and of everything outside of a vendor's API.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response as ApiResponse};

use super::wire::{ErrorAnswer, ErrorBody};
use crate::error::{About, ErrorKind};
use crate::error_responses;
use crate::failure::Failure;
use crate::transaction::TransactionId;

/// Every failure that the API can meet. Its code and status are those of the table of all kinds.
pub(crate) static MET: &[ErrorKind] = &[
    ErrorKind::PhotoMissing,
    ErrorKind::PhotoEmpty,
    ErrorKind::PhotoWrongType,
    ErrorKind::PhotoUndecodable,
    ErrorKind::PhotoTooManyPixels,
    ErrorKind::PhotoTooLarge,
    ErrorKind::NoFace,
    ErrorKind::SeveralFaces,
    ErrorKind::FaceTooSmall,
    ErrorKind::NotPhotographed,
    ErrorKind::FaceTooPoor,
    ErrorKind::CheckUnavailable,
    ErrorKind::CheckUndecided,
    ErrorKind::Rejected,
    ErrorKind::Unauthenticated,
    ErrorKind::RateLimited,
    ErrorKind::QuotaExceeded,
    ErrorKind::TemplateNotFound,
    ErrorKind::TemplateExists,
    ErrorKind::SubjectNotFound,
    ErrorKind::SubjectOutdated,
    ErrorKind::GalleryNotFound,
    ErrorKind::TemplateOutdated,
    ErrorKind::InvalidId,
    ErrorKind::InvalidParameter,
    ErrorKind::MissingParameter,
    ErrorKind::Repeated,
    ErrorKind::MalformedBody,
    ErrorKind::BodyTooLarge,
    ErrorKind::SlowUpload,
    ErrorKind::ChallengeUnknown,
    ErrorKind::ChallengeForeign,
    ErrorKind::ChallengeReplayed,
    ErrorKind::ChallengeExpired,
    ErrorKind::ChallengeReordered,
    ErrorKind::ChallengeIncomplete,
    ErrorKind::TooManyChallenges,
    ErrorKind::SessionNotFound,
    ErrorKind::SessionTaken,
    ErrorKind::SessionOver,
    ErrorKind::SessionElsewhere,
    ErrorKind::TooManyPhotos,
    ErrorKind::TooManySessions,
    ErrorKind::CrossSite,
    ErrorKind::NotFound,
    ErrorKind::MethodNotAllowed,
    ErrorKind::Overloaded,
    ErrorKind::TimedOut,
    ErrorKind::ShuttingDown,
    ErrorKind::StoreUnreachable,
    ErrorKind::NotReady,
    ErrorKind::Internal,
];

/// `failure` in our envelope.
pub(crate) fn write(failure: &Failure, transaction: TransactionId) -> Response {
    let kind = failure.kind();
    let error = ErrorBody { code: kind.code(), message: failure.message() };
    (kind.status(), Json(ErrorAnswer { error, transaction_id: transaction.0 })).into_response()
}

/// The failed answers of an endpoint that takes a photo, for the OpenAPI document.
pub(crate) struct Failures;

/// Those of one that takes none.
pub(crate) struct FailuresWithoutPhoto;

/// Those of an endpoint about challenges that takes frames.
pub(crate) struct ChallengeFailures;

/// Those of one about challenges that takes none.
pub(crate) struct ChallengeFailuresWithoutPhoto;

/// Those of the endpoint that makes a session.
pub(crate) struct SessionFailures;

/// Those of one about a session that is there.
pub(crate) struct SessionFailuresWithoutPhoto;

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| matches!(kind.about(), About::Request | About::Photo) && !enrols(kind))
    }
}

impl IntoResponses for ChallengeFailures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        let subjects = [About::Request, About::Photo, About::Subject, About::Challenge];
        documented(|kind| subjects.contains(&kind.about()) && !enrols(kind))
    }
}

impl IntoResponses for ChallengeFailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        let applies = error_responses::is_met_without_frames;
        let subjects = [About::Request, About::Photo, About::Subject, About::Challenge];
        documented(|kind| subjects.contains(&kind.about()) && applies(kind))
    }
}

impl IntoResponses for FailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| kind.about() == About::Request)
    }
}

impl IntoResponses for SessionFailures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        let made = |kind| matches!(kind, ErrorKind::TooManySessions | ErrorKind::TemplateExists);
        let subjects = [About::Request, About::Photo, About::Subject];
        documented(|kind| made(kind) || (subjects.contains(&kind.about()) && !enrols(kind)))
    }
}

impl IntoResponses for SessionFailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        let there = |kind| matches!(kind, ErrorKind::SessionNotFound | ErrorKind::SessionOver);
        documented(|kind| there(kind) || kind.about() == About::Request)
    }
}

/// Whether only what enrols meets `kind`: a verification link, under `/v1`.
fn enrols(kind: ErrorKind) -> bool {
    kind == ErrorKind::TemplateExists
}

fn documented(applies: impl Fn(ErrorKind) -> bool) -> BTreeMap<String, RefOr<ApiResponse>> {
    error_responses::with_codes::<ErrorAnswer>(MET, applies)
}
