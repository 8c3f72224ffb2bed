//! The error envelope of `/v1`, and of everything outside of a vendor's API.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response as ApiResponse};

use super::wire::{ErrorAnswer, ErrorBody};
use crate::error::ErrorKind;
use crate::error_responses;
use crate::failure::Failure;
use crate::transaction::TransactionId;

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

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| !kind.needs_subjects_or_tokens() && !kind.is_about_challenges())
    }
}

impl IntoResponses for ChallengeFailures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(concerns_challenges)
    }
}

impl IntoResponses for ChallengeFailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| {
            concerns_challenges(kind) && (!kind.needs_a_photo() || kind == ErrorKind::CheckUnavailable)
        })
    }
}

impl IntoResponses for FailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| {
            !kind.needs_a_photo() && !kind.needs_subjects_or_tokens() && !kind.is_about_challenges()
        })
    }
}

/// Whether something about this API can fail so: a challenge can be bound to a subject; tokens and base64 are not of it.
pub(crate) fn concerns_challenges(kind: ErrorKind) -> bool {
    !kind.needs_subjects_or_tokens()
        || matches!(kind, ErrorKind::SubjectNotFound | ErrorKind::SubjectOutdated)
}

fn documented(applies: impl Fn(ErrorKind) -> bool) -> BTreeMap<String, RefOr<ApiResponse>> {
    error_responses::documented::<ErrorAnswer>(applies, |kind| {
        (kind.status(), format!("* `{}`: {}", kind.code(), kind.meaning()))
    })
}
