//! The OOTO error table: HTTP status, code and text of every kind of failure, and the envelope around them.
//!
//! Codes 1 to 9 and their texts are the original's, letter by letter. Every other failure has its HTTP status as code.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use faceward_service::PhotoField;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response as ApiResponse};

use super::wire::{ErrorAnswer, ErrorResult, ErrorStatus};
use crate::error::ErrorKind;
use crate::error_responses;
use crate::failure::Failure;
use crate::transaction::TransactionId;

/// Names the part that a failure is about: the texts are the original's and name none.
pub(crate) const FIELD: HeaderName = HeaderName::from_static("x-faceward-field");

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// `result.code`.
    pub(crate) code: u16,
    /// `result.info`; `None`: the failure's own message.
    pub(crate) info: Option<&'static str>,
}

/// The row of `kind`.
pub(crate) const fn row(kind: ErrorKind) -> Row {
    match kind {
        ErrorKind::PhotoMissing => engine(1, "photo should not be empty"),
        ErrorKind::PhotoWrongType => engine(2, "wrong mime-type in input data"),
        ErrorKind::PhotoEmpty => engine(3, "photo size is 0 bytes"),
        ErrorKind::PhotoUndecodable | ErrorKind::PhotoTooManyPixels => {
            engine(4, "can not decode image, check it is valid jpeg or png file")
        }
        ErrorKind::NoFace => engine(5, "can not detect face"),
        ErrorKind::SeveralFaces => engine(6, "more than one face detected on photo"),
        ErrorKind::FaceTooSmall => {
            engine(9, "can not extract features from sample, probably it is too small")
        }
        ErrorKind::TemplateNotFound => refused(Some("Template not found")),
        ErrorKind::TemplateExists => refused(Some("Template already exists")),
        ErrorKind::GalleryNotFound
        | ErrorKind::GalleryExists
        | ErrorKind::SubjectNotFound
        | ErrorKind::SubjectOutdated
        | ErrorKind::PhotoNotBase64
        | ErrorKind::ChallengeUnknown
        | ErrorKind::ChallengeForeign
        | ErrorKind::ChallengeReplayed
        | ErrorKind::ChallengeExpired
        | ErrorKind::ChallengeReordered
        | ErrorKind::ChallengeIncomplete
        | ErrorKind::TooManyChallenges
        | ErrorKind::TemplateOutdated
        | ErrorKind::CheckUndecided
        | ErrorKind::Rejected
        | ErrorKind::InvalidId
        | ErrorKind::InvalidParameter
        | ErrorKind::MissingParameter
        | ErrorKind::Repeated
        | ErrorKind::MalformedBody => refused(None),
        ErrorKind::PhotoTooLarge
        | ErrorKind::BodyTooLarge
        | ErrorKind::SlowUpload
        | ErrorKind::CheckUnavailable
        | ErrorKind::Unauthenticated
        | ErrorKind::Forbidden
        | ErrorKind::NotFound
        | ErrorKind::MethodNotAllowed
        | ErrorKind::Overloaded
        | ErrorKind::TimedOut
        | ErrorKind::ShuttingDown
        | ErrorKind::NotReady
        | ErrorKind::Internal => Row { status: kind.status(), code: kind.status().as_u16(), info: None },
    }
}

const fn engine(code: u16, info: &'static str) -> Row {
    Row { status: StatusCode::BAD_REQUEST, code, info: Some(info) }
}

const fn refused(info: Option<&'static str>) -> Row {
    Row { status: StatusCode::BAD_REQUEST, code: 400, info }
}

/// `failure` in the original's envelope.
pub(crate) fn write(failure: &Failure, transaction: TransactionId) -> Response {
    let Row { status, code, info } = row(failure.kind());
    let info = info.map_or_else(|| failure.message(), str::to_owned);
    let result = ErrorResult { status: ErrorStatus::Error, code, info };
    let mut response = (status, Json(ErrorAnswer { transaction_id: transaction.0, result })).into_response();
    if let Some(part) = part_of(failure) {
        response.headers_mut().insert(FIELD, HeaderValue::from_static(part));
    }
    response
}

fn part_of(failure: &Failure) -> Option<&'static str> {
    if let Failure::PhotoTooLarge { part, .. } = failure {
        return Some(part);
    }
    failure.photo_field().map(|field| match field {
        PhotoField::Only | PhotoField::Frame(_) => "photo",
        PhotoField::First => "first_photo",
        PhotoField::Second => "second_photo",
    })
}

/// The failed answers of an endpoint that takes a photo, for the OpenAPI document.
pub(crate) struct Failures;

/// Those of one that takes none.
pub(crate) struct FailuresWithoutPhoto;

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| !kind.needs_subjects_or_tokens() && !kind.is_about_challenges())
    }
}

impl IntoResponses for FailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| {
            !kind.needs_a_photo() && !kind.needs_subjects_or_tokens() && !kind.is_about_challenges()
        })
    }
}

fn documented(applies: impl Fn(ErrorKind) -> bool) -> BTreeMap<String, RefOr<ApiResponse>> {
    error_responses::documented::<ErrorAnswer>(applies, |kind| {
        let Row { status, code, info } = row(kind);
        (status, format!("* code {code}: {}", info.unwrap_or(kind.meaning())))
    })
}

#[cfg(test)]
#[path = "errors_tests.rs"]
mod tests;
