//! The error envelope of the administration.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response as ApiResponse};

use super::wire::{AdminError, AdminErrorBody};
use crate::error::{About, ErrorKind};
use crate::error_responses;
use crate::failure::Failure;
use crate::transaction::TransactionId;

/// Every failure that it can meet.
pub(super) static MET: &[ErrorKind] = &[
    ErrorKind::NotLoggedIn,
    ErrorKind::RoleTooLow,
    ErrorKind::CrossSite,
    ErrorKind::TooManyAttempts,
    ErrorKind::OperatorNotFound,
    ErrorKind::OperatorExists,
    ErrorKind::PassNotFound,
    ErrorKind::WebhookNotFound,
    ErrorKind::EventNotFound,
    ErrorKind::LastOwner,
    ErrorKind::AppNotFound,
    ErrorKind::AppExists,
    ErrorKind::GalleryNotFound,
    ErrorKind::GalleryExists,
    ErrorKind::SubjectNotFound,
    ErrorKind::TemplateNotFound,
    ErrorKind::TemplateExists,
    ErrorKind::SettingsRefused,
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
    ErrorKind::InvalidId,
    ErrorKind::InvalidParameter,
    ErrorKind::MissingParameter,
    ErrorKind::Repeated,
    ErrorKind::MalformedBody,
    ErrorKind::BodyTooLarge,
    ErrorKind::SlowUpload,
    ErrorKind::SubjectOutdated,
    ErrorKind::ChallengeUnknown,
    ErrorKind::ChallengeForeign,
    ErrorKind::ChallengeReplayed,
    ErrorKind::ChallengeExpired,
    ErrorKind::ChallengeReordered,
    ErrorKind::ChallengeIncomplete,
    ErrorKind::TooManyChallenges,
    ErrorKind::SessionNotFound,
    ErrorKind::SessionOver,
    ErrorKind::TooManySessions,
    ErrorKind::NotFound,
    ErrorKind::MethodNotAllowed,
    ErrorKind::Overloaded,
    ErrorKind::TimedOut,
    ErrorKind::ShuttingDown,
    ErrorKind::StoreUnreachable,
    ErrorKind::NotReady,
    ErrorKind::Internal,
];

/// `failure` in the envelope.
pub(super) fn write(failure: &Failure, transaction: TransactionId) -> Response {
    let kind = failure.kind();
    let error = AdminErrorBody { code: kind.code(), message: failure.message() };
    (kind.status(), Json(AdminError { error, transaction_id: transaction.0 })).into_response()
}

/// The failed answers of an endpoint that takes a photo, for the OpenAPI document.
pub(super) struct PhotoFailures;

/// Those of any other one.
pub(super) struct AdminFailures;

/// Those of an endpoint about challenges that takes frames.
pub(super) struct ChallengeFailures;

/// Those of one about challenges that takes none.
pub(super) struct ChallengeFailuresWithoutPhoto;

/// Those of the endpoint that makes a session.
pub(super) struct SessionFailures;

/// Those of one about a session that is there.
pub(super) struct SessionFailuresWithoutPhoto;

impl IntoResponses for PhotoFailures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| !matches!(kind.about(), About::Challenge | About::Session))
    }
}

impl IntoResponses for SessionFailures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        let is_made = |kind| kind == ErrorKind::TooManySessions;
        documented(|kind| is_made(kind) || !matches!(kind.about(), About::Challenge | About::Session))
    }
}

impl IntoResponses for SessionFailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        let is_there = |kind| matches!(kind, ErrorKind::SessionNotFound | ErrorKind::SessionOver);
        let others = [About::Photo, About::Challenge, About::Session];
        documented(|kind| is_there(kind) || !others.contains(&kind.about()))
    }
}

impl IntoResponses for ChallengeFailures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| kind.about() != About::Session)
    }
}

impl IntoResponses for ChallengeFailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| error_responses::is_met_without_frames(kind) && kind.about() != About::Session)
    }
}

impl IntoResponses for AdminFailures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| !matches!(kind.about(), About::Photo | About::Challenge | About::Session))
    }
}

fn documented(applies: impl Fn(ErrorKind) -> bool) -> BTreeMap<String, RefOr<ApiResponse>> {
    error_responses::with_codes::<AdminError>(MET, applies)
}
