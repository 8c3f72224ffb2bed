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
use crate::error::{About, ErrorKind};
use crate::error_responses;
use crate::failure::Failure;
use crate::surface::{self, Table};
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

/// What the API answers to every failure that it can meet.
pub(crate) static TABLE: &Table<Row> = &[
    (ErrorKind::PhotoMissing, engine(1, "photo should not be empty")),
    (ErrorKind::PhotoEmpty, engine(3, "photo size is 0 bytes")),
    (ErrorKind::PhotoWrongType, engine(2, "wrong mime-type in input data")),
    (ErrorKind::PhotoUndecodable, engine(4, UNDECODABLE)),
    (ErrorKind::PhotoTooManyPixels, engine(4, UNDECODABLE)),
    (ErrorKind::PhotoTooLarge, as_http(ErrorKind::PhotoTooLarge)),
    (ErrorKind::NoFace, engine(5, NO_FACE)),
    (ErrorKind::SeveralFaces, engine(6, "more than one face detected on photo")),
    (ErrorKind::FaceTooSmall, engine(9, NO_FEATURES)),
    (ErrorKind::NotPhotographed, engine(5, NO_FACE)),
    (ErrorKind::FaceTooPoor, engine(9, NO_FEATURES)),
    (ErrorKind::CheckUnavailable, as_http(ErrorKind::CheckUnavailable)),
    (ErrorKind::CheckUndecided, refused(None)),
    (ErrorKind::Rejected, refused(None)),
    (ErrorKind::Unauthenticated, as_http(ErrorKind::Unauthenticated)),
    (ErrorKind::RateLimited, as_http(ErrorKind::RateLimited)),
    (ErrorKind::QuotaExceeded, as_http(ErrorKind::QuotaExceeded)),
    (ErrorKind::TemplateExists, refused(Some("Template already exists"))),
    (ErrorKind::TemplateNotFound, refused(Some("Template not found"))),
    (ErrorKind::InvalidId, refused(None)),
    (ErrorKind::InvalidParameter, refused(None)),
    (ErrorKind::MissingParameter, refused(None)),
    (ErrorKind::Repeated, refused(None)),
    (ErrorKind::MalformedBody, refused(None)),
    (ErrorKind::BodyTooLarge, as_http(ErrorKind::BodyTooLarge)),
    (ErrorKind::SlowUpload, as_http(ErrorKind::SlowUpload)),
    (ErrorKind::NotFound, as_http(ErrorKind::NotFound)),
    (ErrorKind::MethodNotAllowed, as_http(ErrorKind::MethodNotAllowed)),
    (ErrorKind::Overloaded, as_http(ErrorKind::Overloaded)),
    (ErrorKind::TimedOut, as_http(ErrorKind::TimedOut)),
    (ErrorKind::ShuttingDown, as_http(ErrorKind::ShuttingDown)),
    (ErrorKind::StoreUnreachable, as_http(ErrorKind::StoreUnreachable)),
    (ErrorKind::NotReady, as_http(ErrorKind::NotReady)),
    (ErrorKind::Internal, INTERNAL),
];

const NO_FACE: &str = "can not detect face";
const NO_FEATURES: &str = "can not extract features from sample, probably it is too small";
const UNDECODABLE: &str = "can not decode image, check it is valid jpeg or png file";
const INTERNAL: Row = as_http(ErrorKind::Internal);

/// The row of `kind`.
pub(crate) fn row(kind: ErrorKind) -> Row {
    surface::row(TABLE, kind, INTERNAL)
}

const fn engine(code: u16, info: &'static str) -> Row {
    Row { status: StatusCode::BAD_REQUEST, code, info: Some(info) }
}

const fn refused(info: Option<&'static str>) -> Row {
    Row { status: StatusCode::BAD_REQUEST, code: 400, info }
}

const fn as_http(kind: ErrorKind) -> Row {
    Row { status: kind.status(), code: kind.status().as_u16(), info: None }
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
        documented(|_| true)
    }
}

impl IntoResponses for FailuresWithoutPhoto {
    fn responses() -> BTreeMap<String, RefOr<ApiResponse>> {
        documented(|kind| kind.about() != About::Photo)
    }
}

fn documented(applies: impl Fn(ErrorKind) -> bool) -> BTreeMap<String, RefOr<ApiResponse>> {
    let kinds = surface::kinds(TABLE).into_iter().filter(|kind| applies(*kind));
    error_responses::documented::<ErrorAnswer>(kinds, |kind| {
        let Row { status, code, info } = row(kind);
        (status, format!("* code {code}: {}", info.unwrap_or(kind.meaning())))
    })
}

#[cfg(test)]
#[path = "errors_tests.rs"]
mod tests;
