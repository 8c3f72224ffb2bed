//! The status codes of the Riset.ai API: one for every kind of failure, and the envelope around them.
//!
//! A status is text in the body. The HTTP status is 200 for every code of the original's own ("business") codes, unless the
//! operator wants HTTP to say the same.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use faceward_service::{FrameFault, PhotoFault, PhotoField};
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response as ApiResponse};

use super::answer;
use super::wire::Status;
use crate::error::{About, ErrorKind};
use crate::error_responses;
use crate::failure::Failure;
use crate::settings::HttpSettings;
use crate::surface::{self, Table};

/// Every code that is answered, with its text. 401 is the original's letter by letter; 414 is from the first versions of
/// its list; 404, 405, 408, 429, 501 and 503 are not in it.
pub(crate) const CODES: [(u16, &str, &str); 29] = [
    (200, "200", "Success"),
    (400, "400", "Request malformed"),
    (401, "401", "Access token not authorized"),
    (403, "403", "Requested resource denied"),
    (404, "404", "Nothing at this path"),
    (405, "405", "Method not allowed"),
    (408, "408", "The request did not arrive in time"),
    (411, "411", "Face not verified or unregistered"),
    (412, "412", "Face not detected"),
    (413, "413", "Face too small"),
    (414, "414", "Multiple face found"),
    (415, "415", "`user_id` not found"),
    (416, "416", "`facegallery_id` not found"),
    (429, "429", "Too many requests, try again later"),
    (451, "451", "`image` is null"),
    (452, "452", "`user_id` is null"),
    (453, "453", "`user_name` is null"),
    (454, "454", "`facegallery_id` is null"),
    (455, "455", "`target_image` is null"),
    (456, "456", "`source_image` is null"),
    (490, "490", "Cannot decode `image` base64"),
    (491, "491", "`image` type not recognized"),
    (492, "492", "Cannot decode `target_image` base64"),
    (493, "493", "`image` error"),
    (494, "494", "Cannot decode `source_image` base64"),
    (495, "495", "`source_image` type not recognized"),
    (500, "500", "Server error"),
    (501, "501", "Check not available on this server"),
    (503, "503", "Server busy, try again later"),
];

/// What a code depends on beside the kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// One code.
    Always(u16),
    /// By the photo: `image`, `source_image`, `target_image`.
    ByImage([u16; 3]),
    /// By the name of the parameter that is missing.
    ByParameter,
}

/// What the API answers to every failure that it can meet.
pub(crate) static TABLE: &Table<Code> = &[
    (ErrorKind::PhotoMissing, Code::ByImage([451, 456, 455])),
    (ErrorKind::PhotoEmpty, Code::ByImage([451, 456, 455])),
    (ErrorKind::PhotoWrongType, Code::ByImage([491, 495, 491])),
    (ErrorKind::PhotoNotBase64, Code::ByImage([490, 494, 492])),
    (ErrorKind::PhotoUndecodable, Code::Always(493)),
    (ErrorKind::PhotoTooManyPixels, Code::Always(493)),
    (ErrorKind::PhotoTooLarge, Code::Always(493)),
    (ErrorKind::NoFace, Code::Always(412)),
    (ErrorKind::SeveralFaces, Code::Always(414)),
    (ErrorKind::FaceTooSmall, Code::Always(413)),
    (ErrorKind::NotPhotographed, Code::Always(412)),
    (ErrorKind::FaceTooPoor, Code::Always(493)),
    (ErrorKind::CheckUnavailable, Code::Always(501)),
    (ErrorKind::CheckUndecided, Code::Always(493)),
    (ErrorKind::Rejected, Code::Always(493)),
    (ErrorKind::Unauthenticated, Code::Always(401)),
    (ErrorKind::Forbidden, Code::Always(403)),
    (ErrorKind::RateLimited, Code::Always(429)),
    (ErrorKind::QuotaExceeded, Code::Always(429)),
    (ErrorKind::GalleryExists, Code::Always(400)),
    (ErrorKind::SubjectNotFound, Code::Always(415)),
    (ErrorKind::SubjectOutdated, Code::Always(411)),
    (ErrorKind::GalleryNotFound, Code::Always(416)),
    (ErrorKind::InvalidId, Code::Always(400)),
    (ErrorKind::InvalidParameter, Code::Always(400)),
    (ErrorKind::MissingParameter, Code::ByParameter),
    (ErrorKind::Repeated, Code::Always(400)),
    (ErrorKind::MalformedBody, Code::Always(400)),
    (ErrorKind::BodyTooLarge, Code::Always(400)),
    (ErrorKind::SlowUpload, Code::Always(408)),
    (ErrorKind::NotFound, Code::Always(404)),
    (ErrorKind::MethodNotAllowed, Code::Always(405)),
    (ErrorKind::Overloaded, Code::Always(503)),
    (ErrorKind::TimedOut, Code::Always(503)),
    (ErrorKind::ShuttingDown, Code::Always(503)),
    (ErrorKind::StoreUnreachable, Code::Always(503)),
    (ErrorKind::NotReady, Code::Always(503)),
    (ErrorKind::Internal, Code::Always(500)),
];

/// The code of `kind`.
fn code(kind: ErrorKind) -> Code {
    surface::row(TABLE, kind, Code::Always(500))
}

/// The code of the parameter called `name` where it is missing.
pub(crate) fn missing_parameter(name: &str) -> u16 {
    match name {
        "user_id" => 452,
        "user_name" => 453,
        "facegallery_id" => 454,
        _ => 400,
    }
}

/// `failure` in the original's envelope.
pub(crate) fn write(failure: &Failure, settings: &HttpSettings) -> Response {
    let code = code_of(failure);
    let body = Status { status: code.to_string(), status_message: message(failure, code) };
    let status = http_status(code, settings.riset.http_status_is_status);
    (status, Json(answer::wrapped(body, settings))).into_response()
}

fn code_of(failure: &Failure) -> u16 {
    match code(failure.kind()) {
        Code::Always(code) => code,
        Code::ByImage([image, source, target]) => match failure.photo_field() {
            Some(PhotoField::First) => source,
            Some(PhotoField::Second) => target,
            Some(PhotoField::Only | PhotoField::Frame(_)) | None => image,
        },
        Code::ByParameter => {
            if let Failure::MissingParameter(name) = failure {
                missing_parameter(name)
            } else {
                400
            }
        }
    }
}

/// The text of the code, and what exactly is wrong where the code alone does not tell.
fn message(failure: &Failure, code: u16) -> String {
    let text = text(code).1;
    match code {
        400 | 411 | 491 | 493 | 501 => format!("{text}: {}", failure.message()),
        _ => text.to_owned(),
    }
}

/// The code as text, and its text.
fn text(code: u16) -> (&'static str, &'static str) {
    let found = CODES.iter().find(|(known, _, _)| *known == code);
    found.map_or(("500", "Server error"), |(_, name, text)| (name, text))
}

/// Codes that say something about HTTP itself are HTTP statuses as well; the original's own are sent with 200.
pub(crate) fn http_status(code: u16, always_the_same: bool) -> StatusCode {
    let is_http = matches!(code, 401 | 403 | 404 | 405 | 408 | 429 | 500 | 501 | 503);
    if is_http || always_the_same {
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    } else {
        StatusCode::OK
    }
}

/// Why a frame of several could not be judged: its own status.
pub(crate) fn frame_status(fault: FrameFault) -> (&'static str, &'static str) {
    text(match fault {
        FrameFault::Photo(PhotoFault::NoFace | PhotoFault::NotPhotographed) => 412,
        FrameFault::Photo(PhotoFault::TooSmall) => 413,
        FrameFault::Photo(PhotoFault::SeveralFaces) => 414,
        FrameFault::Photo(
            PhotoFault::Missing
            | PhotoFault::Empty
            | PhotoFault::WrongType
            | PhotoFault::TooManyBytes
            | PhotoFault::TooManyPixels
            | PhotoFault::Undecodable
            | PhotoFault::TooPoor,
        )
        | FrameFault::Undecided(_) => 493,
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

/// Failures under HTTP 200 are part of the answer with that status; these are the others.
fn documented(applies: impl Fn(ErrorKind) -> bool) -> BTreeMap<String, RefOr<ApiResponse>> {
    let is_other = |kind| match code(kind) {
        Code::Always(code) => http_status(code, false) != StatusCode::OK,
        Code::ByImage(_) | Code::ByParameter => false,
    };
    let kinds = surface::kinds(TABLE).into_iter().filter(|kind| applies(*kind) && is_other(*kind));
    error_responses::documented::<Status>(kinds, |kind| {
        let code = if let Code::Always(code) = code(kind) { code } else { 400 };
        (http_status(code, false), format!("* status \"{code}\": {}", kind.meaning()))
    })
}

#[cfg(test)]
#[path = "errors_tests.rs"]
mod tests;
