//! The list of the documents, row by row: every kind of failure to its code, and what the envelope looks like.

use axum::body::to_bytes;
use faceward_core::{GalleryId, SubjectId};
use faceward_service::{Check, ServiceError};

use super::*;
use crate::settings::RisetSettings;

fn photo(fault: PhotoFault, field: PhotoField) -> Failure {
    fault.of(field).into()
}

fn gallery() -> GalleryId {
    GalleryId::parse("staff").expect("an id")
}

fn subject() -> SubjectId {
    SubjectId::parse("1234").expect("an id")
}

fn invalid() -> Failure {
    Failure::InvalidParameter { name: "images".to_owned(), expected: "a list" }
}

/// Failure, status, HTTP status unless the operator wants them alike.
fn table() -> Vec<(Failure, u16, u16)> {
    use PhotoFault::{
        Empty, Missing, NoFace, SeveralFaces, TooManyBytes, TooManyPixels, TooSmall, Undecodable, WrongType,
    };
    use PhotoField::{First, Frame, Only, Second};
    let base64 = Failure::NotBase64;
    let missing = Failure::MissingParameter;
    let retry_after = std::time::Duration::from_secs(1);
    let unavailable = ServiceError::CheckUnavailable(Check::Liveness);
    let undecided = ServiceError::CheckUndecided { field: Only, check: Check::Eyes, reason: String::new() };
    vec![
        (invalid(), 400, 200),
        (Failure::MalformedBody("not JSON".to_owned()), 400, 200),
        (Failure::BodyTooLarge { limit_bytes: 1 }, 400, 200),
        (ServiceError::GalleryExists(gallery()).into(), 400, 200),
        (ServiceError::InvalidId(faceward_core::InvalidId).into(), 400, 200),
        (ServiceError::Unauthenticated.into(), 401, 401),
        (ServiceError::ForeignToken.into(), 403, 403),
        (Failure::NotFound, 404, 404),
        (Failure::MethodNotAllowed, 405, 405),
        (Failure::SlowUpload, 408, 408),
        (ServiceError::SubjectOutdated(subject()).into(), 411, 200),
        (photo(NoFace, Only), 412, 200),
        (photo(TooSmall, Only), 413, 200),
        (photo(SeveralFaces, Only), 414, 200),
        (ServiceError::SubjectNotFound(subject()).into(), 415, 200),
        (ServiceError::GalleryNotFound(gallery()).into(), 416, 200),
        (ServiceError::RateLimited { limit: 1, retry_after }.into(), 429, 429),
        (ServiceError::QuotaExceeded { limit: 1, retry_after }.into(), 429, 429),
        (photo(Missing, Only), 451, 200),
        (photo(Empty, Frame(3)), 451, 200),
        (missing("user_id"), 452, 200),
        (missing("user_name"), 453, 200),
        (missing("facegallery_id"), 454, 200),
        (missing("anything else"), 400, 200),
        (photo(Missing, Second), 455, 200),
        (photo(Missing, First), 456, 200),
        (base64(Only), 490, 200),
        (base64(Frame(0)), 490, 200),
        (photo(WrongType, Only), 491, 200),
        (photo(WrongType, Second), 491, 200),
        (base64(Second), 492, 200),
        (photo(Undecodable, Only), 493, 200),
        (photo(TooManyPixels, Frame(1)), 493, 200),
        (photo(TooManyBytes, Second), 493, 200),
        (undecided.into(), 493, 200),
        (base64(First), 494, 200),
        (photo(WrongType, First), 495, 200),
        (Failure::Panicked, 500, 500),
        (unavailable.into(), 501, 501),
        (Failure::UploadsFull, 503, 503),
        (Failure::TimedOut, 503, 503),
        (ServiceError::ShuttingDown.into(), 503, 503),
        (ServiceError::StoreUnreachable(String::new()).into(), 503, 503),
    ]
}

async fn written(failure: &Failure, riset: RisetSettings) -> (u16, String) {
    let settings = HttpSettings { riset, ..HttpSettings::default() };
    let (parts, body) = write(failure, &settings).into_parts();
    let body = to_bytes(body, 4096).await.expect("a short body");
    (parts.status.as_u16(), String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn every_failure_has_the_code_of_the_list() {
    for (failure, code, http) in table() {
        let (status, body) = written(&failure, RisetSettings::default()).await;
        assert_eq!(status, http, "{failure}");
        let start = format!(r#"{{"status":"{code}","status_message":""#);
        assert!(body.starts_with(&start), "{failure}: {body}");
        let alike = RisetSettings { http_status_is_status: true, ..RisetSettings::default() };
        assert_eq!(written(&failure, alike).await.0, code, "{failure}");
    }
}

#[test]
fn every_code_of_the_list_but_success_is_reached_and_has_one_row() {
    let mut reached: Vec<u16> = table().into_iter().map(|(_, code, _)| code).collect();
    reached.push(200);
    reached.sort_unstable();
    reached.dedup();
    let listed: Vec<u16> = CODES.iter().map(|(code, _, _)| *code).collect();
    assert_eq!(reached, listed);
    for (code, text, message) in CODES {
        assert_eq!(code.to_string(), text);
        assert!(!message.is_empty());
    }
}

#[tokio::test]
async fn messages_say_what_clients_look_for() {
    let plain = RisetSettings::default();
    let (_, body) = written(&ServiceError::Unauthenticated.into(), plain.clone()).await;
    assert_eq!(body, r#"{"status":"401","status_message":"Access token not authorized"}"#);
    let (_, body) = written(&ServiceError::GalleryExists(gallery()).into(), plain.clone()).await;
    assert!(body.contains("already exist"), "{body}");
    let (_, body) = written(&Failure::Panicked, plain).await;
    assert_eq!(body, r#"{"status":"500","status_message":"Server error"}"#);
}

#[tokio::test]
async fn a_gateway_puts_every_body_inside_its_own() {
    let gateway = RisetSettings { gateway_envelope: true, ..RisetSettings::default() };
    let (_, body) = written(&photo(PhotoFault::NoFace, PhotoField::Only), gateway).await;
    assert_eq!(body, r#"{"risetai":{"status":"412","status_message":"Face not detected"}}"#);
}

#[test]
fn a_frame_of_a_list_has_a_status_of_its_own() {
    for (fault, status) in [
        (FrameFault::Photo(PhotoFault::NoFace), "412"),
        (FrameFault::Photo(PhotoFault::TooSmall), "413"),
        (FrameFault::Photo(PhotoFault::SeveralFaces), "414"),
        (FrameFault::Photo(PhotoFault::NotPhotographed), "412"),
        (FrameFault::Photo(PhotoFault::TooPoor), "493"),
        (FrameFault::Undecided(Check::Liveness), "493"),
    ] {
        assert_eq!(frame_status(fault).0, status, "{fault}");
    }
}
